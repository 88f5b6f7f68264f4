"""`reproduce run bitcoin-lstm`, and `reproduce run`: the Bitcoin article's main job."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.cli.output import JsonOption, checked, epoch_progress, note, show_table
from reproduce.inputs.prices import load_prices
from reproduce.networks.engine import MAX_SEED, limit_threads


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

    Example: reproduce run bitcoin-lstm --variant described --epochs 30
    """
    chosen = checked(Variant.parse, variant, option="--variant")
    if epochs is not None:
        chosen = replace(chosen, epochs=epochs)
    table = load_prices(data)
    import joblib

    threads = threads or joblib.cpu_count()
    limit_threads(threads)
    from reproduce.articles.bitcoin_lstm.job import Job, run_job

    with epoch_progress(chosen.epochs) as show:
        finished, judgements = run_job(Job(chosen, seed, engine.value, threads, out, force), table, show)
    show_table(
        f"Bitcoin article, variant {chosen.name}, seed {seed}, engine {engine.value}",
        [judgement.as_row() for judgement in judgements],
        [judgement.as_text() for judgement in judgements],
        json_to,
    )
    note(f"everything is in {finished.path}")
