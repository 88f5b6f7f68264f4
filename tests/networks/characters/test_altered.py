"""Other steps of Adam: held to Keras's own optimizer, whose clipping and ε are set."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from reproduce.networks.adam import KERAS_EPSILON, KerasMemory
from reproduce.networks.characters.altered import altered_step
from reproduce.networks.stack.weights import StackWeights, weight_shapes

pytestmark = pytest.mark.usefixtures("one_thread")


def drawn(rng, scale):
    """Distinct float64 numbers in the shapes of a small network's weights."""
    return StackWeights(*(tf.constant(scale * rng.normal(size=shape)) for shape in weight_shapes((2, 3), 4)))


@pytest.mark.parametrize(
    ("scale", "clip_norm", "epsilon"),
    [
        pytest.param(0.5, 1.0, KERAS_EPSILON, id="clipped"),
        pytest.param(0.001, 1.0, KERAS_EPSILON, id="too-small-to-be-clipped"),
        pytest.param(0.001, float("inf"), 1e-4, id="epsilon"),
        pytest.param(0.5, float("inf"), KERAS_EPSILON, id="as-before"),
    ],
)
def test_steps_are_keras_s(scale, clip_norm, epsilon):
    """Three of them; the norm is that over all weights together."""
    rng = np.random.default_rng(2)
    weights, steps = drawn(rng, 1.0), [drawn(rng, scale * (k + 1)) for k in range(3)]
    variables = [keras.Variable(array, dtype="float64") for array in weights]
    given = {} if clip_norm == float("inf") else {"global_clipnorm": clip_norm}
    optimizer = keras.optimizers.Adam(learning_rate=0.01, epsilon=epsilon, **given)
    zeros = StackWeights(*map(tf.zeros_like, weights))
    memory = KerasMemory(zeros, zeros, tf.constant(0, tf.int64))
    for gradients in steps:
        optimizer.apply(list(gradients), variables)
        weights, memory = altered_step(
            weights, gradients, memory, learning_rate=0.01, clip_norm=clip_norm, epsilon=epsilon
        )
    for ours, theirs in zip(weights, variables, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-5)  # Keras counts its rate in float32
