"""What a run of two stacked LSTM layers shows of its cells: the second one's on a window, and how often gates shut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.sections import Picture, shown
from reproduce.evidence.gates import GATE_NAMES, cell_figure
from reproduce.evidence.saturation import OPEN, SHUT, saturated_shares, saturation_figure
from reproduce.evidence.tally import counted
from reproduce.networks.layers import LAYERS, Rows, leading_units, read_layers

WINDOWS = 40  # over which shares are taken, evenly from all


@dataclass(frozen=True, eq=False)
class Cells:
    """Values of a trained network's two layers."""

    steps: Sequence[str]  # a label for each step that is shown
    rows: Rows  # of the second layer on them, (steps, units): those units that the output takes most from
    layers: Mapping[str, Rows]  # each layer on many windows, by its name


def read_cells(
    weights: Mapping[str, np.ndarray], inputs: np.ndarray, window: np.ndarray, steps: Sequence[str], units: int
) -> Cells:
    """Run the layers over one window, of which the last `steps` are shown, and over WINDOWS of all.

    Args:
        weights: as `reproduce.networks.layers.read_layers` takes them.
        inputs: (windows, window, 1), scaled; window: (1, window, 1), the one that is shown.
        units: how many are shown.
    """
    _, second = read_layers(weights, window)
    last = second["h"][0, -1]
    output = int(np.argmax(last @ weights["kernel_out"] + weights["bias_out"]))  # the likeliest, or the only one
    chosen = leading_units(weights["kernel_out"][:, output], last, units)
    many = np.linspace(0, len(inputs) - 1, min(WINDOWS, len(inputs))).round().astype(int)
    layers = read_layers(weights, inputs[many])
    return Cells(
        steps=steps,
        rows={name: values[0][-len(steps) :, chosen] for name, values in second.items()},
        layers={f"layer {place}": rows for place, rows in zip(LAYERS, layers, strict=True)},
    )


def gates(cells: Cells, title: str = "") -> Figure:
    """The second layer on one window, gate by gate."""
    return cell_figure(cells.steps, cells.rows, title)


def saturation(cells: Cells, title: str = "") -> Figure:
    """How often each unit's gates are nearly shut or open, in both layers."""
    return saturation_figure(cells.layers, title)


def gates_picture(cells: Cells, where: str) -> Picture:
    """The same for a page, with its words; `where` says which steps it shows."""
    units = cells.rows["f"].shape[1]
    means = ", ".join(f"{name} {shown(np.mean(cells.rows[name]), '.2f')}" for name in GATE_NAMES)
    return Picture(
        gates(cells),
        1.25,
        f"Heat maps of the second layer's gates i, f and o, candidate g, cell state c and hidden output h: "
        f"{counted(units, 'unit')} over {where}. On average over them the gates are {means}.",
        f"The second layer over {where}. A line is a unit; those that the output takes most from are on top. Gates: "
        "the stronger the blue, the more open.",
    )


def saturation_picture(cells: Mapping[str, Mapping[str, np.ndarray]], steps: str = "steps") -> Picture:
    """How often each unit's gates are nearly shut or open, for a page, with its words.

    Args:
        cells: the gates of each layer or wiring, (…, units), by its name.
        steps: what a step is called.
    """
    told = []
    for name, rows in cells.items():
        shares = (np.mean(saturated_shares(rows[gate])[0]) for gate in GATE_NAMES)
        told.append(f"{name}, " + ", ".join(shown(share, ".0%") for share in shares))
    return Picture(
        saturation_figure(cells),
        0.46,
        f"A point a unit, for each gate: the share of {steps} below {SHUT:g} to the right, above {OPEN:g} upwards. On "
        f"average i, f and o are below {SHUT:g} on these shares of {steps}: {'; '.join(told)}.",
        f"A unit at the lower left is seldom nearly shut (below {SHUT:g}) or nearly open (above {OPEN:g}).",
    )
