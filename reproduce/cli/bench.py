"""`reproduce bench`: what a training step costs, ours and others'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.cli.output import JsonOption, note, print_table, run_progress, show_table
from reproduce.errors import RunError
from reproduce.networks.engine import limit_threads
from reproduce.runs.files import write_text
from reproduce.runs.tidy import table_text

STEPS = 145  # an epoch of the article


def bench(
    rounds: Annotated[
        int | None,
        typer.Option(
            min=1, help="Turns of every contender.  [default: 15; --characters 9; --scaling 3; --throughput 2]"
        ),
    ] = None,
    characters: Annotated[
        bool, typer.Option("--characters", help="Time the Macbeth network instead: a training step, and writing.")
    ] = False,
    scaling: Annotated[
        bool, typer.Option("--scaling", help="Vary hidden units, days and windows instead: a table and a picture.")
    ] = False,
    throughput: Annotated[
        bool, typer.Option("--throughput", help="Count a study's runs an hour by its workers instead; minutes.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for the picture and the points of --scaling.")] = Path("bench"),
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier picture and its points.")] = False,
    json_to: JsonOption = None,
) -> None:
    """Time a training step of every engine, of Keras and, where installed, PyTorch and JAX; exit 1 if one fails.

    Each contender has a process of its own and must reach the session engine's loss in the first epoch, or Keras's
    where it trains the Macbeth network; what writes without Keras must write the same text.

    Example: reproduce bench --rounds 3 --json bench.json
    """
    if characters + scaling + throughput > 1:
        raise typer.BadParameter(
            "each is a bench of its own; give one of them", param_hint="--characters, --scaling, --throughput"
        )
    if characters:
        _bench_characters(rounds or 9, json_to)
    elif throughput:
        _bench_throughput(rounds or 2, json_to)
    elif scaling:
        _bench_scaling(rounds or 3, out, force, json_to)
    else:
        _bench_contenders(rounds or 15, json_to)


def _bench_contenders(rounds: int, json_to: str | None) -> None:
    limit_threads(1)
    from reproduce.bench.contenders import all_contenders
    from reproduce.bench.table import run_bench
    from reproduce.bench.targets import targets_of

    contenders = all_contenders()
    with run_progress("bench", len(contenders) + rounds + 1) as advance:
        done = run_bench(contenders, Variant(), steps=STEPS, rounds=rounds, on_progress=advance)
    targets = list(targets_of(done))
    rows = done.rows()
    show_table(done.title, rows + [target.as_row() for target in targets], done.texts(), json_to)
    if json_to is None:
        show_table(
            "Targets of the compiled engine, held against this run", [], [target.as_text() for target in targets], None
        )
    for reason in done.notes():
        note(f"reproduce: {reason}")
    _exit_if_any([result.failure for result in done.results])


def _bench_characters(rounds: int, json_to: str | None) -> None:
    limit_threads(1)
    from reproduce.bench.characters import CHARACTERS, all_contenders, create_problem
    from reproduce.bench.characters import STEPS as CHARACTER_STEPS
    from reproduce.bench.characters_table import run_char_bench
    from reproduce.bench.writing import all_writers, create_writing_problem

    network, contenders, writers = MacbethVariant(), all_contenders(), all_writers()
    problems = (
        create_problem(network, CHARACTERS, steps=CHARACTER_STEPS),
        create_writing_problem(network, CHARACTERS),
    )
    with run_progress("characters", len(contenders) + 2 * (rounds + 1)) as advance:
        done = run_char_bench(contenders, writers, problems, rounds=rounds, on_progress=advance)
    targets = list(done.targets())
    rows = done.step_rows() + done.writing_rows() + [target.as_row() for target in targets]
    show_table(done.title, rows, done.step_texts(), json_to)
    if json_to is None:
        print_table("One written character, greedily, each fed back", done.writing_texts())
        print_table("Targets, held against this run", [target.as_text() for target in targets])
    for reason in done.notes():
        note(f"reproduce: {reason}")
    _exit_if_any(done.failures)


def _bench_scaling(rounds: int, out: Path, force: bool, json_to: str | None) -> None:
    if (out / "scaling.csv").exists() and not force:
        raise RunError(f"{out / 'scaling.csv'} is there; choose another folder with --out, or --force to replace it")
    limit_threads(1)
    from reproduce.bench.contenders import house_contenders
    from reproduce.bench.picture import draw_scaling
    from reproduce.bench.scaling import BASE, Point, run_scaling, texts_of, variants
    from reproduce.evidence.pictures import save_figure

    contenders, chosen = house_contenders(BASE.wiring), variants()
    with run_progress("scaling", len(chosen)) as advance:
        points = run_scaling(contenders, chosen, steps=STEPS, rounds=rounds, on_progress=advance)
    rows = [asdict(point) for point in points]
    out.mkdir(parents=True, exist_ok=True)
    save_figure(draw_scaling(points), out, "scaling")
    write_text(out / "scaling.csv", table_text(Point, points))
    show_table("Microseconds a training step, described wiring", rows, texts_of(points), json_to)
    note(f"the picture and the points are in {out}")
    for point in points:
        if point.failure is not None:
            note(f"reproduce: {point.name}: {point.failure}")
    _exit_if_any([point.failure for point in points])


def _bench_throughput(runs: int, json_to: str | None) -> None:
    limit_threads(1)
    from reproduce.bench.contenders import all_contenders
    from reproduce.bench.throughput import measure_throughput, worker_counts

    published = {one.name: one for one in all_contenders() if one.wiring == "published"}
    graph, reference, counts = published["original_code's graph"], published["compiled engine"], worker_counts()
    with run_progress("throughput", len(counts) + 1) as advance:
        rows = measure_throughput(graph, reference, Variant(), counts, runs=runs, on_progress=advance)
    title = f"Whole runs of {Variant().epochs} epochs, {runs} for each worker"
    show_table(title, [asdict(row) for row in rows], [row.as_text() for row in rows], json_to)


def _exit_if_any(failures: Sequence[str | None]) -> None:
    if any(failure is not None for failure in failures):
        raise typer.Exit(1)
