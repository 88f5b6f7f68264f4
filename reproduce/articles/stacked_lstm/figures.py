"""The guide's picture, the same predictions by date, and what the study of its rivals shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from reproduce.articles.stacked_lstm.pairs import LSTM, Pairs
from reproduce.articles.stacked_lstm.rivals import RivalRow
from reproduce.articles.stacked_lstm.variant import LABELS, NETWORKS
from reproduce.articles.stacked_lstm.windows import Dataset
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING, new_figure


def predictions_as_published(dataset: Dataset, predicted_usd: np.ndarray, network: str = LSTM) -> Figure:
    """The test days' prices and predictions, (test_days,) USD, as the guide draws them; 8x4 inches at 80 dots an inch.

    The x axis counts days; the label says 60 whatever their number. The title is the network's name.
    """
    figure = Figure(figsize=(8, 4), dpi=80, layout="constrained")
    axes = figure.subplots()
    axes.plot(dataset.test_usd, color="red", label="true-result")
    axes.plot(predicted_usd, color="green", label="predicted-result")
    axes.set(title=LABELS[network], xlabel="Time(60 days)", ylabel="Close Values")
    axes.grid(True)
    axes.legend()
    return figure


def predictions_by_date(dataset: Dataset, predicted_usd: np.ndarray, network: str = LSTM) -> Figure:
    """The same predictions on the days they are for, beside persistence's; 12x6 inches."""
    figure, (axes,) = new_figure(12, 6)
    days = dataset.test_dates
    axes.plot(days, dataset.test_usd, color=ACTUAL, linewidth=1.4, label="actual price")
    axes.plot(days, predicted_usd, color=TESTING, linewidth=1.2, label=f"prediction, {LABELS[network]}")
    naive = {"color": PERSISTENCE, "linewidth": 1.0, "linestyle": "--"}
    axes.plot(days, dataset.persistence_usd, label="persistence: the day before", **naive)
    axes.set(title=f"The last {len(days)} days", xlabel="Date", ylabel="Closing price of Bitcoin (USD)")
    axes.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator()))
    axes.grid(True, alpha=0.2)
    axes.legend()
    return figure


def rivals(rows: Sequence[RivalRow], pairs: Sequence[Pairs], persistence_usd: float) -> Figure:
    """Every run of the study, and the rivals' paired differences from the LSTM; 9x9 inches.

    Args:
        persistence_usd: its root mean squared error on the same days, a line above.
    """
    figure, (errors, differences) = new_figure(9, 9, rows=2)
    for place, network in enumerate(NETWORKS):
        usd = [row.rmse_usd for row in rows if row.network == network]
        errors.plot(usd, _spread(place, len(usd)), "o", color=TRAINING, alpha=0.6, markersize=4)
    errors.axvline(persistence_usd, color=PERSISTENCE, linestyle="--", linewidth=1, label="persistence")
    errors.set_yticks(range(len(NETWORKS)), [LABELS[network] for network in NETWORKS])
    errors.set(title="Error on the test days, a dot a seed", xlabel="Root mean squared error (USD)")
    errors.legend()

    for place, one in enumerate(pairs):
        dots = _spread(place, len(one.differences))
        differences.plot(one.differences, dots, "o", color=TRAINING, alpha=0.4, markersize=4)
        differences.hlines(place, one.low, one.high, color=TESTING, linewidth=3)
        differences.plot(one.mean, place, "o", color=TESTING, markersize=8)
    differences.axvline(0, color=ACTUAL, linestyle="--", linewidth=1)
    differences.set_yticks(range(len(pairs)), [f"{LABELS[one.rival]} less LSTM" for one in pairs])
    differences.set(title="The rival's error less the LSTM's, of one seed, with the mean and its 95 % interval")
    differences.set_xlabel("Difference (USD); right of 0 the LSTM is better")
    for axes in (errors, differences):
        axes.invert_yaxis()
        axes.grid(True, axis="x", alpha=0.2)
    return figure


def _spread(place: int, count: int) -> np.ndarray:
    """Heights that keep the dots of one row apart, in the order of the seeds."""
    return place + np.linspace(-0.25, 0.25, count)
