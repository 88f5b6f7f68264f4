"""What the accounts of runs on prices have in common: predictions by day, the test error in words, remarks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from reproduce.articles.forecasts import COLUMNS
from reproduce.articles.sections import Chart, Curve
from reproduce.articles.sources import PRICES
from reproduce.errors import RunError
from reproduce.inputs.prices import PriceTable
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory

LABELS = {"training": "predicted, training set", "testing": "predicted, test set"}
MONTH = np.timedelta64(30, "D")  # from its first day to its last
_ANEW = "remove the folder and make the run anew"

Days = tuple[np.datetime64, np.datetime64]  # first and last


def read_forecast(
    directory: Directory, prepare: Callable[[PriceTable, Any], Windows]
) -> tuple[PriceTable, Windows, pd.DataFrame]:
    """A finished run's prices, its windows, and its predictions, a row a window, and beside them `persistence_usd`.

    That is the price of the row before: the nearest one that the network reads.

    Args:
        prepare: the article's own.

    Raises:
        RunError: a file is damaged, or its days, prices or test error are not those of the run's other files.
    """
    prices = PRICES.read(directory)
    windows = prepare(prices, directory.config.variant)
    table, path = directory.read_table("predictions.csv", COLUMNS), directory.path / "predictions.csv"
    with directory.reading("predictions.csv"):
        table["date"] = table["date"].to_numpy(dtype="datetime64[D]")
    rows, errors = table["row"].to_numpy(), table["predicted_scaled"] - table["actual_scaled"]
    tested = table["set"] == "testing"
    trained = windows.target_rows(0, 0 if tested.all() else windows.trained)
    if not (
        np.array_equal(rows, [*trained, *windows.test_rows])
        and np.array_equal(windows.dates[rows], table["date"].to_numpy("datetime64[D]"))
        and np.allclose(windows.close_usd[rows], table["actual_usd"], rtol=1e-12)
    ):
        raise RunError(f"{path}: its days and prices are not those of prices.csv; {_ANEW}")
    recorded, mse = directory.read_metrics()["test_mse"], float(np.mean(np.square(errors[tested])))
    if math.isfinite(mse) if recorded is None else not math.isclose(mse, recorded, rel_tol=1e-9):
        raise RunError(f"{path}: it does not agree with metrics.json on the test error; {_ANEW}")
    return prices, windows, table.assign(persistence_usd=windows.close_usd[rows - 1])


def day_chart(windows: Windows, predictions: pd.DataFrame, ranges: Mapping[str, Days], words: str) -> Chart:
    """Prices, predictions of each set and persistence, in USD, on their days.

    Args:
        ranges: what a button shows, by its words; the chart has the days of all of them.
    """
    first, last = min(begin for begin, _ in ranges.values()), max(end for _, end in ranges.values())
    days = np.sort(windows.dates[(windows.dates >= first) & (windows.dates <= last)]).astype(str).tolist()
    curves = [Curve("actual", "actual price", _on_days(days, windows.dates, windows.close_usd))]
    for set_, table in predictions.groupby("set", sort=False):
        values = _on_days(days, table["date"].to_numpy(), table["predicted_usd"].to_numpy())
        curves.append(Curve(set_, LABELS[set_], values))
    naive = _on_days(days, predictions["date"].to_numpy(), predictions["persistence_usd"].to_numpy())
    curves.append(Curve("persistence", "persistence", naive))
    return Chart(days, curves, {name: (str(begin), str(end)) for name, (begin, end) in ranges.items()}, words, "USD")


def _on_days(days: list[str], on: np.ndarray, values: np.ndarray) -> list[float | None]:
    """Values, (points,), on their days, (points,); None for those `days` that have none, or no number."""
    dates = on.astype("datetime64[D]").astype(str).tolist()
    by_day = dict(zip(dates, np.round(values, 2).tolist(), strict=True))
    return [by_day[day] if math.isfinite(by_day.get(day, math.nan)) else None for day in days]


def error_words(metrics: Mapping[str, Any], tested: Days) -> str:
    """The test error beside persistence's, in a sentence."""
    if metrics["test_rmse_usd"] is None:
        return "The training diverged, so that there is no test error."
    return (
        f"On the test set, {tested[0]} to {tested[1]}, the root mean squared error is {metrics['test_rmse_usd']:,.2f} "
        f"USD and that of persistence {metrics['persistence_rmse_usd']:,.2f} USD."
    )


def remarks(directory: Directory, notes: tuple[str, ...]) -> list[str]:
    """What a reader must know first: what reading the prices noted, and whether the training diverged."""
    diverged = "The training diverged: its predictions are not numbers, and the pictures leave them out."
    return [*notes, *([diverged] if directory.read_metrics()["test_mse"] is None else [])]
