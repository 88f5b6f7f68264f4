"""What goes on inside two stacked LSTM layers, by the NumPy reference: gates, candidate, c and h at every step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reproduce.networks.ports.layouts import from_keras
from reproduce.networks.reference import read_days

LAYERS = ("1", "2")  # the first reads the input, the second reads the first one's h

Rows = dict[str, np.ndarray]  # i, f, o, g, c, h, each (windows, steps, hidden)


def read_layers(weights: Mapping[str, np.ndarray], inputs: np.ndarray) -> tuple[Rows, Rows]:
    """Run both layers over the windows, without dropout, as a trained network runs.

    Args:
        weights: in Keras's shapes and order of gates: kernel_1, recurrent_1, bias_1, …, kernel_out, bias_out.
        inputs: (windows, steps, features), scaled.
    """
    first = _read_layer(weights, "1", inputs)
    return first, _read_layer(weights, "2", first["h"])


def _read_layer(weights: Mapping[str, np.ndarray], layer: str, inputs: np.ndarray) -> Rows:
    """One of LAYERS over all steps of `inputs`, (windows, steps, features)."""
    names = f"kernel_{layer}", f"recurrent_{layer}", f"bias_{layer}", "kernel_out", "bias_out"
    steps = read_days(from_keras([weights[name] for name in names]), "described", inputs)
    rows = {name: np.stack([getattr(one, name) for one in steps], axis=1) for name in "ifog"}
    return rows | {name: np.stack([getattr(one.after, name) for one in steps], axis=1) for name in "ch"}


def leading_units(weight: np.ndarray, h: np.ndarray, count: int) -> np.ndarray:
    """The units that an output takes most from, by the size of weight times h, largest first; at most (count,).

    Args:
        weight: (hidden,), of the output; h: (hidden,), of the last step.
    """
    return np.argsort(-np.abs(weight * h), kind="stable")[:count]
