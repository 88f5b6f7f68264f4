"""Differences of two kinds of training, seed by seed, as the table of a study shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from reproduce.articles.article import Shown
from reproduce.evidence.pairs import Pairs


def differences(title: str, compared: Sequence[tuple[Pairs, str]], unit: str, form: str = ".1f") -> Shown:
    """A row for each of some pairs, each given with the name of what its rival is held against."""
    values = [asdict(one) | {"against": other} for one, other in compared]
    texts = [
        {
            "error of": one.rival,
            "less that of": other,
            f"mean, {unit}": one.told(form),
            "so": f"the second is {one.outcome}",
        }
        for one, other in compared
    ]
    return Shown(title, values, texts)
