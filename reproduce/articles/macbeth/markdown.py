"""The tables of the article's document, docs/macbeth.md, in Markdown and made from the shipped values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from reproduce.articles.macbeth import course, epochs, replays
from reproduce.articles.macbeth.epochs import MilestoneRow, hundreds_of, trends_of
from reproduce.articles.macbeth.hundred import STEPS_BEFORE, STEPS_OF_MEAN

_MILESTONES = "| epochs | training loss | held-out loss | repeat rate | greedy text goes on |"


def trend_lines() -> list[str]:
    """Twenty epochs, and below what counted characters give."""
    trends = trends_of(epochs.TABLE.shipped())
    one = next(iter(trends.values()))[0]
    contexts = (
        f"{one.counted_entropy:.3f} | | no network: counted after the {one.counted_order:.0f} characters before |"
    )
    return [*_milestone_lines(trends.values()), f"| | | {contexts}"]


def hundred_lines() -> list[str]:
    """A hundred epochs."""
    return _milestone_lines(hundreds_of(epochs.TABLE.shipped()).values())


def replay_lines() -> list[str]:
    """Each training of a hundred epochs, and what became of it where it was gone on with from before its collapse.

    Below, where the largest gradient of each training is, which need not be where the rule for an explosion looks.
    """
    texts, largest = replays.texts(replays.TABLE.shipped()), {}
    for one in course.TABLE.shipped():
        if one.seed not in largest or one.gradient > largest[one.seed].gradient:
            largest[one.seed] = one
    told = [
        f"The largest gradient norm of seed {seed} is {one.gradient:,.0f}, among steps "
        f"{one.steps - STEPS_OF_MEAN + 1:,} to {one.steps:,}."
        for seed, one in largest.items()
    ]
    rule = f"The rule for an explosion looks at the {STEPS_BEFORE} steps before a collapse."
    table = [texts[0], ["---"] * len(texts[0]), *(text.values() for text in texts)]
    return [*(f"| {' | '.join(cells)} |" for cells in table), "", *told, rule]


def _milestone_lines(seeds: Iterable[Sequence[MilestoneRow]]) -> list[str]:
    """An epoch a row: means over the seeds, and how the first seed's text goes on."""
    lines = [_MILESTONES, "|---|---|---|---|---|"]
    for of_epoch in zip(*seeds, strict=True):
        values = (
            _mean([getattr(row, name) for row in of_epoch], form)
            for name, form in (("loss", ".3f"), ("held_out_loss", ".3f"), ("repeat_rate", ".2f"))
        )
        lines.append(f"| {of_epoch[0].epoch} | {' | '.join(values)} | `{of_epoch[0].writes}` |")
    return lines


def _mean(values: Sequence[float], form: str) -> str:
    """The mean, and of several the least and the most."""
    span = f" ({min(values):{form}} to {max(values):{form}})" if len(values) > 1 else ""
    return f"{np.mean(values):{form}}{span}"
