"""The stack of two LSTM layers on a TF1-style graph: one `session.run` is many training steps, compiled by XLA.

It starts from the weights, and drops the very units, that Keras's layers draw from the same seeds.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import tensorflow as tf

from reproduce.networks.engine import SEEDS_A_RUN
from reproduce.networks.graph_engine import GraphEngine, compiled
from reproduce.networks.stack.draws import DROPOUT_SEEDS
from reproduce.networks.stack.network import Masks
from reproduce.networks.stack.training import Recipe, Training, Watch, train_batches
from reproduce.networks.stack.weights import StackWeights

Built = tuple[tuple[tf.Tensor, ...], Any]  # placeholders, and what is fetched


class StackEngine(GraphEngine):
    """Trains by `reproduce.networks.stack.training`; what it reads and is held to, the subclass says.

    A checkpoint has its variables under `weights/kernel_1`, …, and the names of the optimizer's memory.
    """

    def __init__(self, recipe: Recipe, weights: StackWeights, memory: Any, seed: int, threads: int) -> None:
        """Create the variables, with these arrays in them."""
        self._recipe, self._parts = recipe, threads
        self._dropout_seeds = tuple(SEEDS_A_RUN * seed + k for k in DROPOUT_SEEDS)
        with tf.Graph().as_default():
            initial = Training(weights, memory)
            self._training = Training(_variables(weights, "weights/"), _variables(memory))
            variables = tf.nest.flatten(self._training)
            super().__init__(self._training.weights, variables, threads)
        names = (variable.op.name for variable in variables)
        self._write(dict(zip(names, tf.nest.flatten(initial), strict=True)))

    def weights(self) -> StackWeights:
        return self._session.run(self._weights)

    def set_weights(self, weights: StackWeights) -> None:
        self._write({f"weights/{name}": array for name, array in weights._asdict().items()})

    def _build_steps(
        self, watch: Watch, watched: tuple[int, ...], placeholders: tuple[tf.Tensor, ...], x: tf.Tensor
    ) -> Built:
        """The graph of as many steps as x (steps, batch, window, …) has; `watch` as of `train_batches`.

        Args:
            placeholders: of inputs, which x is made of, and of targets.
        """
        training = tf.nest.map_structure(lambda variable: variable.read_value(), self._training)
        train = functools.partial(train_batches, self._recipe, self._parts, watch, watched)
        if self._parts == 1:
            train = compiled(train)
        after, seen = train(training, x, placeholders[1], self._draw_kept(x.shape[:3], training.memory.step))
        pairs = zip(tf.nest.flatten(self._training), tf.nest.flatten(after), strict=True)
        return placeholders, (seen, tf.group(*(variable.assign(value) for variable, value in pairs)))

    def _draw_kept(self, shape: tuple[int, int, int], first_step: tf.Tensor) -> Masks:
        """Which outputs dropout keeps on each step, (steps, batch, …): what Keras's generators draw, counted by steps.

        Outside XLA, whose own generator on a processor takes a hundred times as long for the same numbers.
        """
        steps, batch, window = shape
        units = [recurrent.shape[0] for recurrent in (self._weights.recurrent_1, self._weights.recurrent_2)]

        def draw(seed: int, shape: tuple[int, ...]) -> tf.Tensor:
            def draw_step(step: tf.Tensor) -> tf.Tensor:
                return tf.random.stateless_uniform(shape, seed=tf.stack([seed, step])) >= self._recipe.dropout

            counted = tf.cast(first_step, tf.int32) + tf.range(steps)
            return tf.map_fn(draw_step, counted, fn_output_signature=tf.bool)

        between, last = self._dropout_seeds
        return Masks(draw(between, (batch, window, units[0])), draw(last, (batch, units[1])))


def _variables(values: Any, prefix: str = "") -> Any:
    """A variable as each array in a NamedTuple, and in those within it, named by the fields on the way to it."""
    return type(values)(
        *(
            _variables(value, f"{prefix}{name}/") if isinstance(value, tuple) else _variable(value, prefix + name)
            for name, value in values._asdict().items()
        )
    )


def _variable(value: np.ndarray, name: str) -> tf.Variable:
    """For such a value, but of zeros: values written into the graph would be kept there, and copied with it."""
    zeros = tf.zeros(np.shape(value), np.asarray(value).dtype)
    return tf.compat.v1.Variable(zeros, name=name, use_resource=True)
