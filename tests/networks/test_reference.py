"""The NumPy network to be read, against the tests' own loops and against the slopes of both losses.

All sizes differ, weights are distinct random numbers, and prices vary from day to day. Float64: only rounding is left.
"""

import numpy as np
import pytest

from reproduce.networks import reference
from tests.networks.checks import WIRINGS, small_problem
from tests.oracles import numpy_adam, numpy_forward, numpy_gradients, numpy_loss

pytestmark = pytest.mark.parametrize("wiring", WIRINGS)
INPUTS, TARGETS, WEIGHTS = small_problem(windows=3)


def test_predictions_are_those_of_a_loop_over_windows(wiring):
    """Window by window and day by day."""
    expected = [numpy_forward(window, WEIGHTS, wiring)[0] for window in INPUTS]
    np.testing.assert_allclose(reference.forward(WEIGHTS, wiring, INPUTS)[0], expected, rtol=1e-13)


def test_loss_and_gradients_are_those_of_a_loop_over_windows(wiring):
    """All fourteen."""
    loss, gradients = reference.loss_and_gradients(WEIGHTS, wiring, INPUTS, TARGETS)
    assert loss == pytest.approx(numpy_loss(INPUTS, TARGETS, WEIGHTS, wiring), rel=1e-13)
    expected = numpy_gradients(INPUTS, TARGETS, WEIGHTS, wiring)
    assert list(gradients) == list(expected)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-11, atol=1e-14, err_msg=name)


def by_reference(weights, wiring):
    """Loss and gradients as the package has them."""
    return reference.loss_and_gradients(weights, wiring, INPUTS, TARGETS)


def by_oracle(weights, wiring):
    """Loss and gradients as the tests have them."""
    return numpy_loss(INPUTS, TARGETS, weights, wiring), numpy_gradients(INPUTS, TARGETS, weights, wiring)


@pytest.mark.parametrize("loss_and_gradients", [by_reference, by_oracle])
def test_gradients_are_slopes_of_the_loss(loss_and_gradients, wiring):
    """Central differences of every number; with steps of 1e-6 they are good to some 1e-9."""
    for name, gradient in loss_and_gradients(WEIGHTS, wiring)[1].items():
        slopes = np.empty_like(gradient)
        for at in np.ndindex(gradient.shape):
            step = np.zeros_like(gradient)
            step[at] = 1e-6
            above, below = (
                loss_and_gradients({**WEIGHTS, name: WEIGHTS[name] + change}, wiring)[0] for change in (step, -step)
            )
            slopes[at] = (above - below) / 2e-6
        np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-8, err_msg=name)


def test_training_is_that_of_the_tests(wiring):
    """Six steps of TF1's Adam on one batch."""
    weights, memory = WEIGHTS, reference.begin_tf1(WEIGHTS)
    for _ in range(6):
        _, gradients = by_reference(weights, wiring)
        weights, memory = reference.tf1_step(weights, gradients, memory)
    expected = numpy_adam(WEIGHTS, lambda _, w: numpy_gradients(INPUTS, TARGETS, w, wiring), steps=6)
    for name, array in weights.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-10, err_msg=name)


def test_float32_stays_float32(wiring):
    """In float64's neighbourhood: 5 days of some ten roundings of 6e-8 each."""
    weights, inputs, targets = (
        {name: array.astype("float32") for name, array in WEIGHTS.items()},
        INPUTS.astype("float32"),
        TARGETS.astype("float32"),
    )
    _, gradients = reference.loss_and_gradients(weights, wiring, inputs, targets)
    moved, memory = reference.tf1_step(weights, gradients, reference.begin_tf1(weights))
    arrays = [*gradients.values(), *moved.values(), *memory.m.values(), *memory.v.values()]
    assert {array.dtype.name for array in arrays} == {"float32"}
    for name, expected in by_oracle(WEIGHTS, wiring)[1].items():
        np.testing.assert_allclose(gradients[name], expected, rtol=1e-4, atol=1e-5, err_msg=name)
