"""`reproduce bench`: what a training step costs, ours and others'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce.articles import article_of
from reproduce.articles.article import Article
from reproduce.cli.choices import IDS, parse_article
from reproduce.cli.output import Interrupted, JsonOption, give_json, note, print_table
from reproduce.cli.progress import run_progress
from reproduce.runs.environment import processor
from reproduce.runs.process import limit_threads

if TYPE_CHECKING:
    from reproduce.bench.results import Bench


def bench(
    chosen: Annotated[
        Article | None,
        typer.Argument(metavar="[ARTICLE]", parser=parse_article, help=f"One of {IDS}.  [default: all]"),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(min=1, help="Turns of every contender.  [default: 9; --growth 3; --throughput 2]"),
    ] = None,
    growth: Annotated[
        bool,
        typer.Option("--growth", help="Vary hidden units, window and batch: exponents, and a picture in --out."),
    ] = False,
    writing: Annotated[bool, typer.Option("--writing", help="Time what macbeth writes with instead.")] = False,
    throughput: Annotated[
        bool, typer.Option("--throughput", help="Count a bitcoin-lstm study's runs an hour by its workers; minutes.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the points of --growth, from which it goes on, and its picture.  [default: bench]"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Measure the points of --growth anew.")] = False,
    json_to: JsonOption = None,
) -> None:
    """Time a training step of every engine, of Keras and, where installed, PyTorch and JAX; exit 1 if one fails.

    Each contender has a process of its own on each number of threads, the fastest of which counts, and must reach
    Keras's loss first. Below them stand the floors: the step's arithmetic and its bytes at this machine's speed.

    Example: reproduce bench macbeth --rounds 3 --json bench.json
    """
    if growth + writing + throughput > 1:
        raise typer.BadParameter(
            "each is a bench of its own; give one of them", param_hint="--growth, --writing, --throughput"
        )
    for option, is_given in (("--out", out is not None), ("--force", force)):
        if is_given and not growth:
            raise typer.BadParameter("only --growth keeps points in a folder; leave it out", param_hint=option)
    only = "macbeth" if writing else "bitcoin-lstm" if throughput else None
    if only and chosen and chosen.id != only:
        raise typer.BadParameter(f"that is measured for {only} alone; leave the article out", param_hint="ARTICLE")
    if growth:
        _bench_growth(chosen, rounds or 3, out or Path("bench"), force, json_to)
        return
    limit_threads(1)
    if writing:
        _bench_writing(rounds or 9, json_to)
    elif throughput:
        _bench_throughput(rounds or 2, json_to)
    else:
        _bench_steps(chosen, rounds or 9, json_to)


def _bench_steps(chosen: Article | None, rounds: int, json_to: str | None) -> None:
    from reproduce.bench.frameworks import contenders_of
    from reproduce.bench.steps import Steps
    from reproduce.bench.tasks import tasks_of

    done: list[Bench] = []
    for task in tasks_of(chosen):
        contenders = contenders_of(task.article)
        steps = Steps(task, contenders)
        try:
            with run_progress(task.article, len(contenders) + rounds + 2) as advance:
                steps.run(rounds, advance)
        except KeyboardInterrupt:
            done += [steps.show()] if steps.is_begun else []
            _print(done, None)
            measured = "what stands above is measured so far" if done else "nothing is measured yet"
            raise Interrupted(f"interrupted in {task.article}; {measured}, and no file was written") from None
        done.append(steps.show())
    _show(done, json_to)


def _bench_growth(chosen: Article | None, rounds: int, out: Path, force: bool, json_to: str | None) -> None:
    from reproduce.bench.growth import Growth, points_of
    from reproduce.bench.picture import draw_growth
    from reproduce.bench.tasks import tasks_of
    from reproduce.evidence.pictures import save_picture

    measured, points = Growth(out, force=force), points_of(tasks_of(chosen))
    out.mkdir(parents=True, exist_ok=True)
    limit_threads(1)
    left = measured.left(points)
    try:
        with run_progress("growth", len(left)) as advance:
            measured.measure(left, rounds, advance)
    except KeyboardInterrupt:
        kept = len(points) - len(measured.left(points))
        again = "the same command without --force" if force and kept else "the same command"
        raise Interrupted(
            f"interrupted; {kept} of {len(points)} points are measured and kept in {out}, and {again} goes on"
        ) from None
    save_picture(draw_growth(measured.rows), out, "growth")
    note(f"the points and the picture are in {out}")
    _show([measured.show()], json_to)


def _bench_writing(rounds: int, json_to: str | None) -> None:
    from reproduce.bench.writing import all_writers, create_writing_problem, run_writing

    writers = all_writers()
    with run_progress("writing", len(writers) + rounds + 1) as advance:
        done = run_writing(writers, create_writing_problem(), rounds, advance)
    _show([done], json_to)


def _bench_throughput(runs: int, json_to: str | None) -> None:
    from reproduce.bench.throughput import run_throughput, worker_counts

    counts = worker_counts()
    with run_progress("throughput", len(counts) + 1) as advance:
        done = run_throughput(counts, variant=article_of("bitcoin-lstm").Variant(), runs=runs, on_progress=advance)
    _show([done], json_to)


def _show(done: Sequence[Bench], json_to: str | None) -> None:
    """Print all that there is, and exit 1 where a contender failed."""
    _print(done, json_to)
    if any(one.has_failed for one in done):
        raise typer.Exit(1)


def _print(done: Sequence[Bench], json_to: str | None) -> None:
    """Print the tables, or give JSON the rows of all; then say who was not timed."""
    tables = [table for one in done for table in one.tables]
    if json_to is None:
        for table in tables:
            print_table(table.title, table.texts)
    else:
        rows = [row for table in tables for row in table.rows]
        title = "; ".join(table.title for table in tables)
        give_json({"title": title, "processor": processor(), "rows": rows}, json_to)
    for line in dict.fromkeys(line for one in done for line in one.notes):
        note(f"reproduce: {line}")
