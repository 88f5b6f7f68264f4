"""Keras layers of one kind, each with dropout, and every draw with a seed of its own, counted from the run's.

So none depends on another, and no two layers share one. Weights begin as Keras's layers begin: Glorot's uniform
kernels, orthogonal recurrent ones, biases 0 but those of an LSTM's forget gates, 1.
"""

from __future__ import annotations

import keras

from reproduce.networks.engine import SEEDS_A_RUN

_FURTHER = 1_000_000  # a third layer has the seeds of the first, of a run so many on

_KINDS = {
    "lstm": keras.layers.LSTM,
    "simple-rnn": keras.layers.SimpleRNN,
    "gru": keras.layers.GRU,
    "mlp": keras.layers.Dense,
}
KINDS = tuple(_KINDS)


def layers_of(kind: str, units: tuple[int, ...], dropout: float, seed: int, dtype: str) -> list[keras.Layer]:
    """Layer, dropout, layer, dropout, …; a recurrent layer hands on all its outputs, the last one the last alone.

    Args:
        kind: one of KINDS; mlp is a Dense layer with relu.
        units: of each layer.
        dropout: share of the outputs.
    """
    layers = []
    for place, wide in enumerate(units):
        begin = SEEDS_A_RUN * (seed + place // 2 * _FURTHER) + 4 * (place % 2)
        seeds = [begin + k for k in range(4)]
        layers.append(_layer(kind, wide, place == len(units) - 1, seeds, dtype))
        layers.append(keras.layers.Dropout(dropout, seed=seeds[3], dtype=dtype))
    return layers


def output_layer(units: int, seed: int, dtype: str, activation: str | None = None) -> keras.Layer:
    """The Dense layer on top."""
    kernel = _uniform(SEEDS_A_RUN * seed + 8)
    return keras.layers.Dense(units, activation=activation, kernel_initializer=kernel, dtype=dtype)


def _layer(kind: str, units: int, is_last: bool, seeds: list[int], dtype: str) -> keras.Layer:
    kernel = _uniform(seeds[0])
    if kind == "mlp":
        return keras.layers.Dense(units, activation="relu", kernel_initializer=kernel, dtype=dtype)
    return _KINDS[kind](
        units,
        return_sequences=not is_last,
        kernel_initializer=kernel,
        recurrent_initializer=keras.initializers.Orthogonal(seed=seeds[1]),
        seed=seeds[2],  # of a dropout inside the layer, which is off; left out, Keras would draw one
        dtype=dtype,
    )


def _uniform(seed: int) -> keras.initializers.Initializer:
    return keras.initializers.GlorotUniform(seed=seed)  # Keras's default, but for the seed
