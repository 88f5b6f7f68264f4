"""`reproduce run stacked-lstm`: the stacked LSTM guide's main job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from reproduce.articles.stacked_lstm import ASSUMPTIONS
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.cli.output import JsonOption, checked, epoch_progress, give_json, note, print_table
from reproduce.networks.engine import MAX_SEED, limit_threads


def run_stacked(
    variant: Annotated[
        str, typer.Option(help="published, or departures such as simple-rnn, mlp, gru or window-30+first-20.")
    ] = "published",
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training windows.  [default: 50]")] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, help="Of weights, dropout and batches; the program set none.")
    ] = 0,
    data: Annotated[
        Path | None,
        typer.Option(help="Your own price table (CSV), by day or Kaggle's by minute.  [default: the embedded one]"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for run directories.")] = Path("runs"),
    force: Annotated[bool, typer.Option("--force", help="Replace a finished run.")] = False,
    json_to: JsonOption = None,
) -> None:
    """Train the guide's stacked network, or a rival, draw its picture and judge its claims with what was assumed.

    Stopped at any moment, the same command goes on where the last checkpoint stands.

    Example: reproduce run stacked-lstm --variant simple-rnn --epochs 5
    """
    chosen = checked(Variant.parse, variant, option="--variant")
    if epochs is not None:
        chosen = replace(chosen, epochs=epochs)
    from reproduce.inputs.minutes import load_any

    table = load_any(data)
    limit_threads(1)
    from reproduce.articles.stacked_lstm.job import Job, run_job

    with epoch_progress(chosen.epochs) as show:
        finished, judgements = run_job(Job(chosen, seed, out, force), table, show)
    title = f"Stacked LSTM guide, variant {chosen.name}, seed {seed}"
    if json_to is None:
        print_table(title, [judgement.as_text() for judgement in judgements])
        for assumption in ASSUMPTIONS:
            print(assumption)
    else:
        rows = [judgement.as_row() for judgement in judgements]
        give_json({"title": title, "rows": rows, "assumptions": list(ASSUMPTIONS)}, json_to)
    note(f"everything is in {finished.path}")
