"""The network's loss, gradient and probabilities: against Keras's layers, and against a tape that differentiates them.

Float64, so that only rounding is left; every size differs, every weight is a draw of its own.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from reproduce.networks.characters.network import Masks, loss_and_gradients, probabilities
from reproduce.networks.characters.weights import CharWeights, weight_shapes

pytestmark = pytest.mark.usefixtures("one_thread")

WINDOW, BATCH, HIDDEN, CHARACTERS = 5, 3, 4, 7
GENERATOR = np.random.default_rng(11)
WEIGHTS = CharWeights(*(GENERATOR.normal(size=shape) for shape in weight_shapes(HIDDEN, CHARACTERS)))
INPUTS = GENERATOR.integers(CHARACTERS, size=(BATCH, WINDOW)) / CHARACTERS
TARGETS = np.array([2, 6, 2], dtype=np.int32)
SHAPES = Masks(between=(WINDOW, BATCH, HIDDEN), last=(BATCH, HIDDEN))
MASKS = Masks(*((GENERATOR.random(shape) >= 0.4) / 0.6 for shape in SHAPES))
NO_MASKS = Masks(*(np.ones(shape) for shape in SHAPES))


def layers_with(weights):
    """Two LSTM layers of Keras and a Dense one without its softmax."""
    first, second = (keras.layers.LSTM(HIDDEN, return_sequences=all_, dtype="float64") for all_ in (True, False))
    logits = keras.layers.Dense(CHARACTERS, dtype="float64")
    for layer, width, part in zip((first, second, logits), (1, HIDDEN, HIDDEN), (0, 3, 6), strict=True):
        layer.build((BATCH, WINDOW, width) if part < 6 else (BATCH, width))
        layer.set_weights(weights[part : part + 3])
    return first, second, logits


def by_hand(weights, masks):
    """Loss and gradient, as the package computes them."""
    tensors = tf.nest.map_structure(tf.constant, (weights, INPUTS, TARGETS, masks))
    return loss_and_gradients(*tensors)


def by_keras(weights, masks):
    """Loss and gradient; the masks stand where the program has its dropout layers."""
    first, second, logits = layers_with(weights)
    with tf.GradientTape() as tape:
        h_1 = first(INPUTS[:, :, tf.newaxis]) * tf.transpose(masks.between, (1, 0, 2))
        z = logits(second(h_1) * masks.last)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(TARGETS, z))
    variables = [variable.value for layer in (first, second, logits) for variable in layer.trainable_variables]
    return loss, tape.gradient(loss, variables)


def assert_equal(ours, expected):
    """Loss and all eight gradients."""
    np.testing.assert_allclose(ours[0], expected[0], rtol=1e-12)
    for name, gradient, theirs in zip(CharWeights._fields, ours[1], expected[1], strict=True):
        np.testing.assert_allclose(gradient, theirs, rtol=1e-9, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("masks", [MASKS, NO_MASKS], ids=["dropout", "no-dropout"])
def test_loss_and_gradients_are_those_of_automatic_differentiation(masks):
    """Both masks drop other units on each step and in each sample."""
    assert_equal(by_hand(WEIGHTS, masks), by_keras(WEIGHTS, masks))


@pytest.mark.parametrize("bias", [-60.0, 60.0], ids=["impossible", "certain"])
def test_no_probability_is_too_small_or_too_large(bias):
    """A target that the network thinks impossible costs 60 nats and more, and pulls; Keras clips nothing in `fit`."""
    weights = WEIGHTS._replace(bias_out=WEIGHTS.bias_out + bias * np.eye(CHARACTERS)[2])
    ours = by_hand(weights, MASKS)
    assert float(ours[0]) > 15
    assert_equal(ours, by_keras(weights, MASKS))


def test_probabilities_are_those_of_keras_without_dropout():
    """Each sample's sum is 1."""
    first, second, logits = layers_with(WEIGHTS)
    found = probabilities(*tf.nest.map_structure(tf.constant, (WEIGHTS, INPUTS)))
    expected = tf.nn.softmax(logits(second(first(INPUTS[:, :, tf.newaxis]))))
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    np.testing.assert_allclose(np.sum(found, axis=1), 1, rtol=1e-14)
