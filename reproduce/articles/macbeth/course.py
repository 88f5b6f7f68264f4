"""How a training of 100 epochs goes: the loss, the gradient and the update of its steps, hundred by hundred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reproduce.articles.macbeth.hundred import STEPS_OF_MEAN
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
