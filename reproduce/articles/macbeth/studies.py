"""The Macbeth article's studies: does it get better and better, does dropout help, does a full stop make it forget?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.article import Shown, StudyPlan
from reproduce.articles.macbeth import dropout, pictures, stops
from reproduce.articles.macbeth.dropout import DropoutRow
from reproduce.articles.macbeth.epochs import TABLE, TREND, MilestoneRow, milestone_rows, trend_of
from reproduce.articles.macbeth.stops import StopRow
from reproduce.articles.macbeth.variant import Variant


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
    trend = trend_of(rows)
    return {"milestones": pictures.trend(trend)} if trend else {}


def _show_dropout(rows: Sequence[DropoutRow]) -> list[Shown]:
    texts = [
        {
            "variant": row.variant,
            "seed": str(row.seed),
            "epoch": str(row.epoch),
            "loss": f"{row.loss:.3f}",
            "held-out loss": f"{row.held_out_loss:.3f}",
        }
        for row in rows
    ]
    title = "With dropout and without; losses in nats a character, the training loss with dropout at work"
    gains = dropout.gains_of(rows)
    values = [{"seed": seed, "gain": gain} for seed, gain in gains.items()]
    told = [{"seed": str(seed), "nats": f"{gain:.3f}"} for seed, gain in gains.items()]
    gained = Shown("Lowest held-out loss without dropout less that with it; above 0 dropout is better", values, told)
    return [Shown(title, [asdict(row) for row in rows], texts), *([gained] if gains else [])]


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
        Shown("At a full stop less elsewhere: mean over all units, and its 95 % interval", [found], told),
    ]


STUDIES = (
    StudyPlan(
        name="macbeth-epochs",
        question="Does the Macbeth network write better and better, and what does its one epoch teach it?",
        package=__package__,
        table=TABLE,
        row=MilestoneRow,
        runs=((TREND, range(1)), (Variant(), range(5))),
        rows=milestone_rows,
        show=_show,
        draw=_draw,
    ),
    StudyPlan(
        name="macbeth-dropout",
        question="Does dropout help the Macbeth network on text that it has not seen?",
        package=__package__,
        table=dropout.TABLE,
        row=DropoutRow,
        runs=dropout.RUNS,
        rows=dropout.dropout_rows,
        show=_show_dropout,
        draw=lambda rows: {"dropout": pictures.dropout(rows)},
    ),
    StudyPlan(
        name="macbeth-stops",
        question="Does the forget gate of a trained Macbeth network fall at a full stop?",
        package=__package__,
        table=stops.TABLE,
        row=StopRow,
        runs=stops.RUNS,
        rows=stops.stop_rows,
        show=_show_stops,
        draw=lambda rows: {"stops": pictures.stops(rows)},
    ),
)
