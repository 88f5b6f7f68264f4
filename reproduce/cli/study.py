"""`reproduce study`: many runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.cli.output import JsonOption, checked, note, resumable, run_progress, show_table
from reproduce.inputs.prices import load_prices
from reproduce.networks.engine import check_seeds

WorkersOption = Annotated[
    int | None, typer.Option(min=1, help="Local processes of one thread each.  [default: all cores]")
]
SchedulerOption = Annotated[
    str | None, typer.Option(help="Train on a dask cluster instead, such as tcp://host:8786; see the README.")
]


def study(
    variants: Annotated[str, typer.Option(help="Variants, separated by commas.")] = "published,described",
    seeds: Annotated[str, typer.Option(help="FIRST:END, without END itself; or one seed.")] = "0:40",
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    data: Annotated[Path | None, typer.Option(help="Your own price table (CSV).  [default: the embedded one]")] = None,
    out: Annotated[Path, typer.Option(help="The study's folder: run directories and study.csv.")] = Path("study"),
    json_to: JsonOption = None,
) -> None:
    """Train every variant with every seed; finished runs stay, and the same command goes on where it was stopped.

    Example: reproduce study --variants published,described --seeds 0:40 --workers 2
    """
    chosen = tuple(checked(Variant.parse, name.strip(), option="--variants") for name in variants.split(","))
    table = load_prices(data)
    import joblib

    from reproduce.articles.bitcoin_lstm.study import Study, run_study, summarise_study

    grid = checked(Study, out, chosen, checked(parse_seeds, seeds, option="--seeds"), table, option="--variants")
    workers, begin = workers or joblib.cpu_count(), time.perf_counter()
    with resumable("finished runs stand"), run_progress("runs", total=len(grid.configs)) as advance:
        trained = run_study(grid, workers=workers, scheduler=scheduler, on_run=advance)
    seconds = time.perf_counter() - begin
    rows = summarise_study(grid)
    shown = [
        {
            "variant": row["variant"],
            "finished": str(row["finished"]),
            "diverged": str(row["diverged"]),
            "failed": str(row["failed"]),
            "median final loss": _shown(row["median_final_loss"], ".5f"),
            "median skill": _shown(row["median_skill"], ".2f"),
        }
        for row in rows
    ]
    show_table("Study", rows, shown, json_to)
    if trained:
        where = scheduler or f"{workers} local worker{'s' * (workers > 1)}"
        note(f"{trained} runs in {seconds:.0f} s on {where}: {trained * 3600 / seconds:.0f} an hour")
    note(f"every run's figures are in {out / 'study.csv'}")
    if any(row["failed"] for row in rows):
        note("reproduce: some runs failed; failure.json in their directories says why")
        raise typer.Exit(1)


def _shown(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def parse_seeds(text: str) -> range:
    """`0:40` → the seeds 0 … 39; `7` → seed 7 alone.

    >>> list(parse_seeds("3:6")), list(parse_seeds("7"))
    ([3, 4, 5], [7])

    Raises:
        ValueError: it is neither, or names no seed, or one that weights cannot be drawn from.
    """
    first, colon, end = text.partition(":")
    if not (first.isdecimal() and (end.isdecimal() or not colon)):
        raise ValueError(f"seeds are {text!r}, expected FIRST:END such as 0:40, or one seed such as 7")
    seeds = range(int(first), int(end) if colon else int(first) + 1)
    if not seeds:
        raise ValueError(f"seeds are {text!r}, which is none; END is not included, so 0:40 means 0 to 39")
    check_seeds(seeds)
    return seeds
