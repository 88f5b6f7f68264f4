"""The article's seven losses among those of a study: which program can have produced them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.curves import columns_of
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.tables import StudyTable
from reproduce.evidence.bands import MIN_CURVES, band_test, p_values
from reproduce.inputs.prices import EMBEDDED_SHA256
from reproduce.runs.study import Study

EPOCHS = list(REPORTED_LOSSES)
LEVEL = 0.95
CANDIDATES = (
    Variant(),
    Variant(wiring="described"),
    Variant(clipping="applied"),
    Variant(wiring="described", clipping="applied"),
)


@dataclass(frozen=True)
class LossRow:  # its fields are the columns of losses.csv
    """One run's mean training loss at the seven epochs that the article reports, to the digits that float32 has."""

    variant: str
    seed: int
    loss_0: float
    loss_30: float
    loss_60: float
    loss_90: float
    loss_120: float
    loss_150: float
    loss_180: float


TABLE = StudyTable(__package__, "losses.csv", LossRow)


@dataclass(frozen=True)
class BandVerdict:
    """Whether the article's losses are a draw of a variant, like those of its seeds."""

    variant: str
    seeds: int
    p_value: float  # joint, of all seven epochs
    farthest_epoch: int  # where the article's curve is farthest from the median, in MADs

    @property
    def words(self) -> str:
        """The answer at LEVEL."""
        return "consistent" if self.p_value > 1 - LEVEL else "excluded"


def loss_rows(study: Study) -> list[LossRow]:
    """The table of a study; runs too short to reach the last reported epoch are left out.

    Raises:
        RunError: a run is not finished.
    """
    rows = []
    for name, directories in study.of_variants().items():
        for directory in directories:
            directory.require_finished()
            losses = directory.read_losses()
            if len(losses) > EPOCHS[-1]:
                rows.append(LossRow(name, directory.config.seed, *losses[EPOCHS].tolist()))
    return rows


def curves_of(rows: Sequence[LossRow], without: int | None = None) -> dict[str, np.ndarray]:
    """The losses of each variant, by name, (seeds, 7); nan where a run diverged.

    Args:
        without: a seed to leave out, whose own run is held against the others.
    """
    return columns_of([row for row in rows if row.seed != without], [f"loss_{epoch}" for epoch in EPOCHS])


def judge(rows: Sequence[LossRow]) -> list[BandVerdict]:
    """Test the article's losses against each variant that has enough seeds, and none with half its runs diverged."""
    verdicts = []
    for variant, curves in curves_of(rows).items():
        if len(curves) < MIN_CURVES:
            continue
        try:
            test = band_test(curves, list(REPORTED_LOSSES.values()))
        except ValueError:  # too many runs diverged, or share one loss
            continue
        verdicts.append(BandVerdict(variant, len(curves), test.p_value, EPOCHS[test.worst_epoch_index]))
    return verdicts


def shipped_curves(variant: Variant, data_sha256: str, without: int | None = None) -> np.ndarray | None:
    """Those of one variant, (seeds, 7); a run of fewer epochs is the beginning of one of 200. None for other data.

    Args:
        without: as of `curves_of`.
    """
    if data_sha256 != EMBEDDED_SHA256:
        return None
    return curves_of(TABLE.shipped(), without).get(replace(variant, epochs=Variant().epochs).name)


def p_of_run(others: np.ndarray | None, run: np.ndarray) -> float | None:
    """How rare a run's losses, (epochs,), are among other seeds', (seeds, 7); None where either are too few.

    Or where half of the others diverged.
    """
    is_long = len(run) > EPOCHS[-1] and bool(np.isfinite(run[EPOCHS]).all())
    if others is None or len(others) < MIN_CURVES or not is_long:
        return None
    try:
        return band_test(others, run[EPOCHS]).p_value
    except ValueError:
        return None


def kept_as(curves: np.ndarray, others: np.ndarray) -> int:
    """How many of one variant's curves, (seeds, 7), the joint test keeps as draws of another's: how weak it is."""
    return int(np.sum(p_values(others, curves) > 1 - LEVEL))
