"""RMSprop as Keras takes its steps, over tuples of tensors.

It keeps for each weight a mean v of the squares of its gradients g, from 0:

    v = ρ·v + (1 - ρ)·g²          w -= lr·g / √(v + ε)

ε stands under the root, unlike Adam's in `reproduce.networks.adam`; nothing corrects v for its start from 0.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import tensorflow as tf

RHO, EPSILON, LEARNING_RATE = 0.9, 1e-7, 0.001  # Keras's defaults, which the guide leaves

Tensors = TypeVar("Tensors", bound=tuple)  # a NamedTuple of tensors: weights, and what has their shapes


class RMSpropMemory(NamedTuple):
    """What RMSprop takes over from one step to the next."""

    v: tuple
    step: tf.Tensor  # () int64, the number of steps done, which dropout counts by


def rmsprop_step(
    weights: Tensors, gradients: Tensors, memory: RMSpropMemory, learning_rate: float
) -> tuple[Tensors, RMSpropMemory]:
    """Take one step."""
    number = weights[0].dtype.as_numpy_dtype
    rho, rest, epsilon, rate = (number(value) for value in (RHO, 1 - RHO, EPSILON, learning_rate))
    v = type(weights)(*(rho * v + rest * (g * g) for v, g in zip(memory.v, gradients, strict=True)))
    moved = (w - rate * g / tf.sqrt(v + epsilon) for w, g, v in zip(weights, gradients, v, strict=True))
    return type(weights)(*moved), RMSpropMemory(v, memory.step + 1)
