"""The Macbeth article's study: does the network get better and better?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan

from matplotlib.figure import Figure

from reproduce.articles.article import Shown, StudyPlan
from reproduce.articles.macbeth import pictures
from reproduce.articles.macbeth.epochs import TABLE, TREND, MilestoneRow, milestone_rows, trend_of
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
)
