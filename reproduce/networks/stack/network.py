"""Loss and gradient of two LSTM layers and a linear output, by `reproduce.networks.lstm.backpropagation`.

LSTM → dropout → LSTM, its last output → dropout → linear output. What XLA compiles. What the loss is, the article says:
the character network takes the cross-entropy of a softmax, the price network the squared error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from reproduce.networks.lstm.backpropagation import Trace, backward, forward, rows
from reproduce.networks.stack.weights import StackWeights

GATES = "ifgo"  # Keras's order; it calls the candidate g `c`

# Of outputs (batch, outputs), targets (batch, …) and the number of samples that the mean is taken over, which may be
# more than these: the loss, (), and its derivative by the outputs.
Loss = Callable[[tf.Tensor, tf.Tensor, int], tuple[tf.Tensor, tf.Tensor]]


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
    loss_of: Loss, w: StackWeights, x: tf.Tensor, targets: tf.Tensor, masks: Masks, samples: int
) -> tuple[tf.Tensor, StackWeights]:
    """The loss of one batch, or of a part of it, and its gradient.

    Args:
        x: (window, batch, features).
        targets: (batch, …).
        samples: of the whole batch, which the loss is a mean over.
    """
    first, second = Layer(*w[:3]), Layer(*w[3:6])
    trace_1 = run(first, x)
    dropped = trace_1.reads * masks.between
    trace_2 = run(second, dropped)
    last = trace_2.h * masks.last  # (batch, hidden)
    loss, d_outputs = loss_of(last @ w.kernel_out + w.bias_out, targets, samples)

    d_last = tf.matmul(d_outputs, w.kernel_out, transpose_b=True) * masks.last
    dz_2 = backward(GATES, second.W_h, trace_2.factors, d_last[tf.newaxis])
    dz_1 = backward(GATES, first.W_h, trace_1.factors, input_gradient(second, dz_2) * masks.between)
    return loss, StackWeights(
        *gradient(x, trace_1, dz_1),
        *gradient(dropped, trace_2, dz_2),
        kernel_out=tf.matmul(last, d_outputs, transpose_a=True),
        bias_out=tf.reduce_sum(d_outputs, axis=0),
    )


def outputs(w: StackWeights, x: tf.Tensor) -> tf.Tensor:
    """What the network says without dropout, (batch, outputs), of x (window, batch, features)."""
    h_1 = run(Layer(*w[:3]), x).reads
    h_2 = run(Layer(*w[3:6]), h_1).h
    return h_2 @ w.kernel_out + w.bias_out


def slopes(w: StackWeights, x: tf.Tensor) -> tf.Tensor:
    """The derivative of each sample's only output by each step's input, (batch, window), without dropout.

    Args:
        x: (window, batch, 1).
    """
    first, second = Layer(*w[:3]), Layer(*w[3:6])
    trace_1 = run(first, x)
    trace_2 = run(second, trace_1.reads)
    d_h = tf.repeat(tf.transpose(w.kernel_out), x.shape[1], axis=0)  # (batch, hidden)
    dz_2 = backward(GATES, second.W_h, trace_2.factors, d_h[tf.newaxis])
    dz_1 = backward(GATES, first.W_h, trace_1.factors, input_gradient(second, dz_2))
    return tf.transpose(input_gradient(first, dz_1)[:, :, 0])


def by_step(x: tf.Tensor) -> tf.Tensor:
    """(batch, window) → (window, batch, 1), or (batch, window, features) → (window, batch, features)."""
    return tf.transpose(x, (1, 0, 2)) if x.shape.rank == 3 else tf.transpose(x)[:, :, tf.newaxis]


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
