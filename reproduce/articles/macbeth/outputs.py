"""Our values that the article's claims are judged by, under the names claims.toml uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

import numpy as np

from reproduce.articles.article import Shown
from reproduce.articles.macbeth import coding, dropout, epochs, plain, replays, stops
from reproduce.articles.macbeth.epochs import (
    TREND_EPOCHS,
    MilestoneRow,
    hundreds_of,
    overfitted,
    trend_of,
    trend_values,
)
from reproduce.articles.macbeth.hundred import hundred_outputs
from reproduce.articles.macbeth.milestones import read_milestones, text_repeat_rate
from reproduce.articles.macbeth.program import program_outputs
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.macbeth.slopes import slope_outputs
from reproduce.articles.macbeth.terms import term_outputs
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.sources import TEXTS
from reproduce.evidence.chance import mean_p, order_p
from reproduce.evidence.measures import entropy_of_order
from reproduce.networks.stack.weights import count_weights
from reproduce.runs.directory import Directory


def own_result(directory: Directory) -> Shown:
    """What a run says of its own text: its loss beside what counted characters reach, and how it repeats itself."""
    text, last = TEXTS.read(directory), read_milestones(directory)[-1]
    training, judged = parts(text, directory.config.variant)
    counted = [entropy_of_order(training, judged, order, len(text.vocabulary)) for order in (0, 1)]
    row = asdict(last) | {
        "entropy_0": counted[0],
        "entropy_1": counted[1],
        "text_repeat_rate": text_repeat_rate(judged),
    }
    held_out = "none is held out" if isnan(last.held_out_loss) else f"{last.held_out_loss:.3f}"
    texts = {
        "characters, distinct": f"{len(text.indices):,}, {len(text.vocabulary)}",
        "epochs": str(last.epoch),
        "training loss, nats a character": f"{last.loss:.3f}",
        "held-out loss (variant held-out-last-tenth)": held_out,
        "characters counted alone, in pairs": f"{counted[0]:.3f}, {counted[1]:.3f}",
        "greedy text that repeats itself, the text itself": f"{last.repeat_rate:.3f}, {row['text_repeat_rate']:.3f}",
    }
    return Shown("Your text", [row], [{"what": name, "value": value} for name, value in texts.items()])


def audit_outputs() -> dict[str, Any]:
    """Every value by the table in the package; None where nothing here can tell."""
    milestones, terms = epochs.TABLE.shipped(), term_outputs()
    of_study = study_outputs(milestones)
    return {
        "text_confirmed": None,  # the article names the play, not the edition
        **terms,
        "start_windows": of_study["samples"] - terms["starts_left_out"],
        **slope_outputs(),
        **settings_outputs(Variant()),
        **program_outputs(),
        **of_study,
        **coding.coding_outputs(coding.TABLE.shipped(), milestones),
        **plain.plain_outputs(plain.TABLE.shipped(), dropout.TABLE.shipped(), plain.pairs_of(milestones)),
        **replays.collapse_outputs(replays.TABLE.shipped()),
        **stops.stop_outputs(stops.TABLE.shipped()),
        **dropout.dropout_outputs(dropout.TABLE.shipped()),
    }


def settings_outputs(variant: Variant) -> dict[str, Any]:
    """What a training sets."""
    return {
        "window": variant.window,
        "hidden_layers": [variant.hidden] * 2,
        "dropout": [variant.dropout] * 2,
        "batch_size": variant.batch,
        "epochs": variant.epochs,
    }


def run_outputs(directory: Directory) -> dict[str, Any]:
    """What a finished run shows."""
    text = TEXTS.read(directory)
    variant, metrics = directory.config.variant, directory.read_metrics()
    training, _ = parts(text, variant)
    counted = {name: metrics[name] for name in ("characters", "distinct_characters", "samples", "batches")}
    loss = float(directory.read_losses()[0])
    shown = {
        "trainable_weights": metrics["weights"],
        "loss_mean": loss,
        "loss_highest": loss,
        "unigram_entropy": entropy_of_order(training, training, 0, len(text.vocabulary)),
    }
    rows = {one.epoch: (one.held_out_loss, one.repeat_rate) for one in read_milestones(directory)}
    is_trend = variant.held_out != "none" and set(TREND_EPOCHS) <= set(rows)
    trend = trend_outputs(np.array([rows[epoch] for epoch in TREND_EPOCHS])) if is_trend else {}
    return settings_outputs(variant) | program_outputs() | counted | shown | trend


def study_outputs(rows: Sequence[MilestoneRow]) -> dict[str, Any]:
    """What the shipped study shows: the published program's one epoch, and the trend, means over its seeds."""
    published = [row for row in rows if row.variant == Variant().name]
    losses, counted_entropy = [row.loss for row in published], trend_of(rows)[0].counted_entropy
    trends = trend_values(rows)  # (seeds, epochs, 2)
    trend = trends.mean(axis=0)
    counted = {
        name: getattr(published[0], name) for name in ("characters", "distinct_characters", "samples", "batches")
    }
    return {
        **counted,
        "trainable_weights": count_weights((Variant().hidden, Variant().hidden), published[0].distinct_characters),
        "loss_mean": float(np.mean(losses)),
        "loss_highest": max(losses),
        "loss_p": mean_p([row.loss - row.entropy_0 for row in published]),
        "unigram_entropy": published[0].entropy_0,
        "best_less_counted": float(trend[:, 0].min()) - counted_entropy,
        # One seed tells nothing of chance.
        "best_less_p": mean_p(trends[:, trend[:, 0].argmin(), 0] - counted_entropy) if len(trends) > 1 else None,
        "overfitted": overfitted(rows),
        **trend_outputs(trend),
        **hundred_outputs(hundreds_of(rows)),
    }


def trend_outputs(trend: np.ndarray) -> dict[str, Any]:
    """How often, and whether in all, each measure falls: (epochs, 2), held-out cross-entropy and repeat rate."""
    falls = np.diff(trend, axis=0) < 0  # (steps, 2)
    first, last = trend[0], trend[-1]
    p_values = [order_p(int(count), len(falls)) for count in falls.sum(axis=0)]
    return {
        "held_out_p": p_values[0],
        "repeat_p": p_values[1],
        "better_p": max(p_values),  # as sure as the less sure of the two
        "held_out_falls": int(falls[:, 0].sum()),
        "held_out_first": float(first[0]),
        "held_out_last": float(last[0]),
        "repeat_falls": int(falls[:, 1].sum()),
        "repeat_first": float(first[1]),
        "repeat_last": float(last[1]),
        "better_steps": int(falls.all(axis=1).sum()),
        "measures_better": int((last < first).sum()),
    }
