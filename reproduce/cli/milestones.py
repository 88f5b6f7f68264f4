"""`reproduce milestones`: does the Macbeth network get better and better?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce.cli.output import JsonOption, checked, note, resumable, run_progress, show_table
from reproduce.cli.study import SchedulerOption, WorkersOption, parse_seeds

if TYPE_CHECKING:
    from reproduce.articles.macbeth.study import MilestoneRow

TITLE = "Macbeth after 1, 2, 5, 10 and 20 epochs; losses in nats a character"


def milestones(
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Train nothing: show the table that comes with the package.")
    ] = False,
    seeds: Annotated[str, typer.Option(help="Of the program as it ran, 1 epoch: FIRST:END, without END.")] = "0:5",
    trend_seeds: Annotated[str, typer.Option(help="Of 20 epochs, a tenth of the text held out.")] = "0:1",
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    text: Annotated[Path | None, typer.Option(help="Your own text (UTF-8).  [default: Macbeth, as installed]")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the study, the table and its picture.")] = Path("milestones"),
    json_to: JsonOption = None,
) -> None:
    """Train the Macbeth network over seeds and epochs, and measure what it has learnt of text it has not seen.

    Hours of training; stopped at any moment, the same command goes on.

    Example: reproduce milestones --seeds 0:5 --trend-seeds 0:1 --workers 2
    """
    chosen = [
        checked(parse_seeds, given, option=option)
        for given, option in ((seeds, "--seeds"), (trend_seeds, "--trend-seeds"))
    ]
    if shipped:
        if text is not None:
            raise typer.BadParameter("the shipped table is of Macbeth; leave one out", param_hint="--text")
        from reproduce.articles.macbeth.study import shipped_rows

        rows = shipped_rows()
    else:
        rows = _train(chosen, workers, scheduler, text, out)
    from reproduce.articles.macbeth import figures
    from reproduce.evidence.pictures import save_figure

    save_figure(figures.trend(rows), out, "milestones")
    note(f"the trend is drawn in {out / 'milestones.png'}")
    found = [asdict(row) for row in rows]
    show_table(TITLE, found, [_text(row) for row in rows], json_to)


def _train(
    seeds: Sequence[range], workers: int | None, scheduler: str | None, text: Path | None, out: Path
) -> list[MilestoneRow]:
    from reproduce.inputs.text import load_text

    source = load_text(text)
    import joblib

    from reproduce.articles.macbeth.study import TABLE, MacbethStudy, run_study, study_rows

    study = checked(MacbethStudy, out, *seeds, source, option="--seeds")
    kept = "finished runs stand, others go on from their checkpoints"
    with resumable(kept), run_progress("runs", total=len(study.configs)) as advance:
        run_study(study, workers=workers or joblib.cpu_count(), scheduler=scheduler, on_run=advance)
    note(f"every run's figures are in {out / TABLE}")
    return study_rows(study)


def _text(row: MilestoneRow) -> dict[str, str]:
    return {
        "variant": row.variant,
        "seed": str(row.seed),
        "epoch": str(row.epoch),
        "loss": f"{row.loss:.3f}",
        "held-out loss": "-" if isnan(row.held_out_loss) else f"{row.held_out_loss:.3f}",
        "counted alone": f"{row.entropy_0:.3f}",
        "in pairs": f"{row.entropy_1:.3f}",
        "repeat rate": f"{row.repeat_rate:.3f}",
        "of the text": f"{row.text_repeat_rate:.3f}",
    }
