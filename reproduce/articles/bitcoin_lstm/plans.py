"""What all of the article's studies have alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reproduce.articles.article import StudyPlan
from reproduce.articles.bitcoin_lstm.variant import Variant


def bitcoin_study(name: str, question: str, **its: Any) -> StudyPlan:
    """The study bitcoin-NAME, whose table is NAME.csv in this package; `its` is the rest of a plan."""
    return StudyPlan(name=f"bitcoin-{name}", question=question, package=__package__, table=f"{name}.csv", **its)


def of_seeds(variants: Iterable[Variant], seeds: range) -> tuple[tuple[Variant, range], ...]:
    """Every variant with the same seeds."""
    return tuple((variant, seeds) for variant in variants)
