"""The character network's loss and gradient in TensorFlow operations, by `reproduce.networks.lstm.backpropagation`.

LSTM → dropout → LSTM, its last output → dropout → softmax over the characters; categorical cross-entropy.
What XLA compiles.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from reproduce.networks.characters.weights import CharWeights
from reproduce.networks.lstm.backpropagation import Trace, backward, forward, rows

GATES = "ifgo"  # Keras's order; it calls the candidate g `c`


class Layer(NamedTuple):
    """A layer's weights, or their gradients; the gates side by side as in GATES."""

    W_x: tf.Tensor  # (features, 4·hidden), Keras's kernel
    W_h: tf.Tensor  # (hidden, 4·hidden), its recurrent kernel
    b: tf.Tensor  # (4·hidden,)


class Masks(NamedTuple):
    """What dropout multiplies with: 0, or 1 / (1 - rate)."""

    between: tf.Tensor  # (window, batch, hidden), of the first layer's outputs
    last: tf.Tensor  # (batch, hidden), of the second one's last output


def loss_and_gradients(
    w: CharWeights, inputs: tf.Tensor, targets: tf.Tensor, masks: Masks
) -> tuple[tf.Tensor, CharWeights]:
    """The mean cross-entropy of one batch in nats, and its gradient.

    Args:
        inputs: (batch, window) scaled characters; targets: (batch,) numbers of characters.
    """
    first, second = Layer(*w[:3]), Layer(*w[3:6])
    x = tf.transpose(inputs)[:, :, tf.newaxis]  # (window, batch, 1)
    trace_1 = run(first, x)
    dropped = trace_1.reads * masks.between
    trace_2 = run(second, dropped)
    last = trace_2.h * masks.last  # (batch, hidden)
    logits = last @ w.kernel_out + w.bias_out  # (batch, characters)

    # Of the logits, as Keras does it too where a softmax is the last layer: no probability is too small for it.
    one_hot = tf.one_hot(targets, logits.shape[1], dtype=inputs.dtype)
    loss = -tf.reduce_mean(tf.reduce_sum(one_hot * tf.nn.log_softmax(logits), axis=1))
    d_logits = (tf.nn.softmax(logits) - one_hot) / targets.shape[0]  # softmax and logarithm in one

    d_last = tf.matmul(d_logits, w.kernel_out, transpose_b=True) * masks.last
    dz_2 = backward(GATES, second.W_h, trace_2.factors, d_last[tf.newaxis])
    dz_1 = backward(GATES, first.W_h, trace_1.factors, input_gradient(second, dz_2) * masks.between)
    return loss, CharWeights(
        *gradient(x, trace_1, dz_1),
        *gradient(dropped, trace_2, dz_2),
        kernel_out=tf.matmul(last, d_logits, transpose_a=True),
        bias_out=tf.reduce_sum(d_logits, axis=0),
    )


def probabilities(w: CharWeights, inputs: tf.Tensor) -> tf.Tensor:
    """What comes next, (batch, characters), without dropout, for inputs (batch, window)."""
    x = tf.transpose(inputs)[:, :, tf.newaxis]  # (window, batch, 1)
    h_1 = run(Layer(*w[:3]), x).reads
    h_2 = run(Layer(*w[3:6]), h_1).h
    return tf.nn.softmax(h_2 @ w.kernel_out + w.bias_out)


def run(layer: Layer, x: tf.Tensor) -> Trace:
    """Run a layer over all steps of x, (steps, batch, features)."""
    z_x = tf.reshape(rows(x) @ layer.W_x + layer.b, (*x.shape[:2], layer.W_x.shape[1]))
    return forward("described", GATES, z_x, layer.W_h)


def gradient(x: tf.Tensor, trace: Trace, dz: tf.Tensor) -> Layer:
    """The gradient of the layer's weights, from its inputs, its trace and `backward`'s dz."""
    # The first step's zeros could be left out, but then the sum over all rows is taken in another order.
    h_before = tf.concat([tf.zeros_like(trace.reads[:1]), trace.reads[:-1]], axis=0)  # (steps, batch, hidden)
    dZ = rows(dz)
    return Layer(
        W_x=tf.matmul(rows(x), dZ, transpose_a=True),
        W_h=tf.matmul(rows(h_before), dZ, transpose_a=True),
        b=tf.reduce_sum(dZ, axis=0),
    )


def input_gradient(layer: Layer, dz: tf.Tensor) -> tf.Tensor:
    """The loss's derivative by the layer's inputs, (steps, batch, features)."""
    d_x = rows(dz) @ tf.transpose(layer.W_x)
    return tf.reshape(d_x, (*dz.shape[:2], layer.W_x.shape[0]))
