"""The compiled engine: a TF1-style graph and session, but one `session.run` is a whole epoch, compiled by XLA."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from reproduce.networks.adam import BETA1, BETA2, TF1Memory, tf1_step
from reproduce.networks.engine import Epoch, Settings
from reproduce.networks.graph_engine import GraphEngine, compiled
from reproduce.networks.lstm.network import Packed, loss_and_gradients, pack, predict, unpack
from reproduce.networks.lstm.weights import Weights, create_weights


class Training(NamedTuple):
    """What a batch takes over from the batch before."""

    weights: Packed
    memory: TF1Memory


class CompiledEngine(GraphEngine):
    """Trains by `reproduce.networks.lstm.network`. See `reproduce.networks.engine.Engine` for the methods."""

    def __init__(self, settings: Settings, seed: int, *, dtype: str = "float32", threads: int = 1) -> None:
        self._settings, self._dtype, self._parts = settings, dtype, threads
        with tf.Graph().as_default():
            weights = create_weights(settings.hidden, seed, dtype)
            super().__init__(weights, [*weights, *_adam_variables(weights, dtype)], threads=1)  # XLA has its own
        self._epoch_of = functools.cache(self._build_epoch)
        self._predictions_of = functools.cache(self._build_predictions)
        self._gradients_of = functools.cache(self._build_gradients)

    def train_epoch(self, inputs: np.ndarray, targets: np.ndarray) -> Epoch:
        losses, predictions, _ = self._run(self._epoch_of(len(inputs)), inputs, targets)
        return Epoch(losses, predictions)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        return self._run(self._predictions_of(len(inputs)), inputs)

    def loss_and_gradients(self, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, gradients = self._run(self._gradients_of(len(inputs)), inputs, targets)
        return float(loss), gradients._asdict()

    def _placeholders(self, windows: int) -> tuple[tf.Tensor, tf.Tensor]:
        shapes = (windows, self._settings.window, 1), (windows, 1)
        inputs, targets = (tf.compat.v1.placeholder(self._dtype, shape) for shape in shapes)
        return inputs, targets

    def _build_epoch(self, windows: int):
        """The graph of an epoch over that many windows: whole batches in one call, then the remainder, if any."""
        settings = self._settings
        whole = windows - windows % settings.batch
        with self.graph.as_default():
            inputs, targets = self._placeholders(windows)
            training = _pack_training(self._variables, self._weights)
            losses, predictions = [], []
            for part, batch in ((slice(0, whole), settings.batch), (slice(whole, windows), windows - whole)):
                if part.start == part.stop:
                    continue
                batches = (
                    tf.reshape(inputs[part], (-1, batch, settings.window, 1)),
                    tf.reshape(targets[part], (-1, batch, 1)),
                )
                train = compiled(functools.partial(train_batches, settings, self._parts))
                training, part_losses, part_predictions = train(training, *batches)
                losses.append(part_losses)
                predictions.append(tf.reshape(part_predictions, (-1, 1)))
            update = _assign_training(self._variables, self._weights, training)
            return (inputs, targets), (tf.concat(losses, axis=0), tf.concat(predictions, axis=0), update)

    def _build_predictions(self, windows: int):
        with self.graph.as_default():
            inputs, _ = self._placeholders(windows)
            predictions = compiled(functools.partial(predict, self._settings.wiring))(pack(self._weights), inputs)
            return (inputs,), predictions

    def _build_gradients(self, windows: int):
        with self.graph.as_default():
            inputs, targets = self._placeholders(windows)
            gradients_of = compiled(functools.partial(loss_and_gradients, self._settings.wiring))
            loss, _, gradients = gradients_of(pack(self._weights), inputs, targets)
            return (inputs, targets), (loss, unpack(gradients))


def train_batches(
    settings: Settings, parts: int, training: Training, inputs: tf.Tensor, targets: tf.Tensor
) -> tuple[Training, tf.Tensor, tf.Tensor]:
    """Train on batch after batch, in order.

    Args:
        parts: into how many W_h is cut for its products, a thread each.
        inputs: (batches, batch, window, 1); targets: (batches, batch, 1).

    Returns:
        The training after the last batch; each batch's loss, (batches,), and predictions, (batches, batch, 1), from
        before its own update.
    """
    batches, batch = inputs.shape[0], inputs.shape[1]

    def body(k, training, losses, predictions):
        loss, predicted, gradients = loss_and_gradients(
            settings.wiring, training.weights, inputs[k], targets[k], parts=parts
        )
        if settings.clipping == "applied":
            gradients = Packed(*tf.clip_by_global_norm(gradients, settings.clip_margin)[0])
        training = Training(*tf1_step(training.weights, gradients, training.memory, settings.learning_rate))
        return k + 1, training, losses.write(k, loss), predictions.write(k, predicted)

    losses = tf.TensorArray(inputs.dtype, batches, element_shape=())
    predictions = tf.TensorArray(inputs.dtype, batches, element_shape=(batch, 1))
    loop = (0, training, losses, predictions)
    _, training, losses, predictions = tf.while_loop(lambda k, *_: k < batches, body, loop)
    return training, losses.stack(), predictions.stack()


def _adam_variables(weights: Weights, dtype: str) -> list[tf.Variable]:
    """Adam's powers and moments, under the names that AdamOptimizer gives them in the session engine's graph."""
    initial = {"beta1_power": tf.constant(BETA1, dtype), "beta2_power": tf.constant(BETA2, dtype)}
    for weight in weights:
        initial |= {f"{weight.op.name}/{slot}": tf.zeros(weight.shape, dtype) for slot in ("Adam", "Adam_1")}
    return [tf.compat.v1.Variable(value, name=name, use_resource=True) for name, value in initial.items()]


def _pack_training(variables: dict[str, tf.Variable], weights: Weights) -> Training:
    moments = (Weights(*(variables[f"{weight.op.name}/{slot}"] for weight in weights)) for slot in ("Adam", "Adam_1"))
    powers = (variables[name].read_value() for name in ("beta1_power", "beta2_power"))
    return Training(pack(weights), TF1Memory(*map(pack, moments), *powers))


def _assign_training(variables: dict[str, tf.Variable], weights: Weights, training: Training) -> tf.Operation:
    memory = training.memory
    values = {"beta1_power": memory.beta1_power, "beta2_power": memory.beta2_power}
    parts = {"": training.weights, "/Adam": memory.m, "/Adam_1": memory.v}
    for suffix, packed in parts.items():
        values |= {f"{w.op.name}{suffix}": value for w, value in zip(weights, unpack(packed), strict=True)}
    return tf.group(*(variables[name].assign(value) for name, value in values.items()))
