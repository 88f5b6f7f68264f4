"""Whether it gets better and better: what is measured after 1, 2, 5, 10, 20, … epochs, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.articles.macbeth.dropout import DROPPED, UNDROPPED, DropoutRow
from reproduce.articles.macbeth.epochs import MilestoneRow, held_out_counted
from reproduce.articles.macbeth.milestones import Milestone, read_milestones, text_repeat_rate
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.macbeth.stops import StopRow
from reproduce.articles.sources import TEXTS
from reproduce.evidence.measures import entropy_of_order
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING, draw_missing, new_figure
from reproduce.runs.directory import Directory


def draw(directory: Directory) -> None:
    """Draw a run's pictures into its directory."""
    from reproduce.articles.macbeth.inside import pictures_of

    draw_missing(directory.path / "pictures", {"milestones": lambda: of_run(directory), **pictures_of(directory)})


def of_run(directory: Directory) -> Figure:
    """A run's milestones beside what counted characters reach on the same samples."""
    return milestones(read_milestones(directory), baselines(directory))


def trend(rows: Sequence[MilestoneRow]) -> Figure:
    """The same of one run of a study, `reproduce.articles.macbeth.epochs.trend_of`."""
    measured = [Milestone(row.epoch, row.loss, row.held_out_loss, row.repeat_rate) for row in rows]
    one = rows[0]
    counted = (one.entropy_0, one.entropy_1, one.counted_order, one.counted_entropy, one.text_repeat_rate)
    return milestones(measured, Baselines(*counted))


class Baselines(NamedTuple):
    """What characters counted without a network reach, in nats, and how much the text repeats itself."""

    entropy_0: float
    entropy_1: float
    order: float  # of the best contexts, nan where nothing is held out
    entropy: float  # counted in these
    repeat_rate: float


def baselines(directory: Directory) -> Baselines:
    """Those of a run's text, counted over the samples that it trains on."""
    text = TEXTS.read(directory)
    training, judged = parts(text, directory.config.variant)
    counted = (entropy_of_order(training, judged, order, len(text.vocabulary)) for order in (0, 1))
    return Baselines(*counted, *held_out_counted(text, directory.config.variant), text_repeat_rate(judged))


def milestones(measured: Sequence[Milestone], counted: Baselines) -> Figure:
    """Cross-entropy above, repeat rate of the greedy text below, by epochs."""
    figure, (above, below) = new_figure(8, 7, rows=2)
    epochs = [one.epoch for one in measured]
    above.plot(epochs, [one.loss for one in measured], "o-", color=TRAINING, label="training, with dropout")
    if np.isfinite(measured[0].held_out_loss):
        above.plot(epochs, [one.held_out_loss for one in measured], "o-", color=TESTING, label="held-out text")
    above.axhline(counted.entropy_0, color=ACTUAL, linestyle=":", label="characters counted alone")
    above.axhline(counted.entropy_1, color=ACTUAL, linestyle="--", label="counted in pairs")
    if np.isfinite(counted.entropy):
        label = f"counted after the {counted.order:.0f} before"
        above.axhline(counted.entropy, color=PERSISTENCE, linestyle="-.", label=label)
    above.set(ylabel="Cross-entropy (nats a character)")
    below.plot(epochs, [one.repeat_rate for one in measured], "o-", color=TESTING, label="greedy text of the network")
    below.axhline(counted.repeat_rate, color=PERSISTENCE, linestyle="--", label="the text itself")
    below.set(xlabel="Epochs", ylabel="Repeat rate (10 characters)", ylim=(-0.05, 1.05))
    for axes in (above, below):
        _finish(axes, epochs)
    return figure


def dropout(rows: Sequence[DropoutRow]) -> Figure:
    """Held-out loss of each seed by epochs, with dropout and without; 8x4 inches."""
    figure, (axes,) = new_figure(8, 4)
    kinds = {
        DROPPED.name: (TESTING, "-", f"dropout {DROPPED.dropout:g}"),
        UNDROPPED.name: (TRAINING, "--", "no dropout"),
    }
    for variant, (color, line, label) in kinds.items():
        for seed, marker in zip(sorted({row.seed for row in rows if row.variant == variant}), "os^v", strict=False):
            mine = [row for row in rows if (row.variant, row.seed) == (variant, seed)]
            values = ([row.epoch for row in mine], [row.held_out_loss for row in mine])
            axes.plot(*values, marker=marker, markersize=5, color=color, linestyle=line, label=f"{label}, seed {seed}")
    axes.set(xlabel="Epochs", ylabel="Held-out cross-entropy (nats)")
    _finish(axes, sorted({row.epoch for row in rows}))
    return figure


def stops(rows: Sequence[StopRow]) -> Figure:
    """Each unit's forget gate where a full stop is read beside what it is elsewhere, a panel a layer; 9x4.8 inches."""
    figure, panels = new_figure(9, 4.8, columns=2)
    for axes, layer in zip(panels, (1, 2), strict=True):
        mine = [row for row in rows if row.layer == layer]
        axes.plot([0, 1], [0, 1], color=ACTUAL, linestyle="--", linewidth=1)
        dots = {"color": TRAINING, "alpha": 0.5, "markersize": 3, "markeredgewidth": 0}
        axes.plot([row.f_other for row in mine], [row.f_stop for row in mine], "o", **dots)
        below = sum(row.f_stop < row.f_other for row in mine)
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="Mean f at other characters")
        axes.set_title(f"Layer {layer}: {below} of {len(mine)} units below the line", fontsize=10)
        axes.grid(True, alpha=0.2)
    panels[0].set_ylabel("Mean f at a full stop")
    return figure


def _finish(axes: Axes, epochs: list[int]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(epochs, labels=[str(epoch) for epoch in epochs])
    axes.minorticks_off()
    axes.grid(True, alpha=0.2)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)  # above, where no line runs
