"""The picture of one window of the published graph: its first days by gate, and every edge between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.evidence.pictures import ACTUAL, TESTING, TRAINING, new_figure
from reproduce.networks.lstm.cell import STATE_SCOPES
from reproduce.networks.lstm.fold import DAYS, LATER, PRICE, START, Folded, Part, fold
from reproduce.networks.lstm.weights import GATE_SCOPES

WORDS, SMALL = 9, 8  # points
COLUMNS = {GATE_SCOPES["f"]: 1, GATE_SCOPES["i"]: 2, GATE_SCOPES["g"]: 3, GATE_SCOPES["o"]: 4, PRICE: 0}
STATES = {STATE_SCOPES["c"]: 2.0, STATE_SCOPES["h"]: 3.6}
COLORS = {STATE_SCOPES["c"]: TESTING, STATE_SCOPES["h"]: TRAINING}  # of what leaves them; all else is grey
DAY, ROW = 2.5, 1.05  # heights of a day, and of its gates above its states
LEFT, RIGHT = -0.62, 4.68  # where lines run down past a day

Point = tuple[float, float]


def graph_figure(graph_def: Any) -> Figure:
    """Draw a window's parts from the top down, and what flows between them, with its shape; 9x12 inches.

    What c gives is orange, what h gives is blue. A gate's box names the variables that it reads.

    Args:
        graph_def: `graph.as_graph_def(add_shapes=True)` of the published graph.

    Raises:
        ValueError: it is not of that graph, or has no shapes.
    """
    folded = fold(graph_def)
    figure, (axes,) = new_figure(9, 12)
    places = {part: _place(part, folded.days) for edge in folded.edges for part in edge}
    for (begin, end), shape in folded.edges.items():
        line = [places[begin], *_corners(begin, end, places), places[end]]
        color = COLORS.get(begin.name, "#888888")
        axes.plot(*zip(*line, strict=True), color=color, linewidth=1.1, zorder=1, gid=f"{begin} -> {end} {shape}")
    for part, place in places.items():
        _draw_part(axes, part, place, folded)
    low = min(y for _, y in places.values())
    axes.set(xlim=(LEFT - 0.1, RIGHT + 0.1), ylim=(low - 0.5, 2.0))
    axes.set_axis_off()
    return figure


def _place(part: Part, days: int) -> Point:
    """Where a part stands: a day's price and gates in a row, c and h below them."""
    if part.day is not None:
        top = -DAY * part.day
        return (COLUMNS[part.name], top) if part.name in COLUMNS else (STATES[part.name], top - ROW)
    end = -DAY * min(days, DAYS)
    outside = {"inputs": (0, 1.75), "window": (0, 1.1), START: (2.8, 1.5), LATER: (2.8, end)}
    return outside.get(part.name, (2.8, end - (0.9 if days > DAYS else 0)))  # the output layer


def _corners(begin: Part, end: Part, places: dict[Part, Point]) -> Iterator[Point]:
    """The bends of an edge: along a line above the row of gates, or past the day at its side."""
    (x, y), (to_x, to_y) = places[begin], places[end]
    if begin.name == "window":
        yield from ((LEFT, y), (LEFT, to_y))
    elif begin.name == PRICE:
        yield from ((x, to_y + 0.5), (to_x - 0.12, to_y + 0.5), (to_x - 0.12, to_y))
    elif end.name in GATE_SCOPES.values():
        yield from ((x, to_y + 0.68), (to_x + 0.12, to_y + 0.68), (to_x + 0.12, to_y))
    elif end.name in STATES and begin.day != end.day:
        above, over = to_y + ROW + 0.86, to_y + 0.42  # the row of gates, and the row of states
        yield from ((x, above), (RIGHT, above), (RIGHT, over), (to_x + 0.2, over), (to_x + 0.2, to_y))


def _draw_part(axes: Axes, part: Part, place: Point, folded: Folded) -> None:
    """A box with the part's name, the variables it reads, and beside it the shape of what it gives."""
    x, y = place
    later = f"days {DAYS} to {folded.days - 1}" if folded.days > DAYS + 1 else f"day {DAYS}"
    name = later if part.name == LATER else part.name
    read = [] if part.name == LATER else [one.rpartition("/")[2] for one in folded.variables.get(part, {})]
    words = "\n".join([name, " ".join(read[:2]), *read[2:]] if read else [name])
    style = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": COLORS.get(part.name, ACTUAL)}
    axes.text(x, y, words, fontsize=WORDS, ha="center", va="center", bbox=style, zorder=3)
    given = sorted({shape for (begin, _), shape in folded.edges.items() if begin == part})
    if given:
        look = {"fontsize": SMALL, "color": COLORS.get(part.name, "#666666"), "zorder": 2}
        blank = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
        axes.text(
            x + 0.08, y - (0.5 if len(read) > 2 else 0.31), " ".join(given), ha="left", va="center", bbox=blank, **look
        )
    if part.name == PRICE:
        axes.text(x, y - ROW, f"day_{part.day}", fontsize=WORDS + 2, ha="center", va="center")
