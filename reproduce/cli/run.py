"""`reproduce run`: an article's main job."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce.cli.output import Interrupted, JsonOption, checked, epoch_progress, note, show_table
from reproduce.engines import MAX_SEED, limit_threads
from reproduce.prices import load_prices
from reproduce.variant import Variant

if TYPE_CHECKING:
    from reproduce.articles.bitcoin_lstm.job import Job
    from reproduce.claims import Judgement
    from reproduce.prices import PriceTable
    from reproduce.runs import Progress, RunDirectory


class EngineName(str, Enum):
    """The choices of `--engine`."""

    compiled = "compiled"
    session = "session"
    keras = "keras"


def run(
    variant: Annotated[
        str, typer.Option(help="published, described, or departures such as described+window-3; see the README.")
    ] = "published",
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training windows.  [default: 200]")] = None,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Of the initial weights; the program set none.")] = 0,
    engine: Annotated[EngineName, typer.Option(help="How the training is executed.")] = EngineName.compiled,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Operations at once.  [default: all cores; 1 promises equal bits]")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Your own price table (CSV).  [default: the embedded one]")] = None,
    out: Annotated[Path, typer.Option(help="Folder for run directories.")] = Path("runs"),
    force: Annotated[bool, typer.Option("--force", help="Replace finished runs.")] = False,
    json_to: JsonOption = None,
) -> None:
    """Train the Bitcoin article's network and its Keras equivalent, draw its pictures and judge its claims.

    Stopped at any moment, the same command goes on where the last checkpoint stands.

    Example: reproduce run --variant described --epochs 30
    """
    chosen = checked(Variant.parse, variant, option="--variant")
    if epochs is not None:
        chosen = replace(chosen, epochs=epochs)
    table = load_prices(data)
    import joblib

    threads = threads or joblib.cpu_count()
    limit_threads(threads)
    from reproduce.articles.bitcoin_lstm.job import Job

    finished, judgements = _run_with_progress(Job(chosen, seed, engine.value, threads, out, force), table)
    show_table(
        f"Bitcoin article, variant {chosen.name}, seed {seed}, engine {engine.value}",
        [judgement.as_row() for judgement in judgements],
        [judgement.as_text() for judgement in judgements],
        json_to,
    )
    note(f"everything is in {finished.path}")


def _run_with_progress(job: Job, table: PriceTable) -> tuple[RunDirectory, list[Judgement]]:
    from reproduce.articles.bitcoin_lstm.job import run_job

    bar, tasks, reached = epoch_progress(), {}, {}
    try:
        with ExitStack() as shown:

            def show(engine: str, progress: Progress) -> None:
                if not tasks:  # a bar without a task is an empty line, also above an error's
                    shown.enter_context(bar)
                if engine not in tasks:
                    if 0 < progress.epoch < job.variant.epochs:
                        bar.console.print(f"{engine} goes on at epoch {progress.epoch}")
                    tasks[engine] = bar.add_task(engine, total=job.variant.epochs, completed=progress.epoch, loss="…")
                loss = f"{progress.losses[-1]:.5f}" if progress.losses else "…"
                bar.update(tasks[engine], completed=progress.epoch, loss=loss)
                reached["engine"], reached["epoch"] = engine, progress.epoch

            return run_job(job, table, show)
    except KeyboardInterrupt:
        where = f" in epoch {reached['epoch']} of {reached['engine']}" if reached else ""
        raise Interrupted(f"interrupted{where}; the same command goes on from the last checkpoint") from None
