"""`reproduce generate`: what a tiny network writes, from where, and what is refused. Nothing trains here."""

import json
import re

import numpy as np
import pytest

from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.sources import TEXTS
from reproduce.inputs.text import number_characters
from reproduce.networks.characters import generation
from reproduce.networks.stack.weights import StackWeights, weight_shapes
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from tests.cli.commands import VERSE, assert_one_line, assert_refused

VARIANT = Variant(window=6, batch=2, hidden=5)
TEXT = number_characters(VERSE, "3" * 64, "verse.txt")


@pytest.fixture
def finished(tmp_path):
    """A finished run of a text of one's own, with random weights."""
    random = np.random.default_rng(5)
    shapes = weight_shapes((VARIANT.hidden, VARIANT.hidden), len(TEXT.vocabulary))
    weights = StackWeights(*(random.normal(size=shape).astype(np.float32) for shape in shapes))
    directory = Directory(tmp_path / "runs", RunConfig(VARIANT, 3, "compiled", TEXT.sha256, "macbeth"))
    with directory.opened(force=False):
        TEXTS.write(directory, TEXT)
        directory.write_arrays("weights.npz", weights._asdict())
        directory.write_json("metrics.json", {"final_loss": 1.0})
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


def test_run_that_diverged_writes_nothing(write, finished):
    """Its weights are not numbers, and any character would be as likely."""
    with np.load(finished / "weights.npz") as file:
        weights = dict(file)
    first = next(iter(weights))
    np.savez(finished / "weights.npz", **weights | {first: np.full_like(weights[first], np.nan)})
    assert_refused(write(), 1, "the training diverged, and its weights are not numbers; name another run")


def test_text_is_alone_on_stdout(write):
    """So many of the text's characters, and what they go on from on stderr, a window of the text."""
    code, stdout, stderr = write("--length", 200, "--temperature", 1)
    begun = re.fullmatch(r"goes on from: (?P<quoted>.*)\n", stderr)["quoted"]
    assert code == 0
    assert len(stdout) == 201  # a line end behind it
    assert set(stdout) <= set(TEXT.vocabulary)
    assert len(set(stdout)) > 5
    assert begun[1:-1].encode().decode("unicode_escape") in VERSE.lower()


def test_same_seed_writes_the_same_text(write):
    """And another one another."""
    first, again, other = (write("--temperature", 1, "--length", 80, "--seed", seed)[1] for seed in (4, 4, 5))
    assert first == again != other


def test_text_is_that_of_the_run_s_weights(write, finished):
    """Greedy, from a start text's last window, as the library writes it."""
    with np.load(finished / "weights.npz") as archive:
        weights = StackWeights(**archive)
    expected = generation.generate(weights, TEXT.encode("a day "), 30, memory="carried", temperature=0, seed=0)
    _, stdout, stderr = write("--start", "fair a day ", "--length", 30, "--memory", "carried")
    assert stdout == TEXT.decode(expected) + "\n"
    assert stderr == "goes on from: 'a day '\n"


def test_defaults_are_a_thousand_characters_fed_back(write, asked):
    """From a window of zeros a character, greedy."""
    assert write()[0] == 0
    ((name, start, length, options),) = asked
    assert (name, len(start), length) == ("generate", 6, 1000)
    assert options == {"memory": "window", "temperature": 0, "seed": 0}


def test_options_reach_the_loop(write, asked):
    """Each in its place."""
    words = ["--memory", "carried", "--temperature", 0.5, "--seed", 9, "--length", 7, "--start", "a day I"]
    assert write(*words)[0] == 0
    start = TEXT.encode(" day i").tolist()
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
    text = write(*words)[1]
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
        "text": text.removesuffix("\n"),
    }


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param(["--temperature", -1], "--temperature", id="below-zero"),
        pytest.param(["--temperature", "nan"], "--temperature", id="no-number"),
        pytest.param(["--temperature", "inf"], "--temperature: is inf", id="endless-temperature"),
        pytest.param(["--length", 10**19], "--length", id="endless-text"),
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
    code, stdout, stderr = write(*words)
    assert (code, stdout, asked) == (2, "", [])
    assert_one_line(stderr, named)


def test_start_with_an_unknown_character_is_refused_in_one_line(write, asked):
    """Exit code 1; the network has no number for it."""
    assert_refused(write("--start", "fair & foul"), 1, "'&' does not occur", "start text")
    assert asked == []


@pytest.mark.parametrize(("words", "name"), [([], "generate"), (["--loop", "published"], "predict_shrinking")])
def test_start_shorter_than_the_window_is_padded_and_said_to_be(words, name, write, asked):
    """On its left, with the spaces that this text has; either loop reads whole windows."""
    code, _, stderr = write("--start", "fair", *words)
    assert code == 0
    assert_one_line(stderr.splitlines(keepends=True)[0], "4 characters", "reads 6", "spaces", "--memory carried")
    assert stderr.endswith("goes on from: '  fair'\n")
    assert [(call[0], TEXT.decode(call[1])) for call in asked] == [(name, "  fair")]


def test_carried_memory_reads_a_short_start_as_it_is(write, asked):
    """The state that follows "fair" is all it needs, so there is nothing to pad."""
    assert write("--start", "Fair", "--memory", "carried")[::2] == (0, "goes on from: 'fair'\n")
    assert TEXT.decode(asked[0][1]) == "fair"


@pytest.mark.parametrize(
    "content", [pytest.param(b"{", id="cut-short"), pytest.param(b'{"seed": 1}', id="of-something-else")]
)
def test_run_with_a_damaged_configuration_is_refused(content, write, finished):
    """Exit code 1; no traceback. Damages of its other files are those of test_broken_inputs.py."""
    (finished / "config.json").write_bytes(content)
    assert_refused(write(), 1, "not a run's configuration")


def test_run_in_a_folder_of_another_name_is_refused_in_one_line(invoke, finished):
    """The name is the configuration's."""
    moved = finished.rename(finished.parent / "mine")
    code, stdout, stderr = invoke("generate", moved)
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, "mine", finished.name)


def test_run_that_is_not_finished_is_refused(write, finished):
    """Exit code 1, the folder and what to do. That it costs no seconds is held in test_commands.py."""
    (finished / "metrics.json").unlink()
    assert_refused(write(), 1, str(finished), "finish it", "by: reproduce run macbeth")
