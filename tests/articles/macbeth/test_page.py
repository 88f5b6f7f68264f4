"""What the page of a Macbeth run shows of its text."""

from reproduce.articles.macbeth.page import _window
from reproduce.articles.macbeth.training import WRITES, WRITTEN
from reproduce.articles.macbeth.variant import Variant
from reproduce.inputs.text import number_characters
from reproduce.networks.characters.generation import draw_start
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory

TEXT = number_characters("".join(f"out, out {letter}" for letter in "abcdefghijklmnop"), "5" * 64, "verse.txt")


def test_text_goes_on_from_the_window_that_was_drawn(tmp_path):
    """It is the twelfth of sixteen that are alike, and after each stands another letter."""
    directory = Directory(tmp_path, RunConfig(Variant(window=9), 26, "compiled", TEXT.sha256, "macbeth"))
    written = "\n".join(f"--- any title:\n{text}\n" for text in ("out, out ", "", "x" * WRITES))
    with directory.opened(force=False):
        directory.write_text(WRITTEN, written)
    _, pair = _window(directory, TEXT).blocks
    assert TEXT.decode(draw_start(TEXT, 9, seed=26)) == "out, out "
    assert [quote.text for quote in pair.left] == ["out, out ", "lout, out mout, out nout, out oout, out p"]
