"""Losses as an old notebook printed or saved them: tables, lists, pasted logs and the notebook itself, by epoch.

Whether epochs are counted from 0 or from 1 is told by some files and not by others; where a file does not tell, nothing
is guessed.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from reproduce.errors import DataError
from reproduce.inputs.printed_logs import Found, line_with_comma, read_keras_log, read_lines_log
from reproduce.inputs.printed_tables import notebook_output, read_list, read_table
from reproduce.inputs.source import printable, quote, read_bytes

LIMIT = 1 << 26  # bytes; a log of a thousand epochs with a progress bar has some ten million
_EXPECTED = "losses by epoch: a table epoch,loss, a JSON list, a training log, or the notebook (.ipynb)"
_OTHER = "name another file with --losses"


@dataclass(frozen=True, eq=False)
class PrintedLosses:
    """The losses of one training, ordered by epoch."""

    name: str  # of the file, for messages
    form: str  # in which they were found, in words
    epochs: np.ndarray  # (losses,) int, as the file counts them
    losses: np.ndarray  # (losses,)
    first_epoch: int | None  # what the file calls the first epoch, 0 or 1; None where it does not tell
    remarks: tuple[str, ...] = ()  # what was left out

    def counted_from(self, first_epoch: int | None) -> PrintedLosses:
        """The same with epochs counted from 0.

        Args:
            first_epoch: what the file calls the first epoch; None where the file tells.
        Raises:
            DataError: neither tells, or there is an epoch before the first.
        """
        first = self.first_epoch if first_epoch is None else first_epoch
        if first is None:
            raise DataError(
                f"{self.name}: its first line is of epoch {self.epochs[0]}, which does not tell whether epochs are "
                "counted from 0 or 1; say so with --first-epoch 0 or --first-epoch 1"
            )
        if self.epochs[0] < first:
            raise DataError(f"{self.name}: has an epoch 0, expected epochs from 1 on; leave --first-epoch 1 out")
        return replace(self, epochs=self.epochs - first, first_epoch=0)


def read_losses(path: Path) -> PrintedLosses:
    """Read losses of any of the forms above.

    Raises:
        DataError: the file cannot be read, holds no losses, has a loss that is not finite or not above 0, or an epoch
            twice.
    """
    name = printable(str(path))
    content = read_bytes(path, expected=f"a file of {_EXPECTED}", remedy=_OTHER, error=DataError, limit=LIMIT)
    text = _decoded(bytes(content), name)
    if not text.strip():
        raise DataError(f"{name}: is empty, expected {_EXPECTED}; {_OTHER}")
    printed = notebook_output(text)
    if printed is not None and not printed.strip():
        raise DataError(f"{name}: is a notebook whose cells have printed nothing; run them, save it, and give it again")
    return _checked(_found(printed or text, name), name)


def _found(text: str, name: str) -> Found:
    if line := line_with_comma(text):
        raise DataError(f"{name}, line {line}: a loss has a comma in it, expected a point; write a point for the comma")
    try:
        found = read_list(text, name) or read_keras_log(text, name) or read_lines_log(text) or read_table(text, name)
    except (ArithmeticError, ValueError, TypeError, csv.Error) as error:  # numbers of hundreds of digits, say
        raise DataError(f"{name}: cannot be read ({error}), expected {_EXPECTED}; {_OTHER}") from error
    if found is None:
        raise DataError(f"{name}, line 1: is {quote(text.strip().splitlines()[0])}, expected {_EXPECTED}; {_OTHER}")
    return found


def _decoded(content: bytes, name: str) -> str:
    """The text, in UTF-8, or in UTF-16 as PowerShell's `>` writes it."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{name}, line {line}: has a byte that is no UTF-8 text; save the file as UTF-8 or {_OTHER}"
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(f"{name}, line {line}: has a zero byte, expected text; {_OTHER}")
    return text


def _checked(found: Found, name: str) -> PrintedLosses:
    """In the order of the epochs, each once, with losses that have a logarithm."""
    lines_of: dict[int, int] = {}
    for epoch, loss, line in found.losses:
        if not (np.isfinite(loss) and loss > 0):
            raise DataError(
                f"{name}, {found.unit} {line}: the loss of epoch {epoch} is {loss:g}, expected a number above 0; "
                f"{_remedy(found, loss, is_first=epoch == found.losses[0][0])}"
            )
        if epoch in lines_of:
            raise DataError(
                f"{name}, {found.unit} {line}: epoch {epoch} stands in {found.unit} {lines_of[epoch]} too; keep one "
                "loss an epoch, of one training"
            )
        lines_of[epoch] = line
    ordered = sorted(found.losses)
    epochs = np.array([epoch for epoch, _, _ in ordered])
    losses = np.array([loss for _, loss, _ in ordered])
    return PrintedLosses(name, found.form, epochs, losses, _first_epoch(found, epochs), found.remarks)


def _remedy(found: Found, loss: float, *, is_first: bool) -> str:
    if loss == 0:
        return "print it with more digits"
    if is_first and found.is_counted:  # without it the others would be of other epochs
        return f"a training that diverged at once has nothing to tell; {_OTHER}"
    remedy = "end the losses before it" if found.is_counted else f"remove the {found.unit}"
    return f"{remedy}: a training that diverged has no more to tell"


def _first_epoch(found: Found, epochs: Sequence[int]) -> int | None:
    """What the form tells; else an epoch 0, or one that has the number of all epochs."""
    if found.first_epoch is not None:
        return found.first_epoch
    if epochs[0] == 0:
        return 0
    return 1 if found.total == epochs[-1] else None
