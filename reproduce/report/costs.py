"""What it costs to train a study anew: `python -m reproduce.report.costs docs` in a checkout lists them all."""

from __future__ import annotations

import sys
from dataclasses import replace
from math import isfinite
from pathlib import Path

from reproduce.articles import ARTICLES, studies
from reproduce.articles.article import Article, StudyPlan
from reproduce.evidence.tally import counted
from reproduce.report.markdown import read_rows
from reproduce.runs.variant import Variant

LINK = "[measured](engines.md)"


def cost(article: Article, plan: StudyPlan, docs: Path) -> str:
    """What the study's own runs took, where its table says so; else what its epochs take at the article's pace."""
    runs, took = sum(len(seeds) for _, seeds in plan.runs), recorded_hours(plan)
    told = counted(runs, "run")
    if took:
        whose = "in all" if len(took) == runs else f"for the {len(took)} that have ended"
        hours = f"{sum(took):.1f} hours of training {whose}"
        return f"{told}, {hours}, by the shipped table, with whatever else ran beside"
    if article == ARTICLES[0]:  # whose runs the bench times
        hours = epochs(plan) * hours_an_epoch(article, docs)
        return f"{told}, about {hours:.1f} hours of one process at the pace that was {LINK}"
    timed = timed_plan(article)
    hours = epochs(plan) * recorded_hours_an_epoch(timed)
    return f"{told}, about {hours:.1f} hours at the pace of {timed.name}; smaller networks and windows take less"


def epochs(plan: StudyPlan) -> int:
    """Of all its runs together: one goes on from a shorter one that differs in nothing else."""
    longest: dict[tuple[Variant, int], int] = {}
    for variant, seeds in plan.runs:
        for one in [(replace(variant, epochs=1), seed) for seed in seeds]:
            longest[one] = max(variant.epochs, longest.get(one, 0))
    return sum(longest.values())


def timed_plan(article: Article) -> StudyPlan:
    """The study of an article whose table says how long its runs took."""
    return next(plan for of, plan in studies().values() if of == article and recorded_hours(plan))


def recorded_hours(plan: StudyPlan) -> set[float]:
    """Of each run that has ended, where the shipped table says it: a run's stand in each of its rows."""
    return {row.seconds / 3600 for row in plan.table.shipped() if hasattr(row, "seconds") and isfinite(row.seconds)}


def recorded_hours_an_epoch(plan: StudyPlan) -> float:
    """Of one process, by those runs."""
    by_name = {variant.name: variant.epochs for variant, _ in plan.runs}
    ended = {(row.variant, row.seed) for row in plan.table.shipped() if isfinite(row.seconds)}
    return sum(recorded_hours(plan)) / sum(by_name[name] for name, _ in ended)


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
