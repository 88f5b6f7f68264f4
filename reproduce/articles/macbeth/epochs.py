"""The study behind the Macbeth verdicts: the program as the code ran, and runs of 20 and 100 epochs, a tenth held out.

The first 20 epochs of 100 are those of 20: the trend's further seeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from reproduce.articles.macbeth.hundred import HUNDRED, HUNDRED_SEEDS
from reproduce.articles.macbeth.milestones import read_milestones, sample_name, text_repeat_rate
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.sources import TEXTS
from reproduce.articles.tables import StudyTable
from reproduce.evidence.measures import best_counted, entropy_of_order
from reproduce.inputs.text import Text
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

SHOWN = 60
TREND = Variant(epochs=20, held_out="last-tenth")  # M1, M5
BEGUN = replace(HUNDRED, epochs=TREND.epochs)  # what 100 epochs go on from; in the table where these have not ended
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
    seconds: float  # of the whole run; nan of BEGUN, which is a part of one
    version: str


TABLE = StudyTable(__package__, "milestones.csv", MilestoneRow)


def milestone_rows(study: Study) -> list[MilestoneRow]:
    """The table of a study, an epoch a row; RunError where a run is not finished."""
    return [row for directory in study.directories for row in _rows_of(directory)]


def _rows_of(directory: Directory) -> list[MilestoneRow]:
    """A row a milestone; the values of the whole run stand in each."""
    directory.require_finished()
    metrics, environment = directory.read_metrics(), directory.read_environment()
    of_run = {name: metrics[name] for name in ("characters", "distinct_characters", "samples", "batches", "weights")}
    text, config = TEXTS.read(directory), directory.config
    training, judged = parts(text, config.variant)
    counted = {f"entropy_{order}": entropy_of_order(training, judged, order, len(text.vocabulary)) for order in (0, 1)}
    counted |= dict(zip(("counted_order", "counted_entropy"), held_out_counted(text, config.variant), strict=True))
    return [
        MilestoneRow(
            variant=config.variant.name,
            seed=config.seed,
            seconds=environment["seconds"],
            version=environment["packages"]["reproduce"],
            text_repeat_rate=text_repeat_rate(judged),
            **{**asdict(one), **counted, **of_run},
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


def trends_of(rows: Sequence[MilestoneRow]) -> dict[int, list[MilestoneRow]]:
    """The rows of each seed that was trained for the epochs of TREND or for more, at TREND_EPOCHS, by seed in order."""
    found: dict[int, dict[int, MilestoneRow]] = {}
    for row in rows:
        if row.variant in (TREND.name, BEGUN.name, HUNDRED.name) and row.epoch in TREND_EPOCHS:
            found.setdefault(row.seed, {})[row.epoch] = row
    whole = {seed: list(of_seed.values()) for seed, of_seed in found.items() if len(of_seed) == len(TREND_EPOCHS)}
    return dict(sorted(whole.items()))


def trend_of(rows: Sequence[MilestoneRow]) -> list[MilestoneRow]:
    """Those of the first seed; none where there is no such seed."""
    return next(iter(trends_of(rows).values()), [])


def trend_values(rows: Sequence[MilestoneRow]) -> np.ndarray:
    """Held-out cross-entropy and repeat rate of each seed after each of TREND_EPOCHS, (seeds, epochs, 2)."""
    return np.array([[(row.held_out_loss, row.repeat_rate) for row in trend] for trend in trends_of(rows).values()])


def overfitted(rows: Sequence[MilestoneRow]) -> float | None:
    """The held-out loss after the last epoch minus the lowest, of HUNDRED_SEEDS the most; None where there is none."""
    trends = {seed: [row.held_out_loss for row in trend] for seed, trend in trends_of(rows).items()}
    return max((losses[-1] - min(losses) for seed, losses in trends.items() if seed in HUNDRED_SEEDS), default=None)


def hundreds_of(rows: Sequence[MilestoneRow]) -> dict[int, list[MilestoneRow]]:
    """The rows of each seed whose 100 epochs have ended, by seed."""
    ended = sorted(row.seed for row in rows if (row.variant, row.epoch) == (HUNDRED.name, HUNDRED.epochs))
    return {seed: [row for row in rows if (row.variant, row.seed) == (HUNDRED.name, seed)] for seed in ended}
