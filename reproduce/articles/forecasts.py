"""What the two articles that forecast prices do alike: predictions.csv, and the test set by date."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from reproduce.articles.article import Shown
from reproduce.evidence.skill import evaluate
from reproduce.evidence.tally import counted
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory

BACKWARDS = (
    "each day from the days after it, and the oldest days are the test: the published row order is newest first. To "
    "predict the future: --variant row-order-oldest-first"
)
COLUMNS = {"row": int, "date": str, "set": str, "actual_scaled": float, "predicted_scaled": float}
COLUMNS |= {"actual_usd": float, "predicted_usd": float}


def prediction_rows(windows: Windows, which: str, first_window: int, predicted: np.ndarray) -> pd.DataFrame:
    """Rows of predictions.csv: what the windows from `first_window` on predict, (count, 1) scaled, in both units.

    Args:
        which: the set, `training` or `testing`.
    """
    rows, scaled = windows.target_rows(first_window, len(predicted)), predicted[:, 0].astype(float)
    columns = (rows, windows.dates[rows].astype(str), which, windows.close_scaled[rows], scaled)
    usd = (windows.close_usd[rows], windows.to_usd(scaled))
    return pd.DataFrame(dict(zip(COLUMNS, (*columns, *usd), strict=True)))


def write_predictions(directory: Directory, *parts: pd.DataFrame) -> None:
    """Write predictions.csv."""
    directory.write_table("predictions.csv", pd.concat(parts))


def read_predictions(directory: Directory, which: str) -> pd.DataFrame:
    """The rows of one set."""
    both = directory.read_table("predictions.csv", COLUMNS)
    return both[both["set"] == which]


def result_of(directory: Directory, windows: Windows) -> Shown:
    """What a run says of its own prices, whatever they are: its test error beside persistence's, and how it lags."""
    predicted = read_predictions(directory, "testing")["predicted_scaled"].to_numpy()
    days = np.sort(windows.dates[windows.test_rows])
    rows = {"days tested": len(days), "first": str(days[0]), "last": str(days[-1])}
    texts = {"days tested": f"{len(days)}, {days[0]} to {days[-1]}"}
    metrics = directory.read_metrics()
    if metrics["test_rmse_usd"] is not None:
        judged = evaluate(*windows.test, predicted[np.newaxis])
        error, naive = metrics["test_rmse_usd"], metrics["persistence_rmse_usd"]
        rows |= {"error_usd": error, "persistence_error_usd": naive, "skill": judged.skill}
        rows |= {"skill_low": judged.skill_low, "skill_high": judged.skill_high, "lag": judged.best_lag}
        interval = f"{judged.skill:.2f} (95 % {judged.skill_low:.2f} to {judged.skill_high:.2f})"
        texts["error on them, USD"] = f"{error:,.2f}"
        texts["persistence's error, USD"] = f"{naive:,.2f}"
        texts["skill: 0 is persistence, 1 is perfect"] = interval
        lag = "-" if judged.best_lag is None else counted(judged.best_lag, "row")
        texts["the predictions trail the price by"] = lag
    is_backwards = windows.reads_backwards
    rows["predicts"] = "the past" if is_backwards else "the future"
    texts["what is predicted"] = BACKWARDS if is_backwards else "each day from the days before it"
    return Shown("Your data", [rows], [{"what": name, "value": value} for name, value in texts.items()])


def date_axis(axes: Axes) -> None:
    """Dates below, USD beside, a faint grid and a legend."""
    axes.set_ylabel("Closing price of Bitcoin (USD)")
    axes.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator()))
    axes.grid(True, alpha=0.2)
    axes.legend()
