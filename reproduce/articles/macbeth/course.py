"""How a training of 100 epochs goes: the loss, the gradient and the update of its steps, hundred by hundred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from reproduce.articles.macbeth.hundred import JUMP, STEPS_OF_MEAN
from reproduce.articles.macbeth.record import read_record
from reproduce.articles.tables import StudyTable
from reproduce.networks.characters.steps import gradient_norms, losses, moved_norms
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study


@dataclass(frozen=True)
class CourseRow:  # its fields are the columns of course.csv
    """STEPS_OF_MEAN steps of one training, or those that are left at its end."""

    seed: int
    steps: int  # done at their end
    epochs: float  # likewise
    loss: float  # mean, nats, dropout at work
    gradient: float  # the largest norm of a whole gradient
    update: float  # the largest norm of a whole update

    @property
    def epoch(self) -> int:
        """The one in which they end, counted from 1."""
        return ceil(self.epochs)


TABLE = StudyTable(__package__, "course.csv", CourseRow)


def course_rows(study: Study) -> list[CourseRow]:
    """The rows of each run; RunError where one is not finished."""
    return [row for directory in study.directories for row in _rows(directory)]


def _rows(directory: Directory) -> list[CourseRow]:
    directory.require_finished()
    record = read_record(directory)
    steps = record.reshape(-1, record.shape[2])  # (steps of all epochs, 7)
    return [
        CourseRow(
            seed=directory.config.seed,
            steps=start + len(some),
            epochs=(start + len(some)) / record.shape[1],
            loss=float(losses(some).mean(dtype=np.float64)),
            gradient=float(gradient_norms(some).max()),
            update=float(moved_norms(some).max()),
        )
        for start in range(0, len(steps), STEPS_OF_MEAN)
        for some in [steps[start : start + STEPS_OF_MEAN]]
    ]


@dataclass(frozen=True)
class Rise:
    """Epochs in which a training lies past the rule for a collapse, up to where it returns; losses in nats."""

    epochs: tuple[int, ...]  # counted from 1
    highest: float  # mean loss of STEPS_OF_MEAN steps
    lowest: float  # mean loss of an epoch before
    back: int | None  # the first epoch after them whose mean is as low; None where there is none


def rises(rows: Sequence[CourseRow]) -> list[Rise]:
    """Those of one training, as far as its rows tell: a rise that two of them share may be too small in each.

    An epoch's mean is that of the rows that end in it.
    """
    epochs, loss = np.array([row.epoch for row in rows]), np.array([row.loss for row in rows])  # (rows,)
    means = np.array([loss[epochs == epoch].mean() for epoch in range(1, epochs[-1] + 1)])  # (epochs,)
    is_over = ~(loss <= np.append(np.inf, means)[epochs - 1] + JUMP)  # above the epoch before, or no number
    found: dict[tuple[float, int | None], list[int]] = {}  # by the loss that is to return, and when it does
    for epoch in np.unique(epochs[is_over]).tolist():
        lowest = float(means[: epoch - 1].min())
        as_low = np.flatnonzero(means[epoch:] <= lowest)
        back = epoch + 1 + int(as_low[0]) if as_low.size else None
        found.setdefault((lowest, back), []).append(epoch)
    return [
        Rise(tuple(those), float(loss[np.isin(epochs, those)].max()), lowest, back)
        for (lowest, back), those in found.items()
    ]
