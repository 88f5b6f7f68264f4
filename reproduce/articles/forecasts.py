"""What the two articles that forecast prices do alike: predictions.csv, and the test set by date."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory

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


def date_axis(axes: Axes) -> None:
    """Dates below, USD beside, a faint grid and a legend."""
    axes.set_ylabel("Closing price of Bitcoin (USD)")
    axes.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator()))
    axes.grid(True, alpha=0.2)
    axes.legend(loc="best")
