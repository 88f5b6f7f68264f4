"""The weights that two LSTM layers and a linear output start from: what Keras's layers draw, without Keras.

Keras draws by TensorFlow's stateless operations, called here in its order; so the same seed gives the same bits. To
import Keras for that would take seconds, and a hundred megabytes.
"""

from __future__ import annotations

import math

import numpy as np
import tensorflow as tf

from reproduce.networks.engine import SEEDS_A_RUN
from reproduce.networks.stack.weights import StackWeights, weight_shapes

KERNEL_SEEDS, RECURRENT_SEEDS, OUTPUT_SEED = (0, 4), (1, 5), 8  # which of a run's nine, layer by layer
DROPOUT_SEEDS = (3, 7)  # likewise, of the units that are dropped on the way


def initial_weights(units: tuple[int, int], outputs: int, seed: int, inputs: int = 1) -> StackWeights:
    """The weights that `seed` draws, float32: Glorot's kernels, orthogonal recurrent ones, biases 0 or 1."""
    shapes, first = weight_shapes(units, outputs, inputs), SEEDS_A_RUN * seed
    layers = []
    for place, number in enumerate(units):
        kernel, recurrent = shapes[3 * place : 3 * place + 2]
        layers += [
            _glorot_uniform(kernel, first + KERNEL_SEEDS[place]),
            _orthogonal(recurrent, first + RECURRENT_SEEDS[place]),
            np.repeat(np.float32([0, 1, 0, 0]), number),  # i f c o: the forget gate begins open
        ]
    output = _glorot_uniform(shapes.kernel_out, first + OUTPUT_SEED)
    return StackWeights(*layers, output, np.zeros(outputs, np.float32))


def _glorot_uniform(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Uniform, with the variance 2 / (rows + columns)."""
    limit = np.float32(math.sqrt(3 * (1 / (sum(shape) / 2))))
    return tf.random.stateless_uniform(shape, (seed, 0), -limit, limit).numpy()


def _orthogonal(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Orthogonal rows, of which there are fewer: Q of a normal matrix, with the signs of R's diagonal."""
    rows, columns = shape
    q, r = tf.linalg.qr(tf.random.stateless_normal((columns, rows), (seed, 0)))
    return np.ascontiguousarray(tf.transpose(q * tf.sign(tf.linalg.diag_part(r))).numpy())
