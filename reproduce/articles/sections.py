"""The blocks a page is made of. An article says with them what a run shows; reproduce/report/ says how it looks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

WIDTH = 5.6  # inches of a picture on a page; text of 10 points is then legible at the width of a phone


@dataclass(frozen=True)
class Paragraph:
    """Sentences in one piece."""

    text: str


@dataclass(frozen=True, eq=False)
class Picture:
    """A plot that stands still; it is drawn anew in WIDTH times `height` · WIDTH inches."""

    figure: Figure
    height: float  # as a share of the width
    alt: str  # what it shows, in words and values
    caption: str


@dataclass(frozen=True)
class Cell:
    """A value with something smaller below it."""

    value: Any
    aside: str


@dataclass(frozen=True)
class Table:
    """Values in rows; the first of a row names it."""

    caption: str
    columns: Mapping[str, str]  # the format of each one's numbers, such as `.2f`; empty for words
    groups: Mapping[str, Sequence[Sequence[Any]]]  # rows by their title, or ""; a value, a text or a Cell a column


@dataclass(frozen=True)
class Answer:
    """A question or a term, what is to be said on it, and the values that it follows from."""

    question: str
    answer: str
    evidence: str = ""


@dataclass(frozen=True)
class Answers:
    """Several of them, each below the last."""

    answers: Sequence[Answer]


@dataclass(frozen=True)
class Quote:
    """Written text, its line ends and blanks as they are."""

    title: str
    text: str


@dataclass(frozen=True)
class Curve:
    """One line of an interactive chart."""

    role: str  # its colour: actual, training, testing or persistence
    label: str
    values: Sequence[float | None]  # one a day of the chart; None where there is none


@dataclass(frozen=True)
class Chart:
    """An interactive chart by day; `words` stand above it and tell what to look for."""

    days: Sequence[str]  # ascending, YYYY-MM-DD
    curves: Sequence[Curve]
    ranges: Mapping[str, tuple[str, str]]  # first and last day of what a button of that name shows; the first at once
    words: str
    unit: str


@dataclass(frozen=True)
class WalkDay:
    """One day of a window."""

    label: str  # date and price
    told: str  # the same, with its number and the scaled price
    cells: Mapping[str, Sequence[Mapping[str, int]]]  # by wiring, a unit after another: numbers by name, thousandths


@dataclass(frozen=True)
class WalkWindow:
    """A window, and the units that matter most in it."""

    name: str
    target: str  # the day and price that follow
    units: Sequence[int]  # largest share of the prediction first
    days: Sequence[WalkDay]
    predictions: Mapping[str, str]  # by wiring, in USD


@dataclass(frozen=True)
class Walk:
    """A walk through windows, day by day and unit by unit, in both wirings side by side.

    Without scripts it stands still on the last day of the first window.
    """

    labels: Mapping[str, str]  # of each wiring
    others: int  # units that are not shown
    windows: Sequence[WalkWindow]


@dataclass(frozen=True)
class Pair:
    """Two columns side by side, or one below the other where there is no room."""

    left: Sequence[Block]
    right: Sequence[Block]


Block = Paragraph | Picture | Table | Answers | Quote | Chart | Walk | Pair


@dataclass(frozen=True)
class Section:
    """A titled part of the page."""

    id: str  # in links to it
    title: str
    link: str  # its title in the list of sections, short
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Account:
    """All that an article says of one run."""

    lead: str  # one sentence: what ran on what
    sections: Sequence[Section]
    notices: Sequence[str] = ()


def shown(value: Any, form: str) -> str:
    """A value as a page shows it, with a true minus sign; a dash for None and nan. A text stays as it is.

    >>> shown(-1.5, ".2f"), shown(None, ".2f"), shown("< 0.001", ".3f")
    ('−1.50', '–', '< 0.001')
    """
    if isinstance(value, str):
        return value
    return "\u2013" if value is None or math.isnan(value) else format(value, form).replace("-", "\u2212")


def numeral(thousandths: int, place: str = "") -> str:
    """A number of a walk as it stands in an equation; reproduce/report/walk.js writes the same.

    Args:
        place: `added` after another number, `factor` behind a dot, `coarse` in a table; else alone.

    >>> numeral(-330), numeral(-330, "added"), numeral(330, "added"), numeral(-330, "factor"), numeral(-336, "coarse")
    ('−0.330', '− 0.330', '+ 0.330', '(−0.330)', '−0.34')
    """
    if place == "added":
        sign = "\u2212" if thousandths < 0 else "+"
        return f"{sign} {abs(thousandths) / 1000:.3f}"
    if place == "coarse":
        return shown((thousandths + 5) // 10 / 100, ".2f")
    text = shown(thousandths / 1000, ".3f")
    return f"({text})" if place == "factor" and thousandths < 0 else text
