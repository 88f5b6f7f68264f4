"""A training's losses by epochs, the row that several studies of this article have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reproduce.articles.macbeth.milestones import read_milestones
from reproduce.articles.macbeth.variant import Variant
from reproduce.runs.study import Study


@dataclass(frozen=True)
class CurveRow:  # its fields are the columns of dropout.csv, plain.csv and coding.csv
    """One run after one epoch; losses in nats a character."""

    variant: str
    seed: int
    epoch: int
    loss: float  # of that epoch, dropout at work
    held_out_loss: float  # nan where nothing is held out
    seconds: float  # of the whole run


def curve_rows(study: Study) -> list[CurveRow]:
    """A row a milestone of each run; RunError where one is not finished."""
    rows = []
    for directory in study.directories:
        directory.require_finished()
        run, seconds = (directory.config.variant.name, directory.config.seed), directory.read_environment()["seconds"]
        rows += [CurveRow(*run, one.epoch, one.loss, one.held_out_loss, seconds) for one in read_milestones(directory)]
    return rows


def lowest_of(rows: Sequence[CurveRow], variant: Variant) -> Mapping[int, float]:
    """The lowest held-out loss of a variant's milestones, by seed."""
    found: dict[int, float] = {}
    for row in rows:
        if row.variant == variant.name:
            found[row.seed] = min(row.held_out_loss, found.get(row.seed, row.held_out_loss))
    return found
