"""Recalling the first of a row of random numbers: what is drawn, a training, and the rule on every verdict."""

import re

import numpy as np
import pytest

from reproduce.articles import train
from reproduce.articles.bitcoin_lstm.memory import NETWORKS
from reproduce.articles.bitcoin_lstm.recall import (
    BUDGET,
    FEW,
    LENGTHS,
    RUNS,
    SEEDS,
    TABLE,
    TEN_TIMES,
    RecallRow,
    at_ten_times,
    is_whole,
    recall_outputs,
    recall_rows,
    recaller,
)
from reproduce.articles.bitcoin_lstm.recall_training import STEPS, TESTED, rows
from reproduce.articles.bitcoin_lstm.story import STORY
from reproduce.articles.bitcoin_lstm.training import check, trained_engine
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.errors import DataError
from reproduce.evidence.claims import read_claims
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study
from tests.articles.samples import config_of, short_table

pytestmark = pytest.mark.usefixtures("one_thread")
CLAIMS = {claim.id: claim for claim in read_claims("reproduce.articles.bitcoin_lstm").claims}
(PLAN,) = [plan for plan in STORY if plan.name == "bitcoin-recall"]
TINY = Variant(task="recall", network="simple-rnn", window=2, hidden=3, batch=2, epochs=1)


# What is drawn


def test_target_is_the_first_of_uniform_numbers():
    """Of mean 0 and deviation 1, none like another, within √3."""
    inputs, targets = rows(seed=5, epoch=0, count=4000, numbers=3)
    np.testing.assert_array_equal(targets[:, 0], inputs[:, 0, 0])
    assert inputs.shape == (4000, 3, 1)
    assert len(np.unique(inputs)) == inputs.size
    assert (abs(inputs.mean()), inputs.std()) == (pytest.approx(0, abs=0.03), pytest.approx(1, abs=0.02))
    assert 1.73 < np.abs(inputs).max() < 3**0.5
    assert np.mean(np.abs(inputs) < 3**0.5 / 2) == pytest.approx(0.5, abs=0.02)  # uniform, not normal


def test_every_epoch_and_every_seed_has_numbers_of_its_own():
    """The test's too; and the same each time, whichever network asks."""
    drawn = [rows(seed, epoch, 50, 4)[0] for seed in (0, 1) for epoch in (-1, 0, 1)]
    assert len(np.unique(drawn)) == np.size(drawn)
    np.testing.assert_array_equal(rows(1, 0, 50, 4)[0], drawn[4])


# A training


@pytest.fixture(scope="module")
def trained(one_thread, tmp_path_factory):  # noqa: ARG001
    """A tiny network after one epoch."""
    root, config = tmp_path_factory.mktemp("recall"), config_of("bitcoin-lstm", variant=TINY)
    train(root, config, short_table())
    return Directory(root, config)


def test_network_learns_from_the_rows_of_its_epochs_and_is_tested_on_others(trained):
    """The test error is that of NumPy with the trained weights; from 1, what is left goes down."""
    w = trained_engine(trained).weights()
    inputs, targets = rows(0, -1, TESTED, 2)
    h = np.zeros((TESTED, 3))
    for t in (0, 1):
        h = np.tanh(inputs[:, t] @ w["W_x"] + h @ w["W_h"] + w["b"])
    errors = h @ w["W_hy"] + w["b_y"] - targets
    metrics = trained.read_metrics()
    assert metrics["test_mse"] == pytest.approx(np.mean(errors**2), rel=1e-4)  # float32
    assert metrics["test_variance"] == pytest.approx(np.mean((targets - targets.mean()) ** 2))
    assert metrics["test_mse"] < metrics["test_variance"]
    assert metrics["final_loss"] == trained.read_losses()[-1]


def test_row_tells_the_run(trained):
    """What is left is the error over the variance; seconds are those of its training."""
    (row,) = recall_rows(Study(trained.path.parent, (trained.config,)))
    metrics, seconds = trained.read_metrics(), trained.read_environment()["seconds"]
    assert row == RecallRow(
        "simple-rnn", "program", 2, 1, 0, metrics["final_loss"], metrics["test_mse"] / metrics["test_variance"], seconds
    )


def test_more_epochs_go_on_from_fewer_to_the_same_bits(trained, tmp_path):
    """As one training from the beginning."""
    longer = config_of("bitcoin-lstm", variant=Variant.parse(TINY.name.replace("epochs-1", "epochs-2")))
    for root in (trained.path.parent, tmp_path):
        train(root, longer, short_table())
    one, other = (Directory(root, longer) for root in (trained.path.parent, tmp_path))
    assert one.read_metrics() == other.read_metrics()
    assert one.read_losses()[0] == trained.read_losses()[0]


def test_it_reads_no_prices():
    """Where prices are asked for it says so; its own training needs none of them, however short the table is."""
    check(short_table(3), TINY)
    with pytest.raises(DataError, match="task-recall reads random numbers, not prices; reproduce study bitcoin-recall"):
        prepare(short_table(), TINY)


def test_it_is_trained_in_its_study():
    """Which a run of its own names."""
    assert re.match(r"no second engine proves .*task-recall; .*reproduce study bitcoin-recall ", TINY.refuses("keras"))


# The rule


def rows_of(learnt, later=0):
    """Ten seeds of every task, of which the first ones have learnt it: as many as `learnt` says by network and numbers.

    As many in both draws, or a pair of the program's and Keras's. With ten times the steps the first `later`.
    """

    def left(seed, enough):
        return 0.05 if seed - SEEDS[0] < enough else 0.5

    made = []
    for k, draw in enumerate(("program", "keras")):
        for network in NETWORKS:
            for numbers in LENGTHS:
                count = learnt.get((network, numbers), 5)
                enough = count if isinstance(count, int) else count[k]
                made += [RecallRow(network, draw, numbers, BUDGET, s, 0.3, left(s, enough), 1.5) for s in SEEDS]
            made += [RecallRow(network, draw, 60, TEN_TIMES, s, 0.3, left(s, later), 15.0) for s in FEW]
    return made


def case(short, long, lstm_short, lstm_long):
    return {
        ("simple-rnn", 7): short,
        ("simple-rnn", 60): long,
        ("described", 7): lstm_short,
        ("described", 60): lstm_long,
    }


@pytest.mark.parametrize(
    ("learnt", "as_told", "alone"),
    [
        pytest.param(case(10, 0, 10, 10), "reproduced", "reproduced", id="as-told"),
        pytest.param(case(8, 0, 9, 10), "reproduced", "reproduced", id="eight"),
        pytest.param(case(7, 0, 9, 10), "not reproduced", "reproduced", id="rnn-seldom-learns-the-short-one"),
        pytest.param(case(10, 3, 10, 10), "not reproduced", "not reproduced", id="rnn-learns-the-long-one"),
        pytest.param(case(10, 0, 10, 7), "not reproduced", "not reproduced", id="lstm-seldom-learns-the-long-one"),
        pytest.param(case(10, 0, 7, 10), "not reproduced", "reproduced", id="lstm-seldom-learns-the-short-one"),
        pytest.param(case(10, (9, 0), 10, 10), "partly reproduced", "partly reproduced", id="in-one-draw"),
        pytest.param(case(10, 9, 10, 0), "not reproduced", "not reproduced", id="opposite"),
    ],
)
def test_rule_counts_the_seeds_where_all_four_hold(learnt, as_told, alone):
    """Of either draw, eight seeds of ten."""
    outputs = recall_outputs(rows_of(learnt))
    assert CLAIMS["bitcoin-lstm/recall"].judge(outputs).verdict == as_told
    assert CLAIMS["ours/lstm-recalls-farther"].judge(outputs).verdict == alone


def test_seed_counts_by_its_own_networks():
    """Where the RNN of five seeds and the LSTM of five others do as told, no seed does."""
    made = rows_of(case(10, 0, 10, 10))
    halves = [
        RecallRow(**{**vars(row), "left": 0.5 if row.seed < 105 else 0.05})
        if (row.network, row.numbers) == ("described", 60)
        else RecallRow(**{**vars(row), "left": 0.5 if row.seed >= 105 else 0.05})
        if (row.network, row.numbers) == ("simple-rnn", 7)
        else row
        for row in made
    ]
    assert recall_outputs(halves)["recall_as_told_in_a_draw"] == 0
    assert recall_outputs(halves)["recall_lstm_alone"] == 5


def test_training_that_diverged_has_learnt_nothing():
    """What is left of it is nan."""
    made = [RecallRow(**{**vars(row), "left": float("nan")}) for row in rows_of(case(10, 0, 10, 10))]
    assert set(recall_outputs(made).values()) == {0}


def test_study_is_shown_with_what_follows_where_it_is_whole():
    """Trainings that learnt by network, draw, numbers and steps; of a part that alone."""
    made = rows_of(case(10, 0, 10, 10), later=1)
    table, follows = PLAN.show(made)
    assert {row["learnt"] for row in table.rows if (row["network"], row["numbers"]) == ("described", 7)} == {10}
    assert [row["seeds"] for row in table.rows if row["epochs"] == TEN_TIMES] == [2] * 8
    assert [row["answer"] for row in follows.rows] == ["Yes.", "Yes."]
    assert set(at_ten_times(made).values()) == {1}
    part = [row for row in made if row.seed != SEEDS[-1]]
    assert not is_whole(part)
    assert len(PLAN.show(part)) == 1


def test_networks_differ_in_what_is_asked_alone():
    """The same recipe for all."""
    assert recaller("simple-rnn", "keras", 20) == Variant(
        task="recall",
        draw="keras",
        network="simple-rnn",
        window=20,
        hidden=32,
        batch=16,
        clipping="applied",
        clip_margin=1,
        epochs=8,
    )
    assert recaller("described", "program", 7).wiring == "described"
    assert BUDGET * STEPS == 4000
    assert TEN_TIMES == 10 * BUDGET


def test_shipped_table_has_all_runs():
    """Those of the plan, once each."""
    planned = sorted(
        (
            variant.network if variant.network != "lstm" else variant.wiring,
            variant.draw,
            variant.window,
            variant.epochs,
            s,
        )
        for variant, seeds in RUNS
        for s in seeds
    )
    assert sorted((row.network, row.draw, row.numbers, row.epochs, row.seed) for row in TABLE.shipped()) == planned
