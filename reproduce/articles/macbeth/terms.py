"""What the text says of its data and its network, seen on the program: values of ours by their names in claims.toml."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np

from reproduce.articles.macbeth.program import watch_loop, watch_main
from reproduce.evidence.program import load_program

LETTERS = "abcdefgh "
LENGTH = 500  # characters of the made-up text
SEED = 100


@functools.cache
def term_outputs() -> Mapping[str, Any]:
    """Every value; worked out once in a process."""
    program, text = load_program("macbeth"), made_up_text()
    _, numbers = program.number(text)
    _, wanted = program.window_text(text, numbers)
    handed = watch_main(load_program("macbeth"), text)
    inputs, one_hot = handed.inputs, handed.targets
    with warnings.catch_warnings():  # Keras finds the program's input_shape old
        warnings.simplefilter("ignore", UserWarning)
        model = program.build_model(one_hot.shape[1])
    neurons = softmax_neurons(np.asarray(model(inputs[:3].astype(np.float32), training=False)))
    found = {
        "neurons_beyond": neurons - len(set(text)),
        "softmax_neurons": neurons,
        "distinct_neurons": len(set(text)),
        "inputs_outside": int(np.sum((inputs < 0) | (inputs > 1))),
        "starts_left_out": len(inputs) - handed.starts,
        "rows_not_one_hot": rows_not_one_hot(one_hot, wanted),
        "characters_in_x": inputs.shape[1],
        "x_features": inputs.shape[2],
        "y_variables": one_hot.shape[1],
        "predictions_read": predictions_read(program),
        "built_without_sequences": int(is_built_without_sequences(program)),
    }
    return MappingProxyType(found)


def made_up_text() -> str:
    """LENGTH characters, drawn evenly; each of LETTERS is among them."""
    drawn = np.random.default_rng(SEED).integers(len(LETTERS), size=LENGTH - len(LETTERS))
    return LETTERS + "".join(LETTERS[index] for index in drawn)


def softmax_neurons(outputs: np.ndarray) -> int:
    """How many outputs of a network, (n, neurons), are those of a softmax: all, where each row is, else 0."""
    is_softmax = (outputs > 0).all() and np.allclose(outputs.sum(axis=1), 1, atol=1e-5)  # float32
    return outputs.shape[1] if is_softmax else 0


def rows_not_one_hot(rows: np.ndarray, wanted: list[int]) -> int:
    """How many of these rows, (n, characters), are not a 1 at the wanted character and 0 elsewhere."""
    return int(np.sum((rows != np.eye(rows.shape[1])[wanted]).any(axis=1)))


def predictions_read(program: ModuleType) -> int:
    """How many of the predictions before its last one the loop, as printed, has in the window that it then reads."""
    predicted, windows = watch_loop(program)
    return len(set(predicted[:-1]) & set(windows[-1]))


def is_built_without_sequences(program: ModuleType) -> bool:
    """Whether Keras builds the two LSTM layers where the first hands on its last output alone."""
    layers = program.keras.layers
    try:
        program.Sequential([program.keras.Input((program.window, 1)), layers.LSTM(8), layers.LSTM(8)])
    except ValueError:  # the second is given (batch, 8), expected (batch, steps, features)
        return False
    return True
