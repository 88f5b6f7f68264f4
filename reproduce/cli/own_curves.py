"""Curves of a user's own price table for `reproduce compare --losses --data`: a small study, its cost said first."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import typer

from reproduce.articles import studies, train
from reproduce.articles.bitcoin_lstm.suspects import Shelf, shelf_of
from reproduce.cli.choices import Gaps, kept_gaps, load_input
from reproduce.cli.output import note
from reproduce.cli.progress import resumable, run_progress
from reproduce.cli.study import configs_of
from reproduce.runs.directory import Directory
from reproduce.runs.pool import train_all
from reproduce.runs.study import Study, tabled

STUDY = "bitcoin-curves"
SEEDS = range(20)  # the least that can reject at 5 %, and one


@dataclass(frozen=True)
class OwnTable:
    """What a user gives: a price table, the folder of its runs, and whether the cost is agreed to beforehand."""

    data: Path
    gaps: Gaps
    out: Path
    yes: bool


def own_shelf(own: OwnTable, what: str) -> Shelf:
    """Train what is missing of the study on that table, and return its curves.

    Raises:
        DataError: the table cannot be used, or is too short for a variant.
        RunError: a run failed.
        typer.BadParameter: the cost is not agreed to, and nobody can be asked.
    """
    import joblib

    article, plan = studies()[STUDY]
    source = load_input(article, own.data, None, own.gaps)
    wanted = [(variant, SEEDS) for variant, _ in plan.runs]
    for variant, _ in wanted:
        article.module("training").check(source, variant)
    grid = Study(own.out, configs_of(article, plan, wanted, source.sha256, kept_gaps(own.gaps)))
    workers = joblib.cpu_count()
    _agree(grid, source, workers, own.yes)
    with resumable(), run_progress("runs", total=len(grid.configs)) as advance, tabled(grid):
        train_all(grid.root, grid.configs, train, source, workers=workers, on_run=advance)
    return shelf_of(plan.rows(grid), what)


def _agree(grid: Study, source: object, workers: int, yes: bool) -> None:
    """Say what is still to be trained and how long it takes, from the first run of it, and ask."""
    missing = [config for config in grid.configs if not Directory(grid.root, config).is_finished]
    if not missing:
        return
    total = f"{len(missing)} of {len(grid.configs)} runs are to be trained into {grid.root}"
    note(f"{total}; the first is timed")
    begin = time.perf_counter()
    with resumable(), tabled(grid):
        train_all(grid.root, missing[:1], train, source, workers=1, on_run=lambda _: None)
    seconds = time.perf_counter() - begin
    minutes = (len(missing) - 1) * seconds / workers / 60
    note(f"it took {seconds:.0f} s: about {minutes:.0f} minutes for the others on {workers} workers; Ctrl-C keeps them")
    if yes or len(missing) == 1:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is there to be asked; add --yes to train them", param_hint="--data")
    if not typer.confirm("Train them?", err=True):
        raise typer.BadParameter("not trained; add --yes when you want to", param_hint="--data")
