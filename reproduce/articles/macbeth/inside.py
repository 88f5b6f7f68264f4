"""What goes on inside the trained Macbeth network as it reads the window that its texts begin with."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from matplotlib.figure import Figure

from reproduce.articles import layers
from reproduce.articles.layers import Cells
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.macbeth.training import load_weights
from reproduce.articles.sections import Pair, Section
from reproduce.articles.sources import TEXTS
from reproduce.errors import RunError
from reproduce.evidence.tally import counted
from reproduce.inputs.text import code
from reproduce.networks.characters.generation import draw_start
from reproduce.runs.directory import Directory

UNITS = 5  # that are drawn
CHARACTERS = 30  # the last ones of the window, each of which has room for its letter
_SEEN = {"\n": "\u21b5", " ": "\u2423"}  # what stands for characters that cannot be seen


def read_cells(directory: Directory) -> Cells:
    """Both layers of a finished run, on the window drawn with its seed and on many.

    Raises:
        RunError: a file of the run is damaged, or its network is no LSTM.
    """
    if not has_gates(directory):
        raise RunError(f"{directory.path}: its network is a {directory.config.variant.network}, which has no gates")
    text, config, weights = TEXTS.read(directory), directory.config, load_weights(directory)
    start, characters = draw_start(text, config.variant.window, config.seed), len(text.vocabulary)
    samples, _ = parts(text, config.variant)
    letters = [_SEEN.get(letter, letter) for letter in text.decode(start)[-CHARACTERS:]]
    read = partial(code, characters=characters, coding=config.variant.coding)
    inputs = read(samples.inputs[:: max(1, len(samples) // layers.WINDOWS)])
    return layers.read_cells(weights._asdict(), inputs, read(start)[None], letters, UNITS)


def has_gates(directory: Directory) -> bool:
    """Whether the run's network is an LSTM."""
    return directory.config.variant.network == "lstm"


def pictures_of(directory: Directory) -> dict[str, Callable[[], Figure]]:
    """What draws each picture, by name; none of a network without gates."""
    if not has_gates(directory):
        return {}
    cells = cache(lambda: read_cells(directory))
    return {
        "gates": lambda: layers.gates(cells(), "Inside the second layer as it reads"),
        "saturation": lambda: layers.saturation(cells(), "How often gates are nearly shut or open"),
    }


def inside_section(directory: Directory) -> Section:
    """The page's part on it; RunError where a file of the run is damaged."""
    cells = read_cells(directory)
    gates = layers.gates_picture(cells, f"the last {counted(len(cells.steps), 'character')} of the window below")
    return Section("inside", "Inside the network", "Inside", [Pair([gates], [layers.saturation_picture(cells.layers)])])
