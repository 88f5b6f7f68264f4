"""The study of the 100 epochs: whether each training collapses, and its replays. The rules: claims.toml.

The study macbeth-epochs trains all of them, at the end of which `write_table` makes the table:

    reproduce study macbeth-epochs --variants NAMES --seeds 100:102 --out FOLDER       NAMES: ",".join(variant_names())
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from reproduce.articles.macbeth.hundred import EXPLOSION, HUNDRED, STEPS_OF_MEAN, explosion, losses_of, onset
from reproduce.articles.macbeth.record import read_record
from reproduce.articles.macbeth.replay import clean_epochs, original_of
from reproduce.articles.macbeth.variant import DRAWS, REPLAYS, Variant
from reproduce.runs.config import read_config
from reproduce.runs.directory import Directory
from reproduce.runs.files import write_text
from reproduce.runs.tables import rows_text

TABLE = "replays.csv"
COLLAPSING = 3  # of the five other orders: as many collapse where there is something to prevent …
PREVENTED = 1  # … and no more of them, clipped, where clipping prevents it


@dataclass(frozen=True)
class ReplayRow:  # its fields are the columns of replays.csv
    """One training of 100 epochs, or one replay of its collapse."""

    seed: int
    replay: str
    begins: int  # after how many epochs; 0 is from the start
    onset: float  # the step, counted through all epochs from 0, at which it has collapsed; nan where it has not
    explosion: float  # the largest gradient norm just before, over the median of the epoch before; nan likewise
    loss: float  # of the last steps, mean, nats, dropout at work


def variant_names() -> list[str]:
    """Of the training and of all its replays."""
    return [replace(HUNDRED, replay=one).name for one in REPLAYS]


def write_table(root: Path) -> list[ReplayRow]:
    """Write TABLE into a folder of such runs, a row a run; RunError where one is not finished."""
    configs = [
        read_config(path.read_text(encoding="utf-8"), Variant) for path in sorted(root.glob("macbeth-*/config.json"))
    ]
    rows = [_row(Directory(root, one)) for one in configs if replace(one.variant, replay="none") == HUNDRED]
    write_text(root / TABLE, rows_text(ReplayRow, rows))
    return rows


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


def collapse_outputs(rows: Sequence[ReplayRow]) -> dict[str, int | None]:
    """How many trainings collapse, and of how many clipping tells the cause or prevents it, by names in claims.toml.

    None where there is nothing to judge by: a replay is missing, or too few orders collapse for any to be prevented.
    """
    found = {(row.seed, row.replay): row for row in rows}
    collapsed = [row.seed for row in rows if row.replay == "none" and np.isfinite(row.onset)]
    names = {"hundred_collapses": len(collapsed)}
    if any((seed, replay) not in found for seed in collapsed for replay in REPLAYS):
        return names | {"exploding_collapses": None, "prevented_collapses": None}

    def collapses(seed: int, kind: str) -> int:
        return sum(np.isfinite(found[seed, f"{kind}-{draw}"].onset) for draw in DRAWS)

    exploding = [
        found[seed, "none"].explosion >= EXPLOSION and np.isnan(found[seed, "clipped"].onset) for seed in collapsed
    ]
    is_open = any(collapses(seed, "reshuffled") < COLLAPSING for seed in collapsed)
    prevented = sum(collapses(seed, "clipped") <= PREVENTED for seed in collapsed)
    return names | {"exploding_collapses": sum(exploding), "prevented_collapses": None if is_open else prevented}
