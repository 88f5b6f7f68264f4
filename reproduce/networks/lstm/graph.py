"""The published TF1 graph with names: placeholders, a network per window, loss, gradients, Adam (steps 4 to 9)."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow.compat.v1 as tf

from reproduce.networks.adam import BETA1, BETA2, TF1_EPSILON
from reproduce.networks.engine import Settings
from reproduce.networks.lstm.cell import STEPS, State
from reproduce.networks.lstm.weights import OUTPUT_SCOPE, Weights, create_weights


class TrainingStep(NamedTuple):
    """The ends of the graph for one number of windows."""

    loss: tf.Tensor  # () mean over the windows of each window's squared error
    gradients: Weights  # of the loss, before clipping
    update: tf.Operation  # one step of Adam


class Network(NamedTuple):
    """The graph up to its predictions, with what training needs."""

    inputs: tf.Tensor  # (batch, window, 1) scaled prices, placeholder
    targets: tf.Tensor  # (batch, 1) the price after each window, placeholder
    weights: Weights
    predictions: list[tf.Tensor]  # one (1, 1) a window of the batch
    optimizer: tf.train.AdamOptimizer


def build_network(settings: Settings, seed: int, dtype: str) -> Network:
    """Build placeholders, weights and predictions in the default graph; each window is unrolled alone, as published."""
    inputs = tf.placeholder(dtype, [settings.batch, settings.window, 1], name="inputs")
    targets = tf.placeholder(dtype, [settings.batch, 1], name="targets")
    weights = create_weights(settings.hidden, seed, dtype)
    predictions = []
    for k in range(settings.batch):
        with tf.name_scope(f"window_{k}"):
            predictions.append(_predict(inputs[k], weights, settings.wiring))
    return Network(inputs, targets, weights, predictions, adam(settings.learning_rate, dtype))


def _predict(days: tf.Tensor, w: Weights, wiring: str) -> tf.Tensor:
    """The prediction, (1, 1), from one window's `days`, (window, 1)."""
    step = STEPS[wiring]
    zeros = tf.zeros([1, w.b_i.shape[0]], days.dtype)
    state = State(h=zeros, c=zeros)
    for t in range(days.shape[0]):
        with tf.name_scope(f"day_{t}"):
            state = step(days[t : t + 1], state, w)  # (1, 1) → (1, hidden) twice
    with tf.name_scope(OUTPUT_SCOPE):
        return state.h @ w.W_hy + w.b_y


def add_training_step(network: Network, settings: Settings, windows: int) -> TrainingStep:
    """Add loss, gradients and update over the first `windows` of the batch; fewer than `batch` is a kept remainder."""
    with tf.name_scope(f"loss_of_{windows}"):
        # Not tf.losses.mean_squared_error: it computes in float32 whatever it is given, to the same bits as this there.
        errors = [tf.math.squared_difference(network.predictions[k], network.targets[k]) for k in range(windows)]
        loss = tf.reduce_mean([tf.reshape(error, ()) for error in errors])
    with tf.name_scope(f"gradients_of_{windows}"):
        gradients = tf.gradients(loss, network.weights)
        clipped, _ = tf.clip_by_global_norm(gradients, settings.clip_margin)
    applied = clipped if settings.clipping == "applied" else gradients  # D3
    update = network.optimizer.apply_gradients(zip(applied, network.weights, strict=True))
    return TrainingStep(loss, Weights(*gradients), update)


def adam(learning_rate: float, dtype: str) -> tf.train.AdamOptimizer:
    """TF1's own Adam (`reproduce.networks.adam` has its formula), with its defaults.

    The settings are tensors of the weights' dtype, because the optimizer rounds plain numbers to float32, also where
    the weights are float64.
    """
    settings = {"learning_rate": learning_rate, "beta1": BETA1, "beta2": BETA2, "epsilon": TF1_EPSILON}
    return tf.train.AdamOptimizer(**{name: tf.constant(value, dtype) for name, value in settings.items()})
