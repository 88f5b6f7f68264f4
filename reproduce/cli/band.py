"""`reproduce band`: the article's losses among those of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reproduce.cli.output import JsonOption, note, show_table
from reproduce.runs.files import write_json, write_text


def band(
    study: Annotated[
        Path | None, typer.Argument(help="A study's folder.  [default: the study that comes along]")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the picture of each variant.")] = Path("bands"),
    table: Annotated[
        Path | None, typer.Option(help="Also write the losses as the table that comes with the package.")
    ] = None,
    json_to: JsonOption = None,
) -> None:
    """Test whether the article's seven losses are one more draw of a variant, jointly, and draw the band.

    Example: reproduce band study --out bands
    """
    from reproduce.articles.bitcoin_lstm.bands import (
        judge_study,
        shipped_losses,
        study_losses,
        study_machine,
        table_to_ship,
    )
    from reproduce.articles.bitcoin_lstm.figures import study_band
    from reproduce.evidence.pictures import save_figure

    if table is not None and study is None:
        raise typer.BadParameter("is made from a study; name its folder", param_hint="--table")
    losses = shipped_losses() if study is None else study_losses(study)
    judged = judge_study(losses)
    for verdict in judged:
        save_figure(study_band(losses[verdict.variant], verdict.variant), out, f"band_{verdict.variant}")
    if table is not None:
        write_text(table, table_to_ship(study))
        write_json(table.with_suffix(".json"), study_machine(study))
    rows = [verdict.as_row() for verdict in judged]
    shown = [
        {
            "variant": verdict.variant,
            "seeds": str(verdict.seeds),
            "joint p-value": f"{verdict.p_value:.3f}",
            "farthest at epoch": str(verdict.farthest_epoch),
            "the article's losses": verdict.words,
        }
        for verdict in judged
    ]
    show_table("Are the article's seven losses one more draw of this program?", rows, shown, json_to)
    note(f"the bands are drawn in {out}")
