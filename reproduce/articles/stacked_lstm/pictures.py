"""The guide's picture, the same predictions by date, and what the study of its rivals shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.articles.forecasts import date_axis, read_predictions
from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm.advice import PUBLISHED, TRIED, AdviceRow, curves_of
from reproduce.articles.stacked_lstm.memory import HELD, MemoryRow, lengths_of, slopes_of
from reproduce.articles.stacked_lstm.rivals import LSTM, RivalRow
from reproduce.articles.stacked_lstm.settings import UNDROPPED, WINDOWS, SettingRow, errors_of
from reproduce.articles.stacked_lstm.variant import LABELS, NETWORKS, Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.evidence.memory import memory_figure
from reproduce.evidence.pairs import Pairs
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING, draw_missing, new_figure
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory


def draw(directory: Directory) -> None:
    """Draw a run's pictures into its directory."""
    from reproduce.articles.stacked_lstm.inside import pictures_of

    variant = directory.config.variant
    windows = prepare(PRICES.read(directory), variant)
    predicted_usd = read_predictions(directory, "testing")["predicted_usd"].to_numpy()
    draw_missing(
        directory.path / "pictures",
        {
            "predictions_as_published": lambda: predictions_as_published(windows, predicted_usd, variant.network),
            "predictions_by_date": lambda: predictions_by_date(windows, predicted_usd, variant.network),
            **pictures_of(directory),
        },
    )


def predictions_as_published(windows: Windows, predicted_usd: np.ndarray, network: str = LSTM) -> Figure:
    """The test days' prices and predictions, (tested,) USD, as the guide draws them; 8x4 inches at 80 dots an inch.

    The x axis counts days; the label says 60 whatever their number. The title is the network's name.
    """
    figure = Figure(figsize=(8, 4), dpi=80, layout="constrained")
    axes = figure.subplots()
    axes.plot(windows.close_usd[windows.test_rows], color="red", label="true-result")
    axes.plot(predicted_usd, color="green", label="predicted-result")
    axes.set(title=LABELS[network], xlabel="Time(60 days)", ylabel="Close Values")
    axes.grid(True)
    axes.legend()
    return figure


def predictions_by_date(windows: Windows, predicted_usd: np.ndarray, network: str) -> Figure:
    """The same predictions on the days they are for, beside persistence's; 12x6 inches."""
    figure, (axes,) = new_figure(12, 6)
    rows = windows.test_rows
    days = windows.dates[rows]
    axes.plot(days, windows.close_usd[rows], color=ACTUAL, linewidth=1.4, label="actual price")
    axes.plot(days, predicted_usd, color=TESTING, linewidth=1.2, label=f"prediction, {LABELS[network]}")
    naive = {"color": PERSISTENCE, "linewidth": 1.0, "linestyle": "--"}
    axes.plot(days, windows.close_usd[rows - 1], label="persistence: the day before", **naive)
    axes.set(title=f"The last {len(days)} days", xlabel="Date")
    date_axis(axes)
    return figure


def rivals(rows: Sequence[RivalRow], pairs: Sequence[Pairs], persistence_usd: float) -> Figure:
    """Every run of the study, and the rivals' paired differences from the LSTM; 9x9 inches.

    Args:
        persistence_usd: its root mean squared error on the same days, a line above.
    """
    figure, (errors, differences) = new_figure(9, 9, rows=2)
    for place, network in enumerate(NETWORKS):
        usd = [row.rmse_usd for row in rows if row.network == network]
        errors.plot(usd, _spread(place, len(usd)), "o", color=TRAINING, alpha=0.6, markersize=4)
    errors.axvline(persistence_usd, color=PERSISTENCE, linestyle="--", linewidth=1, label="persistence")
    errors.set_yticks(range(len(NETWORKS)), [LABELS[network] for network in NETWORKS])
    errors.set(title="Error on the test days, a dot a seed", xlabel="Root mean squared error (USD)")
    errors.legend()

    for place, one in enumerate(pairs):
        dots = _spread(place, len(one.differences))
        differences.plot(one.differences, dots, "o", color=TRAINING, alpha=0.4, markersize=4)
        differences.hlines(place, one.low, one.high, color=TESTING, linewidth=3)
        differences.plot(one.mean, place, "o", color=TESTING, markersize=8)
    differences.axvline(0, color=ACTUAL, linestyle="--", linewidth=1)
    differences.set_yticks(range(len(pairs)), [f"{LABELS[one.rival]} minus LSTM" for one in pairs])
    differences.set(title="The rival's error minus the LSTM's, of one seed, with the mean and its 95 % interval")
    differences.set_xlabel("Difference (USD); right of 0 the LSTM is better")
    for axes in (errors, differences):
        axes.invert_yaxis()
        axes.grid(True, axis="x", alpha=0.2)
    return figure


def memory(rows: Sequence[MemoryRow]) -> Figure:
    """How much each day's price moves the prediction of trained networks, and their memory lengths in the legend."""
    lengths, slopes = lengths_of(rows), slopes_of(rows)
    lines = {}
    for network, of_seeds in slopes.items():
        days = np.nanmedian(list(lengths[network].values()))
        label = f"{LABELS.get(network, network)}: {HELD:.0%} in {days:.0f} days"
        lines[label] = np.array([one[::-1] for one in of_seeds.values()])
    return memory_figure(lines, "the seeds", "How far back trained networks remember")


def settings(rows: Sequence[SettingRow]) -> Figure:
    """The test error of each seed with windows of some lengths, and with and without dropout; 9x4 inches."""
    figure, (left, right) = new_figure(9, 4, columns=2)
    _joined(left, [errors_of(rows, variant) for variant in WINDOWS], [f"{one.window}" for one in WINDOWS])
    left.set(title="Windows, the same seeds joined", xlabel="Days in a window")
    undropped = errors_of(rows, UNDROPPED)
    dropped = {seed: error for seed, error in errors_of(rows, Variant()).items() if seed in undropped}
    _joined(right, [undropped, dropped], ["none", f"{Variant().dropout:g}"])
    right.set(title="Dropout, the same seeds joined", xlabel="Share dropped")
    for axes in (left, right):
        axes.axhline(rows[0].persistence_usd, color=PERSISTENCE, linestyle="--", linewidth=1, label="persistence")
        axes.grid(True, axis="y", alpha=0.2)
        axes.legend()
    left.set(ylabel="Root mean squared error (USD)", ylim=(0, None))
    right.set_ylim(left.get_ylim())
    return figure


def advice(rows: Sequence[AdviceRow]) -> Figure:
    """The losses of every seed, a panel a kind of setting, beside the published ones; 10x4 inches."""
    figure, panels = new_figure(10, 4, columns=len(TRIED))
    for axes, (kind, tried) in zip(panels, TRIED.items(), strict=True):
        shown = {"published": PUBLISHED} | tried
        for (label, variant), color in zip(shown.items(), (TRAINING, TESTING, PERSISTENCE), strict=False):
            curves = curves_of(rows, variant.name).values()
            for k, curve in enumerate(curves):
                axes.plot(
                    range(1, len(curve) + 1),
                    np.exp(curve),
                    color=color,
                    alpha=0.6,
                    linewidth=0.9,
                    label=label if k == 0 else None,
                )
        axes.set(yscale="log", title=f"Other {kind}", xlabel="Epoch")
        axes.grid(True, alpha=0.2)
        axes.legend()
    ends = [axes.get_ylim() for axes in panels]
    for axes in panels:
        axes.set_ylim(min(low for low, _ in ends), max(high for _, high in ends))
    panels[0].set_ylabel("Training loss (scaled)")
    return figure


def _joined(axes: Axes, errors: Sequence[Mapping[int, float]], names: Sequence[str]) -> None:
    """A dot a seed at each setting, joined by a line."""
    for seed in errors[0]:
        usd = [one.get(seed, np.nan) for one in errors]
        axes.plot(range(len(usd)), usd, "o-", color=TRAINING, alpha=0.4, markersize=4, linewidth=0.8)
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.4, len(names) - 0.6)


def _spread(place: int, count: int) -> np.ndarray:
    """Heights that keep the dots of one row apart, in the order of the seeds."""
    return place + np.linspace(-0.25, 0.25, count)
