"""The findings that matter most, in sentences made from the shipped tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reproduce.articles.article import Finding
from reproduce.articles.bitcoin_lstm.changes import LITTLE, WHOLE, ChangeRow, shipped_changes
from reproduce.articles.bitcoin_lstm.clipping import (
    CLIPPED,
    EPOCHS,
    MARGINS,
    PLAIN_RNN,
    UNCLIPPED,
    ClippingRow,
    clipping_counts,
    collapses,
    shipped_clipping,
)
from reproduce.articles.bitcoin_lstm.counts import ENOUGH
from reproduce.articles.bitcoin_lstm.departures import ALONE, DepartureRow, shipped_departures
from reproduce.articles.bitcoin_lstm.forgetting import pairs_of, shipped_forgetting
from reproduce.articles.bitcoin_lstm.losses import BandVerdict, judge, shipped_losses
from reproduce.articles.bitcoin_lstm.memory import reached_of, shipped_memory
from reproduce.articles.bitcoin_lstm.trained_gates import GateRow, shipped_gates
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.evidence.chance import FALLS, FAMILY, standings
from reproduce.evidence.claims import read_claims
from reproduce.evidence.pairs import Pairs

STILL = 1e-6  # of a memory's change: below, it is float32's rounding
OF_EQUATIONS = "bitcoin-lstm/loss-curve-of-equations"


def findings() -> list[Finding]:
    """The least expected comes first."""
    joint, table = {band.variant: band for band in judge(shipped_losses())}, shipped_departures()
    published, ordered = table[Variant().name], table[ALONE["rows in date order"].name]
    return [
        _ordered(ordered),
        _line(shipped_gates()),
        _clipping(shipped_clipping()),
        _published(published),
        _memory(reached_of(shipped_memory(), "over_59")),
        _changes(shipped_changes()),
        _forgetting(pairs_of(shipped_forgetting())),
        _losses(joint["published"], joint["described"]),
    ]


def _ordered(ordered: DepartureRow) -> Finding:
    return Finding(
        f"The program predicts a day from the days after it; in date order it is {ordered.verdict}.",
        f"With the days in order, the same program's test error is {ordered.test_rmse_usd:.0f} USD, where repeating "
        f"the day before gives {ordered.persistence_rmse_usd:.0f} USD.",
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
        f"Its test error is {row.test_rmse_usd:.0f} USD, where repeating the nearest day that it reads gives "
        f"{row.persistence_rmse_usd:.0f} USD.",
        "As the rows run newest first, its test set is the oldest and calmest time. "
        f"The skill is {row.skill:.2f}, with a 95 % interval from {row.skill_low:.2f} to {row.skill_high:.2f} over "
        f"{row.seeds} seeds. What looks accurate in the article's picture trails the price by {row.best_lag:.0f} day.",
        "predictions_by_date",
        "Price and predictions by date in USD; below, the test set alone with persistence beside it",
        claims=("bitcoin-lstm/accurate",),
        study="bitcoin-departures",
    )


def _line(rows: Sequence[GateRow]) -> Finding:
    shares, H = [row.line_share for row in rows], Variant().hidden
    return Finding(
        "A trained network predicts what a straight line through its seven prices predicts.",
        f"In each of {len(rows)} networks, in both wirings, a line explains {100 * min(shares):.1f} % or more of the "
        "variance of what it predicts.",
        f"A line has {Variant().window + 1} numbers, and the network {4 * H * (H + 2) + H + 1:,}.",
        "trained_gates",
        "What the gates of trained networks do, and how much of their predictions is a line, a dot a seed",
        claims=("bitcoin-lstm/more-than-a-line",),
        study="bitcoin-gates",
    )


def _memory(reached: Mapping[tuple[str, str], np.ndarray]) -> Finding:
    rnn, lstm = (float(np.median(reached[network, "keras"])) for network in ("simple-rnn", "described"))
    return Finding(
        "Before training, the gradient of an LSTM fades with distance, and more than that of a plain RNN.",
        f"Of a change 59 days back, an LSTM's state keeps {lstm:.0e} and a plain RNN's {rnn:.2f} (medians of "
        f"{len(reached['described', 'keras'])} seeds, with weights as Keras draws them).",
        "The three articles rest on the opposite. Whether a plain RNN's fades depends on how its weights are drawn.",
        "reach",
        "What is left of a gradient after 1 to 59 days, on a log axis, of SimpleRNN, GRU and both wirings",
        claims=("bitcoin-lstm/rnn-fades", "ours/lstm-lasts", "ours/lstm-fades-less"),
        study="bitcoin-memory",
    )


def _forgetting(pairs: Pairs) -> Finding:
    verb = {"better": "predicts worse", "worse": "predicts better"}.get(pairs.outcome, "predicts as well")
    return Finding(
        f"A network that can never forget {verb}.",
        f"With the forget gate held at 1, the test error differs by {pairs.mean:.3f} USD on average, with a 95 % "
        f"interval from {pairs.low:.2f} to {pairs.high:.2f} over {len(pairs.differences)} seeds.",
        "It reads seven days, of which there is little to forget.",
        "forgetting",
        "Test error of networks that learn to forget and of those that never do, seed by seed",
        claims=("bitcoin-lstm/forgetting-required",),
        study="bitcoin-forgetting",
    )


def _clipping(rows: Sequence[ClippingRow]) -> Finding:
    found, saved = collapses(rows), clipping_counts(rows)[PLAIN_RNN]
    variants = (UNCLIPPED[PLAIN_RNN], *(CLIPPED[PLAIN_RNN, margin] for margin in MARGINS))
    without, at_4, at_1 = (sum(found[variant.name].values()) for variant in variants)
    verb = "keeps" if saved.arms["margin 4"] >= ENOUGH * saved.seeds else "does not keep"
    return Finding(
        f"Clipping the gradients {verb} a plain RNN's training from collapsing.",
        f"In the LSTM's place, within {EPOCHS} epochs, {without} of {saved.seeds} seeds collapse without clipping, "
        f"{at_4} with it at the article's margin of 4, and {at_1} at 1.",
        "A training collapses where its loss is above three times its lowest, two epochs running. The program computes "
        "the clipped gradients and does not use them (D3).",
        "clipping",
        "Share of the seeds that collapse without clipping and with it, of three networks, and their largest gradients",
        claims=("bitcoin-lstm/clipping-prevents", "bitcoin-lstm/clipping-prevents-in-lstm"),
        study="bitcoin-clipping",
    )


def _changes(rows: Sequence[ChangeRow]) -> Finding:
    changes = {network: np.array([row.change for row in rows if row.network == network]) for network in UNCLIPPED}
    published, described, plain = (float(np.nanmedian(one)) for one in changes.values())
    still = int(np.sum(changes[PLAIN_RNN] < STILL))
    return Finding(
        f"A day changes {_size(described)} of an LSTM's memory as described, and {_size(published)} as published.",
        f"On the last day of a window c moves by {100 * described:.0f} % of its length as described and by "
        f"{100 * published:.0f} % as published, and a plain RNN's h by {100 * plain:.0f} % (medians of "
        f"{len(changes[PLAIN_RNN])} seeds).",
        f"The Macbeth article says that an LSTM changes a little and a plain RNN all of it. Trained by this recipe, "
        f"{still} of the {len(changes[PLAIN_RNN])} plain RNNs have an h that no longer changes.",
        "changes",
        "The share of its memory that a day changes, a dot a seed, of SimpleRNN and both wirings",
        claims=("ours/memory-changes-little",),
        study="bitcoin-changes",
    )


def _size(change: float) -> str:
    if change < LITTLE:
        return f"less than {100 * LITTLE:.0f} %"
    return f"at least {100 * WHOLE:.0f} %" if change >= WHOLE else f"{100 * LITTLE:.0f} to {100 * WHOLE:.0f} %"


def _losses(published: BandVerdict, described: BandVerdict) -> Finding:
    return Finding(
        f"The reported losses are {_consistent(published)} with the program, and {_consistent(described)} with the "
        "LSTM of its text.",
        f"Among {published.seeds} seeds of each, the seven losses have a joint p-value of {published.p_value:.3f} for "
        f"the program as it ran, and of {described.p_value:.3f} for the cell that the article's equations describe.",
        f"The program hands its cell the two state vectors in each other's place (D2).{_among_all(described)}",
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
