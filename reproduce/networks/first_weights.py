"""The weights that one recurrent layer starts from, untrained: as Keras draws them, or as the program does."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from reproduce.networks.engine import SEEDS_A_RUN
from reproduce.networks.lstm.weights import STDDEV, initial_weights
from reproduce.networks.ports.layouts import from_keras
from reproduce.networks.reference import Arrays
from reproduce.networks.stacked import layers_of

# Truncated normal and biases 0; or Glorot's kernel, orthogonal recurrent kernel, Keras's biases.
DRAWS = ("program", "keras")


def layer_weights(kind: str, draw: str, hidden: int, seed: int) -> list[np.ndarray]:
    """Kernel, recurrent kernel and bias of a layer on one feature, in Keras's shapes, float64.

    Args:
        kind: simple-rnn, gru or lstm.
    """
    layer = layers_of(kind, (hidden, 1), 0, seed, "float64")[0]
    layer.build((1, 1, 1))
    kernel, recurrent, bias = map(np.asarray, layer.get_weights())
    if draw == "keras":
        return [kernel, recurrent, bias]
    return [*(truncated(w.shape, SEEDS_A_RUN * seed + k) for k, w in enumerate((kernel, recurrent))), 0 * bias]


def truncated(shape: Sequence[int], seed: int) -> np.ndarray:
    """A draw as the program's, float64."""
    return np.asarray(keras.initializers.TruncatedNormal(stddev=STDDEV, seed=seed)(shape, dtype="float64"))


def uniform(shape: Sequence[int], seed: int) -> np.ndarray:
    """A draw as Keras's of a Dense layer, float64."""
    return np.asarray(keras.initializers.GlorotUniform(seed=seed)(shape, dtype="float64"))


def lstm_weights(draw: str, hidden: int, seed: int) -> Arrays:
    """An LSTM's by their names in the reference, float64; of the program's draw those that its graph starts from."""
    if draw == "program":
        return initial_weights(hidden, seed, "float64")
    return from_keras([*layer_weights("lstm", draw, hidden, seed), np.zeros((hidden, 1)), np.zeros(1)])
