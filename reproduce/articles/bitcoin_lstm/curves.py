"""Loss curves of many variants, epoch by epoch: what an old notebook's printed losses are held against.

The rule that judges by them is in `reproduce.evidence.contrast`; it was committed before the shipped table was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import make_dataclass, replace
from typing import Any

import numpy as np

from reproduce.articles.article import of_seeds
from reproduce.articles.bitcoin_lstm.training import LAST_BATCHES
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.tables import StudyTable
from reproduce.runs.study import Study

SEEDS = range(40)
EPOCHS = 31  # 0 to 30, so that the first two losses the article prints are among them
SETS = (  # the published program; what people slip into when they rebuild it; settings they change
    Variant(),
    Variant(wiring="described"),
    Variant(clipping="applied"),
    Variant(wiring="described", clipping="applied"),
    Variant(row_order="oldest-first"),
    Variant(wiring="described", row_order="oldest-first"),
    Variant(scaling="min-max"),
    Variant(shuffling="every-epoch"),
    Variant(wiring="described", remainder="kept", shuffling="every-epoch"),  # as Keras's fit does it
    Variant(window=3),
    Variant(batch=32, remainder="kept"),
    Variant(learning_rate=0.01),
)
RUNS = of_seeds((replace(variant, epochs=EPOCHS) for variant in SETS), SEEDS)
WHAT = ("mean", "last")  # over an epoch's batches, or of its last batch

# One run's losses: mean_0 … mean_30 of all batches of each epoch, last_0 … last_30 of its last batch, each before its
# own update; nan where it diverged. Its fields are the columns of curves.csv.
CurveRow: Any = make_dataclass(
    "CurveRow",
    [("variant", str), ("seed", int), *((f"{what}_{epoch}", float) for what in WHAT for epoch in range(EPOCHS))],
    frozen=True,
)
CurveRow.__module__ = __name__
TABLE = StudyTable(__package__, "curves.csv", CurveRow)


def curve_rows(study: Study) -> list[CurveRow]:
    """The table of a study, each variant by the name it has at 200 epochs: a shorter run is a longer one's beginning.

    Runs of fewer than 31 epochs are left out.

    Raises:
        RunError: a run is not finished, or is of a version that did not keep its last batches.
    """
    rows = []
    for directories in study.of_variants().values():
        for directory in directories:
            directory.require_finished()
            mean = directory.read_losses()
            last = directory.read_table(LAST_BATCHES, {"loss": float})["loss"].to_numpy()
            if len(mean) >= EPOCHS:
                name = replace(directory.config.variant, epochs=Variant().epochs).name
                rows.append(CurveRow(name, directory.config.seed, *mean[:EPOCHS], *last[:EPOCHS]))
    return rows


def curves_of(rows: Sequence[CurveRow], what: str) -> dict[str, np.ndarray]:
    """The losses of each variant, by name, (seeds, 31), `what` of `WHAT`; nan where a run diverged."""
    return columns_of(rows, [f"{what}_{epoch}" for epoch in range(EPOCHS)])


def columns_of(rows: Sequence[Any], names: Sequence[str]) -> dict[str, np.ndarray]:
    """Some columns of a table of runs, by the name of the variant, (seeds, names)."""
    found: dict[str, list[list[float]]] = {}
    for row in rows:
        found.setdefault(row.variant, []).append([getattr(row, name) for name in names])
    return {variant: np.array(values) for variant, values in found.items()}
