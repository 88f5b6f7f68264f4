"""What tells good text from bad without reading it: how much it repeats, and the entropy of counted characters.

A network that has learnt anything has a cross-entropy below that of characters counted without their context (order 0),
then below that of pairs of characters (order 1), and so on. The best that counting does is `best_counted`.

Witten & Bell (1991), The zero-frequency problem, IEEE Transactions on Information Theory 37, 1085-1094.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reproduce.inputs.text import Samples

_KEY = np.dtype(np.int32)
ORDERS = 11  # tried by `best_counted`: 0 to 10


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


def best_counted(training: Samples, judged: Samples, characters: int) -> tuple[int, float]:
    """The order that suits the training text best, and the entropy of `judged` in nats by `witten_bell` of that order.

    The order is chosen on the last tenth of the training samples, counted on those before it; the first of equals.
    """
    first = 9 * len(training) // 10
    seen, asked = (
        Samples(training.inputs[part], training.targets[part]) for part in (slice(first), slice(first, None))
    )
    order = int(np.argmin(witten_bell(seen, asked, characters)))
    return order, float(witten_bell(training, judged, characters)[order])


def witten_bell(training: Samples, judged: Samples, characters: int) -> np.ndarray:
    """The mean cross-entropy in nats of `judged`, each target given the k characters before it: (orders,), k from 0.

    With n(h) how often the context h of k characters was seen, n(hc) how often c came after it, t(h) how many distinct
    characters did, and h' the context without its first character,

        P(c | h) = (n(hc) + t(h) P(c | h')) / (n(h) + t(h))        before order 0 all characters are equally likely

    and a context that was never seen says what h' does. Orders go up to ORDERS - 1, or the window where it is shorter.
    """
    probability = np.full(len(judged), 1 / characters)
    entropies = []
    for order in range(min(ORDERS, training.inputs.shape[1] + 1)):
        seen = Counter(_keys(_pieces(training, order)))
        counts, kinds = Counter(), Counter()
        for piece, times in seen.items():
            context = piece[: -_KEY.itemsize]
            counts[context] += times
            kinds[context] += 1
        asked = _keys(_pieces(judged, order))
        times = np.array([seen[piece] for piece in asked])
        n, t = (np.array([table[piece[: -_KEY.itemsize]] for piece in asked]) for table in (counts, kinds))
        mixed = (times + t * probability) / np.maximum(n + t, 1)
        probability = np.where(n > 0, mixed, probability)
        entropies.append(-np.mean(np.log(probability)))
    return np.array(entropies)


def _pieces(samples: Samples, order: int) -> np.ndarray:
    """The last `order` characters of every window and its target, (samples, order + 1)."""
    window = samples.inputs.shape[1]
    return np.column_stack([samples.inputs[:, window - order :], samples.targets])


def _keys(rows: np.ndarray) -> list[bytes]:
    return [row.tobytes() for row in rows.astype(_KEY)]
