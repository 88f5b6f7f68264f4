"""The picture of which step a prediction hangs on, and how far back it remembers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from reproduce.evidence.bands import envelope
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING, new_figure

STYLES = ((TESTING, "o"), (TRAINING, "^"), (PERSISTENCE, "s"), (ACTUAL, "D"))


def memory_figure(slopes: Mapping[str, np.ndarray], of: str, title: str = "") -> Figure:
    """How much each step moves the prediction, on a log axis: the median, and the band of 5 to 95 %; 9x6 inches.

    Args:
        slopes: by a name for the legend, (lines, steps): the derivative of the prediction by each step's input, in the
            order in which the cell reads them; its size is drawn.
        of: what the lines are of, such as `60 windows of one run`, or `20 seeds`.
    """
    figure, (axes,) = new_figure(9, 6)
    for (label, lines), (color, marker) in zip(slopes.items(), cycle(STYLES)):
        low, median, high = envelope(np.abs(lines))
        places = np.arange(len(median)) - len(median) + 1  # … -2, -1, 0
        axes.fill_between(places, low, high, color=color, alpha=0.2, linewidth=0)
        axes.plot(places, median, marker=marker, color=color, markersize=4, linewidth=1.2, label=label)
    if any(np.any(np.abs(lines) > 0) for lines in slopes.values()):  # not so of a training that diverged
        axes.set_yscale("log")
    axes.set(xlabel="Step, counted from the last one read", title=title)
    axes.set_ylabel("|∂ prediction / ∂ input|")
    axes.minorticks_off()
    axes.grid(True, alpha=0.2)
    axes.legend(title=f"median, 5 to 95 % of {of}", title_fontsize="small")
    return figure
