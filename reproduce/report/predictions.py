"""predictions.csv read back: every prediction with its day and price, and the table of prices as far as it shows it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import Dataset
from reproduce.errors import RunError

_KINDS = {
    "row": int,
    "date": "datetime64[D]",
    "set": str,
    "actual_scaled": float,
    "predicted_scaled": float,
    "actual_usd": float,
    "predicted_usd": float,
}


@dataclass(frozen=True, eq=False)
class Predictions:
    """One a window, in the variant's row order, training set first; each array (windows,)."""

    row: np.ndarray
    date: np.ndarray  # datetime64[D]
    is_test: np.ndarray
    actual_scaled: np.ndarray
    predicted_scaled: np.ndarray  # nan where the training diverged
    actual_usd: np.ndarray
    predicted_usd: np.ndarray

    @property
    def test_mse(self) -> float:
        """The mean squared error of the test set, scaled."""
        return float(np.mean(np.square(self.predicted_scaled - self.actual_scaled)[self.is_test]))


def read_predictions(path: Path, variant: Variant) -> Predictions:
    """Read a run's predictions.csv.

    Raises:
        RunError: the file is not one, or its rows, days or prices are not those of a run of `variant`.
    """
    try:
        columns = _read_columns(path)
        is_test = columns.pop("set") == "testing"
        predictions = Predictions(is_test=is_test, **columns)
        _check(predictions, variant)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path}: not a run's predictions ({error}); remove the folder and make the run anew") from error
    return predictions


def _read_columns(path: Path) -> dict[str, np.ndarray]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if {row["set"] for row in rows} != {"training", "testing"}:
        raise ValueError("expected rows of the sets training and testing")
    return {name: np.array([row[name] for row in rows]).astype(kind) for name, kind in _KINDS.items()}


def _check(predictions: Predictions, variant: Variant) -> None:
    """Raise ValueError where rows do not follow each other in both sets, or a day is not its row's."""
    for is_test, first in ((False, variant.window), (True, predictions.row[predictions.is_test][0])):
        rows = predictions.row[predictions.is_test == is_test]
        if not np.array_equal(rows, first + np.arange(len(rows))):
            raise ValueError("rows are missing or out of order")
    between = predictions.row[predictions.is_test][0] - predictions.row[~predictions.is_test][-1] - 1
    if between not in range(variant.batch):  # D6: what is dropped is less than a batch
        raise ValueError(f"{between} rows lie between the sets, expected less than a batch of {variant.batch}")
    if not np.array_equal(predictions.date, _days(predictions.row, predictions, variant)):
        raise ValueError("days are missing or out of order")
    if not np.isfinite([predictions.actual_scaled, predictions.actual_usd]).all():
        raise ValueError("a price is not finite")


def _days(rows: np.ndarray, predictions: Predictions, variant: Variant) -> np.ndarray:
    """The day of each row: a table has every one."""
    step = -1 if variant.row_order == "newest-first" else 1
    return predictions.date[0] + step * (rows - predictions.row[0])


def dataset_of(predictions: Predictions, variant: Variant) -> Dataset:
    """The data set of a run whose table is not at hand; nan for the price of a row that no prediction is for.

    Those are the first window's days, and those of dropped remainders: the last ones are not even counted.
    """
    rows = np.arange(predictions.row[-1] + 1)
    close_usd, close_scaled = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    close_usd[predictions.row] = predictions.actual_usd
    close_scaled[predictions.row] = predictions.actual_scaled
    low, high = np.argmin(predictions.actual_scaled), np.argmax(predictions.actual_scaled)  # two points of the scaler
    deviation = np.ptp(predictions.actual_usd[[low, high]]) / np.ptp(predictions.actual_scaled[[low, high]])
    return Dataset(
        dates=_days(rows, predictions, variant),
        close_usd=close_usd,
        close_scaled=close_scaled,
        mean_usd=float(predictions.actual_usd[low] - predictions.actual_scaled[low] * deviation),
        deviation_usd=float(deviation),
        inputs=sliding_window_view(close_scaled[:-1], variant.window)[:, :, np.newaxis],
        targets=close_scaled[variant.window :, np.newaxis],
        train_windows=int(predictions.row[predictions.is_test][0]) - variant.window,
        batch=variant.batch,
        keeps_remainder=True,  # what was dropped at the end is not in the file
    )
