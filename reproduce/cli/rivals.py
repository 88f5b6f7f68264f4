"""`reproduce rivals`: the stacked LSTM against SimpleRNN, MLP and GRU, seed by seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce.cli.output import JsonOption, checked, give_json, note, print_table, resumable, run_progress
from reproduce.cli.study import SchedulerOption, WorkersOption, parse_seeds

if TYPE_CHECKING:
    from reproduce.articles.stacked_lstm.pairs import Pairs
    from reproduce.articles.stacked_lstm.rivals import RivalRow
    from reproduce.inputs.prices import PriceTable

TITLE = "The rival's error on the test days less the LSTM's, of the same seed; above 0 the LSTM is better"


def rivals(
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Train nothing: show the table that comes with the package.")
    ] = False,
    seeds: Annotated[str, typer.Option(help="FIRST:END, without END itself; at least two.")] = "0:20",
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Your own price table (CSV), by day or Kaggle's by minute.  [default: the embedded one]"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the study, the table and its picture.")] = Path("rivals"),
    json_to: JsonOption = None,
) -> None:
    """Train the stacked LSTM and its rivals with the same seeds, and compare their errors on the last 60 days.

    Half an hour of training and more; stopped at any moment, the same command goes on.

    Example: reproduce rivals --seeds 0:20 --workers 2 --out rivals
    """
    chosen = checked(parse_seeds, seeds, option="--seeds")
    if len(chosen) < 2:
        raise typer.BadParameter(f"seeds are {seeds!r}, expected at least two to compare over", param_hint="--seeds")
    from reproduce.inputs.minutes import load_any

    if shipped:
        if data is not None:
            raise typer.BadParameter("the shipped table is of the embedded prices; leave one out", param_hint="--data")
        from reproduce.articles.stacked_lstm.rivals import shipped_rivals

        table, rows = load_any(), shipped_rivals()
    else:
        table = load_any(data)
        rows = _train(chosen, workers, scheduler, table, out)
    from reproduce.articles.stacked_lstm import ASSUMPTIONS
    from reproduce.articles.stacked_lstm.pairs import compare

    pairs = compare(rows)
    _draw(rows, pairs, table, out)
    if json_to is None:
        print_table(TITLE, [_pair_text(one) for one in pairs])
        print_table("Medians, by network", _network_texts(rows))
        for assumption in ASSUMPTIONS:
            print(assumption)
    else:
        compared, runs = [asdict(one) | {"verdict": one.verdict} for one in pairs], [asdict(row) for row in rows]
        give_json({"title": TITLE, "rows": compared, "runs": runs, "assumptions": list(ASSUMPTIONS)}, json_to)


def _train(seeds: range, workers: int | None, scheduler: str | None, table: PriceTable, out: Path) -> list[RivalRow]:
    import joblib

    from reproduce.articles.stacked_lstm.rivals import TABLE, RivalStudy, run_rivals, study_rows
    from reproduce.articles.stacked_lstm.variant import Variant

    study = checked(RivalStudy, out, seeds, table, Variant(), option="--seeds")
    with resumable("finished runs stand"), run_progress("runs", total=len(study.configs)) as advance:
        run_rivals(study, workers=workers or joblib.cpu_count(), scheduler=scheduler, on_run=advance)
    note(f"every run's figures are in {out / TABLE}")
    return study_rows(study)


def _draw(rows: Sequence[RivalRow], pairs: Sequence[Pairs], table: PriceTable, out: Path) -> None:
    from reproduce.articles.stacked_lstm import figures
    from reproduce.articles.stacked_lstm.variant import Variant
    from reproduce.articles.stacked_lstm.windows import persistence_rmse_usd, prepare
    from reproduce.evidence.pictures import save_figure

    persistence_usd = persistence_rmse_usd(prepare(table, Variant()))
    save_figure(figures.rivals(rows, pairs, persistence_usd), out, "rivals")
    note(f"every run and the differences are drawn in {out / 'rivals.png'}")


def _pair_text(one: Pairs) -> dict[str, str]:
    return {
        "rival": one.rival,
        "seeds": f"{len(one.differences)}" + (f", {one.diverged} diverged" if one.diverged else ""),
        "mean difference, USD": f"{one.mean:.1f} ({one.low:.1f} to {one.high:.1f})",
        "seeds won by the LSTM": f"{one.share_won:.0%}",
        "Wilcoxon p": f"{one.wilcoxon_p:.2g}",
        "so": one.verdict,
    }


def _network_texts(rows: Sequence[RivalRow]) -> list[dict[str, str]]:
    groups: dict[str, list[RivalRow]] = {}
    for row in rows:
        groups.setdefault(row.network, []).append(row)
    return [
        {
            "network": network,
            "seeds": str(len(group)),
            "USD": _median([row.rmse_usd for row in group], ".0f"),
            "skill": _median([row.skill for row in group], ".2f"),
            "final loss": _median([row.final_loss for row in group], ".5f"),
            "seconds": _median([row.seconds for row in group], ".0f"),
        }
        for network, group in groups.items()
    ]


def _median(values: Sequence[float], form: str) -> str:
    known = [value for value in values if not isnan(value)]
    return format(median(known), form) if known else "-"
