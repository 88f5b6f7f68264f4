"""Keras networks that forecast a price from those before it: the stacked LSTM, and others of its depth and width.

Each is two layers of one kind, or another number, each with dropout, and a Dense one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reproduce.networks.engine import Stack, epoch_order
from reproduce.networks.keras_state import model_state, restore_model
from reproduce.networks.stacked import KINDS, layers_of, output_layer


def build_model(stack: Stack, seed: int, dtype: str = "float32") -> keras.Sequential:
    """The network, compiled: (batch, window, 1) scaled prices → (batch, 1).

    The loss is the mean squared error, and the optimizer has the rate that Keras gives it.

    Raises:
        ValueError: there is no such network.
    """
    if stack.network not in KINDS:
        raise ValueError(f"network is {stack.network!r}, expected one of {', '.join(KINDS)}")
    model = keras.Sequential([keras.Input((stack.window, 1), dtype=dtype)])
    if stack.network == "mlp":
        model.add(keras.layers.Flatten(dtype=dtype))
    units = (*[stack.first] * (stack.layers - 1), stack.second)
    for layer in layers_of(stack.network, units, stack.dropout, seed, dtype):
        model.add(layer)
    model.add(output_layer(1, seed, dtype))
    model.compile(loss="mean_squared_error", optimizer=stack.optimizer, jit_compile=False)
    return model


def describe_model(stack: Stack) -> dict[str, Any]:
    """What the built network is: its layers, their units, parameters and dropouts, its loss, its optimizer.

    The optimizer is its name, learning rate and decay (Keras's rho), or None; parameters are those of the layers that
    have some.
    """
    model = build_model(stack, seed=0)
    settings = model.optimizer.get_config()
    learning_rate = round(settings["learning_rate"], 9)  # from float32
    return {
        "layers": [type(layer).__name__ for layer in model.layers],
        "units": [layer.units for layer in model.layers if hasattr(layer, "units")],
        "parameters": [layer.count_params() for layer in model.layers if layer.count_params()],
        "dropouts": [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)],
        "loss": model.loss,
        "optimizer": [type(model.optimizer).__name__.lower(), learning_rate, settings.get("rho")],
    }


class KerasForecaster:
    """Trains with `fit`. See `reproduce.networks.engine.Forecaster` for what each method promises."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self._model = build_model(stack, seed)
        self._batch = stack.batch
        self._seed = seed

    def train_epoch(self, epoch: int, inputs: np.ndarray, targets: np.ndarray) -> float:
        order = epoch_order(self._seed, epoch, len(inputs))
        history = self._model.fit(inputs[order], targets[order], batch_size=self._batch, shuffle=False, verbose=0)
        return float(history.history["loss"][0])

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        return np.asarray(self._model(inputs.astype("float32"), training=False))

    def slopes(self, inputs: np.ndarray) -> np.ndarray:
        x = tf.constant(inputs, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(x)
            predictions = self._model(x, training=False)
        return tape.gradient(predictions, x)[:, :, 0].numpy()

    def state(self) -> dict[str, np.ndarray]:
        return model_state(self._model, self._model.optimizer)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        restore_model(self._model, self._model.optimizer, state)

    def weights(self) -> dict[str, np.ndarray]:
        *layers, last = (layer for layer in self._model.layers if layer.weights)
        named = [*enumerate(layers, start=1), ("out", last)]
        return {
            f"{variable.name.removesuffix('_kernel')}_{place}": np.array(variable.numpy())
            for place, layer in named
            for variable in layer.weights
        }

    def save(self, path: Path) -> None:
        self._model.save(path)

    def close(self) -> None:
        """Nothing is held that garbage collection does not free."""
