"""Many slipped networks of two layers at once, in NumPy: their predictions, loss and gradients.

LSTM, LSTM, and an output layer that reads the last day; dropout only where a program has it at inference. Sizes: P
programs, n windows of T days, H1 and H2 hidden units, K outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from reproduce.networks.ports.layer import GATES, Cell, Day, Layer, LayerWeights
from reproduce.networks.ports.layouts import KERAS
from reproduce.networks.ports.two_layers.outputs import Output
from reproduce.networks.ports.two_layers.program import TwoLayers
from reproduce.networks.ports.weight_maps import weight_maps_of
from reproduce.networks.stack.weights import StackWeights

NAMES = StackWeights._fields
Named = dict[str, np.ndarray]
_PLAIN = Cell()  # a layer without a slip


class Packed(NamedTuple):
    """Weights or gradients of P programs."""

    first: LayerWeights
    second: LayerWeights
    W_y: np.ndarray  # (P, H2, K)
    b_y: np.ndarray  # (P, K)


class Masks(NamedTuple):
    """What dropout multiplies with: 0, or 1 / (1 - rate)."""

    between: np.ndarray  # (P, n, T, H1)
    last: np.ndarray  # (P, n, H2)


class Trace(NamedTuple):
    """What the way forward leaves for the way back."""

    first: list[Day]
    second: list[Day]
    last: np.ndarray  # (P, n, H2), what the output layer reads


def pack(named: Named, programs: int, dtype: str) -> Packed:
    """Keras's arrays cut into gates, for each of P programs."""
    arrays = {name: np.repeat(a[None].astype(dtype), programs, axis=0) for name, a in named.items()}

    def gates(array: np.ndarray) -> np.ndarray:
        """(P, rows, 4·H) → (P, 4, rows, H), in the order of GATES."""
        blocks = np.split(array, 4, axis=-1)
        return np.stack([blocks[KERAS.index(gate)] for gate in GATES], axis=1)

    layers = (LayerWeights(*(gates(arrays[f"{kind}_{k}"]) for kind in ("kernel", "recurrent", "bias"))) for k in "12")
    return Packed(*layers, arrays["kernel_out"], arrays["bias_out"])


def unpack(packed: Packed) -> Named:
    """Keras's arrays, each with the axis of programs in front."""

    def joined(array: np.ndarray) -> np.ndarray:
        return np.concatenate([array[:, GATES.index(gate)] for gate in KERAS], axis=-1)

    arrays = [joined(array) for layer in packed[:2] for array in layer]
    return dict(zip(NAMES, [*arrays, packed.W_y, packed.b_y], strict=True))


class Network:
    """P programs' forward and backward pass; they run along the same axes."""

    def __init__(self, programs: Sequence[TwoLayers], dtype: str) -> None:
        self.programs, self.dtype = tuple(programs), dtype
        self._layers = [Layer([_in_layer(one, place) for one in programs], dtype) for place in ("first", "second")]
        self._inside, self._in, self._out = (
            [weight_maps_of([_in_layer(one, place, way) for one in programs], dtype) for place in ("first", "second")]
            for way in ("both", "in", "out")
        )
        self._output_bias = np.array([one.output_bias for one in programs], dtype)[:, None]
        self._is_backward = self._mask(lambda one: one.days == "backward", 3)
        self._is_viewed = self._mask(lambda one: one.days == "by view", 3)
        self._reads = {kind: self._mask(lambda one, kind=kind: one.read_out == kind, 2) for kind in ("c", "first day")}
        self._reads_mean = self._mask(lambda one: one.read_out == "mean", 2)
        self._repeats = self._mask(lambda one: one.between == "last, repeated", 2)
        self._hands_state = self._mask(lambda one: one.second_begins == "first's", 2)
        self._across_windows = programs[0].axes == "windows"  # all of them, or none
        self.output = Output(programs, dtype)

    def _mask(self, holds: Callable[[TwoLayers], bool], axes: int) -> np.ndarray:
        """Of which programs it holds, (P, 1, …)."""
        return np.array([holds(one) for one in self.programs]).reshape(-1, *[1] * axes)

    def weights(self, named: Named) -> Packed:
        """What each program starts from when it is handed these weights."""
        w = pack(named, len(self.programs), self.dtype)
        return Packed(self._in[0].there(w.first), self._in[1].there(w.second), w.W_y, w.b_y)

    def named(self, packed: Packed) -> Named:
        """What each program hands back of its weights or gradients."""
        first, second = self._out[0].back(packed.first), self._out[1].back(packed.second)
        return unpack(Packed(first, second, packed.W_y, packed.b_y))

    def inside(self, w: Packed) -> Packed:
        """What each program computes with."""
        first, second = self._inside[0].there(w.first), self._inside[1].there(w.second)
        return Packed(first, second, w.W_y, w.b_y * self._output_bias)

    def forward(self, w: Packed, inputs: np.ndarray, masks: Masks | None = None) -> tuple[np.ndarray, Trace]:
        """What stands in front of the last activation, (P, n, K), and the trace; inputs (P, n, T), w from `inside`."""
        x = self.output.scaled(inputs, w.b_y.shape[1])[..., None]
        x = np.where(self._is_backward, x[:, :, ::-1], x)  # (P, n, T, 1)
        if self._is_viewed.any():
            x = np.where(self._is_viewed, x.reshape(len(x), x.shape[2], x.shape[1], 1).swapaxes(1, 2), x)
        x = x.swapaxes(1, 2) if self._across_windows else x
        first = self._layers[0].forward(w.first, x, *self._zeros(x, w.first))
        read = np.stack([day.h for day in first], axis=2)  # (P, n, T, H1)
        read = np.where(self._repeats[..., None], read[:, :, -1:], read)
        if masks is not None:
            read = read * (masks.between.swapaxes(1, 2) if self._across_windows else masks.between)
        h, c = self._zeros(x, w.second)
        if self._hands_state.any():
            h, c = np.where(self._hands_state, first[-1].h, h), np.where(self._hands_state, first[-1].c, c)
        second = self._layers[1].forward(w.second, read, h, c)
        last = self._last(second) if masks is None else self._last(second) * masks.last
        return last @ w.W_y + w.b_y[:, None], Trace(first, second, last)

    def _zeros(self, x: np.ndarray, layer: LayerWeights) -> tuple[np.ndarray, np.ndarray]:
        zeros = np.zeros((*x.shape[:2], layer.b.shape[2]), self.dtype)
        return zeros, zeros

    def _last(self, days: list[Day]) -> np.ndarray:
        """What the output layer reads of the second layer, (P, n, H2)."""
        if self._across_windows:
            return np.stack([day.h for day in days], axis=1)[:, :, -1]  # its days are the windows
        last = np.where(self._reads["c"], days[-1].c, days[-1].h)
        last = np.where(self._reads["first day"], days[0].h, last)
        return np.where(self._reads_mean, np.mean([day.h for day in days], axis=0), last)

    def backward(self, w: Packed, trace: Trace, d_z: np.ndarray) -> Packed:
        """Gradients by the named weights as each program has them, from those by the output layer's sums."""
        d_last = d_z @ w.W_y.swapaxes(1, 2)  # (P, n, H2)
        d_h, d_c = self._back_to_days(trace.second, d_last)
        second = self._layers[1].backward(w.second, trace.second, d_h, d_c)
        d_x, zero = second.d_x, np.zeros_like(trace.first[-1].h)
        d_all = np.where(self._repeats, np.sum(d_x, axis=0), d_x[-1])
        d_h = [np.where(self._repeats, 0, d) for d in d_x[:-1]] + [d_all]
        if self._hands_state.any():
            d_h[-1] = d_h[-1] + np.where(self._hands_state, second.d_h, 0)
        d_c = np.where(self._hands_state, second.d_c, 0) if self._hands_state.any() else zero
        first = self._layers[0].backward(w.first, trace.first, d_h, d_c)
        W_y, b_y = trace.last.swapaxes(1, 2) @ d_z, d_z.sum(axis=1) * self._output_bias
        return Packed(self._inside[0].back(first.gradients), self._inside[1].back(second.gradients), W_y, b_y)

    def _back_to_days(self, days: list[Day], d_last: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """The derivatives by each day's h and by the last c."""
        if self._across_windows:
            rows = len(days[0].h[0])
            at_last = [np.zeros_like(days[0].h) for _ in days]
            for k, one in enumerate(at_last):
                one[:, rows - 1] = d_last[:, k]
            return at_last, np.zeros_like(days[0].c)
        is_c, is_first, is_mean = self._reads["c"], self._reads["first day"], self._reads_mean
        shared = np.where(is_mean, d_last / len(days), 0)
        d_h = [shared] * len(days)
        d_h[0] = d_h[0] + np.where(is_first, d_last, 0)
        d_h[-1] = d_h[-1] + np.where(is_c | is_first | is_mean, 0, d_last)
        return d_h, np.where(is_c, d_last, 0)


def _in_layer(program: TwoLayers, place: str, way: str | None = None) -> Cell:
    """What holds in that layer, and if asked for, of its layout only what is wrong in that way."""
    is_there = program.layer in ("both", place) and way in (None, program.way)
    return program if is_there else _PLAIN
