"""Whether dropout avoids overfitting: a smaller network trained with it and without. The rule: claims.toml.

Two networks of one seed begin with the same weights and read the same samples in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reproduce.articles.article import shipped_rows
from reproduce.articles.macbeth.milestones import read_milestones
from reproduce.articles.macbeth.variant import Variant
from reproduce.evidence.chance import mean_p
from reproduce.runs.study import Study

TABLE = "dropout.csv"
DROPPED = Variant(hidden=64, epochs=10, held_out="last-tenth")
UNDROPPED = replace(DROPPED, dropout=0)
RUNS = tuple((variant, range(100, 102)) for variant in (DROPPED, UNDROPPED))


@dataclass(frozen=True)
class DropoutRow:  # its fields are the columns of dropout.csv
    """One run after one epoch; losses in nats a character."""

    variant: str
    seed: int
    epoch: int
    loss: float  # of that epoch, dropout at work
    held_out_loss: float


def dropout_rows(study: Study) -> list[DropoutRow]:
    """A row a milestone of each run; RunError where one is not finished."""
    rows = []
    for directory in study.directories:
        directory.require_finished()
        rows += [
            DropoutRow(directory.config.variant.name, directory.config.seed, one.epoch, one.loss, one.held_out_loss)
            for one in read_milestones(directory)
        ]
    return rows


def lowest_of(rows: Sequence[DropoutRow], variant: Variant) -> Mapping[int, float]:
    """The lowest held-out loss of a variant's milestones, by seed."""
    found: dict[int, float] = {}
    for row in rows:
        if row.variant == variant.name:
            found[row.seed] = min(row.held_out_loss, found.get(row.seed, row.held_out_loss))
    return found


def gains_of(rows: Sequence[DropoutRow]) -> dict[int, float]:
    """The lowest held-out loss without dropout less that with it, by seed; above 0 where dropout is better."""
    without, dropped = lowest_of(rows, UNDROPPED), lowest_of(rows, DROPPED)
    return {seed: without[seed] - loss for seed, loss in dropped.items() if seed in without}


def dropout_outputs(rows: Sequence[DropoutRow]) -> dict[str, float]:
    """The gain of the seed where it is least, and the p-value of their mean, by their names in claims.toml."""
    gains = list(gains_of(rows).values())
    return {"dropout_gain": min(gains), "dropout_p": mean_p(gains)}


def shipped_dropout() -> list[DropoutRow]:
    """The table in the package."""
    return shipped_rows(__package__, TABLE, DropoutRow)
