"""The described wiring in JAX: an epoch is one compiled scan over its batches, the window unrolled, `jax.grad`."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from reproduce.bench.problem import Problem
from reproduce.bench.process import Train
from reproduce.networks.adam import BETA1, BETA2, TF1_EPSILON


class Network(NamedTuple):
    """The weights, or their gradients or moments; gates side by side, i f g o."""

    W_x: jax.Array  # (1, 4·hidden)
    W_h: jax.Array  # (hidden, 4·hidden)
    b: jax.Array  # (4·hidden,)
    W_y: jax.Array  # (hidden, 1)
    b_y: jax.Array  # (1,)


# What one batch hands to the next: weights, Adam's moments m and v, and the powers of its two betas.
Training = tuple[Network, Network, Network, jax.Array, jax.Array]


def build(problem: Problem) -> Train:
    """Compile the epoch; the buffers of the training before it are given up to the training after it."""
    inputs, targets = jnp.asarray(problem.inputs), jnp.asarray(problem.targets)
    weights = Network(*map(jnp.asarray, (*problem.gates_beside(), problem.weights["W_hy"], problem.weights["b_y"])))
    m, v = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    training = weights, m, v, jnp.float32(BETA1), jnp.float32(BETA2)

    def step(training: Training, batch: tuple[jax.Array, jax.Array]) -> tuple[Training, jax.Array]:
        loss, gradients = jax.value_and_grad(loss_of)(training[0], *batch)
        return adam_step(*training, gradients, problem.variant.learning_rate), loss

    compiled = jax.jit(lambda training, *batches: jax.lax.scan(step, training, batches), donate_argnums=0)

    def train_epoch() -> float:
        nonlocal training
        training, losses = compiled(training, inputs, targets)
        return float(np.mean(losses))

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def loss_of(w: Network, x: jax.Array, y: jax.Array) -> jax.Array:
    """The mean squared error of one batch; x (batch, window, 1), y (batch, 1)."""
    h = c = jnp.zeros((x.shape[0], w.W_h.shape[0]))
    for t in range(x.shape[1]):
        z = x[:, t] @ w.W_x + w.b if t == 0 else x[:, t] @ w.W_x + h @ w.W_h + w.b
        i, f, g, o = jnp.split(z, 4, axis=1)  # (batch, hidden) each
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return jnp.mean(jnp.square(h @ w.W_y + w.b_y - y))


def adam_step(
    w: Network, m: Network, v: Network, beta1_power: jax.Array, beta2_power: jax.Array, g: Network, learning_rate: float
) -> Training:
    """One step of TF1's Adam on the gradients `g`, as `reproduce.networks.adam.tf1_step` takes it."""
    rate = learning_rate * jnp.sqrt(1 - beta2_power) / (1 - beta1_power)
    m = jax.tree.map(lambda m, g: m + (g - m) * (1 - BETA1), m, g)
    v = jax.tree.map(lambda v, g: v + (g * g - v) * (1 - BETA2), v, g)
    w = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + TF1_EPSILON), w, m, v)
    return w, m, v, beta1_power * BETA1, beta2_power * BETA2
