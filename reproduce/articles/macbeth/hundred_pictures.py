"""How long trainings go step by step, and which of their replays collapse, as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.macbeth.course import CourseRow
from reproduce.articles.macbeth.hundred import STEPS_OF_MEAN
from reproduce.articles.macbeth.replays import ReplayRow, words
from reproduce.evidence.pictures import PERSISTENCE, TESTING, new_figure


def course(rows: Sequence[CourseRow]) -> Figure:
    """Loss, gradient and update of trainings, a line a seed in each of three panels; 8x7 inches."""
    figure, panels = new_figure(8, 7, rows=3)
    names = {"loss": "Mean loss (nats)", "gradient": "Largest gradient norm", "update": "Largest update norm"}
    for axes, (name, label) in zip(panels, names.items(), strict=True):
        for seed in sorted({row.seed for row in rows}):
            mine = [row for row in rows if row.seed == seed]
            values = [getattr(row, name) for row in mine]
            axes.plot([row.epochs for row in mine], values, linewidth=0.8, alpha=0.7, label=f"seed {seed}")
        axes.set(ylabel=label, yscale="log" if name == "gradient" else "linear")
        axes.grid(True, alpha=0.2)
    panels[0].legend(loc="upper center", frameon=False)
    panels[-1].set_xlabel("Epochs")
    figure.suptitle(f"Step by step: a value for each {STEPS_OF_MEAN} steps")
    return figure


def replays(rows: Sequence[ReplayRow]) -> Figure:
    """How many replays of each kind collapse, a bar for each kind and seed; 8x4 inches."""
    figure, (axes,) = new_figure(8, 4)
    found: dict[str, list[bool]] = {}  # whether each collapses, by label
    for row in rows:
        label = f"{words(row.replay, 'other orders')}, seed {row.seed}"
        found.setdefault(label, []).append(not np.isnan(row.onset))
    collapsed, all_ = (np.array([of(one) for one in found.values()]) for of in (sum, len))
    axes.barh(list(found), collapsed, color=TESTING, label="collapse")
    axes.barh(list(found), all_ - collapsed, left=collapsed, color=PERSISTENCE, alpha=0.4, label="do not")
    axes.invert_yaxis()
    axes.set(xlabel="Trainings", xticks=range(max(all_) + 1))
    axes.grid(True, axis="x", alpha=0.2)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    figure.suptitle("Which trainings collapse: from the start, and from the last state before")
    return figure
