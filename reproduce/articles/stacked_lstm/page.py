"""What the page says of a run of the stacked LSTM guide: its picture, its rivals by seed, and what is assumed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from reproduce.articles.days import day_chart, error_words, read_predictions
from reproduce.articles.sections import (
    Account,
    Answer,
    Answers,
    Cell,
    Pair,
    Paragraph,
    Picture,
    Section,
    Table,
    counted,
    shown,
)
from reproduce.articles.stacked_lstm import ASSUMPTIONS, figures
from reproduce.articles.stacked_lstm.findings import sentence
from reproduce.articles.stacked_lstm.pairs import Pairs, compare
from reproduce.articles.stacked_lstm.rivals import TABLE, RivalRow, read_rivals, shipped_rivals
from reproduce.articles.stacked_lstm.variant import LABELS, NETWORKS
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.inputs.prices import EMBEDDED_SHA256, PriceTable
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory

MONTH = np.timedelta64(30, "D")  # from its first day to its last


def account(directory: Directory, table: PriceTable, study: Path | None) -> Account:
    """Tell of a finished run from its files, with the study's own runs in place of the package's.

    Args:
        table: prices.csv of the run, as it read them.
        study: the folder of the study that the run is one of.

    Raises:
        RunError: a file is damaged, or does not agree with the others.
    """
    config, windows = directory.config, prepare(table, directory.config.variant)
    predictions = read_predictions(directory, windows)
    rows = shipped_rivals() if study is None else read_rivals(study / TABLE)
    network = LABELS[config.variant.network]
    return Account(
        lead=f"The guide's experiment was rerun with the network {network} (variant {config.variant.name}, seed "
        f"{config.seed}, {counted(config.variant.epochs, 'epoch')}) on {counted(len(windows.dates), 'day')} of "
        f"Bitcoin's closing prices, {windows.dates.min()} to {windows.dates.max()}; the last "
        f"{counted(config.variant.test_days, 'day')} are the test set.",
        has_published_input=config.data_sha256 == EMBEDDED_SHA256,
        notices=["The training diverged: its predictions are not numbers."]
        if directory.read_metrics()["test_mse"] is None
        else [],
        sections=[
            _pictures(directory, windows, predictions),
            _prices(directory, windows, predictions),
            _rivals(rows, study),
            _assumptions(),
        ],
    )


def _pictures(directory: Directory, windows: Windows, predictions: pd.DataFrame) -> Section:
    """The guide's picture, and the same predictions by date beside persistence."""
    tested = predictions[predictions["set"] == "testing"]
    network, usd = directory.config.variant.network, tested["predicted_usd"].to_numpy()
    days = tested["date"].to_numpy("datetime64[D]")
    told = error_words(directory.read_metrics(), days.min(), days.max())
    as_published = Picture(
        figures.predictions_as_published(windows, usd, network),
        0.5,
        f"The picture as the guide draws it: in red the price of {counted(len(days), 'test day')}, in green the "
        f"prediction of {LABELS[network]}, by number of the day.",
        "As published. The x axis counts days; its label says 60 whatever their number.",
    )
    by_date = Picture(
        figures.predictions_by_date(windows, usd, network),
        0.6,
        f"The same predictions in USD by date, {days.min()} to {days.max()}, with persistence, the price of the day "
        f"before. {told}",
        "The same on the days they are for, beside persistence: the forecast that the price stays as it was the day "
        "before.",
    )
    return Section("picture", "True and predicted prices", "The picture", [Pair([as_published], [by_date])])


def _prices(directory: Directory, windows: Windows, predictions: pd.DataFrame) -> Section:
    days = predictions.loc[predictions["set"] == "testing", "date"].to_numpy("datetime64[D]")
    first, last = days.min(), days.max()
    metrics = directory.read_metrics()
    words = (
        "Look whether the prediction turns before the price does, or a day after it, as persistence does. "
        f"{error_words(metrics, first, last)} Skill: {shown(metrics['skill'], '.2f')}; above 0 the network is better "
        "than persistence."
    )
    ranges = {"test days": (first, last), "last month": (max(first, last - MONTH), last)}
    chart = day_chart(windows, predictions[predictions["set"] == "testing"], ranges, words)
    return Section("prices", "The test days, one by one", "Day by day", [chart])


def _rivals(rows: Sequence[RivalRow], study: Path | None) -> Section:
    """The guide's comparison of networks, over many seeds."""
    persistence_usd = next(row.rmse_usd / math.sqrt(1 - row.skill) for row in rows if math.isfinite(row.skill))
    pairs, source = compare(rows), "the study that comes with the package" if study is None else "this study"
    told = "; ".join(f"{LABELS[one.rival]} less LSTM {one.mean:.0f} USD on average" for one in pairs)
    picture = Picture(
        figures.rivals(rows, pairs, persistence_usd),
        1.1,
        f"Above, the test error of every network and seed; below, each rival's error less the LSTM's of the same seed: "
        f"{told}. The tables have the values.",
        f"Every run of {source}, and the paired differences with the mean and its 95 % interval.",
    )
    words = [Paragraph(sentence(pairs, persistence_usd, rows)), picture]
    tables = [_pair_table(pairs), _median_table(rows, persistence_usd)]
    return Section("rivals", "The LSTM and its rivals, seed by seed", "Rivals", [Pair(words, tables)])


def _pair_table(pairs: Sequence[Pairs]) -> Table:
    columns = {"Network": "", "Error less the LSTM's, USD": ".0f", "LSTM better on": ".0%", "Wilcoxon p": ".3f"}
    columns |= {"Verdict": ""}
    rows = [
        (
            Cell(LABELS[one.rival], f"{one.diverged} diverged") if one.diverged else LABELS[one.rival],
            Cell(one.mean, f"{shown(one.low, '.0f')} to {shown(one.high, '.0f')}"),
            one.share_won,
            "< 0.001" if one.wilcoxon_p < 0.001 else one.wilcoxon_p,
            one.verdict,
        )
        for one in pairs
    ]
    caption = "Each rival's test error less the LSTM's of the same seed; below 0 the rival is better"
    return Table(caption, columns, {"": rows})


def _median_table(rows: Sequence[RivalRow], persistence_usd: float) -> Table:
    columns = {"Network": "", "Error, USD": ".0f", "Skill": ".2f", "Final loss": ".5f", "Seeds": "d"}
    medians: list[tuple] = []
    for network in NETWORKS:
        mine = [row for row in rows if row.network == network]
        values = (median(getattr(row, name) for row in mine) for name in ("rmse_usd", "skill", "final_loss"))
        medians.append((LABELS[network], *values, len(mine)))
    medians.append(("persistence", persistence_usd, 0.0, None, None))
    return Table("Medians over the seeds, beside persistence", columns, {"": medians})


def _assumptions() -> Section:
    """What the guide leaves open and the verdicts depend on."""
    parts = (line.partition(": ") for line in ASSUMPTIONS)
    chosen = Answers([Answer(title, text[:1].upper() + text[1:]) for title, _, text in parts])
    words = Paragraph("The guide leaves these open; the verdicts depend on what was chosen.")
    return Section("assumptions", "What had to be assumed", "Assumptions", [words, chosen])
