"""The Bitcoin article's two pictures as published, the same predictions where they belong, and what studies show."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.articles.bitcoin_lstm import ARTICLE, REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.departures import ALONE, LADDER, DepartureRow
from reproduce.articles.bitcoin_lstm.losses import EPOCHS, shipped_curves
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.forecasts import date_axis, read_predictions
from reproduce.articles.sources import PRICES
from reproduce.errors import RunError
from reproduce.evidence.pictures import (
    ACTUAL,
    PERSISTENCE,
    TESTING,
    TRAINING,
    draw_missing,
    draw_reported,
    draw_study,
    new_figure,
    save_picture,
)
from reproduce.evidence.skill import persistence
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory

TITLE = "Bitcoin prices from December 2014 to May 2018"


def draw(directory: Directory) -> None:
    """Draw a run's pictures; that of engines where another has trained the same seed beside it."""
    from reproduce.articles.bitcoin_lstm.inside import pictures_of

    windows = prepare(PRICES.read(directory), directory.config.variant)
    training, testing = (
        read_predictions(directory, which)["predicted_scaled"].to_numpy() for which in ("training", "testing")
    )
    config, run = directory.config, directory.read_losses()
    study = shipped_curves(config.variant, config.data_sha256)
    folder = directory.path / "pictures"
    draw_missing(
        folder,
        {
            "prices": lambda: prices_as_published(windows),
            "predictions_as_published": lambda: predictions_as_published(windows, training, testing),
            "predictions_by_date": lambda: predictions_by_date(windows, training, testing),
            "loss": lambda: losses(f"Training loss, variant {config.variant.name}", study, run),
            **pictures_of(directory),
        },
    )
    beside = _other_engines(directory)
    if beside and config.engine != "keras":
        save_picture(engines_apart({config.engine: run, **beside}, study), folder, "engines")


def _other_engines(directory: Directory) -> dict[str, np.ndarray]:
    """The losses of the same seed on every other engine that has a finished run of it beside this one."""
    found = {}
    for engine in ARTICLE.engines:
        other = Directory(directory.path.parent, ARTICLE.on_engine(directory.config, engine))
        with suppress(RunError):  # of other data, or damaged: not the run of this seed that the picture is of
            if engine != directory.config.engine and other.is_finished:
                found[engine] = other.read_losses()
    return found


def prices_as_published(windows: Windows) -> Figure:
    """Step 2: the scaled prices in row order, so that time runs from right to left (D8); 12x7 inches."""
    figure, (axes,) = new_figure(12, 7)
    axes.plot(windows.close_scaled, label="Price")
    axes.set(title=TITLE, xlabel="Days", ylabel="Scaled price of Bitcoin")
    axes.legend()
    return figure


def predictions_as_published(windows: Windows, training: np.ndarray, testing: np.ndarray) -> Figure:
    """Step 12: prices and predictions, (windows,) scaled, shifted as the program drew them (D7); 16x7 inches.

    Training predictions start at x = 0 and test predictions at the split + 1; they belong at the window's length and
    at the split + the window's length.
    """
    figure, (axes,) = new_figure(16, 7)
    axes.plot(windows.close_scaled, label="Original data")
    axes.plot(training, label="Training data")
    axes.plot(windows.train_windows + 1 + np.arange(len(testing)), testing, label="Testing data")
    axes.set(title=TITLE, xlabel="Days", ylabel="Scaled Price of Bitcoin")
    axes.legend()
    return figure


def predictions_by_date(windows: Windows, training: np.ndarray, testing: np.ndarray) -> Figure:
    """The same predictions in USD on the days they are for, time from left to right, and persistence beside them.

    Above the whole table, below the test set, where one can see how much the model adds to "as the day before".
    """
    figure, (whole, tested) = new_figure(16, 12, rows=2)
    for axes in (whole, tested):
        _by_date(axes, windows, slice(None), windows.close_usd, ACTUAL, "actual price", linewidth=1.4)
    train_rows = windows.target_rows(0, len(training))
    test_rows = windows.target_rows(windows.train_windows, len(testing))
    _by_date(whole, windows, train_rows, windows.to_usd(training), TRAINING, "prediction, training set", linewidth=0.8)
    for axes in (whole, tested):
        _by_date(axes, windows, test_rows, windows.to_usd(testing), TESTING, "prediction, test set", linewidth=1.2)
    naive = windows.to_usd(persistence(windows.test[0])[:, 0])
    label = "persistence: the nearest day the network reads"
    _by_date(tested, windows, test_rows, naive, PERSISTENCE, label, linewidth=1.0, linestyle="--")

    days, shown = windows.dates[test_rows], np.concatenate([windows.close_usd[test_rows], windows.to_usd(testing)])
    tested.set_xlim(days.min(), days.max())
    shown = shown[np.isfinite(shown)]  # a training that diverged predicts nothing
    tested.set_ylim(shown.min() * 0.95, shown.max() * 1.05)
    whole.set(title="The predictions on the days they are for")
    tested.set(title="The test set alone", xlabel="Date")
    for axes in (whole, tested):
        date_axis(axes)
    return figure


def losses(title: str, study: np.ndarray | None, run: np.ndarray | None = None) -> Figure:
    """The seven reported losses among those of a study, (seeds, 7), and a run's of every epoch; 9x6 inches."""
    figure, (axes,) = new_figure(9, 6)
    if study is not None:
        draw_study(axes, EPOCHS, study)
    if run is not None:
        axes.plot(run, color=TESTING, linewidth=1, label="this run")
    draw_reported(axes, REPORTED_LOSSES)
    axes.set_title(title)
    axes.legend()
    return figure


def engines_apart(losses: Mapping[str, np.ndarray], study: np.ndarray | None) -> Figure:
    """One seed on several engines, (epochs,) each: their losses, and how far each is from the first; 9x9 inches.

    Rounding starts the difference and chaos feeds it; the seeds of a study, (seeds, 7), show how little that is.
    """
    figure, (curves, differences) = new_figure(9, 9, rows=2)
    if study is not None:
        draw_study(curves, EPOCHS, study)
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


def departures(table: Mapping[str, DepartureRow]) -> Figure:
    """Skill against persistence of every variant, with its 95 % interval; 9x9 inches.

    Above each deviation undone, and the window of 3 days, stands alone, below one after another. The axis is linear
    from -1 to 1 and logarithmic beyond, so that skills near 0, where a model is as good as persistence, and far below
    are both seen.
    """
    figure, (alone, ladder) = new_figure(9, 9, rows=2)
    lowest = min(row.skill_low for row in table.values())
    for axes, title, variants, joined in (
        (alone, "One change alone", ALONE, ""),
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


def _by_date(axes: Axes, windows: Windows, rows, usd: np.ndarray, color: str, label: str, **line) -> None:
    days = windows.dates[rows]
    order = np.argsort(days)
    axes.plot(days[order], usd[order], color=color, label=label, **line)
