"""Whether it gets better and better: what is measured after 1, 2, 5, 10, 20, … epochs, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.articles.macbeth.coding import ONE_HOT
from reproduce.articles.macbeth.curves import CurveRow
from reproduce.articles.macbeth.dropout import DROPPED, UNDROPPED
from reproduce.articles.macbeth.epochs import TREND, MilestoneRow, held_out_counted, hundreds_of, trends_of
from reproduce.articles.macbeth.hundred import HUNDRED
from reproduce.articles.macbeth.milestones import Milestone, read_milestones, text_repeat_rate
from reproduce.articles.macbeth.plain import PLAIN
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.macbeth.stops import StopRow
from reproduce.articles.macbeth.variant import Variant
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
    """The same of a study's rows: the means over the seeds of its trend, each seed faintly beside them."""
    return _of_seeds(list(trends_of(rows).values()), TREND.epochs)


def hundred(rows: Sequence[MilestoneRow]) -> Figure:
    """The same over 100 epochs, of the seeds that have ended."""
    return _of_seeds(list(hundreds_of(rows).values()), HUNDRED.epochs)


def _of_seeds(seeds: Sequence[Sequence[MilestoneRow]], epochs: int) -> Figure:
    one = seeds[0][0]
    counted = (one.entropy_0, one.entropy_1, one.counted_order, one.counted_entropy, one.text_repeat_rate)
    told = f"the mean of {len(seeds)} seeds, and each" if len(seeds) > 1 else "one seed"
    title = f"{epochs} epochs, a tenth of the text held out: {told}"
    return milestones(_mean(seeds), Baselines(*counted), seeds if len(seeds) > 1 else (), title)


def _mean(seeds: Sequence[Sequence[Milestone | MilestoneRow]]) -> list[Milestone]:
    """The means over seeds, milestone by milestone."""
    return [
        Milestone(
            of_epoch[0].epoch,
            *(
                float(np.mean([getattr(one, name) for one in of_epoch]))
                for name in ("loss", "held_out_loss", "repeat_rate")
            ),
        )
        for of_epoch in zip(*seeds, strict=True)
    ]


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


def milestones(
    measured: Sequence[Milestone],
    counted: Baselines,
    seeds: Sequence[Sequence[Milestone | MilestoneRow]] = (),
    title: str = "",
) -> Figure:
    """Cross-entropy above, repeat rate of the greedy text below, by epochs.

    Args:
        seeds: whose means are measured, each drawn faintly.
    """
    figure, (above, below) = new_figure(8, 7, rows=2)
    epochs = [one.epoch for one in measured]

    def draw(axes: Axes, name: str, color: str, label: str) -> None:
        for seed in seeds:
            axes.plot(epochs, [getattr(one, name) for one in seed], color=color, alpha=0.35, linewidth=1)
        axes.plot(epochs, [getattr(one, name) for one in measured], "o-", color=color, label=label)

    draw(above, "loss", TRAINING, "training, with dropout")
    if np.isfinite(measured[0].held_out_loss):
        draw(above, "held_out_loss", TESTING, "held-out text")
    above.axhline(counted.entropy_0, color=ACTUAL, linestyle=":", label="characters counted alone")
    above.axhline(counted.entropy_1, color=ACTUAL, linestyle="--", label="counted in pairs")
    if np.isfinite(counted.entropy):
        label = f"counted after the {counted.order:.0f} before"
        above.axhline(counted.entropy, color=PERSISTENCE, linestyle="-.", label=label)
    above.set(ylabel="Cross-entropy (nats a character)")
    draw(below, "repeat_rate", TESTING, "greedy text of the network")
    below.axhline(counted.repeat_rate, color=PERSISTENCE, linestyle="--", label="the text itself")
    below.set(xlabel="Epochs", ylabel="Repeat rate (10 characters)", ylim=(-0.05, 1.05))
    for axes in (above, below):
        _finish(axes, epochs)
    figure.suptitle(title)
    return figure


def dropout(rows: Sequence[CurveRow]) -> Figure:
    """Held-out loss of each seed by epochs, with dropout and without."""
    kinds = {DROPPED.name: f"dropout {DROPPED.dropout:g}", UNDROPPED.name: "no dropout"}
    return _curves(rows, kinds, f"Two layers of {DROPPED.hidden} units, with dropout and without")


def plain(rows: Sequence[CurveRow], lstm: Sequence[CurveRow], pairs: float) -> Figure:
    """Held-out loss of each seed by epochs, of the plain RNN and the LSTM, beside characters counted in pairs."""
    kinds = {DROPPED.name: "LSTM", PLAIN.name: "plain RNN"}
    figure = _curves([*lstm, *rows], kinds, "A plain RNN and an LSTM of as many weights")
    (axes,) = figure.axes
    axes.axhline(pairs, color=ACTUAL, linestyle=":", label="characters counted in pairs")
    _finish(axes, sorted({row.epoch for row in rows}))
    return figure


def _curves(rows: Sequence[CurveRow], kinds: Mapping[str, str], title: str) -> Figure:
    """Held-out loss by epochs, a line a seed, of two variants by name with their labels; 8x4.4 inches."""
    figure, (axes,) = new_figure(8, 4.4)
    for (variant, label), color, line in zip(kinds.items(), (TESTING, TRAINING), ("-", "--"), strict=True):
        for seed, marker in zip(sorted({row.seed for row in rows if row.variant == variant}), cycle("os^v")):
            mine = [row for row in rows if (row.variant, row.seed) == (variant, seed)]
            values = ([row.epoch for row in mine], [row.held_out_loss for row in mine])
            axes.plot(*values, marker=marker, markersize=5, color=color, linestyle=line, label=f"{label}, seed {seed}")
    axes.set(xlabel="Epochs", ylabel="Held-out cross-entropy (nats)")
    _finish(axes, sorted({row.epoch for row in rows}))
    figure.suptitle(title)
    return figure


def coding(rows: Sequence[CurveRow], epochs: Sequence[MilestoneRow]) -> Figure:
    """The loss of the program's one epoch with numbers and with one-hot input, the same seeds joined; 8x3.2 inches."""
    figure, (axes,) = new_figure(8, 3.2)
    one_hot = {row.seed: row.loss for row in rows if row.variant == ONE_HOT.name}
    published = [row for row in epochs if row.variant == Variant().name]
    numbers = {row.seed: row.loss for row in published if row.seed in one_hot}
    for seed, loss in numbers.items():
        axes.plot([loss, one_hot[seed]], [1, 0], color=ACTUAL, alpha=0.4, linewidth=1)
    for place, losses, color in ((1, numbers, TESTING), (0, one_hot, TRAINING)):
        axes.plot(list(losses.values()), [place] * len(losses), "o", color=color)
    for name, line, label in (("entropy_0", ":", "characters counted alone"), ("entropy_1", "--", "counted in pairs")):
        axes.axvline(getattr(published[0], name), color=ACTUAL, linestyle=line, label=label)
    axes.set_yticks([1, 0], labels=["a number", "one-hot"])
    axes.set(ylim=(-0.5, 1.5), xlabel="Cross-entropy of the one epoch (nats a character)")
    axes.grid(True, axis="x", alpha=0.2)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    figure.suptitle(f"What a character is read as: {len(numbers)} seeds, the same joined")
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
    figure.suptitle("The forget gate at a full stop, a dot a unit")
    return figure


def _finish(axes: Axes, epochs: list[int]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(epochs, labels=[str(epoch) for epoch in epochs])
    axes.minorticks_off()
    axes.grid(True, alpha=0.2)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)  # above, where no line runs
