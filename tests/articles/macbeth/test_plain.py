"""A plain RNN against pairs and the LSTM: the rule on every verdict that it can give."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from reproduce.articles.macbeth import epochs
from reproduce.articles.macbeth.curves import CurveRow
from reproduce.articles.macbeth.dropout import DROPPED
from reproduce.articles.macbeth.plain import PLAIN, RUNS, TABLE, pairs_of, plain_outputs
from reproduce.articles.macbeth.studies import STUDIES
from reproduce.evidence.claims import read_claims
from reproduce.networks.stack.weights import count_weights
from tests.articles.samples import VARIANTS, tiny_text

(CLAIM,) = [one for one in read_claims("reproduce.articles.macbeth").claims if one.id == "macbeth/rnn-cannot-write"]
(PLAN,) = [plan for plan in STUDIES if plan.name == "macbeth-plain"]
PAIRS = 2.5
LSTM = [
    CurveRow(DROPPED.name, seed, epoch, 9.0, loss, 60.0)
    for seed, losses in ((100, (2.75, 2.25, 2.5)), (101, (2.75, 2.375, 2.5)))
    for epoch, loss in zip((1, 2, 5), losses, strict=True)
]


def rows_of(*lowest):
    """A seed each; the lowest loss stands in the middle."""
    return [
        CurveRow(PLAIN.name, seed, epoch, 9.0, loss + above, 60.0)
        for seed, loss in enumerate(lowest, start=100)
        for epoch, above in ((1, 0.5), (2, 0.0), (5, 0.25))
    ]


@pytest.mark.parametrize(
    ("lowest", "verdict"),
    [
        pytest.param((2.625, 2.75), "reproduced", id="never-below-pairs"),
        pytest.param((2.625, 2.4375), "partly reproduced", id="below-them-and-above-the-lstm"),
        pytest.param((2.3125, 2.4375), "partly reproduced", id="above-the-lstm-of-its-seed"),
        pytest.param((2.625, 2.3125), "not reproduced", id="below-the-lstm-of-its-seed"),
        pytest.param((2.0, 2.125), "not reproduced", id="the-opposite"),
    ],
)
def test_plain_network_cannot_write_where_pairs_are_better(lowest, verdict):
    """In every seed; in part where the LSTM of each seed is."""
    found = plain_outputs(rows_of(*lowest), LSTM, PAIRS)
    assert CLAIM.judge(found).verdict == verdict
    less = [loss - PAIRS for loss in lowest]
    assert (found["rnn_less_pairs"], found["rnn_less_pairs_least"]) == (sum(less) / 2, min(less))
    assert found["rnn_less_lstm_least"] == min(lowest[0] - 2.25, lowest[1] - 2.375)
    assert found["rnn_p"] == pytest.approx(ttest_1samp(less, 0).pvalue)


def test_plain_network_has_as_many_weights_as_the_lstm():
    """As nearly as a whole number of units allows: two layers h wide have h (1 + h + 1) + h (2 h + 1) + 43 (h + 1)."""
    ((variant, _),) = RUNS

    def count(units):
        return units * (1 + units + 1) + units * (2 * units + 1) + 43 * (units + 1)

    wanted = count_weights((DROPPED.hidden, DROPPED.hidden), 43)
    assert (variant.hidden, count(variant.hidden), wanted) == (125, 52668, 52715)
    assert min((abs(count(units) - wanted), units) for units in range(300))[1] == variant.hidden


def test_pairs_are_those_counted_for_the_held_out_text():
    """In the table of epochs, of a run that holds the same tenth out."""
    rows = [row for row in epochs.TABLE.shipped() if row.variant == "epochs-20+held-out-last-tenth"]
    assert {row.entropy_1 for row in rows} == {pairs_of(epochs.TABLE.shipped())}


def test_shipped_table_has_all_runs():
    """Four milestones each; none diverged."""
    rows = TABLE.shipped()
    assert [(row.variant, row.seed, row.epoch) for row in rows] == [
        (PLAIN.name, seed, epoch) for seed in (100, 101) for epoch in (1, 2, 5, 10)
    ]
    assert np.isfinite([row.held_out_loss for row in rows]).all()


def test_study_is_shown_and_drawn_beside_the_lstm():
    """With the lowest loss of each seed."""
    _, lowest = PLAN.show(rows_of(2.625, 2.4375))
    pairs = pairs_of(epochs.TABLE.shipped())
    assert [row["nats"] for row in lowest.texts] == [f"{loss - pairs:.3f}" for loss in (2.625, 2.4375)]
    (axes,) = PLAN.draw(rows_of(2.625, 2.4375))["plain"].axes
    assert {line.get_label() for line in axes.get_lines()} == {
        *(f"{network}, seed {seed}" for network in ("LSTM", "plain RNN") for seed in (100, 101)),
        "characters counted in pairs",
    }
    assert PLAN.draw([replace(row, variant="hidden-8+network-simple-rnn") for row in rows_of(2.625)]) == {}


@pytest.mark.usefixtures("stand_in")
def test_study_trains_on_the_engine_that_has_the_network(tmp_path, invoke):
    """Keras; the article's first has not."""
    (tmp_path / "text").write_text(tiny_text().characters, encoding="utf-8")
    variant = "window-6+batch-4+hidden-5+held-out-last-tenth+network-simple-rnn"
    given = ("--variants", variant, "--seeds", "100", "--workers", "1", "--text", tmp_path / "text")
    assert invoke("study", "macbeth-plain", *given, "--out", tmp_path / "out")[0] == 0
    assert [path.parent.name for path in tmp_path.glob("out/*/metrics.json")] == [f"macbeth-{variant}-s100-keras"]


def test_compiled_engine_does_not_train_it():
    """The line says which engine to take, and that one does."""
    variant = replace(VARIANTS["macbeth"], network="simple-rnn")
    said = "the engine compiled has no simple-rnn, only lstm; train it with --engine keras"
    assert [variant.refuses(engine) for engine in ("compiled", "keras")] == [said, ""]
