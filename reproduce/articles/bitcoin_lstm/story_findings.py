"""The findings of the studies in `reproduce.articles.bitcoin_lstm.story`, in sentences made from their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

import numpy as np

from reproduce.articles.article import Finding
from reproduce.articles.bitcoin_lstm.changes import LITTLE, WHOLE, ChangeRow
from reproduce.articles.bitcoin_lstm.clipping import (
    CLIPPED,
    EPOCHS,
    MARGINS,
    PLAIN_RNN,
    UNCLIPPED,
    ClippingRow,
    clipping_counts,
    collapses,
)
from reproduce.articles.bitcoin_lstm.memory import DRAWN, NETWORKS
from reproduce.articles.bitcoin_lstm.months import MonthsRow, against_persistence, against_rnn, errors_of
from reproduce.articles.bitcoin_lstm.recall import (
    BUDGET,
    FEW,
    LENGTHS,
    LONG,
    LSTM,
    SEEDS,
    RecallRow,
    at_ten_times,
    learnt_of,
)
from reproduce.articles.bitcoin_lstm.trained_gates import GateRow
from reproduce.articles.bitcoin_lstm.variant import WIRINGS, Variant
from reproduce.articles.paired import ENOUGH
from reproduce.evidence.pairs import Pairs

STILL = 1e-6  # of a memory's change: below, it is float32's rounding
_NAMED = {
    "published": "an LSTM as published",
    "described": "an LSTM as described",
    PLAIN_RNN: "a plain RNN",
    "gru": "a GRU",
}


def line(rows: Sequence[GateRow]) -> Finding:
    """How much of what trained networks predict is a line."""
    shares, H = [row.line_share for row in rows], Variant().hidden
    least = floor(1000 * min(shares)) / 10  # per cent: rounded down, as no network may be below it
    return Finding(
        "A trained network predicts what a straight line through its seven prices predicts.",
        f"In each of {len(rows)} networks, in both wirings, a line explains {least} % or more of the variance of "
        "what it predicts.",
        f"A line has {Variant().window + 1} numbers, and the network {4 * H * (H + 2) + H + 1:,}.",
        "trained_gates",
        "What the gates of trained networks do, and how much of their predictions is a line, a dot a seed",
        claims=("bitcoin-lstm/more-than-a-line",),
        study="bitcoin-gates",
    )


def memory(reached: Mapping[tuple[str, str], np.ndarray]) -> Finding:
    """What is left of a gradient after 59 days, before training."""
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


def forgetting(pairs: Pairs) -> Finding:
    """What a forget gate that is always 1 costs."""
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


def clipping(rows: Sequence[ClippingRow]) -> Finding:
    """Whether clipping prevents collapses."""
    found, saved = collapses(rows), clipping_counts(rows)[PLAIN_RNN]
    variants = (UNCLIPPED[PLAIN_RNN], *(CLIPPED[PLAIN_RNN, margin] for margin in MARGINS))
    without, at_4, at_1 = (sum(found[variant.name].values()) for variant in variants)
    losses = [[row.last_loss for row in rows if row.variant == variant.name] for variant in variants]
    ends, ends_at_4, ends_at_1 = (f"{min(one):.2g} to {max(one):.2g}" for one in losses)
    verb = "keeps" if saved.arms["margin 4"] >= ENOUGH * saved.seeds else "does not keep"
    return Finding(
        f"Clipping the gradients at the article's margin of 4 {verb} a plain RNN's training from collapsing.",
        f"With a plain RNN in the LSTM's place, {without} of {saved.seeds} seeds collapse within {EPOCHS} epochs "
        f"without clipping, {at_4} with it at 4, and {at_1} at 1; the last loss is {ends} without it, {ends_at_4} at "
        f"4, and {ends_at_1} at 1.",
        "A training collapses where its loss is above three times its lowest so far, two epochs running: a jump, from "
        "which it may recover. The table cannot tell whether a large gradient comes before a collapse: it has each "
        "training's largest, and not when. The program computes the clipped gradients and does not use them (D3).",
        "clipping",
        "Share of the seeds that collapse without clipping and with it, of three networks, and their largest gradients",
        claims=("bitcoin-lstm/clipping-prevents", "bitcoin-lstm/clipping-prevents-in-lstm"),
        study="bitcoin-clipping",
    )


def changes(rows: Sequence[ChangeRow]) -> Finding:
    """How much of its memory a day changes."""
    changes = {network: np.array([row.change for row in rows if row.network == network]) for network in UNCLIPPED}
    published, described, plain = (float(np.nanmedian(one)) for one in changes.values())
    still = int(np.sum(changes[PLAIN_RNN] < STILL))
    return Finding(
        f"In the median a day changes {_size(described)} of an LSTM's memory as described, and {_size(published)} as "
        "published.",
        f"On the last day of a window c moves by {100 * described:.0f} % of its length as described "
        f"({_alike(changes['described'])}) and by {100 * published:.0f} % as published "
        f"({_alike(changes['published'])}), and a plain RNN's h by {100 * plain:.0f} % (medians of "
        f"{len(changes[PLAIN_RNN])} seeds).",
        f"The Macbeth article says that an LSTM changes a little and a plain RNN all of it. Trained by this recipe, "
        f"{still} of the {len(changes[PLAIN_RNN])} plain RNNs have an h that no longer changes.",
        "changes",
        "The share of its memory that a day changes, a dot a seed, of SimpleRNN and both wirings",
        claims=("ours/memory-changes-little",),
        study="bitcoin-changes",
    )


def _alike(changes: np.ndarray) -> str:
    """How many seeds, nan where a training diverged, change as much of their memory as their median does."""
    size = _size(float(np.nanmedian(changes)))
    alike = [_size(change) for change in changes[~np.isnan(changes)]].count(size)
    return f"{size} in {alike} of {len(changes)} seeds"


def _size(change: float) -> str:
    if change < LITTLE:
        return f"less than {100 * LITTLE:.0f} %"
    return f"at least {100 * WHOLE:.0f} %" if change >= WHOLE else f"{100 * LITTLE:.0f} to {100 * WHOLE:.0f} %"


def months(rows: Sequence[MonthsRow]) -> Finding:
    """Whether networks trained to March 2018 predict the two months after it."""
    lead, naive = against_rnn(rows), against_persistence(rows)
    able = [_NAMED[network] for network, pairs in naive.items() if pairs.outcome == "better"]
    errors = {network: float(np.nanmedian(list(errors_of(rows, network).values()))) for network in naive}
    better = "is" if all(lead[wiring].outcome == "better" for wiring in WIRINGS) else "is not surely"
    return Finding(
        "Trained to March 2018, "
        + (f"only {' and '.join(able)} can predict" if able else "neither an LSTM nor a plain RNN predicts")
        + " April and May better than repeating the day before.",
        f"Over these 56 days the test error is {errors['described']:.0f} USD for an LSTM as described, "
        f"{errors['published']:.0f} as published and {errors[PLAIN_RNN]:.0f} for a plain RNN, where repeating the day "
        f"before gives {rows[0].persistence_usd:.0f} USD (medians of {len(errors_of(rows, PLAIN_RNN))} seeds).",
        f"The LSTM {better} better than the plain RNN: seed by seed the RNN's error less its own is "
        f"{_usd(lead['described'])} as described, and {_usd(lead['published'])} as published. The article says that an "
        "LSTM can use prices of December 2014 for these months, and a plain RNN cannot.",
        "months",
        "Test error in April and May 2018, a dot a seed, of both wirings and a plain RNN, beside persistence",
        claims=("bitcoin-lstm/april-and-may",),
        study="bitcoin-months",
    )


def _usd(pairs: Pairs) -> str:
    return f"{pairs.mean:.1f} USD on average ({pairs.low:.1f} to {pairs.high:.1f})"


def recall(rows: Sequence[RecallRow]) -> Finding:
    """Which networks learn to recall the first of few numbers, and of many."""
    learnt, later = learnt_of(rows), at_ten_times(rows)

    def counts(network: str, draw: str) -> str:
        return ", ".join(str(sum(learnt[network, draw, numbers, BUDGET].values())) for numbers in LENGTHS)

    def of_all(network: str) -> int:
        return sum(sum(learnt[network, draw, LONG, BUDGET].values()) for draw in DRAWN)

    trained, short = len(SEEDS) * len(DRAWN), ", ".join(map(str, LENGTHS[:-1]))
    ten = ", ".join(f"{_NAMED[network]} in {sum(later[network, draw] for draw in DRAWN)}" for network in NETWORKS)
    by_draw = "; ".join(
        f"by {name} of first weights {counts(PLAIN_RNN, draw)} (plain RNN) and {counts(LSTM, draw)} (LSTM)"
        for draw, name in DRAWN.items()
    )
    return Finding(
        f"A plain RNN learns to recall the first of {LONG} numbers in {of_all(PLAIN_RNN)} of {trained} trainings, and "
        f"an LSTM in {of_all(LSTM) or 'none'}.",
        f"Seeds of {len(SEEDS)} that learn it over {short} and {LONG} numbers: {by_draw}.",
        f"Over {LONG} the published wiring learns it in {of_all('published')} of {trained} trainings and a GRU in "
        f"{of_all('gru')}. With ten times the steps, of {len(FEW) * len(DRAWN)} trainings each: {ten}. The three "
        "articles say the opposite: that a plain RNN recalls over a short time alone, and an LSTM over a long one too.",
        "recall",
        "What each training leaves of the variance, on a log axis, of four networks over 7, 20 and 60 numbers",
        claims=("bitcoin-lstm/recall", "ours/lstm-recalls-farther"),
        study="bitcoin-recall",
    )
