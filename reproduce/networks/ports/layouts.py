"""The named weights laid out as Keras, PyTorch and TF1's BasicLSTMCell keep them, and back. NumPy alone.

    layout        gates side by side     W_x            W_h            biases
    the program   i f o g, apart         (1, H)         (H, H)         one
    Keras         i f c o (c is g)       (1, 4H)        (H, 4H)        one
    PyTorch       i f g o                (4H, 1)        (4H, H)        two, which are summed
    BasicLSTMCell i j f o (j is g)       (1+H, 4H), W_x above W_h      one; 1 is added to b_f in the cell

Each `from_` undoes its `to_` exactly, but that of PyTorch sums its two biases. Gradients go by the same functions;
of PyTorch's two biases they are equal, so `gradients_from_pytorch` takes one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

KERAS, PYTORCH, BASIC = "ifgo", "ifgo", "igfo"
KINDS = ("W_x", "W_h", "b_")
Named = dict[str, np.ndarray]


def to_keras(weights: Named) -> list[np.ndarray]:
    """`model.set_weights` of an LSTM and a Dense layer: kernel, recurrent kernel, bias, W_hy, b_y."""
    return [_joined(weights, kind, KERAS) for kind in KINDS] + [weights["W_hy"], weights["b_y"]]


def from_keras(arrays: Sequence[np.ndarray]) -> Named:
    """From `model.get_weights()`, or gradients in that order."""
    *gates, W_hy, b_y = map(np.asarray, arrays)
    return _cut(dict(zip(KINDS, gates, strict=True)), KERAS) | {"W_hy": W_hy, "b_y": b_y}


def to_pytorch(weights: Named) -> Named:
    """`state_dict` of an LSTMCell `cell` and a Linear layer `output`; all of the bias in `bias_ih`."""
    W_x, W_h, b = (_joined(weights, kind, PYTORCH) for kind in KINDS)
    return {
        "cell.weight_ih": W_x.T.copy(),
        "cell.weight_hh": W_h.T.copy(),
        "cell.bias_ih": b,
        "cell.bias_hh": np.zeros_like(b),
        "output.weight": weights["W_hy"].T.copy(),
        "output.bias": weights["b_y"],
    }


def from_pytorch(state: Named) -> Named:
    """From a `state_dict` of these names, as arrays."""
    return _from_pytorch(state, state["cell.bias_ih"] + state["cell.bias_hh"])


def gradients_from_pytorch(gradients: Named) -> Named:
    """From gradients by these names; a bias's gradient is that of either of the two."""
    return _from_pytorch(gradients, gradients["cell.bias_ih"])


def _from_pytorch(state: Named, bias: np.ndarray) -> Named:
    gates = {"W_x": state["cell.weight_ih"].T, "W_h": state["cell.weight_hh"].T, "b_": bias}
    return _cut(gates, PYTORCH) | {"W_hy": state["output.weight"].T, "b_y": state["output.bias"]}


def to_basic_lstm_cell(weights: Named, forget_bias: float = 1.0) -> list[np.ndarray]:
    """Kernel over [x; h], bias, W_hy, b_y; `forget_bias`, which the cell adds, is taken off b_f."""
    kernel = np.concatenate([_joined(weights, kind, BASIC) for kind in ("W_x", "W_h")])
    without = {**weights, "b_f": weights["b_f"] - forget_bias}
    return [kernel, _joined(without, "b_", BASIC), weights["W_hy"], weights["b_y"]]


def from_basic_lstm_cell(arrays: Sequence[np.ndarray], forget_bias: float = 1.0) -> Named:
    """From kernel, bias, W_hy and b_y; give forget_bias=0 for gradients, which it does not move."""
    kernel, bias, W_hy, b_y = map(np.asarray, arrays)
    named = _cut({"W_x": kernel[:1], "W_h": kernel[1:], "b_": bias}, BASIC)
    return {**named, "b_f": named["b_f"] + forget_bias, "W_hy": W_hy, "b_y": b_y}


def _joined(weights: Named, kind: str, order: str) -> np.ndarray:
    return np.concatenate([weights[f"{kind}{gate}"] for gate in order], axis=-1)


def _cut(arrays: Named, order: str) -> Named:
    """Each gate's blocks, in the program's order of names."""
    blocks = {kind: np.split(array, 4, axis=-1) for kind, array in arrays.items()}
    return {f"{kind}{gate}": blocks[kind][order.index(gate)] for gate in "ifog" for kind in KINDS}
