"""The stacked LSTM on a TF1-style graph: `reproduce.networks.stack.compiled` with a squared error and RMSprop."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from reproduce.networks.engine import Stack, epoch_order
from reproduce.networks.graph_engine import compiled
from reproduce.networks.rmsprop import LEARNING_RATE, RMSpropMemory, rmsprop_step
from reproduce.networks.stack.compiled import Built, StackEngine
from reproduce.networks.stack.draws import initial_weights
from reproduce.networks.stack.network import by_step, outputs, slopes
from reproduce.networks.stack.training import Recipe, loss_alone
from reproduce.networks.stack.weights import StackWeights


def squared_error(predictions: tf.Tensor, targets: tf.Tensor, samples: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The mean squared error of predictions (batch, 1), and its derivative by them."""
    error = predictions - targets
    return tf.reduce_sum(tf.square(error)) / samples, 2 * error / samples


class CompiledForecaster(StackEngine):
    """See `reproduce.networks.engine.Forecaster` for what each method promises."""

    def __init__(self, stack: Stack, seed: int, threads: int = 1) -> None:
        if stack.network != "lstm":
            raise ValueError(f"network is {stack.network!r}, expected lstm; the engine keras has the others")
        if (stack.layers, stack.optimizer) != (2, "rmsprop"):
            raise ValueError(
                f"{stack.layers} layers and {stack.optimizer}, expected 2 and rmsprop; the engine keras has the others"
            )
        self._stack, self._seed = stack, seed
        rmsprop = functools.partial(rmsprop_step, learning_rate=LEARNING_RATE)
        initial = initial_weights((stack.first, stack.second), 1, seed)
        memory = RMSpropMemory(v=StackWeights(*map(np.zeros_like, initial)), step=np.int64(0))
        super().__init__(Recipe(squared_error, rmsprop, stack.dropout), initial, memory, seed, threads)
        self._steps_of = functools.cache(self._build)
        self._predictions_of = functools.cache(functools.partial(self._build_answers, outputs))
        self._slopes_of = functools.cache(functools.partial(self._build_answers, slopes))

    def train_epoch(self, epoch: int, inputs: np.ndarray, targets: np.ndarray) -> float:
        order, batch = epoch_order(self._seed, epoch, len(inputs)), self._stack.batch
        whole = len(order) - len(order) % batch
        total = 0.0
        for chosen in (order[:whole].reshape(-1, batch), order[np.newaxis, whole:]):
            if chosen.size:  # (steps, batch)
                losses, _ = self._run(self._steps_of(chosen.shape), inputs[chosen][..., 0], targets[chosen])
                total += float(np.sum(losses, dtype=np.float64)) * chosen.shape[1]
        return total / len(order)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        return self._run(self._predictions_of(len(inputs)), inputs[..., 0])

    def slopes(self, inputs: np.ndarray) -> np.ndarray:
        return self._run(self._slopes_of(len(inputs)), inputs[..., 0])

    def weights(self) -> dict[str, np.ndarray]:
        return super().weights()._asdict()

    def save(self, path: Path) -> None:
        from reproduce.networks.forecasters.keras import build_model  # and Keras, which training does without

        model = build_model(self._stack, self._seed)
        state = self.state()
        model.set_weights([state[f"weights/{name}"] for name in StackWeights._fields])
        model.optimizer.build(model.trainable_variables)
        steps, _, *slots = model.optimizer.variables  # steps, learning rate, velocities
        steps.assign(state["step"])
        for slot, name in zip(slots, StackWeights._fields, strict=True):
            slot.assign(state[f"v/{name}"])
        model.save(path)

    def _build(self, shape: tuple[int, int]) -> Built:
        """The graph of as many steps as `shape` says, (steps, batch)."""
        with self.graph.as_default():
            inputs = tf.compat.v1.placeholder(tf.float32, (*shape, self._stack.window))
            targets = tf.compat.v1.placeholder(tf.float32, (*shape, 1))
            return self._build_steps(loss_alone, (), (inputs, targets), inputs)

    def _build_answers(self, of: Callable[[StackWeights, tf.Tensor], tf.Tensor], windows: int) -> Built:
        """What the network says of so many windows, or its slopes."""
        with self.graph.as_default():
            inputs = tf.compat.v1.placeholder(tf.float32, (windows, self._stack.window))
            answer = compiled(lambda w, x: of(w, by_step(x)))
            return (inputs,), answer(self._training.weights, inputs)
