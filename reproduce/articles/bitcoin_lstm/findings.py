"""The findings that matter most, in sentences made from the shipped tables."""

from __future__ import annotations

from reproduce.articles.article import Finding
from reproduce.articles.bitcoin_lstm import (
    changes,
    clipping,
    departures,
    forgetting,
    losses,
    memory,
    months,
    recall,
    trained_gates,
)
from reproduce.articles.bitcoin_lstm import story_findings as story
from reproduce.articles.bitcoin_lstm.departures import ALONE, DepartureRow
from reproduce.articles.bitcoin_lstm.losses import BandVerdict
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.evidence.chance import FALLS, FAMILY, standings
from reproduce.evidence.claims import read_claims

OF_EQUATIONS = "bitcoin-lstm/loss-curve-of-equations"


def findings() -> list[Finding]:
    """The least expected comes first."""
    of_losses = losses.TABLE.shipped()
    joint, curves = {band.variant: band for band in losses.judge(of_losses)}, losses.curves_of(of_losses)
    kept = losses.kept_as(curves["described"], curves["published"])
    table = departures.by_variant(departures.TABLE.shipped())
    published, ordered = table[Variant().name], table[ALONE["rows in date order"].name]
    return [
        _ordered(ordered),
        story.recall(recall.TABLE.shipped()),
        story.line(trained_gates.TABLE.shipped()),
        story.clipping(clipping.TABLE.shipped()),
        _published(published),
        story.months(months.TABLE.shipped()),
        story.memory(memory.reached_of(memory.TABLE.shipped(), "over_59")),
        story.changes(changes.TABLE.shipped()),
        story.forgetting(forgetting.pairs_of(forgetting.TABLE.shipped())),
        _losses(joint["published"], joint["described"], kept),
    ]


def _ordered(ordered: DepartureRow) -> Finding:
    return Finding(
        f"The program predicts a day from the days after it; in date order it is {ordered.verdict}.",
        f"With the days in order, the same program's test error over all {ordered.seeds} seeds is "
        f"{ordered.test_rmse_usd:.0f} USD, where repeating the day before gives "
        f"{ordered.persistence_rmse_usd:.0f} USD.",
        f"The skill is {ordered.skill:.1f} (95 % interval {ordered.skill_low:.1f} to {ordered.skill_high:.1f}, "
        f"{ordered.seeds} seeds). The program reads the table as it lies, newest day first (D1).",
        "departures",
        "Skill of every variant with its 95 % interval, beside the line of persistence",
        claims=("bitcoin-lstm/previous-days",),
        study="bitcoin-departures",
    )


def _published(row: DepartureRow) -> Finding:
    return Finding(
        f"As published, the model is {row.verdict}.",
        f"Its test error, the root of the mean square, is {row.test_rmse_usd:.0f} USD over all {row.seeds} seeds and "
        f"{row.median_rmse_usd:.0f} USD in the median, where repeating the nearest day that it reads gives "
        f"{row.persistence_rmse_usd:.0f} USD.",
        "As the rows run newest first, its test set is the oldest and calmest time. "
        f"The skill is {row.skill:.2f}, with a 95 % interval from {row.skill_low:.2f} to {row.skill_high:.2f}, and "
        f"{row.skill_median:.2f} in the median. "
        f"What looks accurate in the article's picture trails the price by {row.best_lag:.0f} day.",
        "predictions_by_date",
        "Price and predictions by date in USD; below, the test set alone with persistence beside it",
        claims=("bitcoin-lstm/accurate",),
        study="bitcoin-departures",
    )


def _losses(published: BandVerdict, described: BandVerdict, kept: int) -> Finding:
    return Finding(
        f"The reported losses are {_consistent(published)} with the program, and {_consistent(described)} with the "
        "LSTM of its text.",
        f"Among {published.seeds} seeds of each, the seven losses have a joint p-value of {published.p_value:.3f} for "
        f"the program as it ran, and of {described.p_value:.3f} for the cell that the article's equations describe.",
        f"To be consistent proves little: of {described.seeds} curves of that cell the test keeps {kept} as the "
        "program's. The program hands its cell the two state vectors in each other's place (D2)."
        f"{_among_all(described)}",
        "loss",
        "Training loss on a log axis: 40 seeds faintly, their median and 5 to 95 % of them, and the article's values",
        claims=("bitcoin-lstm/loss-curve", OF_EQUATIONS),
        study="bitcoin-losses",
    )


def _among_all(described: BandVerdict) -> str:
    """Whether the p-value that excludes the text's LSTM stands among those of the article's other verdicts."""
    p_values = read_claims(__package__).p_values
    if standings(p_values).get(OF_EQUATIONS) != FALLS:
        return ""
    return (
        f" Among all {len(p_values)} p-values of the article the second does not stand {FAMILY}: with "
        f"{described.seeds} seeds none can be below {1 / (described.seeds + 1):.3f}."
    )


def _consistent(band: BandVerdict) -> str:
    return band.words if band.words == "consistent" else "not consistent"
