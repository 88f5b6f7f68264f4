"""`reproduce export`: a trained network for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from reproduce.articles.exporting import ENDINGS, FORMATS
from reproduce.cli.output import JsonOption, plain_table, show
from reproduce.runs.process import limit_threads


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The directory of a finished run.")],
    to: Annotated[
        Literal[FORMATS], typer.Option(help="A Keras model, a TensorFlow 1 checkpoint, or NumPy arrays by name.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="The file; of a checkpoint its prefix.  [default: exported.* in RUN]")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    json_to: JsonOption = None,
) -> None:
    """Write a run's trained network for other programs, and beside it a JSON file that says how to use it.

    The Keras model opens where there is nothing but Keras; a checkpoint is for original_code/bitcoin_lstm.py.

    Example: reproduce export runs/bitcoin-lstm-published-s0-compiled --to keras --out bitcoin.keras
    """
    from reproduce.articles.exporting import default_path
    from reproduce.articles.exporting import export as export_to
    from reproduce.articles.reading import open_run

    ending = ENDINGS[to]
    if out is not None and out.suffix != ending:
        raise typer.BadParameter(f"is {out}, expected a name that ends in {ending}", param_hint="--out")
    article, directory = open_run(run)
    path = default_path(directory, to) if out is None else out
    limit_threads(1)
    written = export_to(article, directory, to, path, force=force)
    rows = [{"file": str(one), "bytes": one.stat().st_size} for one in written]
    show([plain_table(f"Exported as {to}", rows)], json_to, run=directory.config.name)
