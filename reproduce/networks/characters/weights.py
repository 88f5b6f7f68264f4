"""The two-layer character network's weights by name, as arrays in Keras's shapes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np


class CharWeights(NamedTuple):
    """All that is trained: arrays, or what has their shapes. The four gates lie side by side in Keras's order, i f c o.

    H is the width of a layer, C the number of distinct characters. In Keras's `get_weights()` the order is the same.
    """

    kernel_1: np.ndarray  # (1, 4H)   first LSTM, which reads one number
    recurrent_1: np.ndarray  # (H, 4H)
    bias_1: np.ndarray  # (4H,)
    kernel_2: np.ndarray  # (H, 4H)   second LSTM, which reads the first one's output
    recurrent_2: np.ndarray  # (H, 4H)
    bias_2: np.ndarray  # (4H,)
    kernel_out: np.ndarray  # (H, C)  logits
    bias_out: np.ndarray  # (C,)


def layers(values: CharWeights) -> tuple[tuple, tuple, tuple]:
    """What belongs to the first LSTM, to the second and to the output."""
    return values[:3], values[3:6], values[6:]


def weight_shapes(hidden: int, characters: int) -> CharWeights:
    """The shape of each weight of two layers of `hidden` and `characters` outputs."""
    gates = 4 * hidden
    first, second = ((1, gates), (hidden, gates), (gates,)), ((hidden, gates), (hidden, gates), (gates,))
    return CharWeights(*first, *second, (hidden, characters), (characters,))


def count_weights(hidden: int, characters: int) -> int:
    """How many numbers are trained.

    >>> count_weights(300, 43)
    1096543
    """
    return sum(math.prod(shape) for shape in weight_shapes(hidden, characters))
