"""The Macbeth network's loss and gradient in TensorFlow operations, by `reproduce.networks.lstm.stack`: what XLA compiles.

LSTM → dropout → LSTM, its last output → dropout → softmax over the characters; categorical cross-entropy.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from reproduce.networks.characters.weights import CharWeights
from reproduce.networks.lstm.stack import Layer, backward, forward, gradient, input_gradient


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
    trace_1 = forward(first, x)
    dropped = trace_1.h * masks.between
    trace_2 = forward(second, dropped)
    last = trace_2.h[-1] * masks.last  # (batch, hidden)
    logits = last @ w.kernel_out + w.bias_out  # (batch, characters)

    # Of the logits, as Keras does it too where a softmax is the last layer: no probability is too small for it.
    one_hot = tf.one_hot(targets, logits.shape[1], dtype=inputs.dtype)
    loss = -tf.reduce_mean(tf.reduce_sum(one_hot * tf.nn.log_softmax(logits), axis=1))
    d_logits = (tf.nn.softmax(logits) - one_hot) / targets.shape[0]  # softmax and logarithm in one

    d_last = tf.matmul(d_logits, w.kernel_out, transpose_b=True) * masks.last
    dz_2 = backward(second, trace_2, d_last[tf.newaxis])
    dz_1 = backward(first, trace_1, input_gradient(second, dz_2) * masks.between)
    return loss, CharWeights(
        *gradient(x, trace_1, dz_1),
        *gradient(dropped, trace_2, dz_2),
        kernel_out=tf.matmul(last, d_logits, transpose_a=True),
        bias_out=tf.reduce_sum(d_logits, axis=0),
    )


def probabilities(w: CharWeights, inputs: tf.Tensor) -> tf.Tensor:
    """What comes next, (batch, characters), without dropout, for inputs (batch, window)."""
    x = tf.transpose(inputs)[:, :, tf.newaxis]  # (window, batch, 1)
    h_1 = forward(Layer(*w[:3]), x).h
    h_2 = forward(Layer(*w[3:6]), h_1).h[-1]
    return tf.nn.softmax(h_2 @ w.kernel_out + w.bias_out)
