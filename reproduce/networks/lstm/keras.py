"""The same model in Keras, for both wirings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

from reproduce.networks.adam import BETA1, BETA2, TF1_EPSILON
from reproduce.networks.engine import Epoch, Settings
from reproduce.networks.keras_state import model_state, restore_model
from reproduce.networks.lstm.weights import initial_weights
from reproduce.networks.ports.layouts import from_keras, to_keras

UNROLLED = 32  # days; a longer window takes longer to build without its loop than is won


class PublishedLSTMCell(keras.layers.Layer):
    """`keras.layers.LSTMCell` with the program's wiring (D2): the gates read c, and the forget gate scales h."""

    def __init__(self, units: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]  # h, c
        self.output_size = units

    def build(self, input_shape: tuple[int, ...]) -> None:
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 4 * self.units))
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=(self.units, 4 * self.units))
        self.bias = self.add_weight(name="bias", shape=(4 * self.units,), initializer="zeros")
        self.built = True

    def call(self, inputs, states):
        h, c = states  # (batch, units) each
        z = keras.ops.matmul(inputs, self.kernel) + keras.ops.matmul(c, self.recurrent_kernel) + self.bias
        i, f, g, o = keras.ops.split(z, 4, axis=1)  # (batch, units) each
        c = keras.ops.sigmoid(f) * h + keras.ops.sigmoid(i) * keras.ops.tanh(g)
        h = keras.ops.sigmoid(o) * keras.ops.tanh(c)
        return h, [h, c]


def build_model(settings: Settings, dtype: str = "float32", *, unroll: bool = False) -> keras.Model:
    """A recurrent layer and a Dense one, uncompiled: (batch, window, 1) scaled prices → (batch, 1).

    Args:
        unroll: write each day's operations out, rather than a loop over days.
    """
    if settings.wiring == "described":
        recurrent = keras.layers.LSTM(settings.hidden, unroll=unroll, dtype=dtype)
    else:
        recurrent = keras.layers.RNN(PublishedLSTMCell(settings.hidden, dtype=dtype), unroll=unroll, dtype=dtype)
    return keras.Sequential(
        [keras.Input((settings.window, 1), dtype=dtype), recurrent, keras.layers.Dense(1, dtype=dtype)]
    )


def build_optimizer(settings: Settings, dtype: str = "float32") -> keras.optimizers.Optimizer:
    """Keras's Adam, made to take TF1's steps.

    `reproduce.networks.adam` says in what they differ. Keras would keep the rate in its global float type and round
    Python's β₁, β₂ to float32 when it takes their powers, also where the weights are float64; so the type is borrowed,
    and the β are of the weights' dtype.
    """
    margin = settings.clip_margin if settings.clipping == "applied" else None
    number = np.dtype(dtype).type
    with _float_type(dtype):
        return keras.optimizers.Adam(
            settings.learning_rate,
            beta_1=number(BETA1),
            beta_2=number(BETA2),
            epsilon=TF1_EPSILON,
            global_clipnorm=margin,
        )


class KerasEngine:
    """Trains the Keras model, an epoch in one call. See `reproduce.networks.engine.Engine` for the methods.

    The model and its optimizer are Keras's; only the loop over batches is not its `fit`'s, which returns to
    Python after each. That, and days written out, take 0.6 times as long.
    """

    def __init__(self, settings: Settings, seed: int, *, dtype: str = "float32") -> None:
        self._batch, self._dtype = settings.batch, dtype
        self._model = build_model(settings, dtype, unroll=settings.window <= UNROLLED)
        self._optimizer = build_optimizer(settings, dtype)
        self._optimizer.build(self._model.trainable_variables)
        self.set_weights(initial_weights(settings.hidden, seed, dtype))
        self._forward = tf.function(self._model)
        self._evaluate = tf.function(self._loss_and_gradients)
        self._train = tf.function(self._train_batches, autograph=False)

    def train_epoch(self, inputs: np.ndarray, targets: np.ndarray) -> Epoch:
        whole = len(inputs) - len(inputs) % self._batch
        losses, predictions = [], []
        for part, batch in ((slice(0, whole), self._batch), (slice(whole, None), len(inputs) - whole)):
            if len(inputs[part]):
                of_part = (array[part].reshape(-1, batch, *array.shape[1:]) for array in (inputs, targets))
                part_losses, part_predictions = self._train(*map(self._tensor, of_part))
                losses.append(part_losses.numpy())
                predictions.append(part_predictions.numpy().reshape(-1, 1))
        return Epoch(np.concatenate(losses), np.concatenate(predictions))

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        starts = range(0, len(inputs), self._batch)
        return np.concatenate([self._forward(self._tensor(inputs[k : k + self._batch])).numpy() for k in starts])

    def loss_and_gradients(self, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, _, gradients = self._evaluate(self._tensor(inputs), self._tensor(targets))
        return float(loss), from_keras(gradients)

    def weights(self) -> dict[str, np.ndarray]:
        return from_keras(self._model.get_weights())

    def set_weights(self, weights: dict[str, np.ndarray]) -> None:
        self._model.set_weights(to_keras(weights))

    def state(self) -> dict[str, np.ndarray]:
        return model_state(self._model, self._optimizer)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        restore_model(self._model, self._optimizer, state)

    def close(self) -> None:
        """Nothing is held that garbage collection does not free."""

    def _tensor(self, array: np.ndarray) -> tf.Tensor:
        return tf.constant(array, self._dtype)

    def _loss_and_gradients(self, inputs: tf.Tensor, targets: tf.Tensor):
        with tf.GradientTape() as tape:
            predictions = self._model(inputs, training=True)  # (batch, 1)
            loss = tf.reduce_mean(tf.square(predictions - targets))
        return loss, predictions, tape.gradient(loss, self._model.trainable_variables)

    def _train_batches(self, inputs: tf.Tensor, targets: tf.Tensor):
        """Losses (batches,) and predictions (batches, batch, 1) of inputs (batches, batch, window, 1)."""
        batches, batch = inputs.shape[:2]

        def body(k, losses, predictions):
            loss, predicted, gradients = self._loss_and_gradients(inputs[k], targets[k])
            self._optimizer.apply(gradients)
            return k + 1, losses.write(k, loss), predictions.write(k, predicted)

        losses = tf.TensorArray(inputs.dtype, batches, element_shape=())
        predictions = tf.TensorArray(inputs.dtype, batches, element_shape=(batch, 1))
        _, losses, predictions = tf.while_loop(lambda k, *_: k < batches, body, (0, losses, predictions))
        return losses.stack(), predictions.stack()


@contextmanager
def _float_type(dtype: str) -> Iterator[None]:
    before = keras.config.floatx()
    keras.config.set_floatx(dtype)
    try:
        yield
    finally:
        keras.config.set_floatx(before)
