"""The study of the 100 epochs: whether each training collapses, and its replays. The rules: claims.toml.

`reproduce study macbeth-replays --out FOLDER` finishes the trainings in FOLDER, and then replays those that collapsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, isnan

import numpy as np

from reproduce.articles.macbeth.hundred import (
    EXPLOSION,
    HUNDRED_SEEDS,
    STEPS_OF_MEAN,
    explosion,
    losses_of,
    onset,
)
from reproduce.articles.macbeth.record import read_record
from reproduce.articles.macbeth.replay import CLIP_NORM, EPSILON, RATE, clean_epochs, original_of
from reproduce.articles.macbeth.variant import DRAWS, REPLAYS
from reproduce.articles.tables import StudyTable
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

COLLAPSING = 3  # of the five other orders: as many collapse where there is something to prevent …
PREVENTED = 1  # … and no more of them, clipped, where clipping prevents it
_CHANGED = {  # what a replay changes beside the order of the samples
    "clipped": f", gradients clipped at {CLIP_NORM:g}",
    "epsilon": f", Adam's ε {EPSILON:g}",
    "rate": f", learning rate {RATE:g}",
}


@dataclass(frozen=True)
class ReplayRow:  # its fields are the columns of replays.csv
    """One training of 100 epochs, or one replay of its collapse."""

    seed: int
    replay: str
    begins: int  # after how many epochs; 0 is from the start
    onset: float  # the step, counted through all epochs from 0, at which it has collapsed; nan where it has not
    explosion: float  # the largest gradient norm just before, over the median of the epoch before; nan likewise
    loss: float  # of the last steps, mean, nats, dropout at work


TABLE = StudyTable(__package__, "replays.csv", ReplayRow)


def following(study: Study) -> tuple[RunConfig, ...]:
    """All the replays of those finished trainings of a study that collapsed, which are trained next."""
    collapsed = [
        one.config
        for one in study.directories
        if one.config.variant.replay == "none" and one.is_finished and onset(read_record(one)) is not None
    ]
    pairs = [(config, replay) for config in collapsed for replay in REPLAYS[1:]]
    return tuple(replace(config, variant=replace(config.variant, replay=replay)) for config, replay in pairs)


def replay_rows(study: Study) -> list[ReplayRow]:
    """A row a run, seed by seed; RunError where one is not finished."""
    return sorted((_row(directory) for directory in study.directories), key=lambda row: row.seed)


def _row(directory: Directory) -> ReplayRow:
    directory.require_finished()
    config, record, begins = directory.config, read_record(directory), 0
    if config.variant.replay != "none":
        original = original_of(directory)
        begins = clean_epochs(original)
        record = np.concatenate([read_record(original)[begins - 1 : begins], record])  # what an onset is held against
    step, before = onset(record), max(begins - 1, 0) * record.shape[1]
    return ReplayRow(
        seed=config.seed,
        replay=config.variant.replay,
        begins=begins,
        onset=np.nan if step is None else float(before + step),
        explosion=np.nan if step is None else explosion(record, step),
        loss=float(losses_of(record).ravel()[-STEPS_OF_MEAN:].mean()),
    )


def words(replay: str, another: str = "another order, {}") -> str:
    """How a training of 100 epochs goes, or a replay; `another` is said of an order of its own, by that order's number.

    >>> words("none"), words("clipped"), words("reshuffled-2"), words("clipped-2", "other orders")
    ('from the start', 'as it was, gradients clipped at 1', 'another order, 2', 'other orders, gradients clipped at 1')
    """
    if replay == "none":
        return "from the start"
    kind, _, draw = replay.partition("-")
    return (another.format(draw) if draw.isdigit() else "as it was") + _CHANGED.get(kind, "")


def texts(rows: Sequence[ReplayRow]) -> list[dict[str, str]]:
    """The table as people read it, of study and page: epochs and steps are counted from 1, and a column is named."""
    return [
        {
            "seed": str(row.seed),
            "from epoch": str(row.begins + 1),
            "how": words(row.replay),
            "collapses at step": "never" if isnan(row.onset) else f"{row.onset + 1:,.0f}",
            "largest gradient just before": "-" if isnan(row.onset) else f"{row.explosion:,.0f} times the median",
            "last loss": f"{row.loss:.3f}",
        }
        for row in rows
    ]


def collapse_outputs(rows: Sequence[ReplayRow]) -> dict[str, int | None]:
    """How many trainings collapse, and of how many clipping tells the cause or prevents it, by names in claims.toml.

    None where there is nothing to judge by: none collapses, a replay is missing, or too few orders collapse for any to
    be prevented. Nothing at all before all HUNDRED_SEEDS have ended.
    """
    if not set(HUNDRED_SEEDS) <= {row.seed for row in rows if row.replay == "none"}:
        return {}
    found = {(row.seed, row.replay): row for row in rows}
    collapsed = [row.seed for row in rows if row.replay == "none" and isfinite(row.onset)]
    names = {"hundred_collapses": len(collapsed)}
    if not collapsed or any((seed, replay) not in found for seed in collapsed for replay in REPLAYS):
        return names | {"exploding_collapses": None, "prevented_collapses": None}

    def collapses(seed: int, kind: str) -> int:
        return sum(isfinite(found[seed, f"{kind}-{draw}"].onset) for draw in DRAWS)

    exploding = sum(
        1 for seed in collapsed if found[seed, "none"].explosion >= EXPLOSION and isnan(found[seed, "clipped"].onset)
    )
    is_open = any(collapses(seed, "reshuffled") < COLLAPSING for seed in collapsed)
    prevented = sum(collapses(seed, "clipped") <= PREVENTED for seed in collapsed)
    return names | {"exploding_collapses": exploding, "prevented_collapses": None if is_open else prevented}
