"""The Bitcoin article's two pictures as published, and the same predictions where they belong."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.figures import ACTUAL, PERSISTENCE, TESTING, TRAINING, draw_loss_curve, new_figure
from reproduce.metrics import persistence
from reproduce.windows import Dataset

TITLE = "Bitcoin prices from December 2014 to May 2018"


def prices_as_published(dataset: Dataset) -> Figure:
    """Step 2: the scaled prices in row order, so that time runs from right to left (D8); 12x7 inches."""
    figure, (axes,) = new_figure(12, 7)
    axes.plot(dataset.close_scaled, label="Price")
    axes.set(title=TITLE, xlabel="Days", ylabel="Scaled price of Bitcoin")
    axes.legend()
    return figure


def predictions_as_published(dataset: Dataset, training: np.ndarray, testing: np.ndarray) -> Figure:
    """Step 12: prices and predictions, (windows,) scaled, shifted as the program drew them (D7); 16x7 inches.

    Training predictions start at x = 0 and test predictions at the split + 1; they belong at the window's length and
    at the split + the window's length.
    """
    figure, (axes,) = new_figure(16, 7)
    axes.plot(dataset.close_scaled, label="Original data")
    axes.plot(training, label="Training data")
    axes.plot(dataset.train_windows + 1 + np.arange(len(testing)), testing, label="Testing data")
    axes.set(title=TITLE, xlabel="Days", ylabel="Scaled Price of Bitcoin")
    axes.legend()
    return figure


def predictions_by_date(dataset: Dataset, training: np.ndarray, testing: np.ndarray) -> Figure:
    """The same predictions in USD on the days they are for, time from left to right, and persistence beside them.

    Above the whole table, below the test set, where one can see how much the model adds to "as the day before".
    """
    figure, (whole, tested) = new_figure(16, 12, rows=2)
    for axes in (whole, tested):
        _by_date(axes, dataset, slice(None), dataset.close_usd, ACTUAL, "actual price", linewidth=1.4)
    train_rows = dataset.target_rows(0, len(training))
    test_rows = dataset.target_rows(dataset.train_windows, len(testing))
    _by_date(whole, dataset, train_rows, dataset.to_usd(training), TRAINING, "prediction, training set", linewidth=0.8)
    for axes in (whole, tested):
        _by_date(axes, dataset, test_rows, dataset.to_usd(testing), TESTING, "prediction, test set", linewidth=1.2)
    naive = dataset.to_usd(persistence(dataset.test[0])[:, 0])
    label = "persistence: the nearest day the network reads"
    _by_date(tested, dataset, test_rows, naive, PERSISTENCE, label, linewidth=1.0, linestyle="--")

    days, shown = dataset.dates[test_rows], np.concatenate([dataset.close_usd[test_rows], dataset.to_usd(testing)])
    tested.set_xlim(days.min(), days.max())
    tested.set_ylim(shown.min() * 0.95, shown.max() * 1.05)
    whole.set(title="The predictions on the days they are for")
    tested.set(title="The test set alone", xlabel="Date")
    for axes in (whole, tested):
        axes.set_ylabel("Closing price of Bitcoin (USD)")
        axes.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator()))
        axes.grid(True, alpha=0.2)
        axes.legend(loc="upper left")
    return figure


def loss_curve(losses: np.ndarray) -> Figure:
    """The run's loss at each epoch with the seven reported ones; 9x6 inches."""
    figure, (axes,) = new_figure(9, 6)
    draw_loss_curve(axes, losses, REPORTED_LOSSES)
    return figure


def _by_date(axes: Axes, dataset: Dataset, rows, usd: np.ndarray, color: str, label: str, **line) -> None:
    days = dataset.dates[rows]
    order = np.argsort(days)
    axes.plot(days[order], usd[order], color=color, label=label, **line)
