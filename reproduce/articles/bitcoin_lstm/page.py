"""What the page says of a run of the Bitcoin article: answers, its picture, the loss, and each deviation undone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from reproduce.articles.accounts import MONTH, Days, day_chart, error_words, read_forecast, remarks
from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES, departures, losses, pictures
from reproduce.articles.bitcoin_lstm.answers import answers
from reproduce.articles.bitcoin_lstm.departures import ALONE, LADDER, STEPS, TEXT, DepartureRow
from reproduce.articles.bitcoin_lstm.inside_section import inside_section
from reproduce.articles.bitcoin_lstm.losses import EPOCHS, LEVEL, BandVerdict, LossRow
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.walk import walk_section
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.sections import Account, Answers, Cell, Pair, Paragraph, Picture, Section, Table, shown
from reproduce.articles.tables import has_variants
from reproduce.evidence.bands import band_test
from reproduce.evidence.skill import best_lag
from reproduce.evidence.tally import counted
from reproduce.inputs.prices import EMBEDDED_SHA256
from reproduce.inputs.windows import Windows
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory


class StudyLosses(NamedTuple):
    """The losses of a study at the epochs that the article reports."""

    of_variant: np.ndarray | None  # of the run's variant, (seeds, 7); None where there are none
    of_others: np.ndarray | None  # the same without the run's own seed
    bands: list[BandVerdict]  # of every variant; none where the study is of other prices than the article's
    source: str  # whose they are


def account(directory: Directory, study: Path | None) -> Account:
    """Tell of a finished run from its files, with the tables of the study around it where they are complete.

    Raises:
        RunError: a file is damaged, or does not agree with the others.
    """
    config = directory.config
    prices, windows, predictions = read_forecast(directory, prepare)
    beside = _read_losses(config, study)
    table, source = departures.TABLE.of_study(study, lambda rows: has_variants(rows, dict(STEPS).values()))
    rungs = departures.by_variant(table)
    return Account(
        lead=f"The program of this article was rerun (variant {config.variant.name}, seed {config.seed}, "
        f"{counted(config.variant.epochs, 'epoch')}, {config.engine} engine) on {counted(len(windows.dates), 'day')} "
        f"of Bitcoin's closing prices, {windows.dates.min()} to {windows.dates.max()}.",
        notices=remarks(directory, prices.notes),
        sections=[
            Section("answers", "What follows", "Answers", [Answers(answers(rungs, beside.bands))]),
            _pictures(directory, windows, predictions),
            _prices(directory, windows, predictions),
            *(_cells(directory, windows, predictions) if config.variant.network == "lstm" else []),
            _loss(directory, beside),
            _deviations(rungs, source),
        ],
    )


def _read_losses(config: RunConfig, study: Path | None) -> StudyLosses:
    """The study's own where the run's variant has enough seeds and epochs, else those in the package."""

    def is_complete(rows: list[LossRow]) -> bool:
        return config.variant.name in {band.variant for band in losses.judge(rows)}

    rows, source = losses.TABLE.of_study(study, is_complete)
    is_own = source == "this study"

    def curves(without: int | None = None) -> np.ndarray | None:
        if is_own:
            return losses.curves_of(rows, without)[config.variant.name]
        return losses.shipped_curves(config.variant, config.data_sha256, without)

    bands = [] if is_own and config.data_sha256 != EMBEDDED_SHA256 else losses.judge(rows)
    return StudyLosses(curves(), curves(without=config.seed), bands, source)


def _pictures(directory: Directory, windows: Windows, predictions: pd.DataFrame) -> Section:
    """The article's picture: same data, curves, labels and proportions. Beside it, the same by date."""
    window, both = directory.config.variant.window, _by_set(predictions)
    published = pictures.predictions_as_published(windows, *both)
    for line in published.axes[0].get_lines():
        line.set_linewidth(0.7)  # as thin beside 5.6 inches as the article's beside 16
    order = "newest first: time runs from right to left" if windows.reads_backwards else "oldest first"
    as_published = Picture(
        published,
        7 / 16,
        f"The picture as the program draws it: scaled price of {counted(len(windows.dates), 'day')} by row number, "
        f"from {windows.dates[0]} at the left to {windows.dates[-1]} at the right, with training predictions drawn "
        f"{counted(window, 'day')} and test predictions {counted(window - 1, 'day')} left of where they belong.",
        f"As published. The x axis counts rows, and rows run {order}. Training predictions start at 0 and belong at "
        f"{window}; test predictions are drawn {window - 1} too far left.",
    )
    by_date = Picture(
        pictures.predictions_by_date(windows, *both),
        0.95,
        f"Two plots in USD by date. Above, actual price and predictions from {windows.dates.min()} to "
        f"{windows.dates.max()}. Below, the test set with persistence. "
        f"{error_words(directory.read_metrics(), _test_days(windows))}",
        "The same predictions on the days they are for, in USD; below, the test set alone, with persistence.",
    )
    title = "The article's picture, and the same data by date"
    return Section("picture", title, "The picture", [Pair([as_published], [by_date])])


def _prices(directory: Directory, windows: Windows, predictions: pd.DataFrame) -> Section:
    first, last = _test_days(windows)
    ranges = {
        "whole table": (windows.dates.min(), windows.dates.max()),
        "test set": (first, last),
        "one month": (max(first, last - MONTH), last),
    }
    side = "after, as rows run newest first" if windows.reads_backwards else "before"
    tested, metrics = _by_set(predictions)[1], directory.read_metrics()
    lag = best_lag(*windows.test, tested[np.newaxis]) if np.isfinite(tested).all() else None
    trails = "" if lag is None else f"On the test set these predictions trail the price by {counted(lag, 'row')}. "
    words = (
        "A prediction that repeats the nearest price looks perfect over the whole table; zoom in to see the "
        f"difference. {trails}Persistence is the forecast that nothing changes from the nearest day the network reads, "
        f"the one {side}. {error_words(metrics, (first, last))} Skill: {shown(metrics['skill'], '.2f')}."
    )
    chart = day_chart(windows, predictions, ranges, words)
    return Section("prices", "Prices and predictions, day by day", "Day by day", [chart])


def _cells(directory: Directory, windows: Windows, predictions: pd.DataFrame) -> list[Section]:
    """What goes on inside an LSTM; no other network has its gates."""
    return [inside_section(directory), walk_section(directory, windows, _by_set(predictions)[1])]


def _loss(directory: Directory, beside: StudyLosses) -> Section:
    """The run's loss among those of the study, with the article's points."""
    study, run, reported = beside.of_variant, directory.read_losses(), list(REPORTED_LOSSES.values())
    whose = "no study" if study is None else f"{len(study)} seeds of {beside.source}"
    alt = (
        f"Training loss by epoch on a log axis: this run goes from {shown(run[0], '.4f')} at epoch 0 to "
        f"{shown(run[-1], '.4f')} at epoch {len(run) - 1}; beside it {whose} and the article's seven losses, "
        f"from {reported[0]:.4f} to {reported[-1]:.4f}. The table has the values."
    )
    caption = f"Training loss of this run, the article's seven values, and {whose}."
    picture = Picture(pictures.losses("Training loss", study, run), 0.8, alt, caption)
    if study is None:
        words = "No study of this variant and these data has enough seeds to judge the article's losses by."
    elif not beside.bands:
        words = "Of other prices than the article's no study tells who made its losses."
    else:
        p = band_test(study, reported).p_value
        fit = "are consistent with" if p > 1 - LEVEL else "do not fit"
        words = f"The article's losses {fit} another training of this variant, by {whose}: joint p = {p:.3f}."
    if (p := losses.p_of_run(beside.of_others, run)) is not None:
        words += f" This run's own, among the other seeds: p = {p:.3f}."
    tables = [_loss_table(run, study), *([_band_table(beside)] if beside.bands else [])]
    title = "The loss, and the article's seven values"
    return Section("loss", title, "Loss", [Pair([picture], [Paragraph(words), *tables])])


def _loss_table(run: np.ndarray, study: np.ndarray | None) -> Table:
    ours = [run[epoch] if epoch < len(run) else None for epoch in EPOCHS]
    spread = np.full((3, len(EPOCHS)), np.nan) if study is None else np.quantile(study, [0, 0.5, 1], axis=0)
    columns = dict.fromkeys(("Article", "This run", "Lowest seed", "Median", "Highest"), ".4f")
    rows = list(zip(EPOCHS, REPORTED_LOSSES.values(), ours, *spread, strict=True))
    return Table("Mean training loss of the epochs that the article reports", {"Epoch": "d"} | columns, {"": rows})


def _band_table(beside: StudyLosses) -> Table:
    columns = {"Variant": "", "Seeds": "d", "Joint p": ".3f", "Farthest at epoch": "d", "The article's losses": ""}
    rows = [(one.variant, one.seeds, one.p_value, one.farthest_epoch, one.words) for one in beside.bands]
    return Table(f"Which program can have produced the article's losses, by {beside.source}", columns, {"": rows})


def _deviations(table: Mapping[str, DepartureRow], source: str) -> Section:
    """Skill of every variant: each deviation undone alone, and one after another."""
    published, undone = table[Variant().name], table[TEXT.name]
    picture = Picture(
        pictures.departures(table),
        1.1,
        f"Skill against persistence, with 95 % intervals: as published {published.skill:.2f}, with five deviations "
        f"undone {undone.skill:.2f}. Zero is persistence. The table below has every value.",
        "Skill with its 95 % interval over days and seeds; the dashed line is persistence. Beyond -1 the axis is "
        "logarithmic.",
    )
    words = (
        "Each deviation of the program from its text, or from good practice, undone alone and cumulatively, and the "
        f"window of 3 days that the article proposes, by {source}. Skill is 1 minus the model's squared test error "
        "divided by that of persistence: above 0 the model adds something, below 0 it takes away."
    )
    columns = {"Variant": "", "Verdict": "", "Skill": ".2f", "Error, USD": ",.2f", "Diebold-Mariano p": ".3f"}
    columns |= {"Direction right": ".1%", "Lag, rows": ".0f", "Skill of drift": ".2f", "Final loss": ".5f"}
    groups = {
        "As published": {"as published": Variant()},
        "One change alone": ALONE,
        "One after another, each with all above it": {f"+ {label}": variant for label, variant in LADDER.items()},
    }
    rungs = Table(
        "Every variant against persistence: errors are roots of the mean square over seeds and days of the test set, "
        "and test sets differ where rows do",
        columns | {"Seeds": "d"},
        {name: [_rung(label, table[one.name]) for label, one in group.items()] for name, group in groups.items()},
    )
    return Section("deviations", "Each deviation undone", "Deviations undone", [Paragraph(words), picture, rungs])


def _rung(label: str, row: DepartureRow) -> tuple:
    return (
        Cell(label, row.variant),
        row.verdict,
        Cell(row.skill, f"{shown(row.skill_low, '.2f')} to {shown(row.skill_high, '.2f')}"),
        Cell(row.test_rmse_usd, f"persistence {row.persistence_rmse_usd:,.2f}"),
        row.dm_p_words.removeprefix("= "),
        Cell(row.direction_accuracy, f"more frequent {shown(row.majority_share, '.1%')}"),
        row.best_lag,
        Cell(row.drift_skill, f"linear model {shown(row.autoregression_skill, '.2f')}"),
        row.final_loss,
        Cell(row.seeds, f"{row.diverged} diverged") if row.diverged else row.seeds,
    )


def _by_set(predictions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Those of the training set and those of the test set, scaled."""
    is_test, values = (predictions["set"] == "testing").to_numpy(), predictions["predicted_scaled"].to_numpy()
    return values[~is_test], values[is_test]


def _test_days(windows: Windows) -> Days:
    days = windows.dates[windows.test_rows]
    return days.min(), days.max()
