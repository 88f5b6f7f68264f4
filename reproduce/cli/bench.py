"""`reproduce bench`: what a training step costs, ours and others'."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.macbeth.variant import Variant as CharVariant
from reproduce.cli.output import JsonOption, give_json, note, print_table
from reproduce.cli.progress import run_progress
from reproduce.errors import RunError
from reproduce.runs.environment import processor
from reproduce.runs.files import write_text
from reproduce.runs.process import limit_threads

if TYPE_CHECKING:
    from reproduce.bench.results import Bench

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
    if scaling and (out / "scaling.csv").exists() and not force:
        raise RunError(f"{out / 'scaling.csv'} is there; choose another folder with --out, or --force to replace it")
    limit_threads(1)
    if characters:
        _bench_characters(rounds or 9, json_to)
    elif throughput:
        _bench_throughput(rounds or 2, json_to)
    elif scaling:
        _bench_scaling(rounds or 3, out, json_to)
    else:
        _bench_contenders(rounds or 15, json_to)


def _bench_contenders(rounds: int, json_to: str | None) -> None:
    from reproduce.bench.bitcoin import all_contenders, run_bench

    contenders = all_contenders()
    with run_progress("bench", len(contenders) + rounds + 1) as advance:
        done = run_bench(contenders, Variant(), steps=STEPS, rounds=rounds, on_progress=advance)
    _show(done, json_to)


def _bench_characters(rounds: int, json_to: str | None) -> None:
    from reproduce.bench.characters import all_contenders, create_problems, run_char_bench
    from reproduce.bench.writing import all_writers

    contenders, writers = all_contenders(), all_writers()
    with run_progress("characters", len(contenders) + len(writers) + 2 * (rounds + 1)) as advance:
        problems = create_problems(CharVariant())
        done = run_char_bench(contenders, writers, problems, rounds=rounds, on_progress=advance)
    _show(done, json_to)


def _bench_scaling(rounds: int, out: Path, json_to: str | None) -> None:
    from reproduce.bench.bitcoin import house_contenders
    from reproduce.bench.picture import draw_scaling
    from reproduce.bench.scaling import BASE, run_scaling, show, variants
    from reproduce.evidence.pictures import save_picture

    contenders, chosen = house_contenders(BASE.wiring), variants()
    with run_progress("scaling", len(chosen)) as advance:
        points = run_scaling(contenders, chosen, steps=STEPS, rounds=rounds, on_progress=advance)
    out.mkdir(parents=True, exist_ok=True)
    save_picture(draw_scaling(points), out, "scaling")
    write_text(out / "scaling.csv", points.to_csv(index=False, float_format="%.9g"))
    note(f"the picture and the points are in {out}")
    _show(show(points), json_to)


def _bench_throughput(runs: int, json_to: str | None) -> None:
    from reproduce.bench.bitcoin import ORIGINAL, all_contenders
    from reproduce.bench.contender import COMPILED
    from reproduce.bench.throughput import run_throughput, worker_counts

    published, counts = {one.name: one for one in all_contenders() if one.wiring == "published"}, worker_counts()
    graph, reference = published[ORIGINAL], published[COMPILED]
    with run_progress("throughput", len(counts) + 1) as advance:
        done = run_throughput(graph, reference, Variant(), counts, runs=runs, on_progress=advance)
    _show(done, json_to)


def _show(done: Bench, json_to: str | None) -> None:
    """Print the tables, or give JSON the rows of all; then say who was not timed, and exit 1 where one failed."""
    if json_to is None:
        for table in done.tables:
            print_table(table.title, table.texts)
    else:
        give_json({"title": done.tables[0].title, "processor": processor(), "rows": done.rows}, json_to)
    for line in done.notes:
        note(f"reproduce: {line}")
    if done.has_failed:
        raise typer.Exit(1)
