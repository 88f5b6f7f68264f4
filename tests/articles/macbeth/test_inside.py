"""What is drawn of the trained Macbeth network: which characters, which units, in which layer."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import inside
from reproduce.articles.macbeth.exports import exported
from reproduce.articles.macbeth.training import load_weights
from reproduce.articles.sources import TEXTS
from reproduce.errors import RunError
from reproduce.inputs.text import scale
from reproduce.networks.characters.generation import draw_start
from reproduce.networks.characters.keras import build_model, trained_model
from reproduce.networks.layers import read_layers
from reproduce.networks.stack.weights import StackWeights
from reproduce.runs.directory import Directory
from tests.articles.samples import VARIANTS, config_of, tiny_text

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


# Networks of another kind


@pytest.fixture
def drawn(tmp_path):
    """A way to a run of the small network with these settings, its weights as they are drawn."""

    def make(**settings):
        variant = replace(VARIANTS["macbeth"], **settings)
        directory = Directory(tmp_path, config_of("macbeth", variant=variant))
        with directory.opened():
            TEXTS.write(directory, tiny_text())
            weights = StackWeights(*build_model(variant, 9, seed=0).get_weights())
            directory.write_arrays("weights.npz", weights._asdict())
        return directory

    return make


def test_plain_network_has_no_gates_to_show(drawn):
    """No picture, and a line where they are asked for; it is exported without a word of gates."""
    directory = drawn(network="simple-rnn")
    assert inside.pictures_of(directory) == {}
    with pytest.raises(RunError, match="its network is a simple-rnn, which has no gates"):
        inside.read_cells(directory)
    assert "gates" not in exported(directory).about
    assert exported(directory).example[0].shape == (1, 6, 1)


def test_one_hot_network_is_shown_and_exported_as_it_reads(drawn):
    """Its layers write what Keras writes of the exported example."""
    directory = drawn(coding="one-hot")
    assert [rows["f"].shape[1:] for rows in inside.read_cells(directory).layers.values()] == [(6, 5), (6, 5)]
    found = exported(directory)
    inputs, outputs = found.example
    assert inputs.shape == (1, 6, 9)
    assert inputs.argmax(axis=-1).tolist() == [tiny_text().indices[:6].tolist()]
    _, second = read_layers(found.weights, inputs)
    logits = second["h"][:, -1] @ found.weights["kernel_out"] + found.weights["bias_out"]
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(), outputs, rtol=1e-4)
    assert found.about["inputs"].startswith("(n, 6, 9) characters")
    assert found.about["scaling"].startswith("none")
