"""What the article's terms are in its program: each value worked out in another way, and where it would be another."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm.program import PROBE
from reproduce.articles.bitcoin_lstm.terms import (
    count_updates,
    count_weights,
    farthest_day,
    joined_difference,
    reads_all,
    reads_length,
    term_outputs,
    units_built,
    update_operations,
    windows_in_a_step,
)
from reproduce.evidence.claims import read_claims
from reproduce.evidence.program import load_program
from reproduce.networks.lstm.create import create_engine
from reproduce.networks.lstm.weights import random_weights

pytestmark = pytest.mark.usefixtures("one_thread")
SMALL = replace(PROBE, window=2, batch=3)
INPUTS, TARGETS = np.random.default_rng(3).normal(size=(12, 2, 1)), np.random.default_rng(4).normal(size=(12, 1))


@pytest.fixture(scope="module")
def engine(one_thread):  # noqa: ARG001
    """A graph of windows of two days, in batches of three."""
    made = create_engine("session", SMALL, seed=1, dtype="float64")
    yield made
    made.close()


def test_updates_are_batches_and_not_epochs(engine):
    """Twelve windows make four batches; two epochs make eight."""
    assert count_updates(engine, INPUTS, TARGETS) == 4
    assert count_updates(engine, np.tile(INPUTS, (2, 1, 1)), np.tile(TARGETS, (2, 1))) == 8


def test_step_reads_as_many_windows_as_batch_says(engine):
    """Three of twelve; the weights are put back."""
    before = engine.weights()
    assert windows_in_a_step(engine, INPUTS, TARGETS) == 3
    assert all(np.array_equal(array, before[name]) for name, array in engine.weights().items())


def test_graph_reads_the_length_that_it_was_built_for(engine):
    """And no other."""
    assert [reads_length(engine, days) for days in (1, 2, 3)] == [False, True, False]


class Reads:
    """An engine that predicts the sum of all prices of the last so many windows that it is given, from a day on."""

    def __init__(self, windows, first):
        self.windows, self.first = windows, first

    def predict(self, inputs):
        sums = inputs[:, self.first :, 0].sum(axis=1)
        return np.array([sums[max(0, k + 1 - self.windows) : k + 1].sum() for k in range(len(sums))])[:, np.newaxis]


@pytest.mark.parametrize(
    ("reads", "days", "verdict"),
    [
        pytest.param(Reads(1, 0), 7, "not reproduced", id="its-window"),
        pytest.param(Reads(1, 4), 3, "not reproduced", id="three-days"),
        pytest.param(Reads(2000, 0), 1225, "reproduced", id="state-goes-on"),
    ],
)
def test_farthest_day_is_told_by_what_moves_the_prediction(reads, days, verdict, dataset):
    """Of 15 April 2018: within its window, or as far as 7 December 2014, where a state went on through every tenth."""
    assert farthest_day(reads, dataset) == days
    (claim,) = [one for one in read_claims("reproduce.articles.bitcoin_lstm").claims if one.output == "farthest_day"]
    assert claim.judge({"farthest_day": days}).verdict == verdict


def test_weights_are_counted(engine):
    """Of 8 units: four gates of 8 + 64 + 8, and 9 of the output layer."""
    assert count_weights(engine) == 4 * (8 + 64 + 8) + 9


def test_update_is_adam_s(engine):
    """The only kind of operation that writes weights."""
    assert update_operations(engine) == {"ResourceApplyAdam"}


def test_first_day_counts_by_its_derivative():
    """Though it is too small to be seen; with no weight from the inputs there is none."""
    w = random_weights(4, seed=2)
    assert reads_all(w, 400)
    assert not reads_all(w | {f"W_x{gate}": np.zeros((1, 4)) for gate in "ifog"}, 7)


def test_joined_product_needs_both_parts():
    """Equal but for rounding."""
    assert 0 < joined_difference(random_weights(64, seed=2)) < 1e-13


def test_window_of_one_day_has_the_shape_of_the_others():
    """1273 rows: 1272 windows, of one day, of one price."""
    assert term_outputs()["window_1_shape"] == [1272, 1, 1]


@pytest.mark.parametrize("hidden", [256, 5])
def test_units_are_those_of_the_graph_that_the_program_builds(hidden):
    """As many as its hyperparameter says, whatever that is."""
    program = load_program("bitcoin_lstm")
    program.hidden_layer = hidden
    assert units_built(program) == hidden
