"""The character network trained on in another way: its gradients clipped, or Adam's ε larger."""

from __future__ import annotations

import functools

import tensorflow as tf

from reproduce.networks.adam import KERAS_EPSILON, KerasMemory, keras_step
from reproduce.networks.characters.compiled import CompiledEngine
from reproduce.networks.engine import CharSettings
from reproduce.networks.stack.weights import StackWeights


class AlteredEngine(CompiledEngine):
    """The compiled engine with other steps; it takes up the `state` of the compiled engine, and gives one."""

    def __init__(
        self,
        network: CharSettings,
        characters: int,
        seed: int,
        threads: int = 1,
        *,
        clip_norm: float = float("inf"),
        epsilon: float = KERAS_EPSILON,
    ) -> None:
        """As the compiled engine.

        Args:
            clip_norm: gradients whose norm, over all weights, is larger are scaled down to it.
            epsilon: of Adam.
        """
        super().__init__(network, characters, seed, threads)
        step = functools.partial(
            altered_step, learning_rate=network.learning_rate, clip_norm=clip_norm, epsilon=epsilon
        )
        self._recipe = self._recipe._replace(update=step)  # the graphs of steps are built when they are first asked for


def altered_step(
    weights: StackWeights,
    gradients: StackWeights,
    memory: KerasMemory,
    *,
    learning_rate: float,
    clip_norm: float,
    epsilon: float,
) -> tuple[StackWeights, KerasMemory]:
    """Take one step of Keras's Adam, with gradients clipped at that norm and with that ε."""
    if clip_norm < float("inf"):
        gradients = StackWeights(*tf.clip_by_global_norm(list(gradients), clip_norm)[0])
    return keras_step(weights, gradients, memory, learning_rate, epsilon)
