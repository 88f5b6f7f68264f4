"""How slipped programs take weights that are handed over: which gate's where, how often a bias, what transposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from operator import attrgetter
from typing import Any

import numpy as np

from reproduce.networks.ports.layer import GATES, Cell, LayerWeights

# The fields of a program that say so.
_LAID_OUT = attrgetter("gates", "gates_x", "gates_h", "gates_b", "recurrent", "gate_biases", "bias_gradients")


@dataclass(frozen=True)
class WeightMaps:
    """Linear maps of the weights for each program: which gate takes whose weights, and how often a bias counts."""

    x: np.ndarray  # (P, 4, 4), as are h and b: row = gate, column = whose weights it takes
    h: np.ndarray
    b: np.ndarray
    b_back: np.ndarray  # of its gradients
    is_turned: np.ndarray  # (P, 4, 1, 1): W_h transposed

    @cached_property
    def _is_plain(self) -> bool:
        """Whether it changes nothing, which saves most of the time of a wide network."""
        return not self.is_turned.any() and all((maps == np.eye(4)).all() for maps in (self.x, self.h, self.b))

    def there(self, w: LayerWeights) -> LayerWeights:
        """The weights that the cell computes with, from those that are handed over."""
        if self._is_plain:
            return w
        W_h = np.where(self.is_turned, w.W_h.swapaxes(2, 3), w.W_h)
        return LayerWeights(_mapped(self.x, w.W_x), _mapped(self.h, W_h), self.b @ w.b)

    def back(self, g: LayerWeights) -> LayerWeights:
        """The gradients by the weights handed over, from those by the weights that the cell computes with."""
        if self._is_plain:
            return g
        x, h, b = (maps.swapaxes(1, 2) for maps in (self.x, self.h, self.b_back))
        W_h = _mapped(h, g.W_h)
        return LayerWeights(_mapped(x, g.W_x), np.where(self.is_turned, W_h.swapaxes(2, 3), W_h), b @ g.b)


def weight_maps_of(programs: Sequence[Cell], dtype: str) -> WeightMaps:
    """The programs' maps; where all have the same, as they do on most ways in and out, one map does."""
    laid_out = tuple(map(_LAID_OUT, programs))
    return _maps(laid_out[:1] if len(set(laid_out)) == 1 else laid_out, dtype)


@lru_cache(maxsize=64)  # the same programs are asked question after question
def _maps(laid_out: Sequence[tuple[Any, ...]], dtype: str) -> WeightMaps:
    """The maps of programs with these values of _LAID_OUT."""
    gates, of_x, of_h, of_b, recurrent, biases, bias_gradients = zip(*laid_out, strict=True)

    def matrices(of_kind: Sequence[str]) -> np.ndarray:
        return np.stack([_matrix(*pair) for pair in zip(gates, of_kind, strict=True)]).astype(dtype)

    counted = np.array(biases, dtype)[:, None, None]
    is_of_one = np.array([by == "of one" for by in bias_gradients])[:, None, None]
    back = np.where(is_of_one, np.ones(1, dtype), counted)
    turned = np.array([[_is_turned(one, gate) for gate in GATES] for one in recurrent])
    b = matrices(of_b)
    return WeightMaps(matrices(of_x), matrices(of_h), b * counted, b * back, turned[:, :, None, None])


def _is_turned(recurrent: str, gate: str) -> bool:
    """Whether that gate's W_h is transposed."""
    return recurrent in ("transposed", f"transposed {gate}")


@cache
def _matrix(gates: str, of_kind: str) -> np.ndarray:
    """Of one kind of weights: a row for each gate with a one for the gate whose weights it takes, (4, 4)."""
    taken = [gates[GATES.index(gate)] for gate in of_kind]
    return np.array([[float(gate == other) for other in GATES] for gate in taken])


def _mapped(maps: np.ndarray, array: np.ndarray) -> np.ndarray:
    """Each gate's (rows, H) as the maps, (P, 4, 4), say."""
    return (maps @ array.reshape(*array.shape[:2], -1)).reshape(array.shape)
