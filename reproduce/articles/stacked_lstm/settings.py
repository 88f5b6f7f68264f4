"""What longer windows and dropout do to the guide's LSTM, and whether its predictions trail the price.

The rules: claims.toml. Differences of test errors are of the same seeds, on the same days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from reproduce.articles.article import of_seeds
from reproduce.articles.endings import ending_of
from reproduce.articles.forecasts import read_predictions
from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm.memory import SEEDS
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.articles.tables import StudyTable
from reproduce.evidence.chance import mean_p
from reproduce.evidence.pairs import Pairs, pair_seeds
from reproduce.evidence.skill import best_lag
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

WINDOWS = (*(Variant(window=days) for days in (7, 15, 30)), Variant())  # the shorter first
UNDROPPED = Variant(dropout=0)
RUNS = (*of_seeds(WINDOWS, SEEDS), (UNDROPPED, range(100, 105)))


@dataclass(frozen=True)
class SettingRow:  # its fields are the columns of settings.csv
    """One run of the LSTM; nan where its training diverged."""

    variant: str
    seed: int
    loss: float  # mean training loss of the last epoch, scaled units, dropout at work
    test_rmse_usd: float
    persistence_usd: float  # that of persistence, on the same days
    lag: float  # days by which its predictions of the test days trail the price


TABLE = StudyTable(__package__, "settings.csv", SettingRow)


def setting_rows(study: Study) -> list[SettingRow]:
    """A row a run, a variant after the other; RunError where one is not finished."""
    return [_row(directory) for directories in study.of_variants().values() for directory in directories]


def _row(directory: Directory) -> SettingRow:
    loss, error = ending_of(directory)
    variant = directory.config.variant
    predicted = read_predictions(directory, "testing")["predicted_scaled"].to_numpy()
    test = prepare(PRICES.read(directory), variant).test
    lag = best_lag(*test, predicted[np.newaxis]) if np.isfinite(error) else None
    return SettingRow(
        variant=variant.name,
        seed=directory.config.seed,
        loss=loss,
        test_rmse_usd=error,
        persistence_usd=float(directory.read_metrics()["persistence_rmse_usd"]),
        lag=np.nan if lag is None else float(lag),
    )


def errors_of(rows: Sequence[SettingRow], variant: Variant) -> dict[int, float]:
    """The test errors of a variant in USD, by seed."""
    return {row.seed: row.test_rmse_usd for row in rows if row.variant == variant.name}


def pairs_of(rows: Sequence[SettingRow], one: Variant, other: Variant) -> Pairs:
    """The test errors of `one` minus those of `other`, of the seeds that have both; above 0 where `other` is better.

    Raises:
        RunError: fewer than two seeds have both.
    """
    theirs, ours = errors_of(rows, one), errors_of(rows, other)
    return pair_seeds(one.name, theirs, ours)


def step_pairs(rows: Sequence[SettingRow]) -> list[Pairs]:
    """Each window minus the next longer one."""
    return [pairs_of(rows, shorter, longer) for shorter, longer in pairwise(WINDOWS)]


def lags_of(rows: Sequence[SettingRow]) -> list[float]:
    """Of the network as the guide trains it, in the order of the table."""
    return [row.lag for row in rows if row.variant == Variant().name]


def setting_outputs(rows: Sequence[SettingRow]) -> dict[str, float]:
    """Mean differences, lower ends of their 95 % intervals, p-values, and a count, by their names in claims.toml."""
    steps, span = step_pairs(rows), pairs_of(rows, WINDOWS[0], WINDOWS[-1])
    undropped = pairs_of(rows, UNDROPPED, Variant())
    return {
        "in_line": sum(lag == 0 for lag in lags_of(rows)),
        "window_span_mean": span.mean,
        "window_span_low": span.low,
        "window_steps_low": min(one.low for one in steps),
        "window_steps_p": max(mean_p(one.differences) for one in steps),  # as sure as the least sure of them
        "undropped_mean": undropped.mean,
        "undropped_low": undropped.low,
        "undropped_p": mean_p(undropped.differences),
    }
