"""What is drawn of the trained Macbeth network: which characters, which units, in which layer."""

import numpy as np
import pytest

from reproduce.articles.macbeth import inside
from reproduce.articles.macbeth.training import load_weights
from reproduce.articles.sources import TEXTS
from reproduce.inputs.text import scale
from reproduce.networks.characters.generation import draw_start
from reproduce.networks.characters.keras import trained_model
from reproduce.networks.layers import read_layers

pytestmark = pytest.mark.usefixtures("one_thread")


def test_steps_are_the_characters_of_the_window_that_texts_begin_with(finished):
    """Blanks and line ends as signs that one can see; five units of the second layer."""
    directory = finished("macbeth")
    text, cells = TEXTS.read(directory), inside.read_cells(directory)
    start = text.decode(draw_start(text, 6, seed=0))
    assert "".join(cells.steps) == start.replace(" ", "\u2423").replace("\n", "\u21b5")
    assert {name: values.shape for name, values in cells.rows.items()} == dict.fromkeys("ifogch", (6, 5))
    assert list(cells.layers) == ["layer 1", "layer 2"]


def test_layers_write_what_the_network_writes(finished):
    """Probabilities by Keras from the same weights."""
    directory = finished("macbeth")
    text, weights = TEXTS.read(directory), load_weights(directory)
    inputs = scale(text.indices[:6], len(text.vocabulary))[np.newaxis]
    _, second = read_layers(weights._asdict(), inputs)
    logits = second["h"][:, -1] @ weights.kernel_out + weights.bias_out
    likely = np.exp(logits) / np.exp(logits).sum()
    expected = trained_model(directory.config.variant, len(text.vocabulary), weights)(inputs)
    np.testing.assert_allclose(likely, expected, rtol=1e-4)


def test_units_are_those_the_likeliest_character_takes_most_from(finished):
    """The first has the largest part."""
    directory = finished("macbeth")
    text, weights, cells = TEXTS.read(directory), load_weights(directory), inside.read_cells(directory)
    window = scale(draw_start(text, 6, seed=0), len(text.vocabulary))[np.newaxis]
    last = read_layers(weights._asdict(), window)[1]["h"][0, -1]
    character = int(np.argmax(last @ weights.kernel_out + weights.bias_out))
    order = sorted(range(5), key=lambda unit: -abs(weights.kernel_out[unit, character] * last[unit]))
    np.testing.assert_allclose(cells.rows["h"][-1], last[order])
