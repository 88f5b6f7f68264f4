"""The picture of how often each unit's gates are nearly shut and nearly open."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from reproduce.evidence.gates import GATE_NAMES
from reproduce.evidence.pictures import TESTING, TRAINING, new_figure

SHUT, OPEN = 0.1, 0.9  # a gate below is nearly shut, above nearly open


def saturated_shares(gate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each unit's share of steps on which its gate is below SHUT, and above OPEN; (units,) each, nan for no numbers.

    Args:
        gate: (…, units), between 0 and 1; everything before the last axis is a step.
    """
    steps = gate.reshape(-1, gate.shape[-1])
    unknown = np.where(np.isnan(steps).any(axis=0), np.nan, 0)
    return (steps < SHUT).mean(axis=0) + unknown, (steps > OPEN).mean(axis=0) + unknown


def saturation_figure(cells: Mapping[str, Mapping[str, np.ndarray]], title: str = "") -> Figure:
    """A point a unit, a panel a gate: right is shut, up is open, and the lower left corner neither; 10x4.4 inches.

    Args:
        cells: at most two, by a name for the legend; of each its gates i, f and o, (…, units).
    """
    figure, panels = new_figure(10, 4.4, columns=3)
    for axes, (gate, name) in zip(panels, GATE_NAMES.items(), strict=True):
        axes.plot([0, 1], [1, 0], color="#999999", linewidth=0.8)
        for (label, cell), color, marker in zip(cells.items(), (TESTING, TRAINING), "o^", strict=False):
            shut, opened = saturated_shares(cell[gate])
            look = {"color": color, "alpha": 0.35, "markersize": 4, "markeredgewidth": 0}
            axes.plot(shut, opened, marker, label=label, rasterized=True, **look)  # hundreds of points a panel
        axes.set(xlim=(-0.04, 1.04), ylim=(-0.04, 1.04), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1), title=name)
        axes.set_aspect("equal")
        axes.grid(True, alpha=0.2)
    first, middle, _ = panels
    for axes in panels[1:]:
        axes.tick_params("y", labelleft=False)
    first.set_ylabel(f"share of steps above {OPEN:g}")
    middle.set_xlabel(f"share of steps below {SHUT:g}")
    figure.legend(*first.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    figure.suptitle(title)
    return figure
