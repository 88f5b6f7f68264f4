"""What the page says of a run of the stacked LSTM guide: its picture, its rivals by seed, and what is assumed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pandas as pd

from reproduce.articles.accounts import MONTH, day_chart, error_words, read_forecast, remarks
from reproduce.articles.sections import Account, Answer, Answers, Cell, Pair, Picture, Section, Table, shown
from reproduce.articles.stacked_lstm import assumptions, pictures
from reproduce.articles.stacked_lstm.inside import inside_section
from reproduce.articles.stacked_lstm.rivals import TABLE, RivalRow, compare, median_of, persistence_usd
from reproduce.articles.stacked_lstm.variant import LABELS, NETWORKS, Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.evidence.pairs import Pairs
from reproduce.evidence.tally import counted
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory


def account(directory: Directory, study: Path | None) -> Account:
    """Tell of a finished run from its files, with the table of the study around it where it is complete.

    Raises:
        RunError: a file is damaged, or does not agree with the others.
    """
    config = directory.config
    prices, windows, predictions = read_forecast(directory, prepare)
    rows, source = TABLE.of_study(study, _is_whole)
    return Account(
        lead=f"The guide's experiment was rerun with the network {LABELS[config.variant.network]} (variant "
        f"{config.variant.name}, seed {config.seed}, {counted(config.variant.epochs, 'epoch')}) on "
        f"{counted(len(windows.dates), 'day')} of Bitcoin's closing prices, {windows.dates.min()} to "
        f"{windows.dates.max()}; the test set is the last {counted(windows.tested, 'day')}.",
        notices=remarks(directory, prices.notes),
        sections=[
            *_test_set(directory, windows, predictions[predictions["set"] == "testing"]),
            inside_section(directory),
            _rivals(rows, source),
            _assumptions(directory.config.variant),
        ],
    )


def _is_whole(rows: Sequence[RivalRow]) -> bool:
    """Whether every network is there with two seeds, the fewest that can be compared."""
    seeds = {row.seed for row in rows}
    return len(seeds) > 1 and {(row.network, row.seed) for row in rows} >= set(product(NETWORKS, seeds))


def _test_set(directory: Directory, windows: Windows, tested: pd.DataFrame) -> list[Section]:
    """The guide's picture, the same predictions by date beside persistence, and the chart."""
    network, usd = directory.config.variant.network, tested["predicted_usd"].to_numpy()
    days = windows.dates[windows.test_rows]
    first, last = days[0], days[-1]
    metrics = directory.read_metrics()
    told = error_words(metrics, (first, last))
    as_published = Picture(
        pictures.predictions_as_published(windows, usd, network),
        0.5,
        f"The picture as the guide draws it: in red the price of {counted(windows.tested, 'test day')}, in green the "
        f"prediction of {LABELS[network]}, by number of the day.",
        "As published. The x axis counts days; its label says 60 whatever their number.",
    )
    by_date = Picture(
        pictures.predictions_by_date(windows, usd, network),
        0.6,
        f"The same predictions in USD by date, {first} to {last}, beside the price of the day before. {told}",
        "The same on the days they are for, beside persistence: the forecast that the price stays as it was the day "
        "before.",
    )
    words = (
        "Look whether the prediction turns before the price does, or a day after it, as persistence does. "
        f"{told} Skill: {shown(metrics['skill'], '.2f')}; above 0 the network is better than persistence."
    )
    ranges = {"test days": (first, last), "last month": (max(first, last - MONTH), last)}
    return [
        Section("picture", "True and predicted prices", "The picture", [Pair([as_published], [by_date])]),
        Section("prices", "The test days, one by one", "Day by day", [day_chart(windows, tested, ranges, words)]),
    ]


def _rivals(rows: Sequence[RivalRow], source: str) -> Section:
    """The guide's comparison of networks, over many seeds."""
    pairs, naive = compare(rows), persistence_usd(rows)
    told = "; ".join(f"{LABELS[one.rival]} minus LSTM {shown(one.mean, '.0f')} USD on average" for one in pairs)
    picture = Picture(
        pictures.rivals(rows, pairs, naive),
        1.1,
        "Above, the test error of every network and seed; below, each rival's error minus the LSTM's of the same "
        f"seed: {told}. The tables have the values.",
        f"Every run of {source}, and the paired differences with the mean and its 95 % interval.",
    )
    tables = [_pair_table(pairs), _median_table(rows, naive)]
    return Section("rivals", "The LSTM and its rivals, seed by seed", "Rivals", [Pair([picture], tables)])


def _pair_table(pairs: Sequence[Pairs]) -> Table:
    columns = {"Rival": "", "Its error minus the LSTM's, USD": ".0f", "LSTM better on": ".0%", "Wilcoxon p": ".3f"}
    rows = [
        (
            Cell(LABELS[one.rival], f"{one.diverged} diverged") if one.diverged else LABELS[one.rival],
            Cell(one.mean, f"{shown(one.low, '.0f')} to {shown(one.high, '.0f')}"),
            one.share_won,
            "< 0.001" if one.wilcoxon_p < 0.001 else one.wilcoxon_p,
            one.outcome,
        )
        for one in pairs
    ]
    caption = "Differences of the test error, seed by seed; below 0 the rival is better"
    return Table(caption, columns | {"The LSTM is": ""}, {"": rows})


def _median_table(rows: Sequence[RivalRow], naive: float) -> Table:
    columns = {"Network": "", "Error, USD": ".0f", "Skill": ".2f", "Final loss": ".5f", "Seeds": "d"}
    medians: list[tuple] = []
    for network in NETWORKS:
        mine = [row for row in rows if row.network == network]
        values = (median_of([getattr(row, name) for row in mine]) for name in ("rmse_usd", "skill", "final_loss"))
        medians.append((LABELS[network], *values, len(mine)))
    beside = [("persistence", naive, 0.0, None, None)]
    return Table("Medians over the seeds", columns, {"": medians, "Beside them": beside})


def _assumptions(variant: Variant) -> Section:
    """What the guide leaves open and the verdicts depend on."""
    parts = (line.partition(": ") for line in assumptions(variant))
    chosen = Answers([Answer(title, text[:1].upper() + text[1:]) for title, _, text in parts])
    return Section("assumptions", "What the guide leaves open, and what was chosen", "Assumptions", [chosen])
