"""The picture of the cell as the text describes it, and as the program wires it (D2)."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from reproduce.evidence.gates import CROSSED
from reproduce.evidence.pictures import ACTUAL, TRAINING, new_figure

WORDS = 10  # points
SIGMA, TIMES = "\u03c3", "\u00d7"

# Places on a sheet of 14 by 6. The upper line carries what the forget gate scales, the lower what the gates read.
UPPER, LOWER, GATE, CANDIDATE = 4.9, 0.9, 2.0, 3.45  # heights
LEFT, RIGHT, END = 3.0, 12.2, 11.4  # edges of the cell, and where h(t) is made
PLACES = {"f": 6.4, "i": 7.6, "g": 8.8, "o": 10.2}  # of the gates, along the sheet
EQUATIONS = {"described": ("h(t-1)", "c(t-1)"), "published": ("c(t-1)", "h(t-1)")}  # read by the gates, kept


def wiring_figure() -> Figure:
    """Both cells, the published above; its two crossed wires are red; 9x9 inches."""
    figure, sheets = new_figure(9, 9, rows=2)
    for axes, (name, title) in zip(
        sheets,
        {
            "published": "published: c and h change places",
            "described": "described: as the text's equations say",
        }.items(),
        strict=True,
    ):
        axes.set(xlim=(0, 14), ylim=(-0.35, 6.2), title=title)
        axes.set_axis_off()
        _draw_cell(axes)
        _draw_entry(axes, name)
    return figure


def _draw_entry(axes: Axes, wiring: str) -> None:
    """The two vectors of the day before, at the left, and the wires by which they reach the cell."""
    crossed = wiring == "published"
    color, width = (CROSSED, 2.6) if crossed else (ACTUAL, 1.4)
    for name, begin, end in (
        ("c(t-1)", UPPER, LOWER if crossed else UPPER),
        ("h(t-1)", LOWER, UPPER if crossed else LOWER),
    ):
        axes.text(0.05, begin, name, fontsize=WORDS + 1, va="center")
        axes.plot(
            [1.25, 1.6, 2.6, LEFT], [begin, begin, end, end], color=color, linewidth=width, gid=f"{wiring}-{name}"
        )
    read, kept = EQUATIONS[wiring]
    words = {"read": f"the gates read {read}", "kept": f"f scales {kept}"}
    axes.text(LEFT + 0.45, LOWER - 0.18, words["read"], fontsize=WORDS, color=color, va="top")
    axes.text(LEFT + 0.2, UPPER + 0.15, words["kept"], fontsize=WORDS, color=color, va="bottom")


def _draw_cell(axes: Axes) -> None:
    """What is the same in both: gates, products, sums, and what leaves at the right."""
    frame = FancyBboxPatch(
        (LEFT, 0.0), RIGHT - LEFT, 5.75, boxstyle="round,pad=0,rounding_size=0.25", fill=False, color="#888888"
    )
    axes.add_patch(frame)
    _wire(axes, (LEFT, UPPER), (13.0, UPPER))  # from what is kept to c(t)
    _wire(axes, (LEFT, LOWER), (PLACES["o"], LOWER))  # what is read, to each gate
    _wire(axes, (2.3, -0.2), (2.3, 0.25), (LEFT + 0.25, 0.25), (LEFT + 0.25, LOWER))
    axes.text(0.05, -0.2, "x(t)", fontsize=WORDS + 1, va="center")
    axes.plot([1.25, 2.3], [-0.2, -0.2], color=ACTUAL, linewidth=1.4)
    for name, place in PLACES.items():
        _wire(axes, (place, LOWER), (place, GATE))
        _box(axes, place, GATE, f"{'tanh' if name == 'g' else SIGMA}\n{name}")
    _wire(axes, (PLACES["f"], GATE), (PLACES["f"], UPPER))
    _wire(axes, (PLACES["i"], GATE), (PLACES["i"], CANDIDATE), (PLACES["g"], CANDIDATE))
    _wire(axes, (PLACES["g"], GATE), (PLACES["g"], UPPER))
    _draw_end(axes)


def _draw_end(axes: Axes) -> None:
    """The output gate's product, and c(t) and h(t)."""
    _wire(axes, (END, UPPER), (END, CANDIDATE), (END, GATE))
    _wire(axes, (PLACES["o"], GATE), (END, GATE))
    _wire(axes, (END, GATE), (END, LOWER), (13.0, LOWER))
    _box(axes, END, CANDIDATE, "tanh")
    for x, y, sign in (
        (PLACES["f"], UPPER, TIMES),
        (PLACES["g"], CANDIDATE, TIMES),
        (PLACES["g"], UPPER, "+"),
        (END, GATE, TIMES),
    ):
        axes.text(x, y, sign, fontsize=WORDS + 3, ha="center", va="center", bbox=_around("circle"))
    for name, height in (("c(t)", UPPER), ("h(t)", LOWER)):
        axes.text(13.1, height, name, fontsize=WORDS + 1, va="center")


def _wire(axes: Axes, *points: Sequence[float]) -> None:
    axes.plot(*zip(*points, strict=True), color=ACTUAL, linewidth=1.4, solid_capstyle="round", zorder=1)


def _box(axes: Axes, x: float, y: float, words: str) -> None:
    axes.text(x, y, words, fontsize=WORDS, ha="center", va="center", bbox=_around("round,pad=0.35"))


def _around(style: str) -> dict[str, object]:
    return {"boxstyle": style, "facecolor": "white", "edgecolor": TRAINING}
