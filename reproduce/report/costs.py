"""What it costs to train a study anew: `python -m reproduce.report.costs docs` in a checkout lists them all."""

from __future__ import annotations

import sys
from math import isfinite
from pathlib import Path

from reproduce.articles import studies
from reproduce.articles.article import Article, StudyPlan
from reproduce.report.markdown import read_rows


def cost(article: Article, plan: StudyPlan, docs: Path) -> str:
    """What the study's own runs took, where its table says so; else at the pace that the bench measured in `docs`."""
    rows, runs = plan.shipped(), sum(len(seeds) for _, seeds in plan.runs)
    if rows and hasattr(rows[0], "seconds"):
        seconds = {row.seconds for row in rows}  # a run's stand in each of its rows
        hours = sum(one for one in seconds if isfinite(one)) / 3600
        whose = "in all" if all(map(isfinite, seconds)) else "for those that have ended"
        return f"{runs} runs, {hours:.1f} hours of training {whose}, by the shipped table"
    whole = article.Variant().epochs  # of the runs whose pace the bench measures
    pace = next(
        row["runs_per_hour"]
        for row in read_rows(docs / "throughput.json")
        if (row["what"], row["workers"]) == ("study", 1)
    )
    hours = sum(len(seeds) * variant.epochs / whole for variant, seeds in plan.runs) / pace
    return f"{runs} runs, about {hours:.1f} hours of one process at the pace that was [measured](engines.md)"


if __name__ == "__main__":
    for article, plan in studies().values():
        print(f"{plan.name}: {cost(article, plan, Path(sys.argv[1]))}".replace("[measured](engines.md)", "measured"))
