"""Whether clipping prevents collapses: what one is, the study's table, and every verdict that it can give."""

import re
from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles import train
from reproduce.articles.bitcoin_lstm.clipping import (
    CLIPPED,
    EPOCHS,
    FEW,
    MARGINS,
    PLAIN_RNN,
    RUNS,
    TABLE,
    UNCLIPPED,
    ClippingRow,
    clipping_counts,
    clipping_outputs,
    clipping_rows,
    collapse_of,
)
from reproduce.articles.bitcoin_lstm.memory import SEEDS
from reproduce.articles.bitcoin_lstm.studies import STUDIES
from reproduce.articles.bitcoin_lstm.training import RECORD, check, trained_engine
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.errors import RunError
from reproduce.evidence.claims import read_claims
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study
from tests.articles.samples import config_of, short_table

CLAIMS = {claim.id: claim for claim in read_claims("reproduce.articles.bitcoin_lstm").claims}
RECORDED = Variant(window=2, batch=3, hidden=4, epochs=2, network="simple-rnn", recorded="steps")


@pytest.mark.parametrize(
    ("losses", "epoch"),
    [
        pytest.param([1, 3.1, 3.1, 0.5], 1, id="two-running"),
        pytest.param([1, 3.1, 2.9, 3.1, 2.9], np.nan, id="never-running"),
        pytest.param([1, 3, 3, 3], np.nan, id="three-times-is-not-above"),
        pytest.param([9, 1, 2, 3.5, 3.5], 3, id="above-the-lowest-not-the-first"),
        pytest.param([1, 2, 3.5, np.nan, np.nan], 2, id="no-number"),
        pytest.param([np.nan, np.nan, np.nan], 1, id="never-a-number"),
        pytest.param([1, 2, 1, 3.5], np.nan, id="last-alone"),
        pytest.param([2, 1, 3.1, 1.2, 0.1, 0.5, 0.6], 5, id="later-lowest"),
    ],
)
def test_collapse_begins_where_two_epochs_running_are_above_three_times_the_lowest(losses, epoch):
    """Its first epoch, counted from 0; nan without one."""
    assert collapse_of(np.array(losses, dtype=float)) == pytest.approx(epoch, nan_ok=True)


def rows_of(unclipped, at_4, at_1, networks=tuple(UNCLIPPED)):
    """Every run of the study: so many of a network's first seeds collapse without clipping, and so many with it."""
    rows = []
    for network in UNCLIPPED:
        seeds = SEEDS if network == PLAIN_RNN else FEW
        counts = (unclipped, at_4, at_1) if network in networks else (0, 0, 0)
        variants = (UNCLIPPED[network], *(CLIPPED[network, margin] for margin in MARGINS))
        for variant, count in zip(variants, counts, strict=True):
            rows += [
                ClippingRow(variant.name, seed, 3.0 if k < count else np.nan, *[0.5] * 6)
                for k, seed in enumerate(seeds)
            ]
    return rows


@pytest.mark.parametrize(
    ("unclipped", "at_4", "at_1", "expected"),
    [
        pytest.param(20, 4, 20, "reproduced", id="at-4"),
        pytest.param(20, 5, 4, "partly reproduced", id="at-1-alone"),
        pytest.param(20, 5, 5, "not reproduced", id="too-few-saved"),
        pytest.param(15, 0, 0, "not reproduced", id="too-few-to-save"),
    ],
)
def test_clipping_prevents_where_sixteen_seeds_collapse_without_it_alone(unclipped, at_4, at_1, expected):
    """Whatever becomes of the LSTM."""
    rows = rows_of(unclipped, at_4, at_1, networks=[PLAIN_RNN])
    assert CLAIMS["bitcoin-lstm/clipping-prevents"].judge(clipping_outputs(rows)).verdict == expected
    assert CLAIMS["bitcoin-lstm/clipping-prevents-in-lstm"].judge(clipping_outputs(rows)).verdict == "not reproduced"


@pytest.mark.parametrize(
    ("networks", "at_4", "at_1", "expected"),
    [
        pytest.param(("published", "described"), 1, 5, "reproduced", id="both"),
        pytest.param(("published", "described"), 2, 1, "partly reproduced", id="at-1-alone"),
        pytest.param(("published",), 0, 0, "not reproduced", id="one-wiring"),
    ],
)
def test_lstm_is_saved_where_four_seeds_of_both_wirings_are(networks, at_4, at_1, expected):
    """Of five."""
    found = clipping_outputs(rows_of(5, at_4, at_1, networks))
    assert CLAIMS["bitcoin-lstm/clipping-prevents-in-lstm"].judge(found).verdict == expected


def test_clipping_that_prevents_no_collapse_has_no_opposite():
    """That all collapse with it too does not say that they collapse with it alone."""
    counts = clipping_counts(rows_of(20, 20, 20))
    assert [one.answer.answer for one in counts.values()] == ["No."] * 3


def test_median_that_no_run_has_is_shown_as_a_dash():
    """Here no run collapses; in JSON it stays null."""
    (plan,) = [one for one in STUDIES if one.name == "bitcoin-clipping"]
    (medians,) = [one for one in plan.show(rows_of(0, 1, 0)) if "collapse" in one.rows[0]]
    assert [text["collapse"] for text in medians.texts] == ["-", "3", "-"] * len(UNCLIPPED)
    assert np.isnan(medians.rows[0]["collapse"])


def test_other_seed_s_collapse_is_not_prevented():
    """Counts alone would not tell: half collapse without clipping, and the other half with it."""
    rows = [
        replace(row, collapse=np.nan if row.seed < 110 else 3.0) if row.variant == CLIPPED[PLAIN_RNN, 4.0].name else row
        for row in rows_of(10, 20, 20)
    ]
    assert clipping_outputs(rows)["simple_rnn_saved"] == 10
    flipped = [replace(row, collapse=np.nan) if row.variant == UNCLIPPED[PLAIN_RNN].name else row for row in rows]
    assert clipping_outputs(flipped)["simple_rnn_saved"] == 0


def test_table_reads_losses_and_norms_of_the_judged_epochs(tmp_path):
    """The first 40; shares of steps above each margin; nan where no step is recorded."""
    variants = (Variant(network="simple-rnn", recorded="steps"), Variant())
    configs = tuple(replace(config_of("bitcoin-lstm"), variant=variant) for variant in variants)
    study, losses = Study(tmp_path, configs), np.linspace(2, 1, EPOCHS + 1)
    losses[[10, 11, EPOCHS]] = [7.5, 7, 99]
    steps = np.zeros((EPOCHS + 1, 5, 3), np.float32)
    steps[0, :, 1], steps[1, 0, 1], steps[EPOCHS, :, 1] = [1, 1.5, 4, 4.5, 6], 0.5, 77
    for directory in study.directories:
        with directory.opened():
            directory.write_losses(list(losses))
            directory.write_json("metrics.json", {"test_mse": 1.0})
    study.directories[0].write_arrays(RECORD, {"steps": steps})
    recorded, plain = clipping_rows(study)
    expected = (10, losses[EPOCHS - 1], 7.5, losses[EPOCHS - 1], 6, 2 / 200, 4 / 200)
    assert recorded == ClippingRow(configs[0].variant.name, 0, *map(pytest.approx, expected))
    assert np.isnan([plain.largest_gradient, plain.above_4, plain.above_1]).all()


@pytest.mark.usefixtures("one_thread")
def test_recorded_run_keeps_every_step_and_goes_on_to_the_same_bits(tmp_path):
    """Epochs, batches, three values; a run of three epochs that takes up one of two ends as one made at a stroke."""
    whole, table = config_of("bitcoin-lstm", variant=replace(RECORDED, epochs=3)), short_table()
    train(tmp_path / "parts", config_of("bitcoin-lstm", variant=RECORDED), table)
    for folder in ("parts", "stroke"):
        train(tmp_path / folder, whole, table)
    parts, stroke = (Directory(tmp_path / folder, whole) for folder in ("parts", "stroke"))
    steps = stroke.read_arrays(RECORD)["steps"]
    assert steps.shape == (3, 21, 3)
    np.testing.assert_array_equal(steps, parts.read_arrays(RECORD)["steps"])
    np.testing.assert_allclose(steps[:, :, 0].mean(axis=1), stroke.read_losses(), rtol=1e-6)
    engine, inputs = trained_engine(stroke), prepare(table, whole.variant).inputs
    h = np.zeros((len(inputs), 4))
    w = engine.weights()
    for day in inputs.transpose(1, 0, 2):
        h = np.tanh(day @ w["W_x"] + h @ w["W_h"] + w["b"])
    np.testing.assert_allclose(engine.predict(inputs), h @ w["W_hy"] + w["b_y"], atol=1e-6)


def test_network_of_studies_alone_says_how_to_train_it():
    """No other engine proves it; and settings that it lacks are refused before any run."""
    said = r"no second engine proves .*: reproduce study bitcoin-clipping --variants "
    for engine in ("compiled", "session", "keras"):
        assert re.match(said, RECORDED.refuses(engine))
        assert Variant().refuses(engine) == ""
    for changed in ({"remainder": "kept"}, {"forget_gate": "open"}):
        with pytest.raises(RunError, match=r"no engine trains .*; leave out"):
            check(short_table(), replace(RECORDED, **changed))


def test_shipped_table_has_every_run_of_the_study():
    """And shows what the words beside the rules say."""
    rows = TABLE.shipped()
    assert {(row.variant, row.seed) for row in rows} == {(v.name, seed) for v, seeds in RUNS for seed in seeds}
    found = clipping_outputs(rows)
    assert (found["simple_rnn_saved"], found["simple_rnn_saved_at_1"]) == (0, len(SEEDS) / 2)
    recorded = {row.variant for row in rows if not np.isnan(row.largest_gradient)}
    assert recorded == {variant.name for variant, _ in RUNS if variant.recorded == "steps"}
