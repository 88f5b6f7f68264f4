"""Losses in pasted training logs: what Keras prints, and lines that hold an epoch and its loss."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from reproduce.errors import DataError

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf)\b"
# Colours, which lose their escape character where a page is copied, and moves of the cursor.
TERMINAL = re.compile(r"\x1b?\[[0-9;]*m|\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_KERAS_EPOCH = re.compile(r"\s*Epoch\s+(\d+)\s*/\s*(\d+)\s*$")  # alone on its line
_STEPS = re.compile(r"\s*(\d+)/(\d+)(?=\s)")  # before a progress bar
_KERAS_LOSS = re.compile(rf"(?<![\w])(?:(?P<which>[a-z]+) +)?loss:\s*(?P<loss>{NUMBER})", re.IGNORECASE)
_EPOCH = re.compile(r"\bepoch\b[\s:=#\[(]*(\d+)(?:\s*(?:/|of)\s*(\d+))?[\])]*(?P<rest>.*)", re.IGNORECASE)
_LOSS = re.compile(rf"(?P<which>(?:[a-z]+[ ._/-]+)*)loss\b[\s:=]*({NUMBER})", re.IGNORECASE)
_BARE = re.compile(rf"[\s:,;=|-]*?({NUMBER})\s*$", re.IGNORECASE)
_COMMA = re.compile(r"loss\b[\s:=]*\d+,\d", re.IGNORECASE)  # 0,0695, whose digits would be lost
_NOT_OF_TRAINING = ("val", "valid", "validation", "test", "dev", "eval")


@dataclass(frozen=True)
class Found:
    """Losses as a file has them, in its order."""

    form: str
    losses: list[tuple[int, float, int]]  # epoch, loss, number of its line or entry
    first_epoch: int | None = None  # 0 or 1 where the form tells
    total: int | None = None  # epochs of the training, where the file says so
    remarks: tuple[str, ...] = ()
    unit: str = "line"  # or entry, of a list
    is_counted: bool = False  # whether an epoch is told by its place alone


def read_keras_log(text: str, name: str) -> Found | None:
    """What `fit` prints, of Keras 2 and 3, any verbosity: `Epoch 31/200`, and below it `… loss: 0.0695`.

    A progress bar's last loss counts, which is the mean over the epoch's batches. An epoch whose bar does not reach its
    end is left out and named. Below an epoch's loss may stand that of `evaluate`, which has steps of its own.

    Raises:
        DataError: every epoch is cut short.
    """
    losses: dict[tuple[int, int], _Bar] = {}  # by epoch and the line of its heading
    heading, total = None, None
    for line, piece in _pieces(text):
        if begun := _KERAS_EPOCH.match(piece):
            heading, total = (int(begun[1]), line), int(begun[2])
        elif heading and (loss := _keras_loss(piece)):
            done, steps = _STEPS.match(piece).groups() if _STEPS.match(piece) else (None, None)
            bar, before = _Bar(float(loss), line, done == steps, steps), losses.get(heading)
            goes_on = before is not None and before.steps == steps and not (before.is_whole and steps)
            if before is None or before.line == line or goes_on:
                losses[heading] = bar
    if not losses:
        return None
    cut = [epoch for (epoch, _), bar in losses.items() if not bar.is_whole]
    remarks = tuple(f"epoch {epoch} was cut short in the log, and is left out" for epoch in cut)
    whole = [(epoch, bar.loss, bar.line) for (epoch, _), bar in losses.items() if bar.is_whole]
    first = 0 if any(epoch == 0 for epoch, _ in losses) else 1  # a loop of one's own may print Keras's heading
    if not whole:
        raise DataError(f"{name}: no epoch of this log reached its end; paste more of it")
    return Found("a log of Keras", whole, first, total, remarks)


class _Bar(NamedTuple):
    """The loss that a progress bar shows."""

    loss: float
    line: int
    is_whole: bool  # at its end, or there is no bar
    steps: str | None  # of the epoch


def _keras_loss(piece: str) -> str | None:
    """The training's: the first that is of no other part."""
    found = _KERAS_LOSS.finditer(piece)
    return next((one["loss"] for one in found if is_of_training(one["which"] or "")), None)


def is_of_training(name: str) -> bool:
    """Whether no word of a loss's name says that it is of another part of the data, as in `val_mse_` or `Test `."""
    return not set(re.findall("[a-z]+", name.lower())) & set(_NOT_OF_TRAINING)


def line_with_comma(text: str) -> int | None:
    """The first line on which a comma stands where a loss has its point; None where there is none."""
    return next((line for line, piece in _pieces(text) if _COMMA.search(piece)), None)


def read_lines_log(text: str) -> Found | None:
    """Lines that have an epoch and its loss, such as the article's `Epoch 30/200 0.0695`, or `epoch 3, loss: 0.2`."""
    losses, total = [], None
    for line, piece in _pieces(text):
        if (begun := _EPOCH.search(piece)) and (loss := _loss_in(begun["rest"])):
            losses.append((int(begun[1]), float(loss), line))
            total = int(begun[2]) if begun[2] else total
    return Found("a log of lines with epoch and loss", losses, None, total) if losses else None


def _loss_in(rest: str) -> str | None:
    """The training's loss behind an epoch: the first that is of no other part, or the one number that is there."""
    named = list(_LOSS.finditer(rest))
    for loss in named:
        if is_of_training(loss["which"]):
            return loss[2]
    bare = None if named else _BARE.fullmatch(rest)
    return bare[1] if bare else None


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Every line with its number, without colours; one that was written over several times, a piece at a time."""
    for number, line in enumerate(TERMINAL.sub("", text).split("\n"), start=1):
        for piece in re.split(r"\r|\x08+", line):
            if piece.strip():
                yield number, piece
