"""The character network in Keras, and the engine that trains it with `fit`: what the other engine is held to."""

from __future__ import annotations

import functools

import keras
import numpy as np

from reproduce.inputs.text import code
from reproduce.networks.adam import BETA1
from reproduce.networks.engine import CharSettings
from reproduce.networks.keras_state import model_state, restore_model
from reproduce.networks.stack.weights import StackWeights, layers
from reproduce.networks.stacked import layers_of, output_layer


def build_model(network: CharSettings, characters: int, seed: int) -> keras.Sequential:
    """The network, compiled: (batch, window, features) characters as it reads them → (batch, characters) probabilities.

    A feature is a scaled number, or there is one for each character, by the network's coding.
    """
    hidden, features = (network.hidden, network.hidden), characters if network.coding == "one-hot" else 1
    layers = layers_of(network.network, hidden, network.dropout, seed, "float32")
    output = output_layer(characters, seed, "float32", activation="softmax")
    model = keras.Sequential([keras.Input((network.window, features)), *layers, output])
    adam = keras.optimizers.Adam(learning_rate=network.learning_rate)
    model.compile(loss="categorical_crossentropy", optimizer=adam)
    return model


def trained_model(network: CharSettings, characters: int, weights: StackWeights) -> keras.Sequential:
    """The network with these weights and without an optimizer; ValueError where they are another network's."""
    model = keras.models.clone_model(build_model(network, characters, seed=0))
    model.set_weights(weights)
    return model


class KerasEngine:
    """Trains with `fit`. See `reproduce.networks.engine.CharEngine` for what each method promises."""

    def __init__(self, network: CharSettings, characters: int, seed: int) -> None:
        self._model = build_model(network, characters, seed)
        self._model.optimizer.build(self._model.trainable_variables)
        self._code = functools.partial(code, characters=characters, coding=network.coding)
        self._characters = characters

    def train(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        batch, window = inputs.shape[1:]
        x = self._code(inputs.reshape(-1, window))  # (samples, window, features)
        one_hot = np.eye(self._characters, dtype=np.float32)[targets.reshape(-1)]
        history = self._model.fit(x, one_hot, batch_size=batch, shuffle=False, verbose=0)
        return float(history.history["loss"][0])

    def train_steps(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return np.array([self._record(*batch) for batch in zip(inputs, targets, strict=True)], dtype=np.float32)

    def _record(self, inputs: np.ndarray, targets: np.ndarray) -> list[float]:
        """Train on one batch, (batch, window) and (batch,); `fit` gives no gradient, but Adam's first moment m tells.

        From m' = m + (g - m)(1 - β₁) follows g.
        """
        weights, moments = self.weights(), self._moments()
        loss = self.train(inputs[np.newaxis], targets[np.newaxis])
        moved = StackWeights(*(new - old for new, old in zip(self.weights(), weights, strict=True)))
        pairs = zip(self._moments(), moments, strict=True)
        gradients = StackWeights(*(old + (new - old) / (1 - BETA1) for new, old in pairs))
        return [loss, *_norms(gradients), *_norms(moved)]

    def _moments(self) -> list[np.ndarray]:
        """Adam's first moment of each weight, in float64."""
        return [variable.numpy().astype(np.float64) for variable in self._model.optimizer.variables[2::2]]

    def probabilities(self, inputs: np.ndarray) -> np.ndarray:
        return np.asarray(self._model(self._code(inputs), training=False))

    def weights(self) -> StackWeights:
        return StackWeights(*self._model.get_weights())

    def set_weights(self, weights: StackWeights) -> None:
        self._model.set_weights(weights)

    def state(self) -> dict[str, np.ndarray]:
        return model_state(self._model, self._model.optimizer)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        restore_model(self._model, self._model.optimizer, state)

    def close(self) -> None:
        keras.backend.clear_session(free_memory=False)  # garbage collection frees it in its own time


def _norms(values: StackWeights) -> list[float]:
    """The Euclidean norm of each layer's values."""
    return [np.sqrt(sum(np.sum(np.square(one, dtype=np.float64)) for one in layer)) for layer in layers(values)]
