"""The picture of `reproduce.bench.growth`: a row for each article, a panel for each size, both axes logarithmic."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from reproduce.bench.contender import COMPILED, GRAPH, JAX, KERAS, PYTORCH
from reproduce.bench.growth import FLOORS, frame_of
from reproduce.bench.results import Row
from reproduce.bench.tasks import SIZES, TASKS
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, REPORTED, TESTING, TRAINING, new_figure

STYLES = {
    GRAPH: {"color": "#777777", "marker": "s"},
    KERAS: {"color": TESTING, "marker": "^"},
    PYTORCH: {"color": PERSISTENCE, "marker": "v"},
    JAX: {"color": REPORTED, "marker": "D"},
    COMPILED: {"color": TRAINING, "marker": "o", "linewidth": 2.2},
    FLOORS[0]: {"color": ACTUAL, "linestyle": "--"},
    FLOORS[1]: {"color": ACTUAL, "linestyle": ":"},
}
LABELS = {"hidden": "Hidden units", "window": "Steps of a window", "batch": "Windows of a batch"}


def draw_growth(rows: list[Row]) -> Figure:
    """Milliseconds a step against each size, with both floors.

    Args:
        rows: as `reproduce.bench.growth.Growth` has them.
    """
    points = frame_of(rows)
    tasks = [task for task in TASKS if (points["article"] == task.article).any()]
    figure, panels = new_figure(11, 0.7 + 3.1 * len(tasks), len(tasks), len(SIZES))
    for number, task in enumerate(tasks):
        here = panels[number * len(SIZES) : (number + 1) * len(SIZES)]
        for axes, size in zip(here, SIZES, strict=True):
            _draw_panel(axes, points[(points["article"] == task.article) & (points["size"] == size)])
            axes.set_xlabel(LABELS[size])
            axes.sharey(here[0])
        here[0].set_ylabel(f"{task.label}\nms a training step")
    handles = {label: h for axes in panels for h, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    names = [name for name in STYLES if name in handles]
    figure.legend([handles[name] for name in names], names, loc="outside upper center", ncols=len(names))
    return figure


def _draw_panel(axes: Axes, points: pd.DataFrame) -> None:
    for name, style in STYLES.items():
        line = points[points["contender"] == name]
        if len(line):
            axes.plot(line["value"], line["ms"], label=name, markersize=5, **style)
    ticks = sorted(set(points["value"]))
    axes.set(xscale="log", yscale="log")
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(True, which="both", alpha=0.2)
