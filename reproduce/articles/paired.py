"""Differences of two kinds of training, seed by seed, as the table of a study shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from reproduce.articles.article import Shown
from reproduce.evidence.pairs import Pairs


def differences(compared: Sequence[tuple[Pairs, str]]) -> Shown:
    """A row for each of some pairs of test errors in USD, given with the name of what the rival is held against."""
    values = [asdict(one) | {"against": other} for one, other in compared]
    texts = [
        {
            "error of": one.rival,
            "minus that of": other,
            "mean, USD": one.told(".1f"),
            "so": f"the second is {one.outcome}",
        }
        for one, other in compared
    ]
    return Shown("Differences of the test error, of the same seeds", values, texts)
