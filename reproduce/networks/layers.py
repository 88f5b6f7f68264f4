"""What goes on inside two stacked LSTM layers, by the NumPy reference: gates, candidate, c and h at every step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reproduce.networks.ports.layouts import from_keras
from reproduce.networks.reference import State, step

LAYERS = ("1", "2")  # the first reads the input, the second reads the first one's h

Rows = dict[str, np.ndarray]  # i, f, o, g, c, h, each (windows, steps, hidden)


def read_layers(weights: Mapping[str, np.ndarray], inputs: np.ndarray) -> tuple[Rows, Rows]:
    """Run both layers over the windows, without dropout, as a trained network runs.

    Args:
        weights: in Keras's shapes and order of gates: kernel_1, recurrent_1, bias_1, …, kernel_out, bias_out.
        inputs: (windows, steps, 1), scaled.
    """
    output = weights["kernel_out"], weights["bias_out"]
    first = _read_layer([weights[f"{kind}_1"] for kind in ("kernel", "recurrent", "bias")], output, inputs)
    second = _read_layer([weights[f"{kind}_2"] for kind in ("kernel", "recurrent", "bias")], output, first["h"])
    return first, second


def _read_layer(layer: list[np.ndarray], output: tuple[np.ndarray, np.ndarray], inputs: np.ndarray) -> Rows:
    """One layer over all steps of `inputs`, (windows, steps, features)."""
    w = from_keras([*layer, *output])
    zeros = np.zeros((len(inputs), len(w["b_i"])), inputs.dtype)
    state, steps = State(h=zeros, c=zeros), []
    for t in range(inputs.shape[1]):
        steps.append(step(w, "described", inputs[:, t], state))
        state = steps[-1].after
    rows = {name: np.stack([getattr(one, name) for one in steps], axis=1) for name in "ifog"}
    return rows | {name: np.stack([getattr(one.after, name) for one in steps], axis=1) for name in "ch"}


def leading_units(weight: np.ndarray, h: np.ndarray, count: int) -> np.ndarray:
    """The units that an output takes most from, by the size of weight times h, largest first; at most (count,).

    Args:
        weight: (hidden,), of the output; h: (hidden,), of the last step.
    """
    return np.argsort(-np.abs(weight * h), kind="stable")[:count]
