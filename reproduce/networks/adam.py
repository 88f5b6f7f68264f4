"""Adam as TensorFlow 1 takes its steps and as Keras does, side by side, over tuples of tensors.

Both keep for each weight a mean m of its gradients g and a mean v of their squares, each from 0:

    m += (g - m)·(1 - β₁)          v += (g² - v)·(1 - β₂)          w -= rate·m / (√v + ε)

with the bias correction in the rate, as Kingma and Ba end their section 2. (Their Algorithm 1, and PyTorch, correct m
and v themselves, so that ε there is worth another amount on every step.) In three things they differ:

             TF1                                        Keras
    rate     lr·√(1 - p₂) / (1 - p₁)                    lr·√(1 - β₂ᵗ) / (1 - β₁ᵗ)
             p₁ = β₁, p₂ = β₂ at the first step,        t = 1, 2, …: the number of the step,
             multiplied by β₁, β₂ after each one        and a power taken anew on each
    1 - β    from β in the weights' dtype:              rounded once, from Python's number:
             1.0000002e-01 in float32                   1.0000000e-01 in float32
    ε        1e-8                                       1e-7

"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import tensorflow as tf

BETA1, BETA2 = 0.9, 0.999  # the default of both, which the programs leave
TF1_EPSILON, KERAS_EPSILON = 1e-8, 1e-7  # likewise

Tensors = TypeVar("Tensors", bound=tuple)  # a NamedTuple of tensors: weights, and what has their shapes


class TF1Memory(NamedTuple):
    """What TF1's Adam takes over from one step to the next."""

    m: tuple
    v: tuple
    beta1_power: tf.Tensor  # () p₁
    beta2_power: tf.Tensor  # () p₂


class KerasMemory(NamedTuple):
    """What Keras's Adam takes over from one step to the next."""

    m: tuple
    v: tuple
    step: tf.Tensor  # () int64, the number of steps done


def tf1_step(
    weights: Tensors, gradients: Tensors, memory: TF1Memory, learning_rate: float
) -> tuple[Tensors, TF1Memory]:
    """Take one step of TF1's Adam."""
    number = memory.beta1_power.dtype.as_numpy_dtype
    one, beta1, beta2 = number(1), number(BETA1), number(BETA2)
    rate = number(learning_rate) * tf.sqrt(one - memory.beta2_power) / (one - memory.beta1_power)
    weights, m, v = _move(weights, gradients, memory, rate, (one - beta1, one - beta2, number(TF1_EPSILON)))
    return weights, TF1Memory(m, v, memory.beta1_power * beta1, memory.beta2_power * beta2)


def keras_step(
    weights: Tensors, gradients: Tensors, memory: KerasMemory, learning_rate: float, epsilon: float = KERAS_EPSILON
) -> tuple[Tensors, KerasMemory]:
    """Take one step of Keras's Adam."""
    number = weights[0].dtype.as_numpy_dtype
    one, beta1, beta2 = number(1), number(BETA1), number(BETA2)
    t = tf.cast(memory.step + 1, weights[0].dtype)
    rate = number(learning_rate) * tf.sqrt(one - tf.pow(beta2, t)) / (one - tf.pow(beta1, t))
    weights, m, v = _move(weights, gradients, memory, rate, (number(1 - BETA1), number(1 - BETA2), number(epsilon)))
    return weights, KerasMemory(m, v, memory.step + 1)


def _move(
    weights: Tensors, gradients: Tensors, memory: TF1Memory | KerasMemory, rate: tf.Tensor, constants: tuple
) -> tuple[Tensors, Tensors, Tensors]:
    """The three lines that both have."""
    one_minus_beta1, one_minus_beta2, epsilon = constants
    m = _each(lambda m, g: m + (g - m) * one_minus_beta1, memory.m, gradients)
    v = _each(lambda v, g: v + (g * g - v) * one_minus_beta2, memory.v, gradients)
    return _each(lambda w, m, v: w - rate * m / (tf.sqrt(v) + epsilon), weights, m, v), m, v


def _each(function: Callable[..., tf.Tensor], *tensors: Tensors) -> Tensors:
    """The function of each tensor of one tuple and those in its place in the others, in a tuple of the same class."""
    return type(tensors[0])(*map(function, *tensors))
