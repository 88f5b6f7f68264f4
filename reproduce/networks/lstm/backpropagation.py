"""Backpropagation through time, written by hand: one LSTM layer over all its steps, there and back.

**Notation.** B samples of T steps, F features read on each step, H hidden units. The four gates' weights lie side by
side, as columns of one matrix each:

    x (T, B, F)    W_x (F, 4H)    W_h (H, 4H)    b (4H,)

On each step the cell has two vectors from the step before: one is `read` by the gates, one `kept` by the forget gate.

    described   read = h(t-1)   kept = c(t-1)             published (D2)   read = c(t-1)   kept = h(t-1)

**Forward**, t = 1 … T, from h(0) = c(0) = 0; σ' = σ(1-σ) and tanh' = 1-tanh² wait for their turn below:

    z = x(t) W_x + b + read W_h          i, f, o = σ(z_i), σ(z_f), σ(z_o)          g = tanh(z_g)
    c = f·kept + i·g                     h = o·tanh(c)

**Backward**, t = T … 1. Let dc, dh be the loss's derivative by c(t), h(t): what steps after t make of them, and of dh
also what the layer above does, where it reads step t. After the last step both begin as 0. All of c(t)'s effect, also
through h(t), is

    a = dc + dh·o·(1 - tanh²(c))

and from there the chain rule gives, gate by gate, and for the two vectors of the step before,

    dz_i = a·g·i(1-i)     dz_f = a·kept·f(1-f)     dz_o = dh·tanh(c)·o(1-o)     dz_g = a·i·(1-g²)
    d_read = dz W_hᵀ      d_kept = a·f

A weight is used on every step, so its gradient is a sum over steps, and that sum is one matrix product over all steps
and samples at once, T·B rows tall; of W_h, (T-1)·B, as the first step has nothing to read:

    dW_x = Xᵀ dZ      dW_h = Readᵀ dZ      db = sum of dZ's rows      dX = dZ W_xᵀ

Only the products with W_h run step after step; the networks take the others.

**Two networks use this page**, and differ in the order of some sums, and so in last bits; each keeps its own.

                     `lstm.network`, one layer           `stack.network`, two layers
    wiring           published or described              described
    gates            i f o g, the program's order        i f g o, Keras's (its c is our g)
    bias             a row of W_x, read as a one         a vector
    backward         `backward_sideways`                 `backward`
    first step       left out of the products with W_h   multiplied as zeros
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import tensorflow as tf


class Trace(NamedTuple):
    """What the forward pass leaves."""

    h: tf.Tensor  # (batch, hidden), of the last step
    reads: tf.Tensor  # (steps, batch, hidden): what each step gives the next one to read; h of all steps if described
    factors: tf.Tensor  # (steps, batch, 6·hidden): what each step's backward step multiplies with


def forward(wiring: str, gates: str, z_x: tf.Tensor, W_h: tf.Tensor, parts: int = 1) -> Trace:
    """Run the layer over all steps.

    Args:
        gates: their order side by side: ifog or ifgo.
        z_x: x W_x + b, (steps, batch, 4·hidden), one product over all steps at once.
        parts: W_h is cut between columns into so many, so that a thread can take each; no sum is cut.
    """
    cut = _cut(W_h, parts, axis=1)
    steps, batch, hidden = z_x.shape[0], z_x.shape[1], W_h.shape[0]
    zeros = tf.zeros((batch, hidden), z_x.dtype)
    h, c, of_step = _cell(gates, z_x[0], zeros)  # the first step has nothing to read
    read, kept = _read_and_kept(wiring, h, c)
    reads = tf.TensorArray(z_x.dtype, steps, element_shape=zeros.shape).write(0, read)
    factors = tf.TensorArray(z_x.dtype, steps, element_shape=of_step.shape).write(0, of_step)

    def step(t, _, read, kept, reads, factors):
        h, c, of_step = _cell(gates, z_x[t] + tf.concat([read @ part for part in cut], axis=1), kept)
        read, kept = _read_and_kept(wiring, h, c)
        return t + 1, h, read, kept, reads.write(t, read), factors.write(t, of_step)

    loop = (1, h, read, kept, reads, factors)
    _, h, _, _, reads, factors = tf.while_loop(lambda t, *_: t < steps, step, loop)
    return Trace(h, reads.stack(), factors.stack())


def _read_and_kept(wiring: str, h: tf.Tensor, c: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """(h, c) → (read, kept). An exchange or none, so it also takes (d_read, d_kept) back to (dh, dc)."""
    return (h, c) if wiring == "described" else (c, h)


def _cell(gates: str, z: tf.Tensor, kept: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """One step's h and c, (batch, hidden), and its factors, (batch, 6·hidden): four for dz, in its order, then two.

    What i, f and o share is done once, for the three side by side: XLA makes a kernel of each operation, and a kernel
    costs a megabyte to compile.
    """
    hidden, before_g = kept.shape[1], gates.index("g")  # both orders have i before f before o, and g somewhere
    sizes = [before_g * hidden, hidden, (3 - before_g) * hidden]
    before, z_g, after = tf.split(z, sizes, axis=1)
    ifo, g = tf.sigmoid(tf.concat([before, after], axis=1)), tf.tanh(z_g)  # (batch, 3·hidden), (batch, hidden)
    i, f, o = tf.split(ifo, 3, axis=1)  # (batch, hidden) each
    c = f * kept + i * g
    tanh_c = tf.tanh(c)
    of_ifo = tf.concat([g, kept, tanh_c], axis=1) * ifo * (1 - ifo)
    before, after = tf.split(of_ifo, sizes[::2], axis=1)
    of_g, of_h = i * (1 - g * g), o * (1 - tanh_c * tanh_c)
    return o * tanh_c, c, tf.concat([before, of_g, after, of_h, f], axis=1)


def _back(gates: str, factors: tf.Tensor, dh: tf.Tensor, dc: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """One step's dz, (batch, 4·hidden), and d_kept, (batch, hidden), from its factors, (batch, 6·hidden)."""
    hidden = dh.shape[1]
    of_z, of_h, f = tf.split(factors, (4 * hidden, hidden, hidden), axis=1)
    a = dc + dh * of_h
    return tf.concat([dh if gate == "o" else a for gate in gates], axis=1) * of_z, a * f


def backward(gates: str, W_h: tf.Tensor, factors: tf.Tensor, d_h: tf.Tensor) -> tf.Tensor:
    """dZ of every step, (steps, batch, 4·hidden), of the described wiring.

    Args:
        d_h: the loss's derivative by the layer's outputs: (steps, batch, hidden) where the layer above reads all of
            them, (1, batch, hidden) where it reads the last one alone.
    """
    steps, batch, hidden = factors.shape[0], factors.shape[1], W_h.shape[0]
    reads_all = d_h.shape[0] == steps
    turned = tf.transpose(W_h)
    zeros = tf.zeros((batch, hidden), d_h.dtype)

    def step(t, dh, dc, dZ):
        dz, dc = _back(gates, factors[t], dh + d_h[t] if reads_all else dh, dc)
        return t - 1, dz @ turned, dc, dZ.write(t, dz)

    dZ = tf.TensorArray(d_h.dtype, steps, element_shape=(batch, 4 * hidden))
    loop = (steps - 1, zeros if reads_all else d_h[0], zeros, dZ)
    *_, dZ = tf.while_loop(lambda t, *_: t >= 0, step, loop)
    return dZ.stack()


def backward_sideways(
    wiring: str, gates: str, W_h: tf.Tensor, factors: tf.Tensor, dh: tf.Tensor, parts: int = 1
) -> tf.Tensor:
    """dZ of every step, (steps, batch, 4·hidden), from dh of the last one alone, (batch, hidden).

    d_read crosses from step to step lying on its side, (hidden, batch) = W_h dzᵀ: so the product walks through W_h in
    the order it is stored in, in half the time of dz W_hᵀ. Turned round within one step, XLA would make it dz W_hᵀ
    again. It cuts W_h between rows, where `forward` cuts between columns. Products of eight samples are quicker than of
    seven, so rows of zeros are added. These, and the last and the first step within the loop, would move last bits of
    windows so short that XLA dissolves the loop.
    """
    steps, batch, hidden = factors.shape[0], dh.shape[0], dh.shape[1]
    cut = _cut(W_h, parts, axis=0)
    lacking = -batch % 8 if steps > 3 else 0

    def cross(dz):
        by_eight = tf.pad(dz, [[0, lacking], [0, 0]]) if lacking <= 3 else dz
        crossed = tf.concat([tf.matmul(part, by_eight, transpose_b=True) for part in cut], axis=0)
        return crossed[:, :batch]  # (hidden, batch)

    def arrive(t, d_read_sideways, d_kept):
        return _back(gates, factors[t], *_read_and_kept(wiring, tf.transpose(d_read_sideways), d_kept))

    def step(t, d_read_sideways, d_kept, dZ):
        dz, d_kept = arrive(t, d_read_sideways, d_kept)
        return t - 1, cross(dz), d_kept, dZ.write(t, dz)

    dz, d_kept = _back(gates, factors[steps - 1], dh, tf.zeros_like(dh))
    dZ = tf.TensorArray(dh.dtype, steps, element_shape=(batch, 4 * hidden)).write(steps - 1, dz)
    if steps == 1:
        return dZ.stack()
    loop = (steps - 2, cross(dz), d_kept, dZ)
    _, d_read_sideways, d_kept, dZ = tf.while_loop(lambda t, *_: t > 0, step, loop)
    dz, _ = arrive(0, d_read_sideways, d_kept)  # no product: nothing lies before the first step
    return dZ.write(0, dz).stack()


def _cut(matrix: tf.Tensor, parts: int, axis: int) -> list[tf.Tensor]:
    """The matrix in so many parts of nearly equal size, cut once, not on every step."""
    size = matrix.shape[axis]
    parts = min(parts, size)
    edges = [size * part // parts for part in range(parts + 1)]
    return tf.split(matrix, [after - before for before, after in pairwise(edges)], axis=axis)


def rows(by_step: tf.Tensor) -> tf.Tensor:
    """(steps, batch, n) → (steps·batch, n)."""
    return tf.reshape(by_step, (-1, by_step.shape[2]))
