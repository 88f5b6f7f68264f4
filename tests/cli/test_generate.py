"""`reproduce generate`: what a tiny network writes, from where, and what is refused. Nothing trains here."""

import json
import re

import numpy as np
import pytest

from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.sources import TEXTS
from reproduce.inputs.text import load_text
from reproduce.networks.characters import generation
from reproduce.networks.characters.weights import CharWeights, weight_shapes
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from tests.cli.commands import VERSE, assert_one_line, assert_refused

VARIANT = Variant(window=6, batch=2, hidden=5)


@pytest.fixture
def verse(tmp_path):
    """A text of one's own."""
    path = tmp_path / "verse.txt"
    path.write_text(VERSE, encoding="utf-8")
    return path


@pytest.fixture
def text(verse):
    """The same, read."""
    return load_text(verse)


@pytest.fixture
def finished(verse, text, tmp_path):
    """A finished run of it, with random weights."""
    random = np.random.default_rng(5)
    shapes = weight_shapes(VARIANT.hidden, len(text.vocabulary))
    weights = CharWeights(*(random.normal(size=shape).astype(np.float32) for shape in shapes))
    directory = Directory(tmp_path / "runs", RunConfig(VARIANT, 3, "compiled", text.sha256, "macbeth", 1))
    with directory.opened(force=False):
        directory.write_arrays("weights.npz", weights._asdict())
        TEXTS.write(directory, text)
        directory.write_json("metrics.json", {"final_loss": 1.0})
    verse.unlink()  # the run has its text
    return directory.path


@pytest.fixture
def write(invoke, finished):
    """A way to call the command on that run: exit code, stdout, stderr."""
    return lambda *words: invoke("generate", finished, *words)


@pytest.fixture
def asked(monkeypatch):
    """How the two loops were called; each writes the text's first characters."""
    calls = []

    def note(name):
        def loop(_weights, start, length, **options):
            calls.append((name, start.tolist(), length, options))
            return np.zeros(length, dtype=np.int32)

        return loop

    for name in ("generate", "predict_shrinking"):
        monkeypatch.setattr(generation, name, note(name))
    return calls


def test_text_is_alone_on_stdout(write, text):
    """So many of the text's characters, and what they go on from on stderr, a window of the text."""
    code, stdout, stderr = write("--length", 200, "--temperature", 1)
    begun = re.fullmatch(r"goes on from: (?P<quoted>.*)\n", stderr)["quoted"]
    assert code == 0
    assert len(stdout) == 201  # a line end behind it
    assert set(stdout) <= set(text.vocabulary)
    assert len(set(stdout)) > 5
    assert begun[1:-1].encode().decode("unicode_escape") in VERSE.lower()


def test_same_seed_writes_the_same_text(write):
    """And another one another."""
    first, again, other = (write("--temperature", 1, "--length", 80, "--seed", seed)[1] for seed in (4, 4, 5))
    assert first == again != other


def test_text_is_that_of_the_run_s_weights(write, finished, text):
    """Greedy, from a start text's last window, as the library writes it."""
    with np.load(finished / "weights.npz") as archive:
        weights = CharWeights(**archive)
    expected = generation.generate(weights, text.encode("a day "), 30, memory="carried", temperature=0, seed=0)
    _, stdout, stderr = write("--start", "fair a day ", "--length", 30, "--memory", "carried")
    assert stdout == text.decode(expected) + "\n"
    assert stderr == "goes on from: 'a day '\n"


def test_defaults_are_a_thousand_characters_fed_back(write, asked):
    """From a window of zeros a character, greedy."""
    assert write()[0] == 0
    ((name, start, length, options),) = asked
    assert (name, len(start), length) == ("generate", 6, 1000)
    assert options == {"memory": "window", "temperature": 0, "seed": 0}


def test_options_reach_the_loop(write, asked, text):
    """Each in its place."""
    words = ["--memory", "carried", "--temperature", 0.5, "--seed", 9, "--length", 7, "--start", "a day I"]
    assert write(*words)[0] == 0
    start = text.encode(" day i").tolist()
    assert asked == [("generate", start, 7, {"memory": "carried", "temperature": 0.5, "seed": 9})]


@pytest.mark.parametrize(("words", "length"), [([], 6), (["--length", 4], 4)], ids=["whole-window", "less"])
def test_published_loop_writes_no_more_than_its_window(words, length, write, asked):
    """It shortens by a character a step."""
    assert write("--loop", "published", *words)[0] == 0
    ((name, start, asked_length, options),) = asked
    assert (name, len(start), asked_length, options) == ("predict_shrinking", 6, length, {})


def test_json_has_text_and_settings(write, finished):
    """Alone on stdout, nothing on stderr."""
    words = ["--length", 5, "--start", "fair a day ", "--temperature", 2, "--seed", 1]
    written = write(*words)[1]
    code, stdout, stderr = write(*words, "--json")
    assert (code, stderr) == (0, "")
    assert json.loads(stdout) == {
        "run": finished.name,
        "loop": "repaired",
        "memory": "window",
        "temperature": 2.0,
        "length": 5,
        "start": "a day ",
        "seed": 1,
        "text": written.removesuffix("\n"),
    }


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param(["--temperature", -1], "--temperature", id="below-zero"),
        pytest.param(["--temperature", "nan"], "--temperature", id="no-number"),
        pytest.param(["--length", 0], "--length", id="no-characters"),
        pytest.param(["--memory", "elephant"], "elephant", id="no-such-memory"),
        pytest.param(["--loop", "endless"], "endless", id="no-such-loop"),
        pytest.param(["--loop", "published", "--length", 7], "at most 6", id="longer-than-the-published-loop"),
        pytest.param(["--loop", "published", "--temperature", 1], "choose the loop 'repaired'", id="published-drawn"),
        pytest.param(["--loop", "published", "--memory", "carried"], "choose the loop", id="published-carried"),
        pytest.param(["--start", ""], "--start", id="empty-start"),
    ],
)
def test_misuse_is_refused_in_one_line(words, named, write, asked):
    """Exit code 2, the option at fault; nothing is written."""
    assert_refused(write(*words), 2, named)
    assert asked == []


@pytest.mark.parametrize(
    ("start", "parts"),
    [
        pytest.param("short", ("5 characters", "at least 6"), id="shorter-than-the-window"),
        pytest.param("fair & foul", ("'&' does not occur", "start text"), id="character-that-is-not-known"),
    ],
)
def test_start_that_cannot_be_read_is_refused_in_one_line(start, parts, write, asked):
    """Exit code 1, what is wrong and what was wanted."""
    code, stdout, stderr = write("--start", start)
    assert (code, stdout, asked) == (1, "", [])
    assert_one_line(stderr, *parts)


def test_run_in_a_folder_of_another_name_is_refused_in_one_line(invoke, finished):
    """The name is the configuration's."""
    moved = finished.rename(finished.parent / "mine")
    code, stdout, stderr = invoke("generate", moved)
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, "mine", finished.name)
