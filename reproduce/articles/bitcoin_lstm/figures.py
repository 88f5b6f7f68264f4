"""The Bitcoin article's two pictures as published, and the same predictions where they belong."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.ablation import ALONE, LADDER, AblationRow
from reproduce.articles.bitcoin_lstm.bands import EPOCHS, LEVEL, shipped_losses_of
from reproduce.articles.bitcoin_lstm.metrics import persistence
from reproduce.articles.bitcoin_lstm.runs import RunConfig
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import Dataset
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING, draw_band, draw_reported, new_figure

TITLE = "Bitcoin prices from December 2014 to May 2018"


def prices_as_published(dataset: Dataset) -> Figure:
    """Step 2: the scaled prices in row order, so that time runs from right to left (D8); 12x7 inches."""
    figure, (axes,) = new_figure(12, 7)
    axes.plot(dataset.close_scaled, label="Price")
    axes.set(title=TITLE, xlabel="Days", ylabel="Scaled price of Bitcoin")
    axes.legend()
    return figure


def predictions_as_published(dataset: Dataset, training: np.ndarray, testing: np.ndarray) -> Figure:
    """Step 12: prices and predictions, (windows,) scaled, shifted as the program drew them (D7); 16x7 inches.

    Training predictions start at x = 0 and test predictions at the split + 1; they belong at the window's length and
    at the split + the window's length.
    """
    figure, (axes,) = new_figure(16, 7)
    axes.plot(dataset.close_scaled, label="Original data")
    axes.plot(training, label="Training data")
    axes.plot(dataset.train_windows + 1 + np.arange(len(testing)), testing, label="Testing data")
    axes.set(title=TITLE, xlabel="Days", ylabel="Scaled Price of Bitcoin")
    axes.legend()
    return figure


def predictions_by_date(dataset: Dataset, training: np.ndarray, testing: np.ndarray) -> Figure:
    """The same predictions in USD on the days they are for, time from left to right, and persistence beside them.

    Above the whole table, below the test set, where one can see how much the model adds to "as the day before".
    """
    figure, (whole, tested) = new_figure(16, 12, rows=2)
    for axes in (whole, tested):
        _by_date(axes, dataset, slice(None), dataset.close_usd, ACTUAL, "actual price", linewidth=1.4)
    train_rows = dataset.target_rows(0, len(training))
    test_rows = dataset.target_rows(dataset.train_windows, len(testing))
    _by_date(whole, dataset, train_rows, dataset.to_usd(training), TRAINING, "prediction, training set", linewidth=0.8)
    for axes in (whole, tested):
        _by_date(axes, dataset, test_rows, dataset.to_usd(testing), TESTING, "prediction, test set", linewidth=1.2)
    naive = dataset.to_usd(persistence(dataset.test[0])[:, 0])
    label = "persistence: the nearest day the network reads"
    _by_date(tested, dataset, test_rows, naive, PERSISTENCE, label, linewidth=1.0, linestyle="--")

    days, shown = dataset.dates[test_rows], np.concatenate([dataset.close_usd[test_rows], dataset.to_usd(testing)])
    tested.set_xlim(days.min(), days.max())
    shown = shown[np.isfinite(shown)]  # a training that diverged predicts nothing
    tested.set_ylim(shown.min() * 0.95, shown.max() * 1.05)
    whole.set(title="The predictions on the days they are for")
    tested.set(title="The test set alone", xlabel="Date")
    for axes in (whole, tested):
        axes.set_ylabel("Closing price of Bitcoin (USD)")
        axes.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator()))
        axes.grid(True, alpha=0.2)
        axes.legend(loc="best")
    return figure


def loss_curve(losses: np.ndarray, config: RunConfig) -> Figure:
    """A run's loss at each epoch, the seven reported ones, and the band of the variant's shipped study; 9x6 inches."""
    figure, (axes,) = new_figure(9, 6)
    study = shipped_losses_of(config.variant, config.data_sha256)
    if study is not None:
        draw_band(axes, EPOCHS, study, LEVEL)
    axes.plot(losses, color=TESTING, linewidth=1, label="this run")
    draw_reported(axes, REPORTED_LOSSES)
    axes.set_title(f"Training loss, variant {config.variant.name}")
    axes.legend()
    return figure


def engines_apart(losses: dict[str, np.ndarray], config: RunConfig) -> Figure:
    """One seed on several engines, (epochs,) each: their losses, and how far each is from the first; 9x9 inches.

    Rounding starts the difference and chaos feeds it; the seeds' band shows how little that is.
    """
    figure, (curves, differences) = new_figure(9, 9, rows=2)
    study = shipped_losses_of(config.variant, config.data_sha256)
    if study is not None:
        draw_band(curves, EPOCHS, study, LEVEL)
    first = next(iter(losses))
    apart = {engine: np.abs(losses[engine] / losses[first] - 1) for engine in losses if engine != first}
    for engine, color in zip(losses, (TESTING, ACTUAL, PERSISTENCE), strict=False):
        curves.plot(losses[engine], color=color, linewidth=0.8, label=engine)
        if engine in apart:
            differences.plot(apart[engine], color=color, linewidth=0.8, label=f"{engine} from {first}")
    curves.set(
        yscale="log", ylabel="Mean squared error (scaled prices)", title="One seed, several engines: training loss"
    )
    differences.set(xlabel="Epoch", ylabel="Relative difference of the loss", title="How far apart they are")
    if any(np.any(one > 0) for one in apart.values()):  # a small network's few epochs may have the same bits
        differences.set_yscale("log")
    for axes in (curves, differences):
        axes.grid(True, which="both", alpha=0.2)
        axes.legend()
    return figure


def study_band(study: np.ndarray, variant: str) -> Figure:
    """All curves of a study, (seeds, 7), faintly, their band and median, and the seven reported losses; 9x6 inches."""
    figure, (axes,) = new_figure(9, 6)
    axes.plot(EPOCHS, study.T, color=ACTUAL, alpha=0.15, linewidth=0.8)
    draw_band(axes, EPOCHS, study, LEVEL)
    draw_reported(axes, REPORTED_LOSSES)
    axes.set_title(f"Training loss of {len(study)} seeds, variant {variant}")
    axes.legend()
    return figure


def ablation_ladder(table: Mapping[str, AblationRow]) -> Figure:
    """Skill against persistence of every variant, with its 95 % interval; 9x9 inches.

    Above each departure is undone alone, below one after another. The axis is linear from -1 to 1 and logarithmic
    beyond, so that skills near 0, where a model is as good as persistence, and far below it are both seen.
    """
    figure, (alone, ladder) = new_figure(9, 9, rows=2)
    lowest = min(row.skill_low for row in table.values())
    for axes, title, variants, joined in (
        (alone, "One departure undone alone", ALONE, ""),
        (ladder, "One after another", LADDER, "+ "),
    ):
        rows = [table[variant.name] for variant in (Variant(), *variants.values())]
        labels = ["as published", *(joined + label for label in variants)]
        skills = np.array([[row.skill, row.skill_low, row.skill_high] for row in rows])  # (variants, 3)
        places = np.arange(len(rows))
        axes.axvline(0, color=PERSISTENCE, linestyle="--", linewidth=1)
        axes.hlines(places, skills[:, 1], skills[:, 2], color=TRAINING, linewidth=2)
        axes.plot(skills[:, 0], places, "o", color=TRAINING, markersize=5)
        axes.set_xscale("symlog", linthresh=1)
        axes.set_xlim(-(10 ** np.ceil(np.log10(max(1, -lowest)))), 1)  # from a power of ten, which has a label
        axes.set_yticks(places, labels)
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set_title(title, fontsize="medium")
        axes.grid(True, axis="x", alpha=0.2)
    ladder.set_xlabel("Skill: 0 is persistence, 1 is perfect")
    return figure


def _by_date(axes: Axes, dataset: Dataset, rows, usd: np.ndarray, color: str, label: str, **line) -> None:
    days = dataset.dates[rows]
    order = np.argsort(days)
    axes.plot(days[order], usd[order], color=color, label=label, **line)
