"""`reproduce study`: questions that take many runs, from the tables in the package or trained anew."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer

from reproduce.articles import studies, train
from reproduce.articles.article import Article, Shown, StudyPlan
from reproduce.articles.sources import is_own
from reproduce.cli.choices import GapsOption, kept_gaps, load_input, parse_seeds
from reproduce.cli.output import DataOption, JsonOption, TextOption, checked, note, plain_table, show
from reproduce.cli.progress import resumable, run_progress
from reproduce.cli.startup_notes import without_startup_notes
from reproduce.errors import RunError
from reproduce.evidence.tally import counted
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import RUNS
from reproduce.runs.files import write_json, write_text
from reproduce.runs.pool import train_all
from reproduce.runs.study import Study, machine_of, run_row, tabled
from reproduce.runs.tables import rows_text


def study(
    name: Annotated[str | None, typer.Argument(metavar="STUDY", help="The study.  [default: list all]")] = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="Show the table in the package; train nothing.")] = False,
    seeds: Annotated[
        str | None,
        typer.Option(help="0:40 for the seeds 0 to 39; 7 for one seed.  [default: those of the shipped table]"),
    ] = None,
    variants: Annotated[
        str | None, typer.Option(help="Variants, separated by commas.  [default: those of the shipped table]")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes on this machine, one thread each.  [default: one a core]")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Train on a dask cluster instead, such as tcp://host:8786; see docs/cluster.md.")
    ] = None,
    data: DataOption = None,
    gaps: GapsOption = "refuse",
    text: TextOption = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of runs, tables and pictures.  [default: the study's name]")
    ] = None,
    json_to: JsonOption = None,
) -> None:
    """Answer a question that takes many runs: train them and show what follows, or show the table in the package.

    Stopped at any moment, the same command goes on; finished runs stay.

    Example: reproduce study bitcoin-losses --variants published,described --seeds 0:40 --workers 2
    """
    known = studies()
    of_training = {"--data": data, "--text": text, "--gaps": kept_gaps(gaps), "--seeds": seeds}
    of_training |= {"--variants": variants, "--workers": workers, "--scheduler": scheduler}
    if name is None:
        _refuse({"--shipped": shipped or None, **of_training, "--out": out}, "changes nothing without STUDY; name one")
        show([_listed(known)], json_to)
        return
    if name not in known:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}", param_hint="STUDY")
    article, plan = known[name]
    if shipped:
        _refuse(of_training, "cannot change the shipped table; leave one out")
        if not (rows := plan.table.shipped()):
            raise RunError(f"the package has no table of {name} yet, as its runs have not ended; leave out --shipped")
        _finish(article, plan, [], rows, out, json_to)
        return
    if scheduler == "":
        raise typer.BadParameter("is empty; name one such as tcp://host:8786", param_hint="--scheduler")
    if scheduler and workers:
        raise typer.BadParameter("the cluster has its own; leave one out", param_hint="--workers, --scheduler")
    wanted = _runs(article, plan, variants, seeds)
    source = load_input(article, data, text, gaps)
    folder = Path(name) if out is None else out
    configs = configs_of(article, plan, wanted, source.sha256, kept_gaps(gaps))
    grid = checked(Study, folder, configs, option="--variants")
    _train(article, grid, source, workers, scheduler)
    if more := [config for config in plan.following(grid) if config not in configs]:
        grid = Study(folder, (*configs, *more))
        _train(article, grid, source, workers, None, more)  # here, as they begin from runs that are in the folder
    _conclude(article, plan, grid, json_to)


def _refuse(options: dict[str, Any], why: str) -> None:
    for option, given in options.items():
        if given is not None:
            raise typer.BadParameter(why, param_hint=option)


def _listed(known: dict[str, tuple[Article, StudyPlan]]) -> Shown:
    rows = [
        {
            "study": plan.name,
            "question": plan.question,
            "article": article.id,
            "runs": sum(len(seeds) for _, seeds in plan.runs),
        }
        for article, plan in known.values()
    ]
    return plain_table("Studies; --shipped shows one without training", rows)


def _runs(article: Article, plan: StudyPlan, variants: str | None, seeds: str | None) -> list[tuple[Any, range]]:
    """Each variant with its seeds: the plan's, unless other variants or other seeds are given."""
    wanted = list(plan.runs)
    if variants is not None:
        names = [word.strip() for word in variants.split(",")]
        parsed = [checked(article.Variant.parse, word, option="--variants") for word in names]
        planned = dict(plan.runs)
        wanted = [(variant, planned.get(variant, plan.runs[0][1])) for variant in parsed]
    if seeds is not None:
        wanted = [(variant, checked(parse_seeds, seeds, option="--seeds")) for variant, _ in wanted]
    return wanted


def configs_of(
    article: Article, plan: StudyPlan, wanted: list[tuple[Any, range]], sha256: str, gaps: str | None
) -> tuple[RunConfig, ...]:
    """One a run, seed by seed, so that a study cut short has as many seeds of each variant."""
    pairs = [(seed, variant) for variant, seeds in wanted for seed in seeds]
    pairs.sort(key=lambda pair: pair[0])
    engine = plan.engine or article.engines[0]
    return tuple(RunConfig(variant, seed, engine, sha256, article.id, gaps=gaps) for seed, variant in pairs)


def _train(
    article: Article,
    grid: Study,
    source: Any,
    workers: int | None,
    scheduler: str | None,
    configs: Sequence[RunConfig] | None = None,
) -> None:
    """Train these runs of the grid, all where none are given; study.csv is of the whole grid."""
    import joblib

    training = article.module("training")
    configs = grid.configs if configs is None else configs
    for variant in {config.variant: None for config in configs}:
        training.check(source, variant)  # refused now, not by each worker
    workers, begin = workers or joblib.cpu_count(), time.perf_counter()
    elsewhere = scheduler is not None
    with resumable(elsewhere=elsewhere), run_progress("runs", total=len(configs)) as advance, tabled(grid):
        trained = train_all(grid.root, configs, train, source, workers=workers, scheduler=scheduler, on_run=advance)
    seconds = time.perf_counter() - begin
    if trained:
        where = scheduler or counted(workers, "local worker")
        note(f"{counted(trained, 'run')} in {seconds:.0f} s on {where}: {trained * 3600 / seconds:.0f} an hour")
    note(f"every run's values are in {grid.root / RUNS}")


def _conclude(article: Article, plan: StudyPlan, grid: Study, json_to: str | None) -> None:
    """The study's own table, where every run is finished; else what there is, and exit 1."""
    summary = _summary(grid)
    if any(row["failed"] for row in summary.rows):
        show([summary], json_to)
        note("reproduce: some runs failed; failure.json in their directories says why")
        raise typer.Exit(1)
    with without_startup_notes():
        rows = plan.rows(grid)
    if rows:
        write_text(grid.root / plan.table.file, rows_text(plan.table.row, rows))
        note(f"the study's table is {grid.root / plan.table.file}")
    try:
        write_json(grid.root / "machine.json", machine_of(grid))
    except RunError as error:
        note(f"reproduce: {error}")
    if plan.is_of_article and not is_own(grid.directories[0], article.source):
        note(f"reproduce: what {plan.name} tells of its runs is about the article's own data, and left out")
        rows = []
    _finish(article, plan, [summary], rows, grid.root, json_to)


def _finish(
    article: Article, plan: StudyPlan, first: list[Shown], rows: list[Any], out: Path | None, json_to: str | None
) -> None:
    """Show the tables; draw the pictures where there is a folder for them."""
    tables, pictures = list(first), {}
    try:
        tables += plan.show(rows) if rows else []
        pictures = plan.draw(rows) if rows and out is not None else {}
    except RunError as error:  # too few seeds to compare
        note(f"reproduce: {error}")
    if out is not None and pictures:
        from reproduce.evidence.pictures import save_picture

        for name, picture in pictures.items():
            save_picture(picture, out, name)
            note(f"drawn: {out / name}.png")
    assumed = article.assumptions(article.Variant())
    show(tables, json_to, **({"assumptions": list(assumed)} if assumed else {}))


def _summary(grid: Study) -> Shown:
    """A row a variant: how many runs ended how, and the medians of the finished ones' final loss and skill."""
    import pandas as pd

    runs = pd.DataFrame([run_row(directory) for directory in grid.directories])
    rows, texts = [], []
    for variant, mine in runs.groupby("variant", sort=False):
        finished = mine[mine["status"] == "finished"]
        row = {"variant": variant} | {s: int((mine["status"] == s).sum()) for s in ("finished", "diverged", "failed")}
        medians = {name: finished[name].astype(float).median() for name in ("final_loss", "skill") if name in finished}
        rows.append(row | {f"median_{name}": value for name, value in medians.items()})
        forms = {"final_loss": ".5f", "skill": ".2f"}
        told = {f"median {name.replace('_', ' ')}": _shown(value, forms[name]) for name, value in medians.items()}
        texts.append({name: str(value) for name, value in row.items()} | told)
    return Shown("Runs of the study", rows, texts)


def _shown(value: float, form: str) -> str:
    return "-" if isnan(value) else format(value, form)
