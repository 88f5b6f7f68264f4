"""What is told of two kinds of training, seed by seed: of how many seeds it must hold, and a table of differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from reproduce.articles.article import Shown
from reproduce.evidence.pairs import Pairs

ENOUGH = 0.8  # of the seeds: 16 of 20


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
