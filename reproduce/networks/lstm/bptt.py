"""Backpropagation through time, written by hand: the gradient of the article's loss, for both wirings.

**Notation.** B windows of T days, H hidden units. The gates' weights lie side by side in one matrix, in the order
i f o g, and the bias is a row of the input matrix, because each day's input carries a one beside its price:

    days (T, B, 2)    W_in (2, 4H), rows W_x and b    W_h (H, 4H)    W_y (H, 1)    b_y (1,)

On each day the cell has two vectors from the day before. One is `read` by the gates, one is `kept` by the forget gate:

    described   read = h(t-1)   kept = c(t-1)             published (D2)   read = c(t-1)   kept = h(t-1)

**Forward**, t = 1 … T, from h(0) = c(0) = 0; σ' = σ(1-σ) and tanh' = 1-tanh² wait for their turn below:

    z = days(t) W_in + read W_h          i, f, o = σ(z_i), σ(z_f), σ(z_o)          g = tanh(z_g)
    c = f·kept + i·g                     h = o·tanh(c)
    prediction = h(T) W_y + b_y          loss = mean over B of (prediction - target)²

**Backward**, t = T … 1. Let dc, dh be the loss's derivative by c(t), h(t) as days after t use them; on the last day
dc = 0 and dh = d_prediction W_yᵀ. All of c(t)'s effect, through h(t) too, is

    a = dc + dh·o·(1 - tanh²(c))

and from there the chain rule gives, gate by gate, and for the two vectors of the day before,

    dz_i = a·g·i(1-i)     dz_f = a·kept·f(1-f)     dz_o = dh·tanh(c)·o(1-o)     dz_g = a·i·(1-g²)
    d_read = dz W_hᵀ      d_kept = a·f

A weight is used on every day, so its gradient is a sum over days, and that sum is one matrix product over all days and
windows at once, T·B rows tall; of W_h, (T-1)·B, as the first day has nothing to read:

    dW_in = Daysᵀ dZ      dW_h = Readᵀ dZ
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from reproduce.networks.lstm.weights import GATE_SCOPES, Weights


class Packed(NamedTuple):
    """The weights as the equations use them, or their gradients."""

    W_in: tf.Tensor  # (2, 4·hidden)
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
    h, _, _ = _forward(wiring, w, _days(windows))
    return h @ w.W_y + w.b_y


def loss_and_gradients(wiring: str, w: Packed, windows: tf.Tensor, targets: tf.Tensor) -> Gradients:
    """The loss of one batch and its gradient, by the equations above.

    Args:
        windows: (batch, window, 1); targets: (batch, 1).
    """
    days = _days(windows)
    h, factors, reads = _forward(wiring, w, days)
    predictions = h @ w.W_y + w.b_y  # (batch, 1)
    error = predictions - targets
    d_prediction = 2 * error / error.shape[0]
    dZ = _backward(wiring, w, d_prediction @ tf.transpose(w.W_y), factors)  # (window, batch, 4·hidden)
    gradient = Packed(
        W_in=tf.matmul(_rows(days), _rows(dZ), transpose_a=True),
        W_h=tf.matmul(_rows(reads), _rows(dZ[1:]), transpose_a=True),
        W_y=tf.matmul(h, d_prediction, transpose_a=True),
        b_y=tf.reduce_sum(d_prediction, axis=0),
    )
    return Gradients(tf.reduce_mean(tf.square(error)), predictions, gradient)


def _days(windows: tf.Tensor) -> tf.Tensor:
    """(batch, window, 1) → (window, batch, 2): day by day, with a one beside each price."""
    return tf.transpose(tf.concat([windows, tf.ones_like(windows)], axis=2), (1, 0, 2))


def _rows(by_day: tf.Tensor) -> tf.Tensor:
    """(window, batch, n) → (window·batch, n)."""
    return tf.reshape(by_day, (-1, by_day.shape[2]))


def _read_and_kept(wiring: str, h: tf.Tensor, c: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """(h, c) → (read, kept). An exchange or none, so it also takes (d_read, d_kept) back to (dh, dc)."""
    return (h, c) if wiring == "described" else (c, h)


def _cell(z: tf.Tensor, kept: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """One day's h and c, (batch, hidden), and all that its backward step will multiply with, (batch, 6·hidden).

    What i, f and o share is done once, for the three side by side: XLA makes a kernel of each operation, and a kernel
    costs a megabyte to compile.
    """
    hidden = kept.shape[1]
    ifo, g = tf.sigmoid(z[:, : 3 * hidden]), tf.tanh(z[:, 3 * hidden :])  # (batch, 3·hidden), (batch, hidden)
    i, f, o = tf.split(ifo, 3, axis=1)  # (batch, hidden) each
    c = f * kept + i * g
    tanh_c = tf.tanh(c)
    of_ifo = tf.concat([g, kept, tanh_c], axis=1) * ifo * (1 - ifo)
    of_g, of_h = i * (1 - g * g), o * (1 - tanh_c * tanh_c)
    return o * tanh_c, c, tf.concat([of_ifo, of_g, of_h, f], axis=1)


def _forward(wiring: str, w: Packed, days: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The last day's h, (batch, hidden); every day's factors, (window, batch, 6·hidden); read, but the first day's."""
    window, batch, hidden = days.shape[0], days.shape[1], w.W_h.shape[0]
    z_in = tf.reshape(_rows(days) @ w.W_in, (window, batch, 4 * hidden))  # all days' inputs at once
    zeros = tf.zeros((batch, hidden), days.dtype)
    h, c, of_day = _cell(z_in[0], zeros)  # the first day has nothing to read
    factors = tf.TensorArray(days.dtype, window, element_shape=of_day.shape).write(0, of_day)
    reads = tf.TensorArray(days.dtype, window - 1, element_shape=zeros.shape)

    def day(t, h, c, factors, reads):
        read, kept = _read_and_kept(wiring, h, c)
        h, c, of_day = _cell(z_in[t] + read @ w.W_h, kept)
        return t + 1, h, c, factors.write(t, of_day), reads.write(t - 1, read)

    _, h, _, factors, reads = tf.while_loop(lambda t, *_: t < window, day, (1, h, c, factors, reads))
    return h, factors.stack(), reads.stack()


def _backward(wiring: str, w: Packed, dh: tf.Tensor, factors: tf.Tensor) -> tf.Tensor:
    """dZ of every day, (window, batch, 4·hidden), from dh of the last one, (batch, hidden).

    d_read crosses from day to day lying on its side, (hidden, batch) = W_h dzᵀ: so the product walks through W_h in the
    order it is stored in, in half the time of dz W_hᵀ. Turned round within one day, XLA would make it dz W_hᵀ again.
    """
    window, batch, hidden = factors.shape[0], dh.shape[0], dh.shape[1]
    dZ = tf.TensorArray(dh.dtype, window, element_shape=(batch, 4 * hidden))

    def step(dh, dc, of_day):
        of_z, of_h, f = tf.split(of_day, (4 * hidden, hidden, hidden), axis=1)
        a = dc + dh * of_h  # (batch, hidden)
        return tf.concat([a, a, dh, a], axis=1) * of_z, a * f  # dz, (batch, 4·hidden), and d_kept

    def day(t, d_read_sideways, d_kept, dZ):
        dh, dc = _read_and_kept(wiring, tf.transpose(d_read_sideways), d_kept)
        dz, d_kept = step(dh, dc, factors[t])
        return t - 1, tf.matmul(w.W_h, dz, transpose_b=True), d_kept, dZ.write(t, dz)

    dz, d_kept = step(dh, tf.zeros_like(dh), factors[window - 1])
    dZ = dZ.write(window - 1, dz)
    if window == 1:
        return dZ.stack()
    loop = (window - 2, tf.matmul(w.W_h, dz, transpose_b=True), d_kept, dZ)
    _, d_read_sideways, d_kept, dZ = tf.while_loop(lambda t, *_: t > 0, day, loop)
    # The first day needs no product: nothing lies before it.
    dz, _ = step(*_read_and_kept(wiring, tf.transpose(d_read_sideways), d_kept), factors[0])
    return dZ.write(0, dz).stack()
