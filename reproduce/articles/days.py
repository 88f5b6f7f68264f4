"""What a run of either price article shows day by day: its predictions on the days they are for."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from reproduce.articles.sections import Chart, curve
from reproduce.errors import RunError
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory

LABELS = {"training": "predicted, training set", "testing": "predicted, test set"}


def read_predictions(directory: Directory, windows: Windows) -> pd.DataFrame:
    """Read a finished run's predictions.csv, a row a window, with the column `persistence_usd` besides.

    Persistence is the price of the row before: the nearest one that the network reads.

    Raises:
        RunError: a file is damaged, or its days, prices or test error are not those of the run's other files.
    """
    table = directory.read_table("predictions.csv")
    path, remedy = directory.path / "predictions.csv", "remove the folder and make the run anew"
    try:
        rows = table["row"].to_numpy()
        are_its_days = np.array_equal(windows.dates[rows], table["date"].to_numpy("datetime64[D]"))
        are_its_prices = np.allclose(windows.close_usd[rows], table["actual_usd"], rtol=1e-12)
        errors = table["predicted_scaled"] - table["actual_scaled"]
        mse = float(np.mean(np.square(errors[table["set"] == "testing"])))
        table["persistence_usd"] = windows.close_usd[rows - 1]
    except (LookupError, TypeError, ValueError) as error:
        raise RunError(f"{path}: not a run's predictions ({error!r}); {remedy}") from error
    if not (are_its_days and are_its_prices):
        raise RunError(f"{path}: its days and prices are not those of prices.csv; {remedy}")
    recorded = directory.read_metrics()["test_mse"]
    if math.isfinite(mse) if recorded is None else not math.isclose(mse, recorded, rel_tol=1e-9):
        raise RunError(f"{path}: it does not agree with metrics.json on the test error; {remedy}")
    return table


def day_chart(
    windows: Windows, predictions: pd.DataFrame, ranges: Mapping[str, tuple[np.datetime64, np.datetime64]], words: str
) -> Chart:
    """Prices, predictions of each set and persistence, in USD, on their days.

    Args:
        ranges: first and last day that a button shows, by its words; the chart has the days of all of them.
    """
    first, last = min(begin for begin, _ in ranges.values()), max(end for _, end in ranges.values())
    chosen = np.sort(windows.dates[(windows.dates >= first) & (windows.dates <= last)])
    days = chosen.astype(str).tolist()
    curves = [curve("actual", "actual price", days, windows.dates, windows.close_usd)]
    for set_, table in predictions.groupby("set", sort=False):
        on = table["date"].to_numpy("datetime64[D]")
        curves.append(curve(set_, LABELS[set_], days, on, table["predicted_usd"].to_numpy()))
    on, naive = predictions["date"].to_numpy("datetime64[D]"), predictions["persistence_usd"].to_numpy()
    curves.append(curve("persistence", "persistence", days, on, naive))
    return Chart(days, curves, {name: (str(begin), str(end)) for name, (begin, end) in ranges.items()}, words)


def error_words(metrics: Mapping[str, float | None], first: np.datetime64, last: np.datetime64) -> str:
    """The test error beside persistence's, in a sentence."""
    if metrics["test_rmse_usd"] is None:
        return f"On the test set, {first} to {last}, the training diverged and has no error."
    return (
        f"On the test set, {first} to {last}, the root mean squared error is {metrics['test_rmse_usd']:,.2f} USD and "
        f"that of persistence {metrics['persistence_rmse_usd']:,.2f} USD."
    )
