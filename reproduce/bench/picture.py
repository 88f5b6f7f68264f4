"""The picture of `reproduce.bench.scaling`: a panel for each size of the network, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from reproduce.bench.scaling import SIZES, Point
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING

STYLES = {
    "session engine": {"color": PERSISTENCE, "marker": "s"},
    "Keras fit": {"color": TESTING, "marker": "^"},
    "compiled engine": {"color": TRAINING, "marker": "o"},
}
LABELS = {"hidden": "Hidden units", "window": "Days in a window", "batch": "Windows in a batch"}


def draw_scaling(points: Sequence[Point]) -> Figure:
    """Median microseconds a step against each size, with whiskers from quartile to quartile, above the floor."""
    figure = Figure(figsize=(13, 4.8), layout="constrained")
    panels = figure.subplots(1, len(SIZES), sharey=True)
    for axes, size in zip(panels, SIZES, strict=True):
        _draw_panel(axes, size, [point for point in points if point.varies(size)])
    panels[0].set_ylabel("Microseconds a training step")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    figure.suptitle(
        "Cost of a training step, one size varied at a time (described wiring, else 256 units, 7 days, 7 windows)"
    )
    return figure


def _draw_panel(axes: Axes, size: str, points: Sequence[Point]) -> None:
    for name, style in STYLES.items():
        line = sorted((p for p in points if p.contender == name and p.failure is None), key=lambda p: getattr(p, size))
        medians = [point.us_per_step for point in line]
        whiskers = (
            [point.us_per_step - point.lower_quartile for point in line],
            [point.upper_quartile - point.us_per_step for point in line],
        )
        axes.errorbar([getattr(point, size) for point in line], medians, whiskers, capsize=3, label=name, **style)
    floor = sorted({(getattr(point, size), point.floor_us) for point in points})
    axes.plot(*zip(*floor, strict=True), "--", color=ACTUAL, label="floor: the step's arithmetic at the measured peak")
    ticks = sorted({getattr(point, size) for point in points})
    axes.set(xscale="log", yscale="log", xlabel=LABELS[size])
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(True, which="both", alpha=0.2)
