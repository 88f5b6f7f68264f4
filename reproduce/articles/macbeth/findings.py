"""What the study found, in sentences and a table made from the shipped figures; the README has them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from reproduce.articles.macbeth.outputs import TREND_EPOCHS, study_outputs, trend_means
from reproduce.articles.macbeth.study import TREND, MilestoneRow
from reproduce.articles.macbeth.variant import MacbethVariant

PROSE_EPOCHS = 100  # M1
_HEADER = "| epochs | training loss | held-out loss | repeat rate | greedy text goes on |"


def sentences(rows: Sequence[MilestoneRow]) -> list[str]:
    """After one epoch; over time; what the hundred epochs of the prose would cost."""
    found = study_outputs(rows)
    published = [row for row in rows if row.variant == MacbethVariant().name]
    trend = [row for row in rows if row.variant == TREND.name]
    losses = sorted(row.loss for row in published)
    one, last = published[0], len(TREND_EPOCHS) - 1
    hours = min(row.seconds for row in published) * PROSE_EPOCHS / 3600
    seeds = len({row.seed for row in trend})
    counted = f"{seeds} seed{'s' * (seeds > 1)}"
    return [
        f"After the one epoch that the program trains, its loss is {found['loss_mean']:.3f} nats a character "
        f"({losses[0]:.3f} to {losses[-1]:.3f}, {len(losses)} seeds). Characters counted alone give "
        f"{one.entropy_0:.3f}, counted in pairs {one.entropy_1:.3f}: it has learnt which characters are common, and "
        f"{'a little' if found['loss_mean'] > one.entropy_1 else 'more than a little'} of what precedes them.",
        f"Over {TREND.epochs} epochs with a tenth of the text held out, the held-out loss falls at "
        f"{found['held_out_falls']} of {last} steps, from "
        f"{found['held_out_first']:.3f} to {found['held_out_last']:.3f}; the share of greedy text that repeats itself "
        f"falls at {found['repeat_falls']} of {last}, from {found['repeat_first']:.2f} to {found['repeat_last']:.2f}, "
        f"where the play's own is {trend[0].text_repeat_rate:.3f} ({counted}).{_setbacks(trend_means(rows)[:, 0])}",
        f"The {PROSE_EPOCHS} epochs of the prose would take {hours:.0f} hours at the pace of the fastest of these, one "
        f"thread on a busy machine: `reproduce run macbeth --epochs {PROSE_EPOCHS}`.",
    ]


def _setbacks(held_out: np.ndarray) -> str:
    """Between which of TREND_EPOCHS the held-out loss, (epochs,), rose."""
    steps = zip(pairwise(TREND_EPOCHS), np.diff(held_out), strict=True)
    pairs = [f"{before} and {after}" for (before, after), step in steps if step > 0]
    return f" The held-out loss rises between epochs {', '.join(pairs)}." if pairs else ""


def table_lines(rows: Sequence[MilestoneRow]) -> list[str]:
    """The trend as a Markdown table: an epoch a row, of the first seed."""
    seed = min(row.seed for row in rows if row.variant == TREND.name)
    trend = [row for row in rows if (row.variant, row.seed) == (TREND.name, seed)]
    lines = [_HEADER, "|---|---|---|---|---|"]
    for row in trend:
        figures = f"{row.epoch} | {row.loss:.3f} | {row.held_out_loss:.3f} | {row.repeat_rate:.2f}"
        lines.append(f"| {figures} | `{row.writes}` |")
    return lines
