"""The picture of `reproduce.bench.scaling`: a panel for each size of the network, both axes logarithmic."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from reproduce.bench.contender import COMPILED, KERAS, SESSION
from reproduce.bench.scaling import SIZES, along
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING

STYLES = {
    SESSION: {"color": PERSISTENCE, "marker": "s"},
    KERAS: {"color": TESTING, "marker": "^"},
    COMPILED: {"color": TRAINING, "marker": "o"},
}
LABELS = {"hidden": "Hidden units", "window": "Days in a window", "batch": "Windows in a batch"}


def draw_scaling(points: pd.DataFrame) -> Figure:
    """Median microseconds a step against each size, with whiskers from quartile to quartile, above the floor.

    Args:
        points: as `reproduce.bench.scaling.run_scaling` gives them.
    """
    figure = Figure(figsize=(13, 4.8), layout="constrained")
    panels = figure.subplots(1, len(SIZES), sharey=True)
    for axes, size in zip(panels, SIZES, strict=True):
        _draw_panel(axes, size, along(points, size))
    panels[0].set_ylabel("Microseconds a training step")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    figure.suptitle(
        "Cost of a training step, one size varied at a time (described wiring, else 256 units, 7 days, 7 windows)"
    )
    return figure


def _draw_panel(axes: Axes, size: str, points: pd.DataFrame) -> None:
    for name, style in STYLES.items():
        line = points[(points["contender"] == name) & points["failure"].isna()]
        lower, medians, upper = line[["lower_quartile", "us_per_step", "upper_quartile"]].to_numpy(float).T
        whiskers = (medians - lower, upper - medians)
        axes.errorbar(line[size].to_numpy(), medians, whiskers, capsize=3, label=name, **style)
    floor = points.drop_duplicates(size)
    label = "floor on one thread: arithmetic or bytes, whichever takes longer"
    axes.plot(floor[size], floor["floor_us"], "--", color=ACTUAL, label=label)
    axes.set(xscale="log", yscale="log", xlabel=LABELS[size])
    axes.set_xticks(floor[size], [str(tick) for tick in floor[size]])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(True, which="both", alpha=0.2)
