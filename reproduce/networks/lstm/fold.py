"""One window of the published graph, folded to its parts: a day's price and gates, c and h, and what flows between.

It reads a GraphDef as `graph.as_graph_def(add_shapes=True)` gives it, and needs no TensorFlow for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, NamedTuple

DAYS = 3  # that are told apart; all later ones are one part
PRICE, LATER, START = "price", "later days", "zeros"
_VARIABLE, _WINDOW = "VarHandleOp", "window_0"


class Part(NamedTuple):
    """Where a node of the graph belongs."""

    day: int | None  # None outside the days
    name: str  # a scope, such as forget_gate, or PRICE, START, LATER, inputs, window or output_layer

    def __str__(self) -> str:
        return self.name if self.day is None else f"day_{self.day}/{self.name}"


class Folded(NamedTuple):
    """The parts of one window."""

    edges: dict[tuple[Part, Part], str]  # from where to where, with the shape of what flows
    variables: dict[Part, dict[str, str]]  # the variables that a part reads, by name, with their shapes
    days: int  # of the window


def fold(graph_def: Any) -> Folded:
    """Fold the nodes of the first window.

    Args:
        graph_def: with shapes.

    Raises:
        ValueError: it has no window, or no shapes.
    """
    nodes = {node.name: node for node in graph_def.node}
    within = re.compile(rf"{_WINDOW}/day_(\d+)/")
    days = 1 + max((int(found[1]) for found in map(within.match, nodes) if found), default=-1)
    if not days:
        raise ValueError(f"the graph has no {_WINDOW}/day_0; it is not one of reproduce.networks.lstm.graph")
    edges, variables = {}, defaultdict(dict)
    for name, node in nodes.items():
        end = part_of(name)
        for source, index in _inputs(node) if end else ():
            begin, origin = part_of(source), nodes[source]
            if origin.op == _VARIABLE:
                variables[end][source] = _words(origin.attr["shape"].shape)
            elif begin not in (None, end):
                edges[begin, end] = _shape(origin, index)
    return Folded(edges, dict(variables), days)


def part_of(name: str) -> Part | None:
    """The part that a node belongs to by its name; None where it belongs to none that is drawn.

    >>> str(part_of("window_0/day_1/forget_gate/Sigmoid")), str(part_of("window_0/day_5/cell_state/add"))
    ('day_1/forget_gate', 'later days')
    >>> part_of("window_1/day_1/forget_gate/Sigmoid"), part_of("forget_gate/W_xf")
    (None, None)
    """
    if name == "inputs":
        return Part(None, name)
    scope, *rest = name.split("/")
    if scope != _WINDOW:
        return None
    if found := re.match(r"day_(\d+)$", rest[0]):
        day = int(found[1])
        if day >= DAYS:
            return Part(None, LATER)
        return Part(day, rest[1] if len(rest) > 2 and not rest[1].startswith("strided_slice") else PRICE)
    known = {"output_layer": "output_layer", "zeros": START, "strided_slice": "window"}
    return Part(None, known[rest[0]]) if rest[0] in known else None


def _inputs(node: Any) -> list[tuple[str, int]]:
    """The names of the nodes that it reads, each with the number of the output; control inputs carry nothing."""
    read = [one.partition(":") for one in node.input if not one.startswith("^")]
    return [(name, int(index or 0)) for name, _, index in read]


def _shape(node: Any, index: int) -> str:
    shapes = node.attr["_output_shapes"].list.shape
    if index >= len(shapes):
        raise ValueError(f"{node.name} has no shape; give graph.as_graph_def(add_shapes=True)")
    return _words(shapes[index])


def _words(shape: Any) -> str:
    """A shape as text, its numbers with a times sign between them; a scalar is 1."""
    return "\u00d7".join(str(dim.size) for dim in shape.dim) or "1"
