"""What the interactive chart is drawn from: prices and predictions day by day, and the stretches its buttons show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reproduce.report.subject import Subject

MONTH = 31  # days


@dataclass(frozen=True)
class Chart:
    """Days in ascending order, prices in USD; None where there is no price or no prediction."""

    days: list[str]
    actual: list[float | None]
    training: list[float | None]
    testing: list[float | None]
    persistence: list[float | None]  # the forecast for the day of the nearest price that the network reads
    ranges: dict[str, tuple[str, str]]  # first and last day of `whole`, `test` and `month`


def chart_of(subject: Subject) -> Chart:
    """Put every price and prediction on its day."""
    dataset, predictions = subject.dataset, subject.predictions
    table = np.full((4, len(dataset.dates)), np.nan)  # actual, training, testing, persistence by row
    table[0] = dataset.close_usd
    table[1 + predictions.is_test, predictions.row] = predictions.predicted_usd
    table[3, predictions.row] = dataset.close_usd[predictions.row - 1]  # a window ends one row before its target
    order = np.argsort(dataset.dates)
    actual, training, testing, persistence = ([_price(usd) for usd in line] for line in table[:, order])
    return Chart(
        days=[str(day) for day in dataset.dates[order]],
        actual=actual,
        training=training,
        testing=testing,
        persistence=persistence,
        ranges=_ranges(dataset.dates, predictions.date[predictions.is_test]),
    )


def _price(usd: float) -> float | None:
    return round(float(usd), 2) if np.isfinite(usd) else None


def _ranges(days: np.ndarray, tested: np.ndarray) -> dict[str, tuple[str, str]]:
    last = tested.max()
    stretches = {
        "whole": (days.min(), days.max()),
        "test": (tested.min(), last),
        "month": (max(tested.min(), last - (MONTH - 1)), last),
    }
    return {name: (str(first), str(end)) for name, (first, end) in stretches.items()}
