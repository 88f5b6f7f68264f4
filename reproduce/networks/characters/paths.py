"""How far Keras's Adam moves a small character network: whether its steps follow the size of the loss."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from reproduce.networks.adam import KerasMemory, keras_step
from reproduce.networks.characters.network import cross_entropy
from reproduce.networks.stack.network import Masks, by_step, loss_and_gradients
from reproduce.networks.stack.weights import StackWeights, weight_shapes

STEPS, BATCH, WINDOW, HIDDEN, CHARACTERS = 20, 30, 50, 8, 43
LEARNING_RATE = 0.001


def path_length(scale: float, seed: int) -> float:
    """The sum of the lengths of STEPS steps on `scale` times the loss, from random weights, on random samples."""
    rng = np.random.default_rng(seed)
    weights = StackWeights(
        *(tf.constant(rng.normal(0, 0.1, shape)) for shape in weight_shapes((HIDDEN, HIDDEN), CHARACTERS))
    )
    zeros = StackWeights(*map(tf.zeros_like, weights))
    memory, length = KerasMemory(zeros, zeros, tf.constant(0, tf.int64)), 0.0
    for _ in range(STEPS):
        samples = rng.integers(CHARACTERS, size=(BATCH, WINDOW + 1))
        inputs, targets = samples[:, :-1] / CHARACTERS, samples[:, -1].astype(np.int32)
        gradients = _gradients(weights, tf.constant(inputs), tf.constant(targets))
        scaled = StackWeights(*(scale * gradient for gradient in gradients))
        moved, memory = keras_step(weights, scaled, memory, LEARNING_RATE)
        length += float(tf.linalg.global_norm([new - old for new, old in zip(moved, weights, strict=True)]))
        weights = moved
    return length


@tf.function(autograph=False)
def _gradients(weights: StackWeights, inputs: tf.Tensor, targets: tf.Tensor) -> StackWeights:
    """Of one batch's loss, nothing dropped."""
    kept = Masks(tf.ones((WINDOW, BATCH, HIDDEN), tf.float64), tf.ones((BATCH, HIDDEN), tf.float64))
    return loss_and_gradients(cross_entropy, weights, by_step(inputs), targets, kept, BATCH)[1]
