"""Whether dropout avoids overfitting: a smaller network trained with it and without. The rule: claims.toml.

Two networks of one seed begin with the same weights and read the same samples in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reproduce.articles.article import of_seeds
from reproduce.articles.macbeth.curves import CurveRow, lowest_of
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.tables import StudyTable
from reproduce.evidence.chance import mean_p

TABLE = StudyTable(__package__, "dropout.csv", CurveRow)
DROPPED = Variant(hidden=64, epochs=10, held_out="last-tenth")
UNDROPPED = replace(DROPPED, dropout=0)
RUNS = of_seeds((DROPPED, UNDROPPED), range(100, 102))


def gains_of(rows: Sequence[CurveRow]) -> dict[int, float]:
    """The lowest held-out loss without dropout minus that with it, by seed; above 0 where dropout is better."""
    without, dropped = lowest_of(rows, UNDROPPED), lowest_of(rows, DROPPED)
    return {seed: without[seed] - loss for seed, loss in dropped.items() if seed in without}


def dropout_outputs(rows: Sequence[CurveRow]) -> dict[str, float]:
    """The gain of the seed where it is least, and the p-value of their mean, by their names in claims.toml."""
    gains = list(gains_of(rows).values())
    return {"dropout_gain": min(gains), "dropout_p": mean_p(gains)}
