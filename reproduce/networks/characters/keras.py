"""The character network in Keras, and the engine that trains it with `fit`: what the other engine is held to."""

from __future__ import annotations

import keras
import numpy as np

from reproduce.inputs.text import scale
from reproduce.networks.characters.weights import CharWeights
from reproduce.networks.engine import CharSettings
from reproduce.networks.keras_state import model_state, restore_model
from reproduce.networks.stacked import output_layer, two_layers


def build_model(network: CharSettings, characters: int, seed: int) -> keras.Sequential:
    """The network, compiled: (batch, window, 1) scaled characters → (batch, characters) probabilities."""
    hidden = (network.hidden, network.hidden)
    layers = two_layers("lstm", hidden, network.dropout, seed, "float32")
    output = output_layer(characters, seed, "float32", activation="softmax")
    model = keras.Sequential([keras.Input((network.window, 1)), *layers, output])
    adam = keras.optimizers.Adam(learning_rate=network.learning_rate)
    model.compile(loss="categorical_crossentropy", optimizer=adam)
    return model


def initial_weights(network: CharSettings, characters: int, seed: int) -> CharWeights:
    """The weights that `seed` draws, as arrays."""
    return CharWeights(*build_model(network, characters, seed).get_weights())


def trained_model(network: CharSettings, characters: int, weights: CharWeights) -> keras.Sequential:
    """The network with these weights and without an optimizer; ValueError where they are another network's."""
    model = keras.models.clone_model(build_model(network, characters, seed=0))
    model.set_weights(weights)
    return model


class KerasEngine:
    """Trains with `fit`. See `reproduce.networks.engine.CharEngine` for what each method promises."""

    def __init__(self, network: CharSettings, characters: int, seed: int) -> None:
        self._model = build_model(network, characters, seed)
        self._characters = characters

    def train(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        batch, window = inputs.shape[1:]
        x = scale(inputs.reshape(-1, window), self._characters)
        one_hot = np.eye(self._characters, dtype=np.float32)[targets.reshape(-1)]
        history = self._model.fit(x, one_hot, batch_size=batch, shuffle=False, verbose=0)
        return float(history.history["loss"][0])

    def probabilities(self, inputs: np.ndarray) -> np.ndarray:
        return np.asarray(self._model(scale(inputs, self._characters), training=False))

    def weights(self) -> CharWeights:
        return CharWeights(*self._model.get_weights())

    def set_weights(self, weights: CharWeights) -> None:
        self._model.set_weights(weights)

    def state(self) -> dict[str, np.ndarray]:
        return model_state(self._model, self._model.optimizer)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        restore_model(self._model, self._model.optimizer, state)

    def close(self) -> None:
        keras.backend.clear_session()
