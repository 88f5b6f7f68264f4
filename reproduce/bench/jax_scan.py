"""Any of the networks in JAX: an epoch is one compiled scan over its batches, and a layer one over a long window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from reproduce.bench.problem import Optimizer, Problem
from reproduce.bench.process import Train

SHORT = 8  # a window up to which a layer is a loop in Python, a tenth faster there; longer ones take long to compile

Weights = tuple[jax.Array, ...]  # in Keras's order; or their gradients or moments


def build(problem: Problem) -> Train:
    """Compile the epoch; the buffers of the training before it are given up to the training after it.

    Dropout draws other units than Keras.
    """
    inputs, targets = jnp.asarray(problem.x), jnp.asarray(problem.targets)
    weights = tuple(map(jnp.array, problem.weights))
    memory = tuple(tuple(map(jnp.zeros_like, weights)) for _ in problem.optimizer.decays)
    training = weights, memory, jnp.float32(0), jax.random.key(problem.seed)

    def step(training: Any, batch: tuple[jax.Array, jax.Array]) -> tuple[Any, jax.Array]:
        weights, memory, steps, key = training
        key, drawn = jax.random.split(key)
        loss, gradients = jax.value_and_grad(loss_of)(weights, *batch, problem.dropout, drawn)
        return (*update(problem.optimizer, weights, gradients, memory, steps + 1), steps + 1, key), loss

    compiled = jax.jit(lambda training, *batches: jax.lax.scan(step, training, batches), donate_argnums=0)

    def train_epoch() -> float:
        nonlocal training
        training, losses = compiled(training, inputs, targets)
        return float(np.mean(losses))

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def loss_of(weights: Weights, x: jax.Array, y: jax.Array, dropout: float, key: jax.Array) -> jax.Array:
    """The loss of one batch: x (batch, window, 1), y (batch, 1) scaled prices or (batch,) numbers of characters."""
    *layers, W, b = weights
    h = jnp.swapaxes(x, 0, 1)  # (window, batch, 1)
    for first in range(0, len(layers), 3):
        h = run(*layers[first : first + 3], h)  # (window, batch, hidden)
        h = h if first + 3 < len(layers) else h[-1]
        if dropout:
            key, drawn = jax.random.split(key)
            h = jnp.where(jax.random.bernoulli(drawn, 1 - dropout, h.shape), h / (1 - dropout), 0)
    outputs = h @ W + b  # (batch, outputs)
    if y.ndim == outputs.ndim:
        return jnp.mean(jnp.square(outputs - y))
    chosen = jnp.take_along_axis(outputs, y[:, jnp.newaxis], axis=1)[:, 0]
    return jnp.mean(jax.nn.logsumexp(outputs, axis=1) - chosen)


def run(W_x: jax.Array, W_h: jax.Array, b: jax.Array, x: jax.Array) -> jax.Array:
    """A layer's outputs, (window, batch, hidden), of x (window, batch, features)."""

    def step(state: tuple[jax.Array, jax.Array], x_t: jax.Array) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        h, c = cell(x_t @ W_x + b + state[0] @ W_h, state[1])
        return (h, c), h

    h, c = cell(x[0] @ W_x + b, jnp.zeros((x.shape[1], W_h.shape[0])))
    if len(x) > SHORT:
        later = jax.lax.scan(step, (h, c), x[1:])[1]
        return jnp.concatenate([h[jnp.newaxis], later])
    outputs, state = [h], (h, c)
    for x_t in x[1:]:
        state, h = step(state, x_t)
        outputs.append(h)
    return jnp.stack(outputs)


def cell(z: jax.Array, c: jax.Array) -> tuple[jax.Array, jax.Array]:
    """h and c, (batch, hidden), of the gates' sums z, (batch, 4·hidden)."""
    i, f, g, o = jnp.split(z, 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def update(
    optimizer: Optimizer, weights: Weights, gradients: Weights, memory: Sequence[Weights], t: jax.Array
) -> tuple[Weights, tuple[Weights, ...]]:
    """Step t of it, from 1, as `reproduce.networks.adam` and `reproduce.networks.rmsprop` take it."""
    rate, epsilon = optimizer.learning_rate, optimizer.epsilon
    *m, v = memory
    v = jax.tree.map(lambda v, g: v + (g * g - v) * (1 - optimizer.decays[-1]), v, gradients)
    if optimizer.name == "rmsprop":
        return jax.tree.map(lambda w, g, v: w - rate * g / jnp.sqrt(v + epsilon), weights, gradients, v), (v,)
    beta1, beta2 = optimizer.decays
    rate *= jnp.sqrt(1 - beta2**t) / (1 - beta1**t)
    m = jax.tree.map(lambda m, g: m + (g - m) * (1 - beta1), m[0], gradients)
    return jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + epsilon), weights, m, v), (m, v)
