"""Many slipped programs at once, in NumPy: P networks side by side, their loss and gradients.

What `reproduce.networks.reference` says in words a reader can follow is here written for speed: every array has a
first axis of P programs, and a field in which they differ is a factor or a mask along it. Sizes: P programs, n windows
of T days, H hidden units, 4 gates in the order i, f, o, g.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from reproduce.networks.ports.program import GATES, Program

NAMES = (*(f"{kind}{gate}" for gate in GATES for kind in ("W_x", "W_h", "b_")), "W_hy", "b_y")
HARD_SLOPES = {"smooth": 0.0, "hard-0.2": 0.2, "hard-6": 1 / 6}
Named = dict[str, np.ndarray]


class Packed(NamedTuple):
    """Weights or gradients of P programs."""

    W_x: np.ndarray  # (P, 4, H)
    W_h: np.ndarray  # (P, 4, H, H)
    b: np.ndarray  # (P, 4, H)
    W_y: np.ndarray  # (P, H)
    b_y: np.ndarray  # (P, 1)


def shapes(hidden: int) -> dict[str, tuple[int, ...]]:
    """The published shape of each weight by name."""
    of_kind = {"W_x": (1, hidden), "W_h": (hidden, hidden), "b_": (hidden,)}
    gates = {name: of_kind[name[:-1]] for name in NAMES[:-2]}
    return gates | {"W_hy": (hidden, 1), "b_y": (1,)}


def pack(named: Named, programs: int, dtype: str) -> Packed:
    """The same named weights for each of P programs."""
    W_x, W_h, b = ([named[f"{kind}{gate}"] for gate in GATES] for kind in ("W_x", "W_h", "b_"))
    arrays = np.stack(W_x)[:, 0], np.stack(W_h), np.stack(b), named["W_hy"][:, 0], named["b_y"]
    return Packed(*(np.repeat(array[np.newaxis].astype(dtype), programs, axis=0) for array in arrays))


def unpack(packed: Packed) -> Named:
    """By name, each with the axis of programs in front of its published shape."""
    named = {"W_hy": packed.W_y[:, :, np.newaxis], "b_y": packed.b_y}
    for k, gate in enumerate(GATES):
        named |= {
            f"W_x{gate}": packed.W_x[:, k, np.newaxis],
            f"W_h{gate}": packed.W_h[:, k],
            f"b_{gate}": packed.b[:, k],
        }
    return {name: named[name] for name in NAMES}


@dataclass(frozen=True)
class Layout:
    """A linear map of the weights for each program: which gate takes whose weights, and how often a bias counts."""

    x: np.ndarray  # (P, 4, 4), as are h and b: row = gate, column = whose weights it takes
    h: np.ndarray
    b: np.ndarray
    is_turned: np.ndarray  # (P, 1, 1, 1): W_h transposed
    output_bias: np.ndarray  # (P, 1)

    @classmethod
    def of(cls, programs: Sequence[Program], dtype: str) -> Layout:
        """The programs' maps."""

        def matrices(kind: str) -> np.ndarray:
            return np.stack([_matrix(one.gates, getattr(one, f"gates_{kind}")) for one in programs]).astype(dtype)

        counted = np.array([one.gate_biases for one in programs], dtype)[:, None, None]
        turned = np.array([one.recurrent == "transposed" for one in programs])[:, None, None, None]
        output = np.array([one.output_bias for one in programs], dtype)[:, None]
        return cls(matrices("x"), matrices("h"), matrices("b") * counted, turned, output)

    def there(self, w: Packed) -> Packed:
        """The weights that the cell computes with, from the named ones."""
        W_h = (self.h @ w.W_h.reshape(*w.W_h.shape[:2], -1)).reshape(w.W_h.shape)
        W_h = np.where(self.is_turned, W_h.swapaxes(2, 3), W_h)
        return Packed(self.x @ w.W_x, W_h, self.b @ w.b, w.W_y, w.b_y * self.output_bias)

    def back(self, g: Packed) -> Packed:
        """The gradients by the named weights, from those by the weights that the cell computes with."""
        x, h, b = (maps.swapaxes(1, 2) for maps in (self.x, self.h, self.b))
        W_h = np.where(self.is_turned, g.W_h.swapaxes(2, 3), g.W_h)
        W_h = (h @ W_h.reshape(*W_h.shape[:2], -1)).reshape(W_h.shape)
        return Packed(x @ g.W_x, W_h, b @ g.b, g.W_y, g.b_y * self.output_bias)


class Network:
    """P programs' forward and backward pass."""

    def __init__(self, programs: Sequence[Program], dtype: str) -> None:
        self.programs, self.dtype = tuple(programs), dtype
        # A layout that is wrong only on the way in or out is right inside: in and out map what goes in and comes out.
        plain = Program()

        def layout(*ways: str) -> Layout:
            return Layout.of([one if one.way in ways else plain for one in programs], dtype)

        self.inside, self.on_the_way_in, self.on_the_way_out = layout("both"), layout("in"), layout("out")
        self.is_published = self.mask(lambda one: one.wiring == "published", 2)
        self.is_backward = self.mask(lambda one: one.days == "backward", 2)
        self.reads_c = self.mask(lambda one: one.read_out == "c", 2)
        self.has_tanh = self.mask(lambda one: one.last_tanh, 2)
        self.flows = self.mask(lambda one: one.backward_days == "all", 2).astype(dtype)
        self.slopes = np.array([HARD_SLOPES[one.sigmoid] for one in programs], dtype)[:, None, None, None]
        self.forget_bias = np.array([one.forget_bias for one in programs], dtype)[:, None]

    def mask(self, holds: Callable[[Program], bool], axes: int) -> np.ndarray:
        """Of which programs it holds, (P, 1, …)."""
        return np.array([holds(one) for one in self.programs]).reshape(-1, *[1] * axes)

    def weights(self, named: Named) -> Packed:
        """What each program starts from when it is handed these weights."""
        return self.on_the_way_in.there(pack(named, len(self.programs), self.dtype))

    def named(self, packed: Packed) -> Named:
        """What each program hands back of its weights or gradients."""
        return unpack(self.on_the_way_out.back(packed))

    def step(self, w: Packed, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> Day:
        """One day. x: (P, n); h and c: (P, n, H); w as the cell computes with it."""
        read, kept = np.where(self.is_published, c, h), np.where(self.is_published, h, c)
        z = (read @ _side_by_side(w.W_h)).reshape(*read.shape[:2], 4, -1)  # (P, n, 4, H)
        z += x[:, :, None, None] * w.W_x[:, None] + w.b[:, None]
        z[:, :, 1] += self.forget_bias[:, :, None]
        ifo, slopes = (1 + np.tanh(z[:, :, :3] / 2)) / 2, self.slopes
        d_ifo = ifo * (1 - ifo)
        if slopes.any():
            line = slopes * z[:, :, :3] + np.asarray(0.5, self.dtype)
            is_inside = (line > 0) & (line < 1)
            ifo = np.where(slopes > 0, np.clip(line, 0, 1), ifo)
            d_ifo = np.where(slopes > 0, np.where(is_inside, slopes, 0), d_ifo)
        g = np.tanh(z[:, :, 3])
        c = ifo[:, :, 1] * kept + ifo[:, :, 0] * g
        tanh_c = np.tanh(c)
        out, d_out = np.where(self.has_tanh, tanh_c, c), np.where(self.has_tanh, 1 - tanh_c**2, 1)
        return Day(x, read, kept, ifo, d_ifo, g, out, d_out, ifo[:, :, 2] * out, c)

    def forward(self, w: Packed, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, list[Day]]:
        """Predictions, (P, n), and the days, from inputs (P, n, T) and a state."""
        x, days = np.where(self.is_backward, x[:, :, ::-1], x), []
        for t in range(x.shape[2]):
            days.append(self.step(w, x[:, :, t], h, c))
            h, c = days[-1].h, days[-1].c
        last = np.where(self.reads_c, c, h)
        return (last @ w.W_y[:, :, None])[:, :, 0] + w.b_y, days

    def backward(self, w: Packed, days: list[Day], d_prediction: np.ndarray) -> Packed:
        """Gradients by the weights that the cell computes with."""
        last = np.where(self.reads_c, days[-1].c, days[-1].h)
        d_last = d_prediction[:, :, None] * w.W_y[:, None]  # (P, n, H)
        zero = np.zeros_like(d_last)
        dh, dc = np.where(self.reads_c, zero, d_last), np.where(self.reads_c, d_last, zero)
        W_h = _side_by_side(w.W_h)
        W_x, b, dW_h = np.zeros_like(w.W_x), np.zeros_like(w.b), np.zeros_like(W_h)
        for day in reversed(days):
            i, f, o = (day.ifo[:, :, k] for k in range(3))
            a = dc + dh * o * day.d_out
            by_ifo = np.stack([a * day.g, a * day.kept, dh * day.out], axis=2) * day.d_ifo
            dz = np.concatenate([by_ifo, (a * i * (1 - day.g**2))[:, :, None]], axis=2)  # (P, n, 4, H)
            W_x += (day.x[:, :, None, None] * dz).sum(axis=1)
            b += dz.sum(axis=1)
            flat = dz.reshape(*dz.shape[:2], -1)
            dW_h += day.read.swapaxes(1, 2) @ flat
            d_read, d_kept = flat @ W_h.swapaxes(1, 2) * self.flows, a * f * self.flows
            dh, dc = np.where(self.is_published, d_kept, d_read), np.where(self.is_published, d_read, d_kept)
        W_y, b_y = (last * d_prediction[:, :, None]).sum(axis=1), d_prediction.sum(axis=1, keepdims=True)
        by_gate = dW_h.reshape(*W_x.shape[:1], W_x.shape[2], 4, -1).swapaxes(1, 2)
        return Packed(W_x, by_gate, b, W_y, b_y)

    def zeros(self, windows: int, hidden: int) -> np.ndarray:
        """A state before the first day, (P, n, H)."""
        return np.zeros((len(self.programs), windows, hidden), self.dtype)

    def loss(self, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Each program's loss of errors (P, n), (P,), and its derivative by the predictions, (P, n)."""
        n, kinds = error.shape[1], [one.loss for one in self.programs]
        factor = np.array([{"sum": n, "half": 0.5}.get(kind, 1) for kind in kinds], self.dtype)
        mean = np.mean(error**2, axis=1)
        root, is_root = np.sqrt(mean), np.array([kind == "root" for kind in kinds])
        is_absolute = np.array([kind == "absolute" for kind in kinds])
        loss = np.where(is_root, root, np.where(is_absolute, np.abs(error).mean(axis=1), factor * mean))
        slope = np.where(is_root, 1 / (n * root), 2 * factor / n)[:, None] * error
        return loss, np.where(is_absolute[:, None], np.sign(error) / np.asarray(n, self.dtype), slope)


class Day(NamedTuple):
    """What a day leaves for the way back; (P, n, H) where nothing else is said."""

    x: np.ndarray  # (P, n)
    read: np.ndarray
    kept: np.ndarray
    ifo: np.ndarray  # (P, n, 3, H)
    d_ifo: np.ndarray  # their derivatives by what stands in the sigmoid
    g: np.ndarray
    out: np.ndarray  # what the output gate scales
    d_out: np.ndarray
    h: np.ndarray
    c: np.ndarray


@cache
def _matrix(gates: str, of_kind: str) -> np.ndarray:
    """Of one kind of weights: a row for each gate with a one for the gate whose weights it takes, (4, 4)."""
    taken = [gates[GATES.index(gate)] for gate in of_kind]
    return np.array([[float(gate == other) for other in GATES] for gate in taken])


def _side_by_side(W_h: np.ndarray) -> np.ndarray:
    """(P, 4, H, H) → (P, H, 4·H)."""
    return np.ascontiguousarray(W_h.swapaxes(1, 2)).reshape(W_h.shape[0], W_h.shape[2], -1)
