"""What the page shows of the cell itself: its gates, how often they shut, what it remembers, and its wires."""

from __future__ import annotations

import numpy as np

from reproduce.articles.bitcoin_lstm import inside
from reproduce.articles.bitcoin_lstm.inside import Cells
from reproduce.articles.bitcoin_lstm.variant import WIRINGS
from reproduce.articles.layers import saturation_picture
from reproduce.articles.sections import Pair, Paragraph, Picture, Section, shown
from reproduce.evidence.tally import counted
from reproduce.evidence.wiring import wiring_figure
from reproduce.runs.directory import Directory


def inside_section(directory: Directory) -> Section:
    """Both wirings with the run's weights; RunError where a file of the run is damaged."""
    cells = inside.read_cells(directory)
    other = next(wiring for wiring in WIRINGS if wiring != cells.wiring)
    words = (
        f"The weights of this run were trained in the {cells.wiring} wiring. They are shown in it, and in the {other} "
        "wiring without more training: all that differs is which of c and h the gates read (D2). The values are read "
        "from the TensorFlow graph by name, such as `window_0/day_3/forget_gate/Sigmoid`."
    )
    above = Pair([_gates(cells)], [_wiring(), _memory(cells)])
    below = Pair([_graph(directory)], [saturation_picture(inside.many_gates(cells), "days")])
    return Section("inside", "Inside the cell", "Inside the cell", [Paragraph(words), above, below])


def _gates(cells: Cells) -> Picture:
    first, last = cells.days[[0, -1]]
    units = counted(len(cells.units), "unit")
    spreads = {wiring: _spread(cells.shown[wiring].f[:, cells.units]) for wiring in WIRINGS}
    return Picture(
        inside.gates(cells),
        1.6,
        f"Heat maps of the gates i, f and o, the candidate g, the cell state c and the hidden output h of {units} over "
        f"the days {first} to {last}, in the order in which the network reads them; published at the left, described "
        f"at the right. From day to day a forget gate moves by {shown(spreads['published'], '.2f')} on average as "
        f"published, and by {shown(spreads['described'], '.2f')} as described.",
        "The window whose prices move most. A line is a unit; those that the prediction takes most from are on top. "
        "Gates: the stronger the blue, the more open. Red words: what the program exchanges.",
    )


def _spread(gate: np.ndarray) -> float | None:
    """How far a gate, (days, units), moves from a day to the next on average; None of a single day."""
    return float(np.mean(np.abs(np.diff(gate, axis=0)))) if len(gate) > 1 else None


def _wiring() -> Picture:
    return Picture(
        wiring_figure(),
        1.0,
        "Two cells drawn. As published, the wires of c and h cross before they enter, and are red: the gates read c of "
        "the day before, and the forget gate scales h. As described, they run straight: the gates read h, and the "
        "forget gate scales c.",
        "The same cell twice; only the two red wires differ.",
    )


def _memory(cells: Cells) -> Picture:
    medians = {wiring: np.median(np.abs(cells.many[wiring].slopes), axis=0) for wiring in WIRINGS}  # (days,)
    told = "; ".join(
        f"{cells.label(wiring)}, {shown(median[0], '.2g')} of the first day, {shown(median[-1], '.2g')} of the last"
        for wiring, median in medians.items()
    )
    return Picture(
        inside.memory(cells),
        0.75,
        f"How much a day's price moves the prediction, on a log axis, by day in the order read: the median is, {told}.",
        f"The derivative of the prediction by each day's price, both scaled. The band spans windows of this one run, "
        f"{len(cells.many[cells.wiring].slopes)} of them from the whole table.",
    )


def _graph(directory: Directory) -> Picture:
    variant = directory.config.variant
    feeds = {"published": ("c", "h"), "described": ("h", "c")}[variant.wiring]
    return Picture(
        inside.graph(directory),
        1.4,
        f"The TensorFlow graph of one window of {counted(variant.window, 'day')}, folded to a box a gate. Each day's "
        f"price, one number, feeds the four gates of that day. {feeds[0]} of a day, "
        f"{counted(variant.hidden, 'number')}, feeds the gates of the next day, and {feeds[1]} its cell state.",
        "Drawn from the graph itself, from the top down; small numbers are shapes. A gate's box names the variables "
        "that it reads, the same on every day.",
    )
