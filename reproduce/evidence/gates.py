"""Pictures of what goes on inside an LSTM cell, step by step: a heat map a gate, a line a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from reproduce.evidence.pictures import ACTUAL, new_figure

GATE_NAMES = {"i": "i, input gate", "f": "f, forget gate", "o": "o, output gate"}
NAMES = {"price": "price"} | GATE_NAMES | {"g": "g, candidate", "c": "c, cell state", "h": "h, hidden output"}
CROSSED = "#CC0000"  # the red of what the program exchanges (D2)
READ, KEPT = "the gates read it", "the forget gate scales it"
GAP = 0.36  # between two bands, for the words above each, as a share of a band's height
WORDS = 10  # their size in points
TICKS = 8  # labels below, at most, where they are longer than a character

Rows = Mapping[str, np.ndarray]  # `price`, (steps,), and i, f, o, g, c, h, (steps, units); any may be left out


def gates_figure(dates: Sequence[str], published: Rows, described: Rows, title: str = "") -> Figure:
    """One window in both wirings, side by side; 9x11 inches.

    Words say which of c and h the gates read on the next day, and which the forget gate scales. They are red in the
    published column, where the two are exchanged (D2).

    Args:
        dates: a label a day, in the order in which the cell reads them.
        published, described: the same units in the same order, the first on top.
    """
    figure, (left, right) = new_figure(9, 11, columns=2)
    _draw(left, dates, published, {"c": READ, "h": KEPT}, CROSSED)
    _draw(right, dates, described, {"c": KEPT, "h": READ}, ACTUAL)
    left.set_title("published", color=CROSSED)
    right.set_title("described")
    figure.suptitle(title)
    _add_scale(figure, left, "i")
    _add_scale(figure, right, "g")
    return figure


def cell_figure(steps: Sequence[str], rows: Rows, title: str = "") -> Figure:
    """One cell over its steps, whose labels stand below; 9x8 inches."""
    figure, (axes,) = new_figure(9, 8)
    _draw(axes, steps, rows, {}, ACTUAL)
    axes.set_title(title)
    _add_scale(figure, axes, "g")
    _add_scale(figure, axes, "i")
    return figure


def _scale(name: str) -> ScalarMappable:
    """A gate is between 0, white, and 1; all else is shown between -1 and 1, 0 being white."""
    return ScalarMappable(Normalize(0, 1), "Blues") if name in GATE_NAMES else ScalarMappable(Normalize(-1, 1), "PuOr")


def _draw(axes: Axes, steps: Sequence[str], rows: Rows, remarks: Mapping[str, str], color: str) -> None:
    """A band a row, from the top, each one high, on the axes' own scale; `remarks` stand beside their names."""
    width = len(steps)
    for place, (name, values) in enumerate(rows.items()):
        bottom = -(1 + GAP) * (place + 1)
        if values.ndim == 1:
            _draw_line(axes, values, bottom)
        else:
            scale, extent = _scale(name), (-0.5, width - 0.5, bottom, bottom + 1)
            axes.imshow(values.T, scale.cmap, scale.norm, aspect="auto", interpolation="none", extent=extent)
        told, shade = (f"{name}: {remarks[name]}", color) if name in remarks else (NAMES[name], ACTUAL)
        words = axes.text(-0.5, bottom + 1.06, told, fontsize=WORDS, color=shade, va="bottom")
        words.set_in_layout(False)  # longer than a narrow column is wide; the next begins further on
    axes.set(xlim=(-0.5, width - 0.5), ylim=(-(1 + GAP) * len(rows) - 0.06, 0), yticks=[])
    shown = (
        range(width) if max(map(len, steps)) == 1 else np.unique(np.linspace(0, width - 1, min(width, TICKS)).round())
    )
    axes.set_xticks([int(step) for step in shown], [steps[int(step)] for step in shown])
    if max(map(len, steps)) > 1:
        axes.tick_params("x", rotation=90)
    axes.spines[:].set_visible(False)


def _draw_line(axes: Axes, values: np.ndarray, bottom: float) -> None:
    """A curve through a band, from its lowest value at the bottom to its highest at the top."""
    low, high = values.min(), values.max()
    heights = np.full(len(values), 0.5) if high == low else 0.1 + 0.8 * (values - low) / (high - low)
    axes.plot(np.arange(len(values)), bottom + heights, "o-", color=ACTUAL, markersize=3, linewidth=1)


def _add_scale(figure: Figure, axes: Axes, name: str) -> None:
    """The colour scale of gates, or of all else, below the axes; c may be beyond -1 and 1."""
    label, ends = ("i, f, o", "neither") if name in GATE_NAMES else ("g, c, h", "both")
    place = {"orientation": "horizontal", "aspect": 30, "ticks": (-1, 0, 0.5, 1)}
    bar = figure.colorbar(_scale(name), ax=axes, label=label, extend=ends, **place)
    bar.ax.tick_params(labelsize=WORDS)
