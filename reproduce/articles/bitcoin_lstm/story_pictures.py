"""Pictures of the studies in `reproduce.articles.bitcoin_lstm.story`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.articles.bitcoin_lstm import trained_gates as gates
from reproduce.articles.bitcoin_lstm.accuracy import TOGETHER, WITHIN, AccuracyRow, correlations, curves_of, ratios
from reproduce.articles.bitcoin_lstm.changes import LITTLE, WHOLE, ChangeRow
from reproduce.articles.bitcoin_lstm.clipping import (
    CLIPPED,
    EPOCHS,
    MARGINS,
    NORMS,
    PLAIN_RNN,
    UNCLIPPED,
    ClippingRow,
    collapses,
)
from reproduce.articles.bitcoin_lstm.forgetting import LEARNED, OPEN, ForgettingRow
from reproduce.articles.bitcoin_lstm.memory import DISTANCES, DRAWN, FADED, NETWORKS, MemoryRow, reached_of
from reproduce.articles.bitcoin_lstm.months import NETWORKS as OF_MONTHS
from reproduce.articles.bitcoin_lstm.months import MonthsRow, errors_of
from reproduce.articles.bitcoin_lstm.recall import BUDGET, LEARNT, LENGTHS, LONG, TEN_TIMES, RecallRow
from reproduce.articles.bitcoin_lstm.trained_gates import GateRow
from reproduce.evidence.bands import envelope
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING, new_figure

LABELS = dict(zip(NETWORKS, ("SimpleRNN", "GRU", "LSTM, published", "LSTM, described"), strict=True))
COLORS = dict(zip(NETWORKS, (ACTUAL, PERSISTENCE, TESTING, TRAINING), strict=True))
FLOOR = 1e-16  # of the axis: below, a difference is lost in the digits of a float64
LEAST_CHANGE = 0.01  # that is drawn
PANELS = {  # what is drawn of a network, and where a rule's threshold is
    "deviation of f over days": (lambda row: row.f_deviation, gates.DEVIATION),
    "rank correlation of f, |price move|": (lambda row: row.f_correlation, gates.CORRELATION),
    "share of f below 0.1": (lambda row: row.f_shut, gates.REACHED),
    "share of f above 0.9": (lambda row: row.f_open, gates.REACHED),
    "share of o below 0.1": (lambda row: row.o_shut, gates.HIDDEN),
    "i, days with a move minus others": (lambda row: row.i_moved - row.i_unmoved, 0),
    "R² of a line": (lambda row: row.line_share, gates.LINE),
}


def memory(rows: Sequence[MemoryRow]) -> Figure:
    """R(k) on a log axis, a panel for each kind of weights: the median of the seeds, and 5 to 95 % of them."""
    kinds = {"program": "as the program draws weights", "keras": "as Keras draws weights", "trained": "after training"}
    known = {row.weights for row in rows if row.network in NETWORKS}
    kinds = {kind: title for kind, title in kinds.items() if kind in known}
    reached = [reached_of(rows, f"over_{k}") for k in DISTANCES]
    figure, panels = new_figure(10, 4, columns=len(kinds))
    for axes, (kind, title) in zip(panels, kinds.items(), strict=True):
        _reaches(axes, reached, kind)
        axes.set(title=title, xlabel="k, days back")
    lowest, highest = (end(axes.get_ylim()[k] for axes in panels) for k, end in enumerate((min, max)))
    for axes in panels:
        axes.set_ylim(max(lowest, FLOOR), highest)
    panels[0].set_ylabel("R(k): largest change of the state")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def front(rows: Sequence[MemoryRow]) -> Figure:
    """The panel of Keras's draw alone, as large as the picture of the losses; for the README."""
    figure, (axes,) = new_figure(9, 6)
    _reaches(axes, [reached_of(rows, f"over_{k}") for k in DISTANCES], "keras")
    axes.set(title="How much of a change of the memory is left, before training", xlabel="Days later")
    axes.set_ylabel("Largest share of the change, R(k)")
    seeds = len({row.seed for row in rows})
    axes.legend(loc="lower left", title=f"median, 5 to 95 % of {seeds} seeds", title_fontsize="small")
    return figure


def _reaches(axes: Axes, reached: Sequence[Mapping[tuple[str, str], np.ndarray]], kind: str) -> None:
    """R(k) of each network with weights of that kind: the median of the seeds, and 5 to 95 % of them."""
    for network in NETWORKS:
        if (network, kind) in reached[0]:
            low, median, high = envelope(np.column_stack([one[network, kind] for one in reached]))
            color = COLORS[network]
            axes.fill_between(DISTANCES, low, high, color=color, alpha=0.2, linewidth=0)
            axes.plot(DISTANCES, median, "o-", color=color, markersize=4, linewidth=1.2, label=LABELS[network])
    axes.axhline(FADED, color=ACTUAL, linestyle=":", linewidth=1, label=f"below {FADED:g}: faded")
    axes.set_yscale("log")
    axes.grid(True, alpha=0.2)


def trained_gates(rows: Sequence[GateRow]) -> Figure:
    """A point a network, a panel a quantity, and the rule's threshold as a dotted line."""
    figure, panels = new_figure(10, 5, rows=2, columns=4)
    for axes, (title, (value, threshold)) in zip(panels, PANELS.items(), strict=False):
        for place, wiring in enumerate(("published", "described")):
            values = [value(row) for row in rows if row.wiring == wiring]
            _points(axes, place, values, COLORS[wiring])
        axes.axhline(threshold, color=ACTUAL, linestyle=":", linewidth=1)
        axes.set_xticks([0, 1], ["published", "described"])
        axes.set_xlim(-0.5, 1.5)
        axes.set_title(title, fontsize=9)
        axes.tick_params(labelsize=8)
        axes.grid(True, axis="y", alpha=0.2)
    panels[-1].set_axis_off()
    panels[-1].text(0, 0.5, "A dot a seed.\nDotted: the threshold\nof the claim's rule.", va="center", fontsize=9)
    return figure


def accuracy(rows: Sequence[AccuracyRow]) -> Figure:
    """Loss and test error of each seed over the epochs; their rank correlations; the two splits' errors."""
    figure, (left, middle, right) = new_figure(10, 3.8, columns=3)
    for losses, errors in curves_of(rows).values():
        left.plot(losses, errors, "o-", color=TRAINING, alpha=0.4, markersize=3, linewidth=0.7)
    left.set(xscale="log", yscale="log", xlabel="training loss (scaled)", ylabel="test error (USD)")
    left.set_title("as published, every 20 epochs", fontsize=10)
    _points(middle, 0, list(correlations(rows).values()), TRAINING)
    middle.axhline(TOGETHER, color=ACTUAL, linestyle=":", linewidth=1)
    middle.set(xlim=(-0.5, 0.5), xticks=[], ylim=(-1.05, 1.05), xlabel=f"dotted: the rule, {TOGETHER:g} or more")
    middle.set_title("rank correlation of the two", fontsize=10)
    _points(right, 0, list(ratios(rows).values()), TRAINING)
    for end in (1 / WITHIN, WITHIN):
        right.axhline(end, color=ACTUAL, linestyle=":", linewidth=1)
    right.set(xlim=(-0.5, 0.5), xticks=[], yscale="log", xlabel=f"dotted: the rule, {1 / WITHIN:g} to {WITHIN:g}")
    right.set_title("test error, published over date order", fontsize=10)
    for axes in (left, middle, right):
        axes.grid(True, alpha=0.2)
    return figure


def forgetting(rows: Sequence[ForgettingRow]) -> Figure:
    """The test error of each seed, learning to forget and never forgetting, joined by a line."""
    figure, (axes,) = new_figure(6, 4)
    kinds = {LEARNED.name: "f learns", OPEN.name: "f is always 1"}
    errors = [{row.seed: row.test_rmse_usd for row in rows if row.variant == name} for name in kinds]
    for seed in errors[0].keys() & errors[1].keys():
        axes.plot([0, 1], [one[seed] for one in errors], "-", color=ACTUAL, alpha=0.3, linewidth=0.8)
    for place, (one, color) in enumerate(zip(errors, (TRAINING, TESTING), strict=True)):
        axes.plot([place] * len(one), list(one.values()), "o", color=color, alpha=0.6, markersize=5)
    axes.set(xlim=(-0.4, 1.4), ylabel="test error (USD)")
    axes.set_xticks((0, 1), list(kinds.values()))
    axes.set_title("the same seeds, wiring as described", fontsize=10)
    axes.grid(True, axis="y", alpha=0.2)
    return figure


def clipping(rows: Sequence[ClippingRow]) -> Figure:
    """Left, how many of a network's seeds collapse without clipping and with it; right, the largest gradient norms."""
    figure, (left, right) = new_figure(10, 4, columns=2)
    found, networks = collapses(rows), tuple(UNCLIPPED)
    arms = {"unclipped": UNCLIPPED} | {
        f"clipped at {margin:g}": {network: CLIPPED[network, margin] for network in networks} for margin in MARGINS
    }
    for k, (label, variants) in enumerate(arms.items()):
        shares = [_share(found.get(variants[network].name, {})) for network in networks]
        places = np.arange(len(networks)) + (k - 1) / 4
        left.bar(places, shares, width=0.22, color=(TESTING, TRAINING, PERSISTENCE)[k], label=label)
        for place, share in zip(places, shares, strict=True):
            left.annotate(f"{share:.0%}", (place, share), ha="center", va="bottom", fontsize=8)
    left.set(ylim=(0, 1.1), ylabel="share of the seeds", title=f"trainings that collapse within {EPOCHS} epochs")
    for place, (network, variant) in enumerate((NORMS | {PLAIN_RNN: UNCLIPPED[PLAIN_RNN]}).items()):
        _points(right, place, [row.largest_gradient for row in rows if row.variant == variant.name], COLORS[network])
    for margin in MARGINS:
        right.axhline(margin, color=ACTUAL, linestyle=":", linewidth=1)
    right.set(yscale="log", xlim=(-0.5, 2.5), title="largest gradient norm; dotted: the margins")
    for axes in (left, right):
        axes.set_xticks(range(len(networks)), [LABELS[network] for network in networks])
        axes.grid(True, axis="y", alpha=0.2)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _share(seeds: Mapping[int, bool]) -> float:
    return sum(seeds.values()) / len(seeds) if seeds else 0.0


def changes(rows: Sequence[ChangeRow]) -> Figure:
    """A point a network: the share of its memory that the last day changes, and the rule's two thresholds.

    What is below LEAST_CHANGE stands there.
    """
    figure, (axes,) = new_figure(6, 4)
    for place, network in enumerate(UNCLIPPED):
        values = np.array([row.change for row in rows if row.network == network])
        _points(axes, place, np.maximum(values, LEAST_CHANGE), COLORS[network])
    for threshold in (LITTLE, WHOLE):
        axes.axhline(threshold, color=ACTUAL, linestyle=":", linewidth=1)
    axes.set(yscale="log", xlim=(-0.5, 2.5), ylabel="change of the memory, over its length")
    axes.set_ylim(LEAST_CHANGE / 2, 3)
    axes.set_xticks(range(len(UNCLIPPED)), [LABELS[network] for network in UNCLIPPED])
    axes.set_title("what a window's last day changes (0.01: or less); dotted: a little, all of it", fontsize=10)
    axes.grid(True, axis="y", alpha=0.2)
    return figure


def months(rows: Sequence[MonthsRow]) -> Figure:
    """The test error of each seed, a network after the other, joined by a line; persistence's dashed."""
    figure, (axes,) = new_figure(6, 4)
    errors = [errors_of(rows, network) for network in OF_MONTHS]
    for seed in errors[0]:
        axes.plot(range(len(errors)), [one.get(seed, np.nan) for one in errors], color=ACTUAL, alpha=0.3, linewidth=0.8)
    for place, (network, one) in enumerate(zip(OF_MONTHS, errors, strict=True)):
        axes.plot([place] * len(one), list(one.values()), "o", color=COLORS[network], alpha=0.6, markersize=5)
    axes.axhline(rows[0].persistence_usd, color=ACTUAL, linestyle="--", linewidth=1, label="repeating the day before")
    axes.set_xticks(range(len(errors)), [LABELS[network] for network in OF_MONTHS])
    axes.set(xlim=(-0.4, len(errors) - 0.6), ylim=(0, 1.1 * axes.get_ylim()[1]), ylabel="test error (USD)")
    axes.set_title("April and May 2018, trained on all days before; the same seeds joined", fontsize=10)
    axes.grid(True, axis="y", alpha=0.2)
    axes.legend(loc="lower right")
    return figure


def recall(rows: Sequence[RecallRow]) -> Figure:
    """What each training leaves to be learnt, by the length of its rows, a panel for each draw of the first weights."""
    tasks = [*((T, BUDGET) for T in LENGTHS), (LONG, TEN_TIMES)]
    figure, panels = new_figure(10, 4, columns=len(DRAWN))
    for axes, (draw, title) in zip(panels, DRAWN.items(), strict=True):
        for k, network in enumerate(NETWORKS):
            for place, task in enumerate(tasks):
                of = [r.left for r in rows if (r.network, r.draw) == (network, draw) and (r.numbers, r.epochs) == task]
                beside = place + (k - 1.5) / 5 + np.linspace(-0.06, 0.06, len(of))
                label = LABELS[network] if place == 0 else None
                axes.plot(beside, of, "o", color=COLORS[network], alpha=0.6, markersize=4, label=label)
        axes.axhline(LEARNT, color=ACTUAL, linestyle=":", linewidth=1)
        axes.set(yscale="log", title=f"first weights: {title}", xlabel="numbers in a row")
        axes.set_xticks(range(len(tasks)), [*map(str, LENGTHS), f"{LONG}, ten\ntimes the steps"])
        axes.grid(True, axis="y", alpha=0.2)
    ends = [axes.get_ylim() for axes in panels]
    for axes in panels:
        axes.set_ylim(min(low for low, _ in ends), max(high for _, high in ends))
    panels[0].set_ylabel("squared error over variance")
    figure.suptitle("Recalling the first of a row of numbers, a dot a seed; learnt is below the dotted line")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _points(axes: Axes, place: float, values: Sequence[float], color: str) -> None:
    """The values side by side around a place, in their order."""
    beside = place + np.linspace(-0.2, 0.2, len(values))
    axes.plot(beside, values, "o", color=color, alpha=0.6, markersize=4, markeredgewidth=0)
