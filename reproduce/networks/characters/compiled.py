"""The character network on a TF1-style graph: one `session.run` is many training steps, compiled by XLA.

It starts from the weights, and drops the very units, that Keras's layers draw from the same seeds; its steps are those
of Keras's Adam.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from reproduce.networks.adam import KerasMemory, keras_step
from reproduce.networks.characters.keras import initial_weights
from reproduce.networks.characters.network import Masks, loss_and_gradients, probabilities
from reproduce.networks.characters.steps import STEP_VALUES
from reproduce.networks.characters.weights import CharWeights, layers
from reproduce.networks.engine import SEEDS_A_RUN, CharSettings
from reproduce.networks.graph_engine import GraphEngine, compiled
from reproduce.networks.stacked import DROPOUT_SEEDS


class Training(NamedTuple):
    """What a batch takes over from the batch before."""

    weights: CharWeights
    memory: KerasMemory


class CompiledEngine(GraphEngine):
    """Trains by `reproduce.networks.characters.network`. See `reproduce.networks.engine.CharEngine` for the methods."""

    def __init__(self, network: CharSettings, characters: int, seed: int) -> None:
        self._network, self._characters = network, characters
        self._dropout_seeds = tuple(SEEDS_A_RUN * seed + k for k in DROPOUT_SEEDS)
        initial = initial_weights(network, characters, seed)
        with tf.Graph().as_default():
            self._training = _create_training(initial)
            super().__init__(self._training.weights, tf.nest.flatten(self._training), threads=1)
        self._steps_of = functools.cache(functools.partial(self._build_steps, loss_alone, ()))
        self._recorded_of = functools.cache(functools.partial(self._build_steps, step_values, (len(STEP_VALUES),)))
        self._probabilities_of = functools.cache(self._build_probabilities)

    def train(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        losses, _ = self._run(self._steps_of(inputs.shape), inputs, targets)
        return float(np.mean(losses, dtype=np.float64))

    def train_steps(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        recorded, _ = self._run(self._recorded_of(inputs.shape), inputs, targets)
        return recorded

    def probabilities(self, inputs: np.ndarray) -> np.ndarray:
        return self._run(self._probabilities_of(inputs.shape), inputs)

    def weights(self) -> CharWeights:
        return self._session.run(self._weights)

    def set_weights(self, weights: CharWeights) -> None:
        self._write({f"weights/{name}": array for name, array in weights._asdict().items()})

    def _build_steps(self, watch: Watch, watched: tuple[int, ...], shape: tuple[int, int, int]):
        """The graph of as many steps as `shape` says, (steps, batch, window); `watch` as of `train_batches`."""
        with self.graph.as_default():
            inputs = tf.compat.v1.placeholder(tf.int32, shape)
            targets = tf.compat.v1.placeholder(tf.int32, shape[:2])
            training = tf.nest.map_structure(lambda variable: variable.read_value(), self._training)
            kept = self._draw_kept(shape, training.memory.step)
            train = compiled(functools.partial(train_batches, self._network, watch, watched))
            after, seen = train(training, self._scale(inputs), targets, kept)
            pairs = zip(tf.nest.flatten(self._training), tf.nest.flatten(after), strict=True)
            return (inputs, targets), (seen, tf.group(*(variable.assign(value) for variable, value in pairs)))

    def _build_probabilities(self, shape: tuple[int, int]):
        with self.graph.as_default():
            inputs = tf.compat.v1.placeholder(tf.int32, shape)
            return (inputs,), compiled(probabilities)(self._training.weights, self._scale(inputs))

    def _scale(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.cast(inputs, tf.float32) / np.float32(self._characters)

    def _draw_kept(self, shape: tuple[int, int, int], first_step: tf.Tensor) -> Masks:
        """Which outputs dropout keeps on each step, (steps, batch, …): what Keras's generators draw, counted by steps.

        Outside XLA, whose own generator on a processor takes a hundred times as long for the same numbers.
        """
        steps, batch, window = shape
        hidden, rate = self._network.hidden, self._network.dropout

        def draw(seed: int, shape: tuple[int, ...]) -> tf.Tensor:
            def draw_step(step: tf.Tensor) -> tf.Tensor:
                return tf.random.stateless_uniform(shape, seed=tf.stack([seed, step])) >= rate

            counted = tf.cast(first_step, tf.int32) + tf.range(steps)
            return tf.map_fn(draw_step, counted, fn_output_signature=tf.bool)

        between, last = self._dropout_seeds
        return Masks(draw(between, (batch, window, hidden)), draw(last, (batch, hidden)))


# What is kept of a step: its loss, its gradient, and the weights before and after it → a tensor of a fixed shape.
Watch = Callable[[tf.Tensor, CharWeights, CharWeights, CharWeights], tf.Tensor]


def train_batches(
    network: CharSettings,
    watch: Watch,
    watched: tuple[int, ...],
    training: Training,
    inputs: tf.Tensor,
    targets: tf.Tensor,
    kept: Masks,
) -> tuple[Training, tf.Tensor]:
    """Train on batch after batch, in order.

    Args:
        watch: what is kept of each step, of the shape `watched`; the updates are the same whatever it keeps.
        inputs: (steps, batch, window) scaled; targets: (steps, batch).
        kept: whether dropout keeps an output, (steps, batch, window, hidden) and (steps, batch, hidden).

    Returns:
        The training after the last batch, and what was kept of each step, (steps, *watched).
    """
    steps, scale = inputs.shape[0], np.float32(1 / (1 - network.dropout))

    def body(k, training, seen):
        between = tf.transpose(tf.cast(kept.between[k], inputs.dtype), (1, 0, 2)) * scale  # (window, batch, hidden)
        masks = Masks(between, tf.cast(kept.last[k], inputs.dtype) * scale)
        loss, gradients = loss_and_gradients(training.weights, inputs[k], targets[k], masks)
        after = Training(*keras_step(training.weights, gradients, training.memory, network.learning_rate))
        return k + 1, after, seen.write(k, watch(loss, gradients, training.weights, after.weights))

    seen = tf.TensorArray(inputs.dtype, steps, element_shape=watched)
    _, training, seen = tf.while_loop(lambda k, *_: k < steps, body, (0, training, seen))
    return training, seen.stack()


def loss_alone(loss: tf.Tensor, *_: CharWeights) -> tf.Tensor:
    """A batch's loss from before its own update, ()."""
    return loss


def step_values(loss: tf.Tensor, gradients: CharWeights, before: CharWeights, after: CharWeights) -> tf.Tensor:
    """The values of STEP_VALUES, (7,)."""
    moved = CharWeights(*(new - old for new, old in zip(after, before, strict=True)))
    return tf.stack([loss, *_norms(gradients), *_norms(moved)])


def _norms(values: CharWeights) -> list[tf.Tensor]:
    """The Euclidean norm of each layer's values."""
    return [tf.sqrt(tf.add_n([tf.reduce_sum(one * one) for one in layer])) for layer in layers(values)]


def _create_training(initial: CharWeights) -> Training:
    """The variables, under the names by which a checkpoint has them: `weights/kernel_1`, `m/kernel_1`, …, `step`."""

    def variables(part: str, values: CharWeights) -> CharWeights:
        return CharWeights(
            *(_variable(value, f"{part}/{name}") for name, value in zip(CharWeights._fields, values, strict=True))
        )

    zeros = CharWeights(*map(np.zeros_like, initial))
    step = _variable(np.int64(0), "step")
    memory = KerasMemory(variables("m", zeros), variables("v", zeros), step)
    return Training(variables("weights", initial), memory)


def _variable(value: np.ndarray, name: str) -> tf.Variable:
    return tf.compat.v1.Variable(value, name=name, use_resource=True)
