"""The character network on a TF1-style graph: `reproduce.networks.stack.compiled` with a softmax and Keras's Adam."""

from __future__ import annotations

import functools

import numpy as np
import tensorflow as tf

from reproduce.networks.adam import KerasMemory, keras_step
from reproduce.networks.characters.network import cross_entropy, probabilities
from reproduce.networks.characters.steps import STEP_VALUES
from reproduce.networks.engine import CharSettings
from reproduce.networks.graph_engine import compiled
from reproduce.networks.stack.compiled import Built, StackEngine
from reproduce.networks.stack.draws import initial_weights
from reproduce.networks.stack.training import Recipe, Watch, loss_alone
from reproduce.networks.stack.weights import StackWeights, layers


class CompiledEngine(StackEngine):
    """See `reproduce.networks.engine.CharEngine` for the methods."""

    def __init__(self, network: CharSettings, characters: int, seed: int, threads: int = 1) -> None:
        if network.network != "lstm":
            raise ValueError(f"network is {network.network!r}, expected lstm; the engine keras has the others")
        self._characters, self._coding = characters, network.coding
        adam = functools.partial(keras_step, learning_rate=network.learning_rate)
        inputs = characters if network.coding == "one-hot" else 1  # of a step
        initial = initial_weights((network.hidden, network.hidden), characters, seed, inputs)
        zeros = StackWeights(*map(np.zeros_like, initial))
        super().__init__(
            Recipe(cross_entropy, adam, network.dropout),
            initial,
            KerasMemory(m=zeros, v=zeros, step=np.int64(0)),
            seed,
            threads,
        )
        self._steps_of = functools.cache(functools.partial(self._build, loss_alone, ()))
        self._recorded_of = functools.cache(functools.partial(self._build, step_values, (len(STEP_VALUES),)))
        self._probabilities_of = functools.cache(self._build_probabilities)

    def train(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        losses, _ = self._run(self._steps_of(inputs.shape), inputs, targets)
        return float(np.mean(losses, dtype=np.float64))

    def train_steps(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        recorded, _ = self._run(self._recorded_of(inputs.shape), inputs, targets)
        return recorded

    def probabilities(self, inputs: np.ndarray) -> np.ndarray:
        return self._run(self._probabilities_of(inputs.shape), inputs)

    def _build(self, watch: Watch, watched: tuple[int, ...], shape: tuple[int, int, int]) -> Built:
        """The graph of as many steps as `shape` says, (steps, batch, window)."""
        with self.graph.as_default():
            inputs = tf.compat.v1.placeholder(tf.int32, shape)
            targets = tf.compat.v1.placeholder(tf.int32, shape[:2])
            return self._build_steps(watch, watched, (inputs, targets), self._code(inputs))

    def _build_probabilities(self, shape: tuple[int, int]) -> Built:
        with self.graph.as_default():
            inputs = tf.compat.v1.placeholder(tf.int32, shape)
            return (inputs,), compiled(probabilities)(self._training.weights, self._code(inputs))

    def _code(self, inputs: tf.Tensor) -> tf.Tensor:
        """What the network reads of numbers (…, window): scaled, (…, window), or one-hot, (…, window, characters)."""
        if self._coding == "one-hot":
            return tf.one_hot(inputs, self._characters)
        return tf.cast(inputs, tf.float32) / np.float32(self._characters)


def step_values(loss: tf.Tensor, gradients: StackWeights, before: StackWeights, after: StackWeights) -> tf.Tensor:
    """The values of STEP_VALUES, (7,)."""
    moved = StackWeights(*(new - old for new, old in zip(after, before, strict=True)))
    return tf.stack([loss, *_norms(gradients), *_norms(moved)])


def _norms(values: StackWeights) -> list[tf.Tensor]:
    """The Euclidean norm of each layer's values."""
    return [tf.sqrt(tf.add_n([tf.reduce_sum(one * one) for one in layer])) for layer in layers(values)]
