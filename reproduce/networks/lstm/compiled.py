"""The compiled engine: a TF1-style graph and session, but one `session.run` is a whole epoch, compiled by XLA."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from typing import Any as Variant
from reproduce.networks.adam import BETA1, BETA2, EPSILON
from reproduce.networks.engine import Epoch
from reproduce.networks.lstm.bptt import Packed, loss_and_gradients, pack, predict, unpack
from reproduce.networks.lstm.graph_engine import GraphEngine
from reproduce.networks.lstm.weights import Weights, create_weights

# The loops are TensorFlow's own already, so there is no Python to rewrite; to look for some takes a second and memory.
_compiled = functools.partial(tf.function, jit_compile=True, autograph=False)


class Training(NamedTuple):
    """What a batch takes over from the batch before: the weights, Adam's moments and the powers of its β."""

    weights: Packed
    m: Packed
    v: Packed
    beta1_power: tf.Tensor  # ()
    beta2_power: tf.Tensor


class CompiledEngine(GraphEngine):
    """Trains by `reproduce.networks.lstm.bptt`. See `reproduce.networks.engine.Engine` for what each method promises."""

    def __init__(self, variant: Variant, seed: int, *, dtype: str = "float32") -> None:
        self._variant, self._dtype = variant, dtype
        with tf.Graph().as_default():
            weights = create_weights(variant.hidden, seed, dtype)
            super().__init__(weights, [*weights, *_adam_variables(weights, dtype)], threads=1)
        self._epoch_of = functools.cache(self._build_epoch)
        self._predictions_of = functools.cache(self._build_predictions)
        self._gradients_of = functools.cache(self._build_gradients)

    def train_epoch(self, inputs: np.ndarray, targets: np.ndarray) -> Epoch:
        placeholders, fetches = self._epoch_of(len(inputs))
        losses, predictions, _ = self._session.run(fetches, dict(zip(placeholders, (inputs, targets), strict=True)))
        return Epoch(losses, predictions)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        placeholder, predictions = self._predictions_of(len(inputs))
        return self._session.run(predictions, {placeholder: inputs})

    def loss_and_gradients(self, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        placeholders, fetches = self._gradients_of(len(inputs))
        loss, gradients = self._session.run(fetches, dict(zip(placeholders, (inputs, targets), strict=True)))
        return float(loss), gradients._asdict()

    def _placeholders(self, windows: int) -> tuple[tf.Tensor, tf.Tensor]:
        shapes = (windows, self._variant.window, 1), (windows, 1)
        inputs, targets = (tf.compat.v1.placeholder(self._dtype, shape) for shape in shapes)
        return inputs, targets

    def _build_epoch(self, windows: int):
        """The graph of an epoch over that many windows: whole batches in one call, then the remainder, if any."""
        variant = self._variant
        whole = windows - windows % variant.batch
        with self.graph.as_default():
            inputs, targets = self._placeholders(windows)
            training = _pack_training(self._variables, self._weights)
            losses, predictions = [], []
            for part, batch in ((slice(0, whole), variant.batch), (slice(whole, windows), windows - whole)):
                if part.start == part.stop:
                    continue
                batches = (
                    tf.reshape(inputs[part], (-1, batch, variant.window, 1)),
                    tf.reshape(targets[part], (-1, batch, 1)),
                )
                train = _compiled(functools.partial(train_batches, variant))
                training, part_losses, part_predictions = train(training, *batches)
                losses.append(part_losses)
                predictions.append(tf.reshape(part_predictions, (-1, 1)))
            update = _assign_training(self._variables, self._weights, training)
            return (inputs, targets), (tf.concat(losses, axis=0), tf.concat(predictions, axis=0), update)

    def _build_predictions(self, windows: int):
        with self.graph.as_default():
            inputs, _ = self._placeholders(windows)
            compiled = _compiled(functools.partial(predict, self._variant.wiring))
            return inputs, compiled(pack(self._weights), inputs)

    def _build_gradients(self, windows: int):
        with self.graph.as_default():
            inputs, targets = self._placeholders(windows)
            compiled = _compiled(functools.partial(loss_and_gradients, self._variant.wiring))
            loss, _, gradients = compiled(pack(self._weights), inputs, targets)
            return (inputs, targets), (loss, unpack(gradients))


def train_batches(
    variant: Variant, training: Training, inputs: tf.Tensor, targets: tf.Tensor
) -> tuple[Training, tf.Tensor, tf.Tensor]:
    """Train on batch after batch, in order.

    Args:
        inputs: (batches, batch, window, 1); targets: (batches, batch, 1).

    Returns:
        The training after the last batch; each batch's loss, (batches,), and predictions, (batches, batch, 1), from
        before its own update.
    """
    batches, batch = inputs.shape[0], inputs.shape[1]

    def body(k, training, losses, predictions):
        loss, predicted, gradients = loss_and_gradients(variant.wiring, training.weights, inputs[k], targets[k])
        if variant.clipping == "applied":
            gradients = Packed(*tf.clip_by_global_norm(gradients, variant.clip_margin)[0])
        training = adam_step(training, gradients, variant.learning_rate)
        return k + 1, training, losses.write(k, loss), predictions.write(k, predicted)

    losses = tf.TensorArray(inputs.dtype, batches, element_shape=())
    predictions = tf.TensorArray(inputs.dtype, batches, element_shape=(batch, 1))
    loop = (0, training, losses, predictions)
    _, training, losses, predictions = tf.while_loop(lambda k, *_: k < batches, body, loop)
    return training, losses.stack(), predictions.stack()


def adam_step(training: Training, gradients: Packed, learning_rate: float) -> Training:
    """One step of TF1's Adam: w -= lr·√(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v + ε), the powers βᵗ carried along as products."""
    weights, m, v, beta1_power, beta2_power = training
    number = gradients.b_y.dtype.as_numpy_dtype
    beta1, beta2, one = number(BETA1), number(BETA2), number(1)
    m = Packed(*(m + (g - m) * (one - beta1) for m, g in zip(m, gradients, strict=True)))
    v = Packed(*(v + (g * g - v) * (one - beta2) for v, g in zip(v, gradients, strict=True)))
    rate = number(learning_rate) * tf.sqrt(one - beta2_power) / (one - beta1_power)
    weights = Packed(*(w - rate * m / (tf.sqrt(v) + number(EPSILON)) for w, m, v in zip(weights, m, v, strict=True)))
    return Training(weights, m, v, beta1_power * beta1, beta2_power * beta2)


def _adam_variables(weights: Weights, dtype: str) -> list[tf.Variable]:
    """Adam's powers and moments, under the names that AdamOptimizer gives them in the session engine's graph."""
    initial = {"beta1_power": tf.constant(BETA1, dtype), "beta2_power": tf.constant(BETA2, dtype)}
    for weight in weights:
        initial |= {f"{weight.op.name}/{slot}": tf.zeros(weight.shape, dtype) for slot in ("Adam", "Adam_1")}
    return [tf.compat.v1.Variable(value, name=name, use_resource=True) for name, value in initial.items()]


def _pack_training(variables: dict[str, tf.Variable], weights: Weights) -> Training:
    moments = (Weights(*(variables[f"{weight.op.name}/{slot}"] for weight in weights)) for slot in ("Adam", "Adam_1"))
    powers = (variables[name].read_value() for name in ("beta1_power", "beta2_power"))
    return Training(pack(weights), *map(pack, moments), *powers)


def _assign_training(variables: dict[str, tf.Variable], weights: Weights, training: Training) -> tf.Operation:
    values = {"beta1_power": training.beta1_power, "beta2_power": training.beta2_power}
    parts = {"": training.weights, "/Adam": training.m, "/Adam_1": training.v}
    for suffix, packed in parts.items():
        values |= {f"{w.op.name}{suffix}": value for w, value in zip(weights, unpack(packed), strict=True)}
    return tf.group(*(variables[name].assign(value) for name, value in values.items()))
