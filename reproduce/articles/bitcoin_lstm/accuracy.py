"""Whether loss and split tell how accurate the network is. The rules: claims.toml.

A run of 20 epochs is the beginning of one of 40, and so on. `reproduce study` trains them in this order, so that with
one worker each goes on from the one before; with more some begin anew, to the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reproduce.articles.bitcoin_lstm.counts import Counted
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.endings import ending_of
from reproduce.articles.tables import StudyTable
from reproduce.evidence.ranks import rank_correlation
from reproduce.runs.study import Study

EPOCHS = range(20, 201, 20)
TOGETHER = 0.5  # rank correlation of loss and test error, the least of two that fall together
WITHIN = 2.0  # times the other test error, or a part of it
DATE_ORDER = Variant(row_order="oldest-first")
VARIANTS = (*(Variant(epochs=epochs) for epochs in EPOCHS), DATE_ORDER)


@dataclass(frozen=True)
class AccuracyRow:  # its fields are the columns of accuracy.csv
    """One run; nan where its training diverged."""

    variant: str  # by the name that it has at 200 epochs
    epochs: int
    seed: int
    loss: float  # mean training loss of the last epoch, scaled units
    test_rmse_usd: float


TABLE = StudyTable(__package__, "accuracy.csv", AccuracyRow)


def accuracy_rows(study: Study) -> list[AccuracyRow]:
    """A row a run, seed by seed; RunError where one is not finished."""
    rows = []
    for directory in study.directories:
        ending, variant = ending_of(directory), directory.config.variant
        name = replace(variant, epochs=Variant().epochs).name
        rows.append(AccuracyRow(name, variant.epochs, directory.config.seed, *ending))
    return rows


def correlations(rows: Sequence[AccuracyRow]) -> dict[int, float]:
    """The rank correlation of loss and test error over the published epochs, by seed; nan where a training diverged."""
    return {
        seed: float(rank_correlation(losses[:, np.newaxis], errors)[0])
        if np.isfinite(losses + errors).all()
        else np.nan
        for seed, (losses, errors) in curves_of(rows).items()
    }


def curves_of(rows: Sequence[AccuracyRow]) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """The published program's losses and test errors over its epochs, each (epochs,), by seed."""
    return {
        seed: (np.array([row.loss for row in mine]), np.array([row.test_rmse_usd for row in mine]))
        for seed, mine in _by_seed(rows, Variant().name).items()
    }


def ratios(rows: Sequence[AccuracyRow]) -> dict[int, float]:
    """The published test error over that in date order, both after the most epochs, by seed."""
    published, ordered = (
        {seed: max(mine, key=lambda row: row.epochs).test_rmse_usd for seed, mine in _by_seed(rows, variant).items()}
        for variant in (Variant().name, DATE_ORDER.name)
    )
    return {seed: published[seed] / ordered[seed] for seed in published if seed in ordered}


def _by_seed(rows: Sequence[AccuracyRow], variant: str) -> Mapping[int, list[AccuracyRow]]:
    found: dict[int, list[AccuracyRow]] = {}
    for row in rows:
        if row.variant == variant:
            found.setdefault(row.seed, []).append(row)
    return found


def accuracy_counts(rows: Sequence[AccuracyRow]) -> dict[str, Counted]:
    """Of how many seeds each statement holds; nan holds nothing."""
    together, compared = np.array(list(correlations(rows).values())), np.array(list(ratios(rows).values()))
    within = (compared >= 1 / WITHIN) & (compared <= WITHIN)
    return {
        "falling_together": Counted(
            "Does a falling loss mean rising accuracy?",
            "loss and test error do not fall together.",
            {Variant().name: int(np.sum(together >= TOGETHER))},
            len(together),
            bool(np.isfinite(together).all()),
        ),
        "realistic": Counted(
            "Is the published test error within twice that in date order?",
            f"in date order the error is {np.nanmedian(1 / compared):.3g} times as large, in the median.",
            {Variant().name: int(np.sum(within))},
            len(compared),
            bool(np.isfinite(compared).all()),
        ),
    }


def accuracy_outputs(rows: Sequence[AccuracyRow]) -> dict[str, int]:
    """The counts, by the names in claims.toml."""
    at_all = int(np.sum(np.array(list(correlations(rows).values())) > 0))
    return {name: one.fewer for name, one in accuracy_counts(rows).items()} | {"rising_together_at_all": at_all}
