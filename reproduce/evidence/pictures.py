"""Pictures: what those of all articles share, and how every picture is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from reproduce.evidence.bands import envelope
from reproduce.runs.files import write_atomically

# Okabe and Ito's colours, told apart with any kind of colour vision.
ACTUAL, TRAINING, TESTING, PERSISTENCE, REPORTED = "#222222", "#0072B2", "#D55E00", "#009E73", "#CC79A7"

matplotlib.rcParams["svg.hashsalt"] = "reproduce"  # the same picture gives the same bytes


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of that size in inches, apart from pyplot's global state, and its axes, row by row."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def save_picture(figure: Figure, folder: Path, name: str) -> None:
    """Write `name`.png and `name`.svg, each moved into place whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, metadata in (("png", {}), ("svg", {"Date": None})):
        picture = BytesIO()
        figure.savefig(picture, format=kind, metadata=metadata)
        write_atomically(folder / f"{name}.{kind}", lambda file, picture=picture: file.write(picture.getvalue()))
        figure.set_layout_engine("none")  # places are found once; to look for them again takes as long as to draw


def draw_reported(axes: Axes, reported: dict[int, float]) -> None:
    """The losses an article reports, by epoch, as points; and the axes that all loss pictures share."""
    axes.plot(list(reported), list(reported.values()), "o", color=REPORTED, markersize=8, label="the article's values")
    axes.set(yscale="log", xlabel="Epoch", ylabel="Mean squared error (scaled prices)")
    axes.grid(True, which="both", alpha=0.2)


def draw_study(axes: Axes, epochs: Sequence[int], losses: np.ndarray) -> None:
    """What a study, (seeds, epochs), spans at `epochs`: every seed faintly, their median, and 5 to 95 % of them.

    A run that diverged has no place in the picture.
    """
    axes.plot(epochs, losses.T, color=ACTUAL, alpha=0.12, linewidth=0.7)
    low, median, high = envelope(losses)
    label = f"5 to 95 % of {len(losses)} seeds"
    axes.fill_between(epochs, low, high, color=TRAINING, alpha=0.2, linewidth=0, label=label)
    axes.plot(epochs, median, color=TRAINING, linestyle="--", linewidth=1.2, label="their median")


def draw_missing(folder: Path, pictures: Mapping[str, Callable[[], Figure]]) -> None:
    """Draw and save the pictures, by name, that are not in the folder yet."""
    for name, draw in pictures.items():
        if not (folder / f"{name}.svg").exists():
            save_picture(draw(), folder, name)
