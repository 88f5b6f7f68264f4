"""The weights of two LSTM layers and a linear output by name, as arrays in Keras's shapes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np


class StackWeights(NamedTuple):
    """All that is trained: arrays, or what has their shapes. The four gates lie side by side in Keras's order, i f c o.

    H and K are the units of the two layers, C the number of outputs. In Keras's `get_weights()` the order is the same.
    """

    kernel_1: np.ndarray  # (1, 4H)   first LSTM, which reads one number, or (F, 4H), F of them
    recurrent_1: np.ndarray  # (H, 4H)
    bias_1: np.ndarray  # (4H,)
    kernel_2: np.ndarray  # (H, 4K)   second LSTM, which reads the first one's output
    recurrent_2: np.ndarray  # (K, 4K)
    bias_2: np.ndarray  # (4K,)
    kernel_out: np.ndarray  # (K, C)
    bias_out: np.ndarray  # (C,)


def layers(values: StackWeights) -> tuple[tuple, tuple, tuple]:
    """What belongs to the first LSTM, to the second and to the output."""
    return values[:3], values[3:6], values[6:]


def weight_shapes(units: tuple[int, int], outputs: int, inputs: int = 1) -> StackWeights:
    """The shape of each weight of layers of so many units, which read so many inputs a step."""
    H, K = units
    first, second = ((inputs, 4 * H), (H, 4 * H), (4 * H,)), ((H, 4 * K), (K, 4 * K), (4 * K,))
    return StackWeights(*first, *second, (K, outputs), (outputs,))


def count_weights(units: tuple[int, int], outputs: int) -> int:
    """How many numbers are trained.

    >>> count_weights((300, 300), 43), count_weights((50, 100), 1)
    (1096543, 70901)
    """
    return sum(math.prod(shape) for shape in weight_shapes(units, outputs))
