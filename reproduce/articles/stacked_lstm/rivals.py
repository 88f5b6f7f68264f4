"""The study behind "LSTM outperformed SimpleRNN and MLP": every network from the same seeds, compared seed by seed.

Two networks of one seed read the same windows in the same order of batches, so that the difference of their errors
leaves out what they share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from reproduce.articles.stacked_lstm.variant import NETWORKS, Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.articles.tables import StudyTable
from reproduce.errors import RunError
from reproduce.evidence.pairs import Pairs, pair_seeds
from reproduce.evidence.skill import persistence, prediction_metrics
from reproduce.inputs.prices import load_prices
from reproduce.runs.study import Study

LSTM = "lstm"


@dataclass(frozen=True)
class RivalRow:  # its fields are the columns of rivals.csv
    """One run's test set. Where training diverged, the values are nan."""

    network: str  # of NETWORKS; of a study of other variants the variant's name
    seed: int
    rmse_usd: float
    mse: float  # scaled units
    skill: float  # 1 - mse / persistence's
    final_loss: float  # the last epoch's, scaled units, dropout at work
    seconds: float  # of training
    version: str  # of the package

    @property
    def variant(self) -> str:
        """The name of what was trained, as tables of several variants have it."""
        return Variant(network=self.network).name if self.network in NETWORKS else self.network


TABLE = StudyTable(__package__, "rivals.csv", RivalRow)


def rival_rows(study: Study) -> list[RivalRow]:
    """The table of a study; RunError where a run is not finished."""
    rows = []
    for directory in study.directories:
        directory.require_finished()
        metrics, environment = directory.read_metrics(), directory.read_environment()
        names = {"rmse_usd": "test_rmse_usd", "mse": "test_mse", "skill": "skill", "final_loss": "final_loss"}
        row = RivalRow(
            network=network_of(directory.config.variant),
            seed=directory.config.seed,
            **{name: np.nan if metrics[key] is None else metrics[key] for name, key in names.items()},
            seconds=environment["seconds"],
            version=environment["packages"]["reproduce"],
        )
        rows.append(row)
    return rows


def network_of(variant: Variant) -> str:
    """The network of a variant that has nothing else of its own; the name of another one."""
    return variant.network if variant == Variant(network=variant.network) else variant.name


def compare(rows: Sequence[RivalRow]) -> list[Pairs]:
    """Pair every other network of the table with the LSTM, in the order of NETWORKS; none where it has no LSTM.

    Raises:
        RunError: a pair has fewer than two seeds on which neither network diverged.
    """
    errors = errors_by_network(rows)
    if LSTM not in errors:
        return []
    ours = errors.pop(LSTM)
    return [pair_seeds(rival, errors[rival], ours) for rival in NETWORKS if rival in errors]


def errors_by_network(rows: Sequence[RivalRow]) -> dict[str, dict[int, float]]:
    """Each network's root mean squared error in USD, by seed."""
    errors: dict[str, dict[int, float]] = {}
    for row in rows:
        errors.setdefault(row.network, {})[row.seed] = row.rmse_usd
    return errors


def median_of(values: Sequence[float]) -> float | None:
    """Of the seeds whose training did not diverge; None where all did."""
    known = [value for value in values if not math.isnan(value)]
    return median(known) if known else None


def persistence_usd(rows: Sequence[RivalRow]) -> float:
    """Persistence's root mean squared error on the test days of a table, as each row's skill and error imply it.

    Raises:
        RunError: no row has a skill, as all diverged or the price did not move.
    """
    known = [row for row in rows if math.isfinite(row.skill)]
    if not known:
        raise RunError("no run has a skill: every training diverged, or the price stood still on all test days")
    return known[0].rmse_usd / math.sqrt(1 - known[0].skill)


def shipped_persistence_usd() -> float:
    """Persistence's error on the test days of that table, in all digits."""
    windows = prepare(load_prices(), Variant())
    inputs, targets = windows.test
    naive = persistence(inputs)
    return prediction_metrics(naive, targets, naive, windows.unit_usd)["test_rmse_usd"]
