"""Networks that never forget: f is 1 from the first epoch to the last, and all else learns."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles import train
from reproduce.articles.bitcoin_lstm.forgetting import (
    LEARNED,
    OPEN,
    TABLE,
    ForgettingRow,
    forgetting_outputs,
    forgetting_rows,
    pairs_of,
)
from reproduce.articles.bitcoin_lstm.inside import trained_weights
from reproduce.articles.bitcoin_lstm.memory import SEEDS
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.evidence.claims import read_claims
from reproduce.networks.lstm.weights import forced, initial_weights, random_weights
from reproduce.networks.reference import forward, loss_and_gradients
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study
from tests.articles.samples import config_of, short_table

pytestmark = pytest.mark.usefixtures("one_thread")
OF_F = {"W_xf", "W_hf", "b_f"}
SMALL = replace(OPEN, hidden=4, epochs=4)


def test_network_never_forgets_and_learns_all_else(tmp_path):
    """From the weights that the seed draws for the other network too; its f is 1 to the last bit on every day."""
    config = config_of("bitcoin-lstm", variant=SMALL)
    train(tmp_path, config, short_table())
    after, before = trained_weights(Directory(tmp_path, config)), forced(initial_weights(4, 0, "float32"), f=1)
    assert {name for name in before if np.array_equal(after[name], before[name])} == OF_F
    _, days = forward(after, "described", prepare(short_table(), SMALL).inputs.astype(np.float32))
    assert all((day.f == 1).all() for day in days)
    assert any((day.i < 1).any() for day in days)


def test_forced_gate_has_no_derivative():
    """So that no step of a training moves it; every other weight has one."""
    rng, w = np.random.default_rng(1), forced(random_weights(4, seed=2), f=1)
    _, gradients = loss_and_gradients(w, "described", rng.normal(size=(3, 5, 1)), rng.normal(size=(3, 1)))
    assert {name for name, gradient in gradients.items() if not gradient.any()} == OF_F


def test_variants_differ_in_the_forget_gate_alone():
    """Both as the text's equations say."""
    assert (LEARNED.name, OPEN.name) == ("described", "described+forget-gate-open")
    assert replace(OPEN, forget_gate="learned") == LEARNED


def rows_of(differences):
    """Twenty seeds that learn to forget, each with another error, and the same seeds without, so much higher."""
    learned = [20.0 + k for k in range(20)]
    never = [error + difference for error, difference in zip(learned, differences, strict=True)]
    named = ((LEARNED.name, learned), (OPEN.name, never))
    return [ForgettingRow(name, seed, 0.01, e) for name, errors in named for seed, e in zip(SEEDS, errors, strict=True)]


@pytest.mark.parametrize(
    ("differences", "verdict", "outcome"),
    [
        pytest.param([1, 3] * 10, "reproduced", "better", id="above"),
        pytest.param([-9, 10] * 10, "partly reproduced", "not significantly different", id="mean-above"),
        pytest.param([-10, 9] * 10, "not reproduced", "not significantly different", id="mean-below"),
        pytest.param([-1, -3] * 10, "not reproduced", "worse", id="below"),
        pytest.param([np.nan] * 10 + [1, 3] * 5, "reproduced", "better", id="half-diverged"),
    ],
)
def test_forgetting_is_required_where_the_interval_is_above_zero(differences, verdict, outcome):
    """Of the mean difference over the seeds on which neither diverged."""
    rows = rows_of(differences)
    (claim,) = [one for one in read_claims("reproduce.articles.bitcoin_lstm").claims if "forgetting-req" in one.id]
    assert claim.judge(forgetting_outputs(rows)).verdict == verdict
    assert pairs_of(rows).outcome == outcome
    assert pairs_of(rows).mean == pytest.approx(np.nanmean(differences))


def test_table_has_a_row_a_run(tmp_path):
    """A variant after the other; nan where null."""
    configs = [RunConfig(v, seed, "compiled", "5" * 64, "bitcoin-lstm") for seed in (3, 4) for v in (LEARNED, OPEN)]
    study = Study(tmp_path, tuple(configs))
    for k, directory in enumerate(study.directories):
        with directory.opened():
            directory.write_json("metrics.json", {"final_loss": k / 8, "test_rmse_usd": 10.0 + k if k else None})
    rows = forgetting_rows(study)
    assert [(row.variant, row.seed) for row in rows] == [(v.name, seed) for v in (LEARNED, OPEN) for seed in (3, 4)]
    assert [row.loss for row in rows] == [0, 0.25, 0.125, 0.375]
    assert np.isnan(rows[0].test_rmse_usd)
    assert [row.test_rmse_usd for row in rows[1:]] == [12, 11, 13]


def test_words_beside_the_rule_are_what_the_shipped_table_shows():
    """Neither better nor worse without forgetting, by the interval."""
    assert pairs_of(TABLE.shipped()).outcome == "not significantly different"


def test_shipped_table_has_twenty_seeds_of_both():
    """The same seeds."""
    assert [(row.variant, row.seed) for row in TABLE.shipped()] == [
        (variant.name, seed) for variant in (LEARNED, OPEN) for seed in SEEDS
    ]
