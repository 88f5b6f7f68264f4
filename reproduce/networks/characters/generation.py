"""What a trained character network writes: its forward pass in NumPy float32, and the two loops around it.

`generate` feeds every character back, as the article describes it; `predict_shrinking` is the loop as printed,
cut off. No dropout: at inference Keras has none either. One thread: products of 50 rows are too small for two, which
take ten times as long on a busy machine.
"""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from reproduce.inputs.text import Text, code
from reproduce.networks.stack.weights import StackWeights

_START_DRAW = 1  # beside the seed, so that a drawn window and drawn characters have nothing in common


def choose_start(text: Text, start: str, window: int) -> np.ndarray:
    """The last `window` characters of `start` by number, or all where it has fewer: (at most window,) int32.

    Raises:
        TextError: `start` has a character that the text has not.
    """
    return text.encode(start)[-window:]


def pad_start(text: Text, start: np.ndarray, window: int) -> tuple[np.ndarray, str]:
    """`start`, which is shorter, lengthened on its left to (window,), and with what, in words.

    That is with spaces, or with the start itself over and over where the text has no space.
    """
    missing = window - len(start)
    if " " in text.vocabulary:
        return np.concatenate([np.repeat(text.encode(" "), missing), start]), "spaces"
    return np.resize(start[::-1], window)[::-1], "itself repeated"


def draw_place(text: Text, window: int, seed: int) -> int:
    """Where a window of the text begins, each of those that have a character after them as likely as the others."""
    return int(np.random.default_rng((seed, _START_DRAW)).integers(len(text.indices) - window))


def draw_start(text: Text, window: int, seed: int) -> np.ndarray:
    """The window of the text that begins there, (window,) int32."""
    first = draw_place(text, window, seed)
    return text.indices[first : first + window]


@threadpool_limits.wrap(limits=1, user_api="blas")
def generate(
    weights: StackWeights, start: np.ndarray, length: int, *, memory: str, temperature: float, seed: int
) -> np.ndarray:
    """Write `length` characters after `start`, each fed back before the next; (length,) int32.

    With memory `window` each is predicted from the last len(start) characters from a state of zeros, as Keras's
    `predict` does once a character. With `carried` the state after the start text is carried on: every character is
    read once, and what it predicts depends on all before it.

    Args:
        start: (window,) numbers of characters.
        temperature: 0 takes the likeliest character (the first of several); above, each is drawn from
            softmax(logits / temperature).
        seed: of the uniform draws; greedy text depends on none.
    Raises:
        ValueError: `memory` or `temperature` has a value it cannot have, or `start` is empty.
    """
    if memory not in ("window", "carried"):
        raise ValueError(f"memory is {memory!r}, expected window or carried")
    if not 0 <= temperature < np.inf:
        raise ValueError(f"temperature is {temperature!r}, expected a number of at least 0")
    uniforms = np.random.default_rng(seed).random(length)
    window = _check_start(start)
    reader = _Reader(weights, rows=1 if memory == "carried" else window, begins_anew=memory == "window")
    for index in start:
        reader.read(index)
    written = np.empty(length, dtype=np.int32)
    for step in range(length):
        written[step] = _choose(reader.oldest_logits(), temperature, uniforms[step])
        if step + 1 < length:
            reader.read(written[step])
    return written


@threadpool_limits.wrap(limits=1, user_api="blas")
def predict_shrinking(weights: StackWeights, start: np.ndarray, length: int) -> np.ndarray:
    """What the published loop prints where a network takes windows of any length, (length,) int32.

    Nothing is fed back (M3): the first character is predicted from the whole start, the second from the start without
    its first character, and so on, each from a state of zeros.

    Raises:
        ValueError: `length` is more than len(start): after as many steps the window is empty.
    """
    if not 0 <= length <= _check_start(start):
        raise ValueError(
            f"length is {length}, expected at most {len(start)}: the published loop shortens its window by a character "
            "a step and has none left after that"
        )
    reader = _Reader(weights, rows=len(start), begins_anew=True)
    for index in start:
        reader.read(index)
    return np.argmax(reader.logits(), axis=1)[:length].astype(np.int32)


def _check_start(start: np.ndarray) -> int:
    if np.ndim(start) != 1 or len(start) == 0:
        raise ValueError(f"start has shape {np.shape(start)}, expected at least one character in one dimension")
    return len(start)


def _choose(logits: np.ndarray, temperature: float, uniform: float) -> int:
    if temperature == 0:
        return int(np.argmax(logits))
    likelihoods = np.exp((logits.astype(np.float64) - logits.max()) / temperature)
    cumulative = np.cumsum(likelihoods)
    # The last is 1 and the uniform number below it, so that there is always a character.
    return int(np.searchsorted(cumulative / cumulative[-1], uniform, side="right"))


class _Reader:
    """As many windows as there are rows, all reading the same characters, each begun one character after the other.

    Before a character is read, the row that began first begins anew from a state of zeros. So with as many rows as a
    window has characters, all windows that a character belongs to advance in one product a layer, and one of them is
    full after each character. A single row that does not begin anew carries its state on.
    """

    def __init__(self, weights: StackWeights, rows: int, begins_anew: bool) -> None:
        hidden, characters = weights.kernel_out.shape
        self._is_lstm = weights.recurrent_1.shape[1] == 4 * hidden
        # σ(z) = ½ tanh(½ z) + ½, so that one tanh serves all four gates; halving a float is exact.
        halves = np.repeat(np.array([0.5, 0.5, 1, 0.5] if self._is_lstm else [1], dtype=np.float32), hidden)  # i f c o
        w = StackWeights(*(np.asarray(array, dtype=np.float32) for array in weights))
        coding = "numbers" if len(w.kernel_1) == 1 else "one-hot"
        kernel = code(np.arange(characters), characters, coding) @ w.kernel_1
        self._inputs_1 = (kernel + w.bias_1) * halves  # (characters, 4 hidden): what each adds to the first layer
        self._recurrent_1 = np.ascontiguousarray(w.recurrent_1 * halves)
        self._stacked_2 = np.concatenate([w.kernel_2, w.recurrent_2]) * halves  # (2 hidden, 4 hidden)
        self._bias_2 = w.bias_2 * halves
        self._kernel_out, self._bias_out = w.kernel_out, w.bias_out
        self._h = np.zeros((rows, 2 * hidden), dtype=np.float32)  # of both layers side by side
        self._c = np.zeros((2, rows, hidden), dtype=np.float32)
        self._gates = np.empty((rows, w.recurrent_1.shape[1]), dtype=np.float32)
        self._begins_anew, self._read = begins_anew, 0

    def read(self, index: int) -> None:
        """Advance every row by the character of that number."""
        rows, hidden = self._c.shape[1:]
        if self._begins_anew:
            self._h[self._read % rows] = 0
            self._c[:, self._read % rows] = 0
        h_1, h_2 = self._h[:, :hidden], self._h[:, hidden:]
        np.matmul(h_1, self._recurrent_1, out=self._gates)
        self._gates += self._inputs_1[index]
        self._advance(h_1, self._c[0])
        np.matmul(self._h, self._stacked_2, out=self._gates)  # the first layer's new h beside the second's old one
        self._gates += self._bias_2
        self._advance(h_2, self._c[1])
        self._read += 1

    def _advance(self, h: np.ndarray, c: np.ndarray) -> None:
        """Turn `_gates`, still without their activation, and the cell state into the next h and c, in place."""
        hidden = h.shape[1]
        np.tanh(self._gates, out=self._gates)
        if not self._is_lstm:
            h[:] = self._gates  # a plain RNN: h = tanh(z)
            return
        i, f, g, o = (self._gates[:, k * hidden : (k + 1) * hidden] for k in range(4))
        for gate in (i, f, o):
            gate *= np.float32(0.5)
            gate += np.float32(0.5)
        c *= f
        i *= g
        c += i  # c = f c + i g
        np.tanh(c, out=h)
        h *= o  # h = o tanh(c)

    def logits(self) -> np.ndarray:
        """Of every row, (rows, characters), in the order in which they began."""
        rows, hidden = self._c.shape[1:]
        ordered = np.roll(self._h[:, hidden:], -(self._read % rows), axis=0)
        return ordered @ self._kernel_out + self._bias_out

    def oldest_logits(self) -> np.ndarray:
        """Of the row that began first, (characters,): its window is full, and it is the next to begin anew."""
        rows, hidden = self._c.shape[1:]
        return self._h[self._read % rows, hidden:] @ self._kernel_out + self._bias_out
