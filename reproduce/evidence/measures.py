"""What tells good text from bad without reading it: how much it repeats, and the entropy of counted characters.

A network that has learnt anything has a cross-entropy below that of characters counted without their context (order 0),
then below that of pairs of characters (order 1), and so on.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reproduce.inputs.text import Samples


def repeat_rate(indices: np.ndarray, n: int = 10) -> float:
    """The share of a text's pieces of `n` characters, one beginning at each character, that stood earlier in it.

    0 in a text that never repeats itself, close to 1 in one that goes round in circles.

    >>> repeat_rate(np.array([1, 2, 1, 2, 1]), n=2)  # 12, 21, 12 again, 21 again
    0.5

    Raises:
        ValueError: the text is shorter than one piece.
    """
    if not 1 <= n <= len(indices):
        raise ValueError(f"n is {n} in a text of {len(indices)} characters, expected 1 to {len(indices)}")
    pieces = _keys(sliding_window_view(indices, n))
    return 1 - len(set(pieces)) / len(pieces)


def entropy_of_order(training: Samples, judged: Samples, order: int, characters: int) -> float:
    """The mean cross-entropy in nats of the targets of `judged`, each given the `order` characters before it.

    A character has the probability (times counted after this context + 1) / (times this context was counted + number
    of distinct characters), counted over the targets of `training`, so that nothing is impossible. Samples are the same
    as a network's, so its cross-entropy on them is comparable.

    Args:
        training: what is counted.
        judged: what is predicted; the samples of `training` themselves for a base line of a training loss.
        order: 0 counts characters alone, 1 pairs.
        characters: how many distinct characters there are.

    >>> seen = Samples(inputs=np.array([[0], [0], [1]]), targets=np.array([0, 1, 0]))
    >>> asked = Samples(inputs=np.array([[0]]), targets=np.array([0]))
    >>> [round(float(np.exp(-entropy_of_order(seen, asked, order, characters=2))), 3) for order in (0, 1)]
    [0.6, 0.5]

    Raises:
        ValueError: `order` is below 0 or longer than a window.
    """
    window = training.inputs.shape[1]
    if not 0 <= order <= window:
        raise ValueError(f"order is {order}, expected 0 to {window}, the characters before a target")
    seen = Counter(_keys(_pieces(training, order)))
    contexts = Counter(_keys(_pieces(training, order)[:, :order]))
    asked = _pieces(judged, order)
    times = np.array([seen[piece] for piece in _keys(asked)])
    of = np.array([contexts[context] for context in _keys(asked[:, :order])])
    return float(-np.mean(np.log((times + 1) / (of + characters))))


def _pieces(samples: Samples, order: int) -> np.ndarray:
    """The last `order` characters of every window and its target, (samples, order + 1)."""
    window = samples.inputs.shape[1]
    return np.column_stack([samples.inputs[:, window - order :], samples.targets])


def _keys(rows: np.ndarray) -> list[bytes]:
    return [row.tobytes() for row in rows.astype(np.int32)]
