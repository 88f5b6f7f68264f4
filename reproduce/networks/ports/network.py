"""Many slipped price networks at once, in NumPy: P networks side by side, their loss and gradients.

A layer (`reproduce.networks.ports.layer`), of which the output layer reads the last day. Sizes: P programs, n windows
of T days, H hidden units, 4 gates in the order i, f, o, g.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from reproduce.networks.ports.layer import GATES, Cell, Day, Layer, LayerWeights
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.weight_maps import weight_maps_of

NAMES = (*(f"{kind}{gate}" for gate in GATES for kind in ("W_x", "W_h", "b_")), "W_hy", "b_y")
KINDS = "xhbyb"  # of the arrays of Packed, as `penalty.PENALISED` has them
Named = dict[str, np.ndarray]


class Packed(NamedTuple):
    """Weights or gradients of P programs."""

    W_x: np.ndarray  # (P, 4, 1, H)
    W_h: np.ndarray  # (P, 4, H, H)
    b: np.ndarray  # (P, 4, H)
    W_y: np.ndarray  # (P, H)
    b_y: np.ndarray  # (P, 1)

    @property
    def layer(self) -> LayerWeights:
        """Those of the LSTM."""
        return LayerWeights(self.W_x, self.W_h, self.b)


def shapes(hidden: int) -> dict[str, tuple[int, ...]]:
    """The published shape of each weight by name."""
    of_kind = {"W_x": (1, hidden), "W_h": (hidden, hidden), "b_": (hidden,)}
    gates = {name: of_kind[name[:-1]] for name in NAMES[:-2]}
    return gates | {"W_hy": (hidden, 1), "b_y": (1,)}


def pack(named: Named, programs: int, dtype: str) -> Packed:
    """The same named weights for each of P programs."""
    W_x, W_h, b = (np.stack([named[f"{kind}{gate}"] for gate in GATES]) for kind in ("W_x", "W_h", "b_"))
    arrays = W_x, W_h, b, named["W_hy"][:, 0], named["b_y"]
    return Packed(*(np.repeat(array[np.newaxis].astype(dtype), programs, axis=0) for array in arrays))


def unpack(packed: Packed) -> Named:
    """By name, each with the axis of programs in front of its published shape."""
    named = {"W_hy": packed.W_y[:, :, np.newaxis], "b_y": packed.b_y}
    for k, gate in enumerate(GATES):
        named |= {f"W_x{gate}": packed.W_x[:, k], f"W_h{gate}": packed.W_h[:, k], f"b_{gate}": packed.b[:, k]}
    return {name: named[name] for name in NAMES}


class Network:
    """P programs' forward and backward pass."""

    def __init__(self, programs: Sequence[Program], dtype: str) -> None:
        self.programs, self.dtype = tuple(programs), dtype
        # A layout that is wrong only on the way in or out is right inside: in and out map what goes in and comes out.
        plain = Cell()
        self._inside, self._in, self._out = (
            weight_maps_of([one if one.way == way else plain for one in programs], dtype)
            for way in ("both", "in", "out")
        )
        self._layer = Layer(programs, dtype)
        self._output_bias = np.array([one.output_bias for one in programs], dtype)[:, None]
        self._gradient_factor = np.array([one.gradient_factor for one in programs], dtype)[:, None]
        self._is_backward = self.mask(lambda one: one.days == "backward", 3)
        self._is_viewed = self.mask(lambda one: one.days == "by view", 3)
        self._reads_c = self.mask(lambda one: one.read_out == "c", 2)
        self._across_windows = programs[0].axes == "windows"  # all of them, or none

    def mask(self, holds: Callable[[Program], bool], axes: int) -> np.ndarray:
        """Of which programs it holds, (P, 1, …)."""
        return np.array([holds(one) for one in self.programs]).reshape(-1, *[1] * axes)

    def weights(self, named: Named) -> Packed:
        """What each program starts from when it is handed these weights."""
        w = pack(named, len(self.programs), self.dtype)
        return Packed(*self._in.there(w.layer), w.W_y, w.b_y)

    def named(self, packed: Packed) -> Named:
        """What each program hands back of its weights or gradients."""
        return unpack(Packed(*self._out.back(packed.layer), packed.W_y, packed.b_y))

    def inside(self, w: Packed) -> Packed:
        """What each program computes with."""
        return Packed(*self._inside.there(w.layer), w.W_y, w.b_y * self._output_bias)

    def step(self, w: Packed, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> Day:
        """One day. x: (P, n, 1); h and c: (P, n, H); w from `inside`, here and below."""
        return self._layer.step(w.layer, x, h, c)

    def forward(self, w: Packed, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, list[Day]]:
        """Predictions, (P, n), and the days, from inputs (P, n, T, 1) and a state."""
        x = np.where(self._is_backward, x[:, :, ::-1], x)
        if self._is_viewed.any():
            x = np.where(self._is_viewed, x.reshape(len(x), x.shape[2], x.shape[1], 1).swapaxes(1, 2), x)
        if self._across_windows:
            x = x.swapaxes(1, 2)
            h = c = np.zeros((*x.shape[:2], h.shape[2]), self.dtype)
        days = self._layer.forward(w.layer, x, h, c)
        last = self._last(days)
        return (last @ w.W_y[:, :, None])[:, :, 0] + w.b_y, days

    def _last(self, days: list[Day]) -> np.ndarray:
        """What the prediction is made from, (P, n, H)."""
        if self._across_windows:
            return np.stack([day.h[:, -1] for day in days], axis=1)  # the cell's days are the windows
        return np.where(self._reads_c, days[-1].c, days[-1].h)

    def backward(self, w: Packed, days: list[Day], d_prediction: np.ndarray) -> Packed:
        """Gradients by the named weights as each program has them."""
        last, d_last = self._last(days), d_prediction[:, :, None] * w.W_y[:, None]  # (P, n, H)
        zero = np.zeros_like(days[0].h)
        if self._across_windows:
            d_h, dc = [zero.copy() for _ in days], zero
            for k, one in enumerate(d_h):
                one[:, -1] = d_last[:, k]
        else:
            d_h = [zero] * (len(days) - 1) + [np.where(self._reads_c, zero, d_last)]
            dc = np.where(self._reads_c, d_last, zero)
        found = self._layer.backward(w.layer, days, d_h, dc)
        W_y, b_y = (last * d_prediction[:, :, None]).sum(axis=1), d_prediction.sum(axis=1, keepdims=True)
        return Packed(*self._inside.back(found.gradients), W_y, b_y * self._output_bias)

    def zeros(self, windows: int, hidden: int) -> np.ndarray:
        """A state before the first day, (P, n, H)."""
        return np.zeros((len(self.programs), windows, hidden), self.dtype)

    def loss(self, predictions: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Each program's loss of predictions (P, n), (P,), and its derivative by them, (P, n); targets (P, n)."""
        loss, slope = losses_of([one.loss for one in self.programs], predictions, targets)
        return loss, slope * self._gradient_factor


def losses_of(kinds: Sequence[str], predictions: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The loss of each kind, (P,), of predictions and targets (P, n), and its derivative by the predictions, (P, n).

    Args:
        kinds: one for each of P programs: mean of squares, or sum, half, half sum, root, absolute, or `every with
            every`: (n, 1) minus (n,) gives (n, n) errors.
    """
    n = predictions.shape[1]
    targets = np.broadcast_to(targets, predictions.shape)
    middle, is_every = targets.mean(axis=1, keepdims=True), np.array([kind == "every with every" for kind in kinds])
    # mean over i, j of (p_i - t_j)² = mean over i of (p_i - mean t)² + the variance of t
    error = predictions - np.where(is_every[:, None], middle, targets)
    factor = np.array([{"sum": n, "half": 0.5, "half sum": n / 2}.get(kind, 1) for kind in kinds], error.dtype)
    mean = np.mean(error**2, axis=1) + np.where(is_every, targets.var(axis=1), 0)
    root, is_root = np.sqrt(mean), np.array([kind == "root" for kind in kinds])
    is_absolute = np.array([kind == "absolute" for kind in kinds])
    loss = np.where(is_root, root, np.where(is_absolute, np.abs(error).mean(axis=1), factor * mean))
    slope = np.where(is_root, 1 / (n * root), 2 * factor / n)[:, None] * error
    return loss, np.where(is_absolute[:, None], np.sign(error) / np.asarray(n, error.dtype), slope)
