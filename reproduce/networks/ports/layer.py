"""An LSTM layer of many slipped programs at once, in NumPy: P layers side by side, forwards and backwards.

What `reproduce.networks.reference` says in words a reader can follow is here written for speed: every array has a
first axis of P programs, and a field in which they differ is a factor or a mask along it. Sizes: P programs, n windows
of T days, F features, H hidden units, 4 gates in the order i, f, o, g.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

GATES = "ifog"
HARD_SLOPES = {"smooth": 0.0, "hard-0.2": 0.2, "hard-6": 1 / 6}


@dataclass(frozen=True)
class Cell:
    """What a program's layer does, a field each. The defaults are those of a library's LSTM, its gates named.

    `gates` says, for the gates i, f, o, g in turn, whose weights a port takes: `fiog` has the first two exchanged. The
    three fields below it say the same of one kind of weights.
    """

    wiring: str = "described"  # or published (D2)
    gates: str = GATES
    gates_x: str = GATES  # of W_x alone
    gates_h: str = GATES  # of W_h alone
    gates_b: str = GATES  # of b alone
    way: str = "both"  # in which weights are laid out wrongly: as they come in and go out, by one rule; or in, or out
    recurrent: str = "as given"  # or transposed; or `transposed i`, one gate's alone
    gate_biases: float = 1.0  # how often they are added
    bias_gradients: str = "of all"  # by the biases that are added; or of one of them, as each is a parameter of its own
    forget_bias: float = 0.0  # added to b_f
    missing: str = "none"  # the gate that is left out, as if it were 1: i, f or o
    sigmoid: str = "smooth"  # or hard-0.2 (Keras 1 and 2: 0.2 z + 0.5), hard-6 (Keras 3: z / 6 + 0.5), cut to 0 … 1
    activation: str = "tanh"  # of the candidate and of c; or relu
    candidate: str = "activation"  # what it goes through; or sigmoid, as the gates do
    last_tanh: bool = True  # h = o tanh(c); else o c
    returned: str = "h"  # at each step, and read at the next; or c, and h is lost
    backward_days: str = "all"  # through how many days gradients flow; or the last


class LayerWeights(NamedTuple):
    """Weights or gradients of P layers."""

    W_x: np.ndarray  # (P, 4, F, H)
    W_h: np.ndarray  # (P, 4, H, H)
    b: np.ndarray  # (P, 4, H)


class Layer:
    """P programs' forward and backward pass through one layer. Weights are those that the cell computes with."""

    def __init__(self, programs: Sequence[Cell], dtype: str) -> None:
        def mask(holds: Callable[[Cell], bool]) -> np.ndarray:
            return np.array([holds(one) for one in programs])[:, None, None]

        self.is_published = mask(lambda one: one.wiring == "published")
        self.has_tanh = mask(lambda one: one.last_tanh)
        self.is_relu = mask(lambda one: one.activation == "relu")
        self.is_gate = mask(lambda one: one.candidate == "sigmoid")
        self.returns_c = mask(lambda one: one.returned == "c")
        self.is_missing = np.array([[one.missing == gate for gate in GATES[:3]] for one in programs])[:, None, :, None]
        self.flows = mask(lambda one: one.backward_days == "all").astype(dtype)
        self.slopes = np.array([HARD_SLOPES[one.sigmoid] for one in programs], dtype)[:, None, None, None]
        self.forget_bias = np.array([one.forget_bias for one in programs], dtype)[:, None]
        self._half = np.asarray(0.5, dtype)

    def step(self, w: LayerWeights, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> Day:
        """One day. x: (P, n, F); h and c: (P, n, H)."""
        read, kept = np.where(self.is_published, c, h), np.where(self.is_published, h, c)
        z = x @ side_by_side(w.W_x) + read @ side_by_side(w.W_h)
        z = z.reshape(*read.shape[:2], 4, -1) + w.b[:, None]  # (P, n, 4, H)
        z[:, :, 1] += self.forget_bias[:, :, None]
        ifo, d_ifo = self._sigmoid(z[:, :, :3])
        if self.is_missing.any():
            ifo, d_ifo = np.where(self.is_missing, 1, ifo), np.where(self.is_missing, 0, d_ifo)
        g, d_g = self._activation(z[:, :, 3])
        if self.is_gate.any():  # the candidate goes through what the gates go through
            like_gate, d_like_gate = self._sigmoid(z[:, :, 3:])
            g = np.where(self.is_gate, like_gate[:, :, 0], g)
            d_g = np.where(self.is_gate, d_like_gate[:, :, 0], d_g)
        c = ifo[:, :, 1] * kept + ifo[:, :, 0] * g
        out, d_out = self._activation(c)
        out, d_out = np.where(self.has_tanh, out, c), np.where(self.has_tanh, d_out, 1)
        h = ifo[:, :, 2] * out
        return Day(x, read, kept, ifo, d_ifo, g, d_g, out, d_out, np.where(self.returns_c, c, h), c)

    def _sigmoid(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Its value and derivative."""
        value = (1 + np.tanh(z / 2)) / 2
        slope = value * (1 - value)
        if not self.slopes.any():
            return value, slope
        line = self.slopes * z + self._half
        is_inside = (line > 0) & (line < 1)
        hard = np.where(is_inside, self.slopes, 0)
        return np.where(self.slopes > 0, np.clip(line, 0, 1), value), np.where(self.slopes > 0, hard, slope)

    def _activation(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tanh or relu, and its derivative."""
        value = np.tanh(z)
        slope = 1 - value**2
        if not self.is_relu.any():
            return value, slope
        return np.where(self.is_relu, np.maximum(z, 0), value), np.where(self.is_relu, z > 0, slope)

    def forward(self, w: LayerWeights, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> list[Day]:
        """All days of inputs (P, n, T, F), from a state."""
        days = []
        for t in range(x.shape[2]):
            days.append(self.step(w, x[:, :, t], h, c))
            h, c = days[-1].h, days[-1].c
        return days

    def backward(self, w: LayerWeights, days: list[Day], d_h: list[np.ndarray], d_c: np.ndarray) -> LayerWay:
        """Gradients by the weights that the cell computes with, and by its inputs.

        Args:
            d_h: the loss's derivative by the h of each day as it is read outside the layer, (P, n, H) each.
            d_c: likewise by the c of the last day.
        """
        W_x, W_h = side_by_side(w.W_x), side_by_side(w.W_h)
        by_x, by_h, b = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros_like(w.b)
        dh, dc, d_x = np.zeros_like(d_c), d_c, []
        for day, outside in zip(reversed(days), reversed(d_h), strict=True):
            dh = dh + outside
            i, f, o = (day.ifo[:, :, k] for k in range(3))
            dc = dc + np.where(self.returns_c, dh, 0)
            dh = np.where(self.returns_c, 0, dh)
            a = dc + dh * o * day.d_out
            by_ifo = np.stack([a * day.g, a * day.kept, dh * day.out], axis=2) * day.d_ifo
            dz = np.concatenate([by_ifo, (a * i * day.d_g)[:, :, None]], axis=2)  # (P, n, 4, H)
            flat = dz.reshape(*dz.shape[:2], -1)
            by_x += day.x.swapaxes(1, 2) @ flat
            by_h += day.read.swapaxes(1, 2) @ flat
            b += dz.sum(axis=1)
            d_x.append(flat @ W_x.swapaxes(1, 2))
            d_read, d_kept = flat @ W_h.swapaxes(1, 2) * self.flows, a * f * self.flows
            dh, dc = np.where(self.is_published, d_kept, d_read), np.where(self.is_published, d_read, d_kept)
        return LayerWay(LayerWeights(_by_gate(by_x), _by_gate(by_h), b), d_x[::-1], dh, dc)


class Day(NamedTuple):
    """What a day leaves for the way back; (P, n, H) where nothing else is said."""

    x: np.ndarray  # (P, n, F)
    read: np.ndarray
    kept: np.ndarray
    ifo: np.ndarray  # (P, n, 3, H)
    d_ifo: np.ndarray  # their derivatives by what stands in the sigmoid
    g: np.ndarray
    d_g: np.ndarray
    out: np.ndarray  # what the output gate scales
    d_out: np.ndarray
    h: np.ndarray  # what is handed on
    c: np.ndarray


class LayerWay(NamedTuple):
    """What the way back through a layer finds."""

    gradients: LayerWeights
    d_x: list[np.ndarray]  # (P, n, F) of each day
    d_h: np.ndarray  # (P, n, H), by the state before the first day
    d_c: np.ndarray  # likewise


def side_by_side(array: np.ndarray) -> np.ndarray:
    """(P, 4, rows, H) → (P, rows, 4·H)."""
    return np.ascontiguousarray(array.swapaxes(1, 2)).reshape(array.shape[0], array.shape[2], -1)


def _by_gate(array: np.ndarray) -> np.ndarray:
    """(P, rows, 4·H) → (P, 4, rows, H)."""
    return array.reshape(*array.shape[:2], 4, -1).swapaxes(1, 2)
