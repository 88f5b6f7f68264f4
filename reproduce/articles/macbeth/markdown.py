"""The tables of the article's document, docs/macbeth.md, in Markdown and made from the shipped values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from math import log

import numpy as np

from reproduce.articles.macbeth import course, epochs, replays
from reproduce.articles.macbeth.course import CourseRow, Rise
from reproduce.articles.macbeth.epochs import MilestoneRow, hundreds_of, trends_of
from reproduce.articles.macbeth.hundred import STEPS_BEFORE, STEPS_OF_MEAN

_MILESTONES = "| epochs | training loss | held-out loss | repeat rate | greedy text goes on |"


def trend_lines() -> list[str]:
    """Twenty epochs."""
    return _milestone_lines(trends_of(epochs.TABLE.shipped()).values())


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


def course_words() -> list[str]:
    """A paragraph on each training of a hundred epochs: where its loss rises, and where its two losses part."""
    milestones, courses = hundreds_of(epochs.TABLE.shipped()), {}
    for row in course.TABLE.shipped():
        courses.setdefault(row.seed, []).append(row)
    return [
        " ".join([*_rises(seed, rows), *_partings(seed, milestones.get(seed, []))]) for seed, rows in courses.items()
    ]


def _rises(seed: int, rows: Sequence[CourseRow]) -> list[str]:
    """In which epochs a training lies past the rule for a collapse, how far, and whether the lowest loss returns."""
    found = course.rises(rows)
    return [_rise(seed, one) for one in found] if found else [f"Seed {seed} never meets the rule."]


def _rise(seed: int, one: Rise) -> str:
    characters = epochs.TABLE.shipped()[0].distinct_characters
    evenly = f", worse than the {log(characters):.2f} of guessing evenly among {characters} characters"
    returns = f"returns in epoch {one.back}" if one.back else "does not return"
    return (
        f"In {_spans(one.epochs)} seed {seed} meets the rule for a collapse: the mean of {STEPS_OF_MEAN} steps reaches "
        f"{one.highest:.2f}{evenly if one.highest > log(characters) else ''}; the lowest mean of an epoch before, "
        f"{one.lowest:.2f}, {returns}."
    )


def _spans(numbers: Sequence[int]) -> str:
    """Epochs in a row as their first and last."""
    begins = [k for k in numbers if k - 1 not in numbers]
    ends = [k for k in numbers if k + 1 not in numbers]
    spans = [f"{begin}" if begin == end else f"{begin} to {end}" for begin, end in zip(begins, ends, strict=True)]
    before_last = f"{', '.join(spans[:-1])} and " if len(spans) > 1 else ""
    return f"epoch{'s' if len(numbers) > 1 else ''} {before_last}{spans[-1]}"


def _partings(seed: int, rows: Sequence[MilestoneRow]) -> list[str]:
    """The steps between milestones at which the training loss rises and the held-out loss falls."""
    return [
        f"From epoch {one.epoch} to {two.epoch} the training loss of seed {seed} rises from {one.loss:.3f} to "
        f"{two.loss:.3f}, and its held-out loss falls from {one.held_out_loss:.3f} to {two.held_out_loss:.3f}: it fits "
        "the training text less closely, and other text better."
        for one, two in pairwise(rows)
        if two.loss > one.loss and two.held_out_loss < one.held_out_loss
    ]


def _milestone_lines(seeds: Collection[Sequence[MilestoneRow]]) -> list[str]:
    """An epoch a row: means over the seeds, and how the first seed's text goes on; below, what counting gives."""
    lines = [_MILESTONES, "|---|---|---|---|---|"]
    for of_epoch in zip(*seeds, strict=True):
        values = (
            _mean([getattr(row, name) for row in of_epoch], form)
            for name, form in (("loss", ".3f"), ("held_out_loss", ".3f"), ("repeat_rate", ".2f"))
        )
        lines.append(f"| {of_epoch[0].epoch} | {' | '.join(values)} | `{of_epoch[0].writes}` |")
    one = next(iter(seeds))[0]
    contexts = f"no network: counted after the {one.counted_order:.0f} characters before"
    return [*lines, f"| | | {one.counted_entropy:.3f} | | {contexts} |"]


def _mean(values: Sequence[float], form: str) -> str:
    """The mean, and of several the least and the most."""
    span = f" ({min(values):{form}} to {max(values):{form}})" if len(values) > 1 else ""
    return f"{np.mean(values):{form}}{span}"
