"""The hand-written backward pass against automatic differentiation, for every size and both wirings."""

import numpy as np
import pytest
import tensorflow as tf

from reproduce.networks.lstm.network import loss_and_gradients, pack, predict, unpack
from reproduce.networks.lstm.weights import Weights, random_weights
from tests.networks.checks import WIRINGS

pytestmark = pytest.mark.usefixtures("one_thread")


def problem(window, batch, hidden, dtype="float64"):
    """Random windows, targets and published weights, as tensors."""
    generator = np.random.default_rng(window * 1000 + batch)
    weights = Weights(**{name: tf.constant(w, dtype) for name, w in random_weights(hidden, seed=2).items()})
    return weights, *(tf.constant(generator.normal(size=s), dtype) for s in ((batch, window, 1), (batch, 1)))


@pytest.mark.parametrize(("window", "batch", "hidden"), [(1, 3, 4), (2, 1, 5), (7, 7, 33), (60, 2, 3)])
@pytest.mark.parametrize("wiring", WIRINGS)
def test_gradients_by_hand_are_those_of_automatic_differentiation(wiring, window, batch, hidden):
    """The tape differentiates the same forward pass; one day, one window and sixty days included."""
    weights, windows, targets = problem(window, batch, hidden)
    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss = tf.reduce_mean(tf.square(predict(wiring, pack(weights), windows) - targets))
    expected = tape.gradient(loss, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO)  # W_h*, on one day
    by_hand = loss_and_gradients(wiring, pack(weights), windows, targets)
    np.testing.assert_allclose(by_hand.loss, loss, rtol=1e-14)
    for name, ours, theirs in zip(Weights._fields, unpack(by_hand.of_weights), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("parts", [3, 50], ids=["unequal", "more-than-there-are"])
def test_parts_of_the_recurrent_weights_give_the_same_gradients(parts):
    """Of 20 columns on the way forward, of 5 rows on the way back."""
    weights, windows, targets = problem(4, 2, 5)
    whole, cut = (loss_and_gradients("published", pack(weights), windows, targets, parts=n) for n in (1, parts))
    for ours, theirs in zip(cut.of_weights, whole.of_weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-16)


def test_unpack_undoes_pack_exactly():
    """Every weight comes back in its place and shape; all numbers differ, so none can stand in for another."""
    weights, _, _ = problem(1, 1, 6)
    for name, before, after in zip(Weights._fields, weights, unpack(pack(weights)), strict=True):
        assert after.shape == before.shape, name
        np.testing.assert_array_equal(after, before, err_msg=name)
