"""What the character network has of its own beside `reproduce.networks.stack.network`: a softmax."""

from __future__ import annotations

import tensorflow as tf

from reproduce.networks.stack.network import by_step, outputs
from reproduce.networks.stack.weights import StackWeights


def cross_entropy(logits: tf.Tensor, targets: tf.Tensor, samples: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The mean cross-entropy in nats, and its derivative by the logits, (batch, characters).

    Of the logits, as Keras does it too where a softmax is the last layer: no probability is too small for it.

    Args:
        targets: (batch,) numbers of characters.
    """
    one_hot = tf.one_hot(targets, logits.shape[1], dtype=logits.dtype)
    loss = -tf.reduce_sum(tf.reduce_sum(one_hot * tf.nn.log_softmax(logits), axis=1)) / samples
    return loss, (tf.nn.softmax(logits) - one_hot) / samples  # softmax and logarithm in one


def probabilities(w: StackWeights, inputs: tf.Tensor) -> tf.Tensor:
    """What comes next, (batch, characters), without dropout, of (batch, window) or (batch, window, features)."""
    return tf.nn.softmax(outputs(w, by_step(inputs)))
