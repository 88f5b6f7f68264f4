"""What is read from the graph by name: held to the NumPy reference; and that names move no bit of a training."""

import contextlib
from dataclasses import replace

import numpy as np
import pytest

from reproduce.networks import reference
from reproduce.networks.lstm import cell
from reproduce.networks.lstm.gates import read_inside, tensor_name
from reproduce.networks.lstm.session import SessionEngine
from tests.networks.checks import TINY, WIRINGS, small_problem

pytestmark = pytest.mark.usefixtures("one_thread")
both_wirings = pytest.mark.parametrize("wiring", WIRINGS)


@pytest.fixture(scope="module")
def problem():
    """Three windows of three days, and float64 weights of four units, each another draw."""
    inputs, _, weights = small_problem(windows=3)
    return inputs, weights


@both_wirings
def test_every_quantity_is_the_reference_s(wiring, problem):
    """Gates, candidate, c and h of each window, day and unit, and the prediction; to float64 rounding."""
    inputs, weights = problem
    found = read_inside(replace(TINY, wiring=wiring), weights, inputs)
    predictions, days = reference.forward(weights, wiring, inputs)
    for name in "ifog":
        expected = np.stack([getattr(day, name) for day in days], axis=1)  # (windows, days, hidden)
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-12, err_msg=name)
    for name in "ch":
        expected = np.stack([getattr(day.after, name) for day in days], axis=1)
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(found.predictions, predictions, rtol=1e-12)


@both_wirings
def test_slopes_are_what_a_small_step_of_each_price_moves(wiring, problem):
    """Central differences of the reference's prediction, day by day."""
    inputs, weights = problem
    found, step = read_inside(replace(TINY, wiring=wiring), weights, inputs).slopes, 1e-5
    assert found.shape == (3, 3)
    for day in range(3):
        move = step * (np.arange(3) == day)[:, np.newaxis]  # (days, 1)
        up, down = (reference.forward(weights, wiring, inputs + sign * move)[0][:, 0] for sign in (1, -1))
        np.testing.assert_allclose(found[:, day], (up - down) / (2 * step), rtol=1e-6, atol=1e-9)


def test_graph_computes_in_the_dtype_of_the_weights(problem):
    """Float32 as a run has them."""
    inputs, weights = problem
    single = {name: array.astype(np.float32) for name, array in weights.items()}
    assert read_inside(TINY, single, inputs[:1]).c.dtype == np.float32


def test_names_are_those_of_the_engine_s_graph():
    """Any window's, any day's; each of the six has a scope of its own."""
    graph = SessionEngine(TINY, 0).graph
    for name in (tensor_name(window, day, quantity) for window in (0, 1) for day in (0, 2) for quantity in "ifogch"):
        assert graph.get_tensor_by_name(name).shape.as_list() == [1, 4]


def losses_of(settings, epochs=2):
    """Mean losses of the session engine from seed 3."""
    inputs, targets, _ = small_problem()
    engine = SessionEngine(settings, 3)
    return [engine.train_epoch(inputs, targets).losses.tolist() for _ in range(epochs)], engine.weights()


@both_wirings
def test_scopes_move_no_bit_of_a_training(wiring, monkeypatch):
    """The cell without any name scope draws, and trains, to the same bits."""
    named, weights = losses_of(replace(TINY, wiring=wiring))
    monkeypatch.setattr(cell.tf, "name_scope", lambda _: contextlib.nullcontext())
    nameless, same = losses_of(replace(TINY, wiring=wiring))
    assert named == nameless
    for name, array in weights.items():
        np.testing.assert_array_equal(array, same[name], err_msg=name)
