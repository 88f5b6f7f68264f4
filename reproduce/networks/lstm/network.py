"""The price network's loss and gradient in TensorFlow operations, by `reproduce.networks.lstm.backpropagation`.

A layer over the window's days, its last output, a linear layer; mean squared error. What XLA compiles.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from reproduce.networks.lstm.backpropagation import Trace, backward_sideways, forward, rows
from reproduce.networks.lstm.weights import GATE_SCOPES, Weights

GATES = "".join(GATE_SCOPES)  # i f o g, the program's order


class Packed(NamedTuple):
    """The weights as the equations use them, or their gradients; the gates side by side as in GATES.

    The bias is a row of W_in, because each day's input carries a one beside its price: one product does both.
    """

    W_in: tf.Tensor  # (2, 4·hidden): W_x and b
    W_h: tf.Tensor  # (hidden, 4·hidden)
    W_y: tf.Tensor  # (hidden, 1)
    b_y: tf.Tensor  # (1,)


class Gradients(NamedTuple):
    """What `loss_and_gradients` returns."""

    loss: tf.Tensor  # ()
    predictions: tf.Tensor  # (batch, 1)
    of_weights: Packed


def pack(w: Weights) -> Packed:
    """Lay the published weights side by side."""
    inputs, recurrent, biases = ([getattr(w, f"{kind}{gate}") for gate in GATE_SCOPES] for kind in ("W_x", "W_h", "b_"))
    return Packed(
        W_in=tf.stack([tf.concat([W_x[0] for W_x in inputs], axis=0), tf.concat(biases, axis=0)]),
        W_h=tf.concat(recurrent, axis=1),
        W_y=tf.convert_to_tensor(w.W_hy),
        b_y=tf.convert_to_tensor(w.b_y),
    )


def unpack(packed: Packed) -> Weights:
    """Cut the published weights out again; undoes `pack` exactly."""
    inputs, recurrent = (tf.split(matrix, len(GATE_SCOPES), axis=1) for matrix in (packed.W_in, packed.W_h))
    named = {"W_hy": packed.W_y, "b_y": packed.b_y}
    for gate, W_in, W_h in zip(GATE_SCOPES, inputs, recurrent, strict=True):
        named |= {f"W_x{gate}": W_in[:1], f"W_h{gate}": W_h, f"b_{gate}": W_in[1]}
    return Weights(**named)


def predict(wiring: str, w: Packed, windows: tf.Tensor) -> tf.Tensor:
    """Predictions, (batch, 1), from windows of scaled prices, (batch, window, 1)."""
    return _run(wiring, w, _days(windows)).h @ w.W_y + w.b_y


def loss_and_gradients(wiring: str, w: Packed, windows: tf.Tensor, targets: tf.Tensor, *, parts: int = 1) -> Gradients:
    """The loss of one batch and its gradient.

    Args:
        windows: (batch, window, 1); targets: (batch, 1).
        parts: into how many W_h is cut for its products, which XLA then does beside each other.
    """
    days = _days(windows)
    trace = _run(wiring, w, days, parts)
    predictions = trace.h @ w.W_y + w.b_y  # (batch, 1)
    error = predictions - targets
    d_prediction = 2 * error / error.shape[0]
    d_h = d_prediction @ tf.transpose(w.W_y)  # (batch, hidden)
    dZ = backward_sideways(wiring, GATES, w.W_h, trace.factors, d_h, parts)  # (window, batch, 4·hidden)
    gradient = Packed(
        W_in=tf.matmul(rows(days), rows(dZ), transpose_a=True),
        W_h=tf.matmul(rows(trace.reads[:-1]), rows(dZ[1:]), transpose_a=True),  # the first day reads nothing
        W_y=tf.matmul(trace.h, d_prediction, transpose_a=True),
        b_y=tf.reduce_sum(d_prediction, axis=0),
    )
    return Gradients(tf.reduce_mean(tf.square(error)), predictions, gradient)


def _days(windows: tf.Tensor) -> tf.Tensor:
    """(batch, window, 1) → (window, batch, 2): day by day, with a one beside each price."""
    return tf.transpose(tf.concat([windows, tf.ones_like(windows)], axis=2), (1, 0, 2))


def _run(wiring: str, w: Packed, days: tf.Tensor, parts: int = 1) -> Trace:
    z_in = tf.reshape(rows(days) @ w.W_in, (*days.shape[:2], w.W_in.shape[1]))  # (window, batch, 4·hidden)
    return forward(wiring, GATES, z_in, w.W_h, parts)
