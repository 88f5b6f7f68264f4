"""Training steps of the stack of two LSTM layers in TensorFlow operations: a loop that XLA compiles, whole or in parts.

On one thread the whole loop is one program. On several, each step is a program for each part of the batch, which run
beside each other, a core each, and one that adds their gradients and updates the weights. For a product of thirty rows
is too small to share between cores, but its rows need nothing of each other.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from reproduce.networks.graph_engine import compiled
from reproduce.networks.stack.network import Loss, Masks, by_step, loss_and_gradients
from reproduce.networks.stack.weights import StackWeights

# What is kept of a step: its loss, its gradient, and the weights before and after it → a tensor of a fixed shape.
Watch = Callable[[tf.Tensor, StackWeights, StackWeights, StackWeights], tf.Tensor]


class Training(NamedTuple):
    """What a batch takes over from the batch before."""

    weights: StackWeights
    memory: Any  # the optimizer's


class Recipe(NamedTuple):
    """What decides a training step beside the weights."""

    loss: Loss
    update: Callable[[StackWeights, StackWeights, Any], tuple[StackWeights, Any]]  # weights, gradients, memory
    dropout: float  # share of both layers' outputs


def train_batches(
    recipe: Recipe,
    parts: int,
    watch: Watch,
    watched: tuple[int, ...],
    training: Training,
    x: tf.Tensor,
    targets: tf.Tensor,
    kept: Masks,
) -> tuple[Training, tf.Tensor]:
    """Train on batch after batch, in order.

    Args:
        parts: into how many a batch is split; 1 is to be compiled by the caller, more are compiled here.
        watch: what is kept of each step, of the shape `watched`; the updates are the same whatever it keeps.
        x: (steps, batch, window) or (steps, batch, window, features), what the first layer reads.
        targets: (steps, batch, …).
        kept: whether dropout keeps an output, (steps, batch, window, hidden) and (steps, batch, hidden).

    Returns:
        The training after the last batch, and what was kept of each step, (steps, *watched).
    """
    steps, batch = x.shape[0], x.shape[1]
    edges = [batch * part // parts for part in range(parts + 1)]
    rows = [slice(first, last) for first, last in pairwise(edges) if first < last]
    of_part, update = functools.partial(_of_part, recipe, batch), functools.partial(_update, recipe, watch)
    if parts > 1:
        of_part, update = compiled(of_part), compiled(update)

    def body(k, training, seen):
        part_of = (tf.nest.map_structure(lambda a, r=r: a[k][r], (x, targets, kept)) for r in rows)
        after, watched_now = update(training, [of_part(training.weights, *given) for given in part_of])
        return k + 1, after, seen.write(k, watched_now)

    seen = tf.TensorArray(x.dtype, steps, element_shape=watched)
    _, training, seen = tf.while_loop(lambda k, *_: k < steps, body, (0, training, seen), parallel_iterations=1)
    return training, seen.stack()


def _of_part(
    recipe: Recipe, batch: int, w: StackWeights, x: tf.Tensor, targets: tf.Tensor, kept: Masks
) -> tuple[tf.Tensor, StackWeights]:
    """A part's share of the batch's loss and gradient; its x is (samples, window, …)."""
    scale = np.float32(1 / (1 - recipe.dropout))
    between = tf.transpose(tf.cast(kept.between, x.dtype), (1, 0, 2)) * scale  # (window, samples, hidden)
    masks = Masks(between, tf.cast(kept.last, x.dtype) * scale)
    return loss_and_gradients(recipe.loss, w, by_step(x), targets, masks, batch)


def _update(
    recipe: Recipe, watch: Watch, training: Training, parts: list[tuple[tf.Tensor, StackWeights]]
) -> tuple[Training, tf.Tensor]:
    """Add what the parts say, take the optimizer's step, and watch."""
    loss = tf.add_n([of_part for of_part, _ in parts])
    gradients = StackWeights(*(tf.add_n(of_parts) for of_parts in zip(*(g for _, g in parts), strict=True)))
    after = Training(*recipe.update(training.weights, gradients, training.memory))
    return after, watch(loss, gradients, training.weights, after.weights)


def loss_alone(loss: tf.Tensor, *_: StackWeights) -> tf.Tensor:
    """A batch's loss from before its own update, ()."""
    return loss
