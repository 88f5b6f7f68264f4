"""What the tables of `reproduce.articles.bitcoin_lstm.story` have alike: medians over seeds, and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

import numpy as np

from reproduce.articles.article import Shown
from reproduce.articles.bitcoin_lstm.counts import Counted


def follow(counts: Mapping[str, Counted]) -> list[Shown]:
    """The answers to what was counted."""
    texts = [asdict(one.answer) for one in counts.values()]
    return [Shown("What follows", texts, texts)]


def medians(title: str, rows: Sequence[Any], by: Sequence[str], form: str) -> Shown:
    """A row for each set of values in the columns `by`: how many seeds, and the median of every other column."""
    groups: dict[tuple, list[dict[str, Any]]] = {}
    for row in map(asdict, rows):
        groups.setdefault(tuple(row[name] for name in by), []).append(row)
    measured = [name for name in asdict(rows[0]) if name not in (*by, "seed")]
    values = [
        dict(zip(by, key, strict=True))
        | {"seeds": len(group)}
        | {name: median([row[name] for row in group]) for name in measured}
        for key, group in groups.items()
    ]
    return Shown(title, values, texts(values, form))


def median(values: Any) -> float:
    """Of the values that are no nan; nan where all are."""
    return np.nan if np.isnan(values).all() else float(np.nanmedian(values))


def texts(rows: Sequence[dict[str, Any]], form: str) -> list[dict[str, str]]:
    """The rows as people read them; `form` is that of floats, and a dash stands for nan."""

    def told(value: Any) -> str:
        return str(value) if not isinstance(value, float) else "-" if isnan(value) else format(value, form)

    return [{name: told(value) for name, value in row.items()} for row in rows]
