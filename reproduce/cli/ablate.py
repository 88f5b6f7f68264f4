"""`reproduce ablate`: the published program against persistence, one departure after another undone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce.cli.output import JsonOption, checked, note, resumable, run_progress, show_table
from reproduce.cli.study import SchedulerOption, WorkersOption, parse_seeds
from reproduce.inputs.prices import EMBEDDED_SHA256, load_prices
from reproduce.runs.files import write_text
from reproduce.runs.tidy import table_text

if TYPE_CHECKING:
    from reproduce.articles.bitcoin_lstm.ablation import AblationRow
    from reproduce.inputs.prices import PriceTable


def ablate(
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Train nothing: show the table that comes with the package.")
    ] = False,
    seeds: Annotated[str, typer.Option(help="FIRST:END, without END itself; the shipped table has 20.")] = "0:20",
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    data: Annotated[Path | None, typer.Option(help="Your own price table (CSV).  [default: the embedded one]")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the study, the table and its picture.")] = Path("ablation"),
    json_to: JsonOption = None,
) -> None:
    """Undo what the program departs in, each alone and one after another, and hold every variant against persistence.

    Hours of training; stopped at any moment, the same command goes on.

    Example: reproduce ablate --seeds 0:20 --out ablation
    """
    if shipped:
        from reproduce.articles.bitcoin_lstm.ablation import shipped_ablation

        rows, is_article_s = list(shipped_ablation().values()), True
    else:
        table = load_prices(data)
        rows = _train_and_judge(table, checked(parse_seeds, seeds, option="--seeds"), workers, scheduler, out)
        is_article_s = table.sha256 == EMBEDDED_SHA256
    _draw(rows, out)
    show_table("Every variant against persistence", [asdict(row) for row in rows], _texts(rows), json_to)
    if json_to is None:
        show_table("What follows", [], _answers(rows, is_article_s), None)


def _train_and_judge(
    table: PriceTable, seeds: range, workers: int | None, scheduler: str | None, out: Path
) -> list[AblationRow]:
    import joblib

    from reproduce.articles.bitcoin_lstm.ablation import STEPS, AblationRow, ablation_table
    from reproduce.articles.bitcoin_lstm.study import Study, run_study

    study = Study(out, tuple(variant for _, variant in STEPS), seeds, table)
    with resumable("finished runs stand"), run_progress("runs", total=len(study.configs)) as advance:
        run_study(study, workers=workers or joblib.cpu_count(), scheduler=scheduler, on_run=advance)
    rows = ablation_table(study)
    write_text(out / "ablation.csv", table_text(AblationRow, rows))
    note(f"the table is in {out / 'ablation.csv'}, every run's figures in {out / 'study.csv'}")
    return rows


def _draw(rows: list[AblationRow], out: Path) -> None:
    from reproduce.articles.bitcoin_lstm.figures import ablation_ladder
    from reproduce.evidence.pictures import save_figure

    save_figure(ablation_ladder({row.variant: row for row in rows}), out, "ablation")
    note(f"the skills are drawn in {out / 'ablation.png'}")


def _texts(rows: list[AblationRow]) -> list[dict[str, str]]:
    from reproduce.articles.bitcoin_lstm.ablation import STEPS

    labels = {variant.name: label for label, variant in STEPS}
    return [
        {
            "variant": labels[row.variant],
            "seeds": f"{row.seeds}" + (f", {row.diverged} diverged" if row.diverged else ""),
            "final loss": f"{row.final_loss:.5f}",
            "test error": f"{row.test_mse:.2e}",
            "USD": f"{row.test_rmse_usd:.0f}",
            "skill": f"{row.skill:.2f} ({row.skill_low:.2f} to {row.skill_high:.2f})",
            "Diebold-Mariano": f"{row.dm_statistic:.1f} (p {row.dm_p_words})",
            "direction": f"{row.direction_accuracy:.0%} (commoner {row.majority_share:.0%})",
            "lag": f"{row.best_lag:.0f}",
            "drift, linear": f"{row.drift_skill:.2f}, {row.autoregression_skill:.2f}",
        }
        for row in rows
    ]


def _answers(rows: list[AblationRow], is_article_s: bool) -> list[dict[str, str]]:
    from reproduce.articles.bitcoin_lstm.answers import answers
    from reproduce.articles.bitcoin_lstm.bands import judge_study, shipped_losses

    bands = judge_study(shipped_losses()) if is_article_s else []
    found = answers({row.variant: row for row in rows}, bands)
    return [{"question": one.question, "answer": one.answer, "evidence": one.evidence} for one in found]
