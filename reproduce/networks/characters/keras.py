"""The Macbeth article's model in Keras, and the engine that trains it with `fit`: what the other engine is held to."""

from __future__ import annotations

from typing import Protocol

import keras
import numpy as np

from reproduce.inputs.text import scale
from reproduce.networks.characters.weights import CharWeights
from reproduce.networks.keras_state import model_state, restore_model

SEEDS_A_RUN = 9  # as the graph's; see reproduce.networks.engine.MAX_SEED
DROPOUT_SEEDS = (3, 7)  # which of a run's nine are those of the two dropout layers


class Network(Protocol):
    """What decides a network and its training steps, beside the seed and the number of characters."""

    window: int  # characters
    batch: int  # samples
    hidden: int  # of each layer
    dropout: float  # share
    learning_rate: float


def build_model(network: Network, characters: int, seed: int) -> keras.Sequential:
    """The network, compiled: (batch, window, 1) scaled characters → (batch, characters) probabilities.

    Every draw has a seed of its own, counted from the run's, so that none hangs on another. Weights begin as Keras's
    layers begin: Glorot's uniform kernels, orthogonal recurrent ones, biases 0 but those of the forget gates, 1.
    """
    seeds = [SEEDS_A_RUN * seed + k for k in range(SEEDS_A_RUN)]
    layers = keras.layers
    model = keras.Sequential([keras.Input((network.window, 1))])
    for draws, is_last in ((0, False), (4, True)):
        lstm = layers.LSTM(
            network.hidden,
            return_sequences=not is_last,
            kernel_initializer=_uniform(seeds[draws]),
            recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[draws + 1]),
            seed=seeds[draws + 2],  # of a dropout inside the layer, which is off; left out, Keras would draw one
        )
        model.add(lstm)
        model.add(layers.Dropout(network.dropout, seed=seeds[draws + 3]))
    model.add(layers.Dense(characters, activation="softmax", kernel_initializer=_uniform(seeds[8])))
    adam = keras.optimizers.Adam(learning_rate=network.learning_rate)
    model.compile(loss="categorical_crossentropy", optimizer=adam)
    return model


def initial_weights(network: Network, characters: int, seed: int) -> CharWeights:
    """The weights that `seed` draws, as arrays."""
    return CharWeights(*build_model(network, characters, seed).get_weights())


def _uniform(seed: int) -> keras.initializers.Initializer:
    return keras.initializers.GlorotUniform(seed=seed)  # Keras's default, but for the seed


class KerasEngine:
    """Trains with `fit`. See `reproduce.networks.characters.engines.CharEngine` for what each method promises."""

    def __init__(self, network: Network, characters: int, seed: int) -> None:
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
        return model_state(self._model)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        restore_model(self._model, state)

    def close(self) -> None:
        keras.backend.clear_session()
