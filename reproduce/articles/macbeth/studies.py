"""The Macbeth article's studies: does it get better and better, and what of its network makes a difference?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isnan

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.article import Shown, StudyPlan
from reproduce.articles.macbeth import (
    coding,
    course,
    dropout,
    epochs,
    hundred,
    hundred_pictures,
    pictures,
    plain,
    replays,
    stops,
)
from reproduce.articles.macbeth.course import CourseRow
from reproduce.articles.macbeth.curves import CurveRow, curve_rows, lowest_of
from reproduce.articles.macbeth.epochs import (
    TREND,
    MilestoneRow,
    hundreds_of,
    milestone_rows,
    trends_of,
)
from reproduce.articles.macbeth.hundred import STEPS_OF_MEAN
from reproduce.articles.macbeth.replays import ReplayRow
from reproduce.articles.macbeth.stops import StopRow
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.tables import has_variants

SHOWN_EPOCHS = 10  # a row


def _show(rows: Sequence[MilestoneRow]) -> list[Shown]:
    title = "Macbeth after some epochs; losses in nats a character"
    return [Shown(title, [asdict(row) for row in rows], [_text(row) for row in rows])]


def _text(row: MilestoneRow) -> dict[str, str]:
    return {
        "variant": row.variant,
        "seed": str(row.seed),
        "epoch": str(row.epoch),
        "loss": f"{row.loss:.3f}",
        "held-out loss": "-" if isnan(row.held_out_loss) else f"{row.held_out_loss:.3f}",
        "counted alone": f"{row.entropy_0:.3f}",
        "in pairs": f"{row.entropy_1:.3f}",
        "in contexts": "-" if isnan(row.counted_entropy) else f"{row.counted_entropy:.3f}",
        "repeat rate": f"{row.repeat_rate:.3f}",
        "of the text": f"{row.text_repeat_rate:.3f}",
    }


def _draw(rows: Sequence[MilestoneRow]) -> dict[str, Figure]:
    found = {"milestones": pictures.trend(rows)} if trends_of(rows) else {}
    return found | ({"hundred": pictures.hundred(rows)} if hundreds_of(rows) else {})


def _curves(title: str, rows: Sequence[CurveRow]) -> Shown:
    texts = [
        {
            "variant": row.variant,
            "seed": str(row.seed),
            "epoch": str(row.epoch),
            "loss": f"{row.loss:.3f}",
            "held-out loss": "-" if isnan(row.held_out_loss) else f"{row.held_out_loss:.3f}",
        }
        for row in rows
    ]
    return Shown(title, [asdict(row) for row in rows], texts)


def _by_seed(title: str, found: Mapping[int, float]) -> list[Shown]:
    """A value a seed, in nats; no table where there is none."""
    values = [{"seed": seed, "gain": gain} for seed, gain in found.items()]
    told = [{"seed": str(seed), "nats": f"{gain:.3f}"} for seed, gain in found.items()]
    return [Shown(title, values, told)] if found else []


def _show_dropout(rows: Sequence[CurveRow]) -> list[Shown]:
    title = "With dropout and without; losses in nats a character, the training loss with dropout at work"
    gained = "Lowest held-out loss without dropout minus that with it; above 0 dropout is better"
    return [_curves(title, rows), *_by_seed(gained, dropout.gains_of(rows))]


def _show_plain(rows: Sequence[CurveRow]) -> list[Shown]:
    pairs = plain.pairs_of(epochs.TABLE.shipped())
    lowest = {seed: loss - pairs for seed, loss in lowest_of(rows, plain.PLAIN).items()}
    title = f"Lowest held-out loss minus that of pairs counted, {pairs:.3f}; below 0 the network is better"
    return [_curves("A plain RNN; losses in nats a character", rows), *_by_seed(title, lowest)]


def _show_coding(rows: Sequence[CurveRow]) -> list[Shown]:
    gains = coding.numbers_gains(rows, epochs.TABLE.shipped())
    title = "Loss with one-hot input minus that with numbers; above 0 numbers are better"
    return [_curves("Characters one-hot; losses in nats a character", rows), *_by_seed(title, gains)]


def _draw_plain(rows: Sequence[CurveRow]) -> dict[str, Figure]:
    pairs = plain.pairs_of(epochs.TABLE.shipped())
    is_whole = has_variants(rows, dict(plain.RUNS))
    return {"plain": pictures.plain(rows, dropout.TABLE.shipped(), pairs)} if is_whole else {}


def _draw_coding(rows: Sequence[CurveRow]) -> dict[str, Figure]:
    is_whole = has_variants(rows, dict(coding.RUNS))
    return {"coding": pictures.coding(rows, epochs.TABLE.shipped())} if is_whole else {}


def _show_replays(rows: Sequence[ReplayRow]) -> list[Shown]:
    title = "Trainings of 100 epochs, and replays of those that collapsed"
    return [Shown(title, [asdict(row) for row in rows], replays.texts(rows))]


def _show_course(rows: Sequence[CourseRow]) -> list[Shown]:
    """SHOWN_EPOCHS a row of the texts; the values are the table's."""
    groups: dict[tuple[int, int], list[CourseRow]] = {}  # by seed and the first of the epochs, counted from 1
    for row in rows:
        first = SHOWN_EPOCHS * ((row.epoch - 1) // SHOWN_EPOCHS) + 1
        groups.setdefault((row.seed, first), []).append(row)
    texts = [
        {"seed": str(seed), "epochs": f"{first} to {max(row.epoch for row in some)}"}
        | {
            "lowest loss": f"{min(row.loss for row in some):.4g}",
            "highest loss": f"{max(row.loss for row in some):.4g}",
            "largest gradient": f"{max(row.gradient for row in some):.4g}",
            "largest update": f"{max(row.update for row in some):.4g}",
        }
        for (seed, first), some in groups.items()
    ]
    title = f"Trainings step by step: means and largest norms of {STEPS_OF_MEAN} steps at a time"
    return [Shown(title, [asdict(row) for row in rows], texts)]


def _show_stops(rows: Sequence[StopRow]) -> list[Shown]:
    values, texts = [], []
    for layer in sorted({row.layer for row in rows}):
        mine = [row for row in rows if row.layer == layer]
        means = {
            name: float(np.mean([getattr(row, name) for row in mine])) for name in ("f_stop", "f_comma", "f_other")
        }
        values.append({"layer": layer, "units": len(mine), **means})
        texts.append(
            {"layer": str(layer), "units": str(len(mine))} | {name: f"{one:.3f}" for name, one in means.items()}
        )
    changes = stops.changes_of(rows)
    low, high = stops.interval(changes)
    told = [{"units": str(len(changes)), "change of f": f"{changes.mean():.3f} ({low:.3f} to {high:.3f})"}]
    found = {"units": len(changes), "change": float(changes.mean()), "low": low, "high": high}
    return [
        Shown("The forget gate at a full stop, at a comma, and at all but full stops: means over units", values, texts),
        Shown("At a full stop minus elsewhere: mean over all units, and its 95 % interval", [found], told),
    ]


STUDIES = (
    StudyPlan(
        "macbeth-epochs",
        "Does the Macbeth network write better and better, and what does its one epoch teach it?",
        table=epochs.TABLE,
        runs=((TREND, range(1)), *hundred.RUNS, (Variant(), range(5))),
        rows=milestone_rows,
        show=_show,
        draw=_draw,
    ),
    StudyPlan(
        "macbeth-dropout",
        "Does dropout help the Macbeth network on text that it has not seen?",
        table=dropout.TABLE,
        runs=dropout.RUNS,
        rows=curve_rows,
        show=_show_dropout,
        draw=lambda rows: {"dropout": pictures.dropout(rows)} if has_variants(rows, dict(dropout.RUNS)) else {},
    ),
    StudyPlan(
        "macbeth-stops",
        "Does the forget gate of a trained Macbeth network fall at a full stop?",
        table=stops.TABLE,
        runs=stops.RUNS,
        rows=stops.stop_rows,
        show=_show_stops,
        draw=lambda rows: {"stops": pictures.stops(rows)},
    ),
    StudyPlan(
        "macbeth-coding",
        "Do numbers in place of characters help the Macbeth network to learn?",
        table=coding.TABLE,
        runs=coding.RUNS,
        rows=curve_rows,
        show=_show_coding,
        draw=_draw_coding,
        is_of_article=True,
    ),
    StudyPlan(
        "macbeth-plain",
        "Can a plain RNN of as many weights write as an LSTM does?",
        table=plain.TABLE,
        runs=plain.RUNS,
        rows=curve_rows,
        show=_show_plain,
        draw=_draw_plain,
        is_of_article=True,
        engine="keras",
    ),
    StudyPlan(
        "macbeth-course",
        "How do 100 epochs of the Macbeth network go, step by step?",
        table=course.TABLE,
        runs=hundred.RUNS,
        rows=course.course_rows,
        show=_show_course,
        draw=lambda rows: {"course": hundred_pictures.course(rows)},
    ),
    StudyPlan(
        "macbeth-replays",
        "Do 100 epochs of the Macbeth network collapse, and what prevents it?",
        table=replays.TABLE,
        runs=hundred.RUNS,
        rows=replays.replay_rows,
        show=_show_replays,
        draw=lambda rows: {"replays": hundred_pictures.replays(rows)},
        following=replays.following,
    ),
)
