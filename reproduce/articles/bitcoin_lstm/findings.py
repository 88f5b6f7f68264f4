"""The three findings that matter most, in sentences made from the shipped tables."""

from __future__ import annotations

from reproduce.articles.article import Finding
from reproduce.articles.bitcoin_lstm.departures import ALONE, DepartureRow, shipped_departures
from reproduce.articles.bitcoin_lstm.losses import BandVerdict, judge, shipped_losses
from reproduce.articles.bitcoin_lstm.variant import Variant


def findings() -> list[Finding]:
    """Which program made the losses; how the model compares with persistence; what is left of that in date order."""
    joint, table = {band.variant: band for band in judge(shipped_losses())}, shipped_departures()
    published, ordered = table[Variant().name], table[ALONE["rows in date order"].name]
    return [_losses(joint["published"], joint["described"]), _published(published), _ordered(published, ordered)]


def _losses(published: BandVerdict, described: BandVerdict) -> Finding:
    return Finding(
        f"The reported losses are {_consistent(published)} with the program, and {_consistent(described)} with the "
        "LSTM of its text.",
        f"Among {published.seeds} seeds of each, the seven losses have a joint p-value of {published.p_value:.3f} for "
        f"the program as it ran, and of {described.p_value:.3f} for the cell that the article's equations describe: "
        "the program hands its cell the two state vectors in each other's place (D2).",
        "loss",
        "Training loss on a log axis: 40 seeds faintly, their median and 5 to 95 % of them, and the article's values",
    )


def _consistent(band: BandVerdict) -> str:
    return band.words if band.words == "consistent" else "not consistent"


def _published(row: DepartureRow) -> Finding:
    return Finding(
        f"As published, the model is {row.verdict}.",
        f"Its test error is {row.test_rmse_usd:.0f} USD. Repeating the nearest day that it reads gives "
        f"{row.persistence_rmse_usd:.0f} USD. The skill is {row.skill:.2f}, with a 95 % interval from "
        f"{row.skill_low:.2f} to {row.skill_high:.2f} over {row.seeds} seeds. What looks accurate in the article's "
        f"picture trails the price by {row.best_lag:.0f} day.",
        "predictions_by_date",
        "Price and predictions by date in USD; below, the test set alone with persistence beside it",
    )


def _ordered(published: DepartureRow, ordered: DepartureRow) -> Finding:
    return Finding(
        f"In date order, where the past predicts the future, it is {ordered.verdict}.",
        "The program reads the table as it lies, newest day first (D1). So the test set is the oldest and calmest "
        f"time, where persistence has an error of {published.persistence_rmse_usd:.0f} USD. With the days in "
        f"order, the same program's error is {ordered.test_rmse_usd:.0f} USD, and persistence has "
        f"{ordered.persistence_rmse_usd:.0f} USD. The skill is {ordered.skill:.1f}, with a 95 % interval from "
        f"{ordered.skill_low:.1f} to {ordered.skill_high:.1f} over {ordered.seeds} seeds.",
        "departures",
        "Skill of every variant with its 95 % interval, beside the line of persistence",
    )
