"""Whether numbers in place of characters help: the program's epoch beside one that reads one-hot. Rule: claims.toml."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reproduce.articles.macbeth.curves import CurveRow
from reproduce.articles.macbeth.epochs import MilestoneRow
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.tables import StudyTable
from reproduce.evidence.chance import mean_p

TABLE = StudyTable(__package__, "coding.csv", CurveRow)
ONE_HOT = Variant(coding="one-hot")
RUNS = ((ONE_HOT, range(3)),)


def numbers_gains(rows: Sequence[CurveRow], epochs: Sequence[MilestoneRow]) -> dict[int, float]:
    """The loss of the one epoch with one-hot input minus that with numbers, by seed; above 0 where numbers are better.

    Args:
        epochs: the table of epochs, which has the published program's.
    """
    numbers = {row.seed: row.loss for row in epochs if row.variant == Variant().name}
    one_hot = {row.seed: row.loss for row in rows if row.variant == ONE_HOT.name}
    return {seed: loss - numbers[seed] for seed, loss in one_hot.items() if seed in numbers}


def coding_outputs(rows: Sequence[CurveRow], epochs: Sequence[MilestoneRow]) -> dict[str, float]:
    """The gain of numbers, mean and least over seeds, and its p, by names in claims.toml."""
    gains = list(numbers_gains(rows, epochs).values())
    return {"numbers_gain": float(np.mean(gains)), "numbers_gain_least": min(gains), "numbers_p": mean_p(gains)}
