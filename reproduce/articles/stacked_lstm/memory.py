"""How far back the guide's trained networks remember: how much each day of a window moves a prediction, by seed.

The rule: claims.toml. A network's memory length is the number of its nearest days that hold HELD of what all days move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reproduce.articles.stacked_lstm.rivals import LSTM, network_of
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.tables import StudyTable
from reproduce.runs.study import Study

SEEDS = range(100, 110)
RNN, GRU = "simple-rnn", "gru"
RUNS = ((Variant(), SEEDS), (Variant(network=RNN), SEEDS), (Variant(network=GRU), range(100, 103)))
HELD = 0.95


@dataclass(frozen=True)
class MemoryRow:  # its fields are the columns of memory.csv
    """One day of the windows of one trained network."""

    network: str  # as of `rivals.network_of`
    seed: int
    days_back: int  # 1 is the day before the predicted one
    slope: float  # |∂ prediction / ∂ price of that day|, both scaled, mean over the test windows; nan where it diverged


TABLE = StudyTable(__package__, "memory.csv", MemoryRow)


def memory_rows(study: Study) -> list[MemoryRow]:
    """A row a day of each run; RunError where a run is not finished."""
    from reproduce.articles.stacked_lstm.inside import tested_slopes
    from reproduce.articles.stacked_lstm.training import trained_forecaster

    rows = []
    for directory in study.directories:
        directory.require_finished()
        slopes = np.abs(tested_slopes(directory, trained_forecaster(directory))).mean(axis=0)  # (window,)
        network, seed = network_of(directory.config.variant), directory.config.seed
        rows += [MemoryRow(network, seed, back, float(slope)) for back, slope in enumerate(slopes[::-1], start=1)]
    return rows


def slopes_of(rows: Sequence[MemoryRow]) -> dict[str, dict[int, np.ndarray]]:
    """By network and seed, (window,), the nearest day first."""
    found: dict[str, dict[int, list[tuple[int, float]]]] = {}
    for row in rows:
        found.setdefault(row.network, {}).setdefault(row.seed, []).append((row.days_back, row.slope))
    return {
        network: {seed: np.array([slope for _, slope in sorted(days)]) for seed, days in seeds.items()}
        for network, seeds in found.items()
    }


def memory_length(slopes: np.ndarray) -> float:
    """How many of the nearest days hold HELD of the sum of slopes, (window,), nearest first; nan where one is nan.

    >>> memory_length(np.array([0.75, 0.125, 0.0625, 0.0625])), memory_length(np.array([0.97, 0.03]))
    (4.0, 1.0)
    """
    if not np.isfinite(slopes).all():
        return float("nan")
    held = np.cumsum(slopes) / np.sum(slopes)
    return float(np.argmax(held >= HELD) + 1)


def lengths_of(rows: Sequence[MemoryRow]) -> Mapping[str, dict[int, float]]:
    """The memory length of each network and seed, in days."""
    return {
        network: {seed: memory_length(slopes) for seed, slopes in seeds.items()}
        for network, seeds in slopes_of(rows).items()
    }


def memory_outputs(rows: Sequence[MemoryRow]) -> dict[str, int]:
    """Of how many seeds the LSTM's memory is longer than SimpleRNN's; one that diverged is not."""
    lengths = lengths_of(rows)
    return {"lstm_longer": sum(lengths[LSTM][seed] > length for seed, length in lengths[RNN].items())}
