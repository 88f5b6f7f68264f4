"""What it costs to train a study anew: `python -m reproduce.report.costs docs` in a checkout lists them all."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reproduce.articles import ARTICLES, studies
from reproduce.articles.article import Article, StudyPlan
from reproduce.report.markdown import read_rows

LINK = "[measured](engines.md)"


def cost(article: Article, plan: StudyPlan, docs: Path) -> str:
    """What the study's own runs took, where its table says so; else what its epochs take at the article's pace."""
    runs, hours = sum(len(seeds) for _, seeds in plan.runs), recorded_hours(plan.shipped())
    told = f"{runs} run{'s' * (runs > 1)}"
    if hours is not None:
        return f"{told}, {hours:.1f} hours of training in all, by the shipped table"
    if article == ARTICLES[0]:  # whose runs the bench times
        hours = epochs(plan) * hours_an_epoch(article, docs)
        return f"{told}, about {hours:.1f} hours of one process at the pace that was {LINK}"
    timed = timed_plan(article)
    hours = epochs(plan) * recorded_hours(timed.shipped()) / epochs(timed)
    return f"{told}, about {hours:.1f} hours at the pace of {timed.name}; smaller networks and windows take less"


def epochs(plan: StudyPlan) -> int:
    """Of all its runs together."""
    return sum(len(seeds) * variant.epochs for variant, seeds in plan.runs)


def timed_plan(article: Article) -> StudyPlan:
    """The study of an article whose table says how long its runs took."""
    plans = [plan for of, plan in studies().values() if of == article]
    return next(plan for plan in plans if recorded_hours(plan.shipped()) is not None)


def recorded_hours(rows: Sequence[Any]) -> float | None:
    """All the runs of a table; None where it does not say."""
    if not hasattr(rows[0], "seconds"):
        return None
    return sum({row.seconds for row in rows}) / 3600  # a run's stand in each of its rows


def hours_an_epoch(article: Article, docs: Path) -> float:
    """Of one process, by the bench's whole runs of the article as published."""
    pace = next(
        row["runs_per_hour"]
        for row in read_rows(docs / "throughput.json")
        if (row["what"], row["workers"]) == ("study", 1)
    )
    return 1 / (pace * article.Variant().epochs)


if __name__ == "__main__":
    for article, plan in studies().values():
        print(f"{plan.name}: {cost(article, plan, Path(sys.argv[1]))}".replace(LINK, "measured"))
