"""The study behind the Macbeth verdicts: the program as the code ran, over seeds, and a held-out run of 20 epochs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from reproduce.articles.article import shipped_rows
from reproduce.articles.macbeth.milestones import read_milestones, sample_name, text_repeat_rate
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.sources import TEXTS
from reproduce.evidence.measures import best_counted, entropy_of_order
from reproduce.inputs.text import Text
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

TABLE = "milestones.csv"
SHOWN = 60
TREND = Variant(epochs=20, held_out="last-tenth")  # M1, M5
TREND_EPOCHS = (1, 2, 5, 10, 20)


@dataclass(frozen=True)
class MilestoneRow:  # its fields are the columns of milestones.csv
    """One run after one epoch. Losses and entropies in nats a character."""

    variant: str
    seed: int
    epoch: int
    loss: float  # of that epoch
    held_out_loss: float  # nan where nothing is held out
    repeat_rate: float
    entropy_0: float  # of the judged characters, counted over those trained on without what comes before them
    entropy_1: float  # given the one before
    counted_order: float  # the contexts that `evidence.measures.best_counted` chose; this and the next nan where …
    counted_entropy: float  # … nothing is held out; what counting them gives, on the held-out characters
    text_repeat_rate: float  # of the judged text itself, in pieces as long as what is written
    characters: int  # of the text
    distinct_characters: int
    samples: int
    batches: int
    weights: int
    writes: str  # the first SHOWN characters of a greedy text, its line ends as slashes
    seconds: float  # of the whole run
    version: str


def milestone_rows(study: Study) -> list[MilestoneRow]:
    """The table of a study, an epoch a row; RunError where a run is not finished."""
    return [row for directory in study.directories for row in _rows_of(directory)]


def _rows_of(directory: Directory) -> list[MilestoneRow]:
    directory.require_finished()
    text = TEXTS.read(directory)
    config, metrics, environment = directory.config, directory.read_metrics(), directory.read_environment()
    training, judged = parts(text, config.variant)
    counted = {f"entropy_{order}": entropy_of_order(training, judged, order, len(text.vocabulary)) for order in (0, 1)}
    counted |= dict(zip(("counted_order", "counted_entropy"), held_out_counted(text, config.variant), strict=True))
    counts = {name: metrics[name] for name in ("characters", "distinct_characters", "samples", "batches", "weights")}
    of_run = {"text_repeat_rate": text_repeat_rate(judged), "seconds": environment["seconds"]}
    version = environment["packages"]["reproduce"]
    return [
        MilestoneRow(
            variant=config.variant.name,
            seed=config.seed,
            version=version,
            **{**asdict(one), **counted, **counts, **of_run},
            writes=_first_written(directory, one.epoch),
        )
        for one in read_milestones(directory)
    ]


def held_out_counted(text: Text, variant: Variant) -> tuple[float, float]:
    """Order and entropy, in nats, of the best counted characters on the held-out text; nan where none is held out."""
    if variant.held_out == "none":
        return math.nan, math.nan
    return best_counted(*parts(text, variant), len(text.vocabulary))


def _first_written(directory: Directory, epoch: int) -> str:
    """How the greedy text that was kept after an epoch goes on from its start window."""
    written = directory.read_text(sample_name(epoch))[directory.config.variant.window :]
    return written[:SHOWN].replace("\n", "/")


def trend_of(rows: Sequence[MilestoneRow]) -> list[MilestoneRow]:
    """The rows of the first seed that was trained for all the epochs of TREND; none where there is no such seed."""
    seeds = [row.seed for row in rows if row.variant == TREND.name]
    return [row for row in rows if (row.variant, row.seed) == (TREND.name, min(seeds, default=-1))]


def trend_means(rows: Sequence[MilestoneRow]) -> np.ndarray:
    """Held-out cross-entropy and repeat rate after each of TREND_EPOCHS, means over the seeds, (epochs, 2)."""
    trend = [
        [(r.held_out_loss, r.repeat_rate) for r in rows if (r.variant, r.epoch) == (TREND.name, epoch)]
        for epoch in TREND_EPOCHS
    ]
    return np.mean(trend, axis=1)


def shipped_milestones() -> list[MilestoneRow]:
    """The table in the package."""
    return shipped_rows(__package__, TABLE, MilestoneRow)
