"""Pictures of runs: the ones any article can use, and how every picture is saved."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from reproduce.evidence.bands import band
from reproduce.runs.files import write_atomically

# Okabe and Ito's colours, told apart with any kind of colour vision.
ACTUAL, TRAINING, TESTING, PERSISTENCE, REPORTED = "#222222", "#0072B2", "#D55E00", "#009E73", "#CC79A7"

matplotlib.rcParams["svg.hashsalt"] = "reproduce"  # the same picture gives the same bytes


def new_figure(width: float, height: float, rows: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of that size in inches, apart from pyplot's global state, with `rows` axes below each other."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(rows, squeeze=False)[:, 0])


def save_figure(figure: Figure, folder: Path, name: str) -> None:
    """Write `name`.png and `name`.svg, each moved into place whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, metadata in (("png", {}), ("svg", {"Date": None})):
        picture = BytesIO()
        figure.savefig(picture, format=kind, metadata=metadata)
        write_atomically(folder / f"{name}.{kind}", lambda file, picture=picture: file.write(picture.getvalue()))


def draw_reported(axes: Axes, reported: dict[int, float]) -> None:
    """The losses an article reports, by epoch, as points; and the axes that all loss pictures share."""
    axes.plot(list(reported), list(reported.values()), "o", color=REPORTED, markersize=8, label="the article's figures")
    axes.set(yscale="log", xlabel="Epoch", ylabel="Mean squared error (scaled prices)")
    axes.grid(True, which="both", alpha=0.2)


def draw_band(axes: Axes, epochs: list[int], losses: np.ndarray, level: float) -> None:
    """What a study, (seeds, epochs), spans at `epochs`, joined by straight lines: its band, its range, its median.

    The axis shows thrice the range either way; a band may be wider, where the seeds' losses have heavy tails.
    """
    found = band(losses, level)
    finite = np.where(np.isfinite(losses), losses, np.nan)  # a run that diverged has no place in the picture
    low, high = np.nanmin(finite, axis=0), np.nanmax(finite, axis=0)
    label = f"{level:.0%} band of {len(losses)} seeds"
    axes.fill_between(epochs, found.lower, found.upper, color=TRAINING, alpha=0.12, linewidth=0, label=label)
    axes.fill_between(epochs, low, high, color=TRAINING, alpha=0.2, linewidth=0, label="their range")
    axes.plot(epochs, found.median, color=TRAINING, linestyle="--", linewidth=1, label="their median")
    axes.set_ylim(low.min() / 3, high.max() * 3)
