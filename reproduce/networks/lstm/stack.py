"""One LSTM layer of a stack, as Keras has it, over all its steps: forward, and backpropagation through time by hand.

**Notation.** B samples of T steps, H hidden units, F features read on each step. The four gates' weights lie side by
side in Keras's order, i f g o (Keras calls the candidate g `c`):

    x (T, B, F)    W (F, 4H)    U (H, 4H)    b (4H,)

**Forward**, t = 1 … T, from h(0) = c(0) = 0. What the inputs add is one product over all steps at once, X W + b:

    z = x(t) W + b + h(t-1) U          i, f, o = σ(z_i), σ(z_f), σ(z_o)          g = tanh(z_g)
    c(t) = f·c(t-1) + i·g              h(t) = o·tanh(c(t))

**Backward**, t = T … 1. dh is the loss's derivative by h(t), from the layer above and from step t+1 together, dc that
by c(t) from step t+1; both begin as 0. As in `reproduce.networks.lstm.bptt`, where the article's own cell is taken apart,

    a = dc + dh·o·(1 - tanh²(c))
    dz_i = a·g·i(1-i)     dz_f = a·c(t-1)·f(1-f)     dz_g = a·i·(1-g²)     dz_o = dh·tanh(c)·o(1-o)
    dh(t-1) = dz Uᵀ       dc(t-1) = a·f

and a weight's gradient, a sum over steps, is one product over all steps and samples, T·B rows tall:

    dW = Xᵀ dZ        dU = H₋₁ᵀ dZ        db = sum of dZ's rows        dX = dZ Wᵀ

where the rows of H₋₁ are h(t-1). Only the products with U run step after step.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Layer(NamedTuple):
    """A layer's weights, or their gradients."""

    W: tf.Tensor  # (features, 4·hidden), Keras's kernel
    U: tf.Tensor  # (hidden, 4·hidden), its recurrent kernel
    b: tf.Tensor  # (4·hidden,)


class Trace(NamedTuple):
    """What the forward pass leaves for the backward one; each (steps, batch, hidden)."""

    h: tf.Tensor
    of_i: tf.Tensor  # what `a` is multiplied with to give dz_i
    of_f: tf.Tensor
    of_g: tf.Tensor
    of_o: tf.Tensor  # what dh is multiplied with to give dz_o
    of_c: tf.Tensor  # and what it adds to `a`
    f: tf.Tensor


def forward(layer: Layer, x: tf.Tensor) -> Trace:
    """Run the layer over all steps of x, (steps, batch, features)."""
    steps, batch, hidden = x.shape[0], x.shape[1], layer.U.shape[0]
    z_in = tf.reshape(rows(x) @ layer.W + layer.b, (steps, batch, 4 * hidden))  # all steps' inputs at once

    def body(t, h, c, trace):
        h, c, of_step = _cell(z_in[t] + h @ layer.U, c)
        return t + 1, h, c, Trace(*(kept.write(t, value) for kept, value in zip(trace, of_step, strict=True)))

    zeros = tf.zeros((batch, hidden), x.dtype)
    trace = Trace(*(tf.TensorArray(x.dtype, steps, element_shape=(batch, hidden)) for _ in Trace._fields))
    *_, trace = tf.while_loop(lambda t, *_: t < steps, body, (0, zeros, zeros, trace))
    return Trace(*(kept.stack() for kept in trace))


def _cell(z: tf.Tensor, c: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, Trace]:
    """One step's h and c, (batch, hidden), and its part of the trace."""
    z_i, z_f, z_g, z_o = tf.split(z, 4, axis=1)  # (batch, hidden) each
    i, f, g, o = tf.sigmoid(z_i), tf.sigmoid(z_f), tf.tanh(z_g), tf.sigmoid(z_o)
    before, c = c, f * c + i * g
    tanh_c = tf.tanh(c)
    h = o * tanh_c
    of_i, of_f, of_g, of_o = g * i * (1 - i), before * f * (1 - f), i * (1 - g * g), tanh_c * o * (1 - o)
    return h, c, Trace(h, of_i, of_f, of_g, of_o, of_c=o * (1 - tanh_c * tanh_c), f=f)


def backward(layer: Layer, trace: Trace, d_h: tf.Tensor) -> tf.Tensor:
    """dz of every step, (steps, batch, 4·hidden).

    Args:
        d_h: the loss's derivative by the layer's outputs: (steps, batch, hidden) where the layer above reads all of
            them, (1, batch, hidden) where it reads the last one alone.
    """
    steps, batch, hidden = trace.h.shape
    reads_all = d_h.shape[0] == steps
    U_transposed = tf.transpose(layer.U)

    def body(k, dh, dc, dz):
        t = steps - 1 - k
        if reads_all:
            dh += d_h[t]
        a = dc + dh * trace.of_c[t]
        dz_t = tf.concat([a * trace.of_i[t], a * trace.of_f[t], a * trace.of_g[t], dh * trace.of_o[t]], axis=1)
        return k + 1, dz_t @ U_transposed, a * trace.f[t], dz.write(t, dz_t)

    zeros = tf.zeros((batch, hidden), d_h.dtype)
    dz = tf.TensorArray(d_h.dtype, steps, element_shape=(batch, 4 * hidden))
    begin = (0, zeros if reads_all else d_h[0], zeros, dz)
    *_, dz = tf.while_loop(lambda k, *_: k < steps, body, begin)
    return dz.stack()


def gradient(x: tf.Tensor, trace: Trace, dz: tf.Tensor) -> Layer:
    """The gradient of the layer's weights, from its inputs, its trace and `backward`'s dz."""
    h_before = tf.concat([tf.zeros_like(trace.h[:1]), trace.h[:-1]], axis=0)  # (steps, batch, hidden)
    dZ = rows(dz)
    return Layer(
        W=tf.matmul(rows(x), dZ, transpose_a=True),
        U=tf.matmul(rows(h_before), dZ, transpose_a=True),
        b=tf.reduce_sum(dZ, axis=0),
    )


def input_gradient(layer: Layer, dz: tf.Tensor) -> tf.Tensor:
    """The loss's derivative by the layer's inputs, (steps, batch, features)."""
    d_x = rows(dz) @ tf.transpose(layer.W)
    return tf.reshape(d_x, (*dz.shape[:2], layer.W.shape[0]))


def rows(by_step: tf.Tensor) -> tf.Tensor:
    """(steps, batch, n) → (steps·batch, n)."""
    return tf.reshape(by_step, (-1, by_step.shape[2]))
