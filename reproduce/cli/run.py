"""`reproduce run`: one training of an article's program, its pictures, and the claims that it can judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from reproduce.articles.article import Article, Shown
from reproduce.articles.events import check_folder, write_events
from reproduce.articles.sources import is_own
from reproduce.cli.choices import FIRST, IDS, GapsOption, default_of, kept_gaps, load_input, parse_article
from reproduce.cli.output import DataOption, JsonOption, TextOption, checked, note, print_table, show
from reproduce.cli.progress import training_progress
from reproduce.errors import RunError
from reproduce.networks.engine import MAX_SEED
from reproduce.runs.config import RunConfig
from reproduce.runs.process import Threads, limit_threads

MOST_THREADS = 1024


def run(
    chosen: Annotated[
        Article, typer.Argument(metavar="ARTICLE", parser=parse_article, help=f"Whose program: {IDS}.")
    ] = FIRST,
    variant: Annotated[
        str, typer.Option(help="published, or settings such as described+window-3; docs/ has a list for each article.")
    ] = "published",
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help=f"Passes over the training data.{default_of(lambda one: one.Variant().epochs)}"),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            min=0,
            max=MAX_SEED,
            help="Random seed of all that is drawn: weights, dropout, order. (The programs set none.)",
        ),
    ] = 0,
    engine: Annotated[
        str | None,
        typer.Option(
            help=f"What trains the network: compiled, session or keras.{default_of(lambda one: one.engines[0])}"
        ),
    ] = None,
    data: DataOption = None,
    gaps: GapsOption = "refuse",
    text: TextOption = None,
    inter_op_threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_THREADS,
            help="Engines session and keras, but not for macbeth: operations that run at once. 1 gives equal bits.  "
            "[default: all cores]",
        ),
    ] = None,
    intra_op_threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_THREADS,
            help="Engine compiled, and both engines of macbeth: threads that share a step. The last bits depend on "
            "it, but for bitcoin-lstm.  [default: all cores; 1 for bitcoin-lstm, which trains Keras on another core]",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for run directories.")] = Path("runs"),
    tensorboard: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="bitcoin-lstm: write the graph, losses and gates for TensorBoard, into a folder of the run's name.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Train from the start; remove what an earlier run left.")
    ] = False,
    json_to: JsonOption = None,
) -> None:
    """Train an article's program, draw its pictures and judge the claims that one run can judge.

    Stopped at any moment, the same command goes on from the last checkpoint.

    Example: reproduce run bitcoin-lstm --variant described --epochs 30
    """
    setting = checked(chosen.Variant.parse, variant, option="--variant")
    if epochs is not None:
        if "epochs-" in variant and setting.epochs != epochs:
            raise typer.BadParameter(
                f"is {epochs}, and --variant says {setting.epochs}; give one", param_hint="--epochs"
            )
        setting = replace(setting, epochs=epochs)
    used = engine or chosen.engines[0]
    if used not in chosen.engines:
        raise typer.BadParameter(f"{used!r} is none of {', '.join(chosen.engines)}", param_hint="--engine")
    if refused := setting.refuses(used):
        raise RunError(refused)
    threads = _threads(chosen, used, inter_op_threads, intra_op_threads)
    source = load_input(chosen, data, text, gaps)
    _check_tensorboard(chosen, tensorboard)
    title = f"{chosen.label}, variant {setting.name}, seed {seed}, engine {used}"
    config = RunConfig(setting, seed, used, source.sha256, chosen.id, threads.intra_op, kept_gaps(gaps))
    with training_progress(title, setting.epochs, is_forced=force) as on_progress:
        limit_threads(*threads)
        from reproduce.articles.running import run_article

        finished, judgements = run_article(chosen, config, source, out, force=force, on_progress=on_progress)
    table = Shown(title, [one.as_row() for one in judgements], [one.as_text() for one in judgements])
    assumed = chosen.assumptions(setting)
    more = {"assumptions": list(assumed)} if assumed else {}
    if not is_own(finished, chosen.source):
        own = chosen.module("outputs").own_result(finished)
        more["result"] = own.rows[0]
        if json_to is None:
            print_table(own.title, own.texts)
    show([table], json_to, **more)
    if tensorboard is not None:
        note(f"for TensorBoard: tensorboard --logdir {write_events(chosen, finished, tensorboard).parent}")
    note(f"everything is in {finished.path}")
    losses = finished.read_losses()
    if not np.isfinite(losses).all():
        epoch = int(np.flatnonzero(~np.isfinite(losses))[0]) + 1
        raise RunError(f"{finished.path}: the training diverged in epoch {epoch}, and is recorded so; lower its rate")


def _check_tensorboard(article: Article, folder: Path | None) -> None:
    """Refuse now, before anything is trained, what cannot be written in the end."""
    if folder is None:
        return
    if not article.has_events:
        raise typer.BadParameter(
            f"{article.id} has no graph with names to show; leave it out", param_hint="--tensorboard"
        )
    check_folder(folder)


def _threads(article: Article, engine: str, inter_op: int | None, intra_op: int | None) -> Threads:
    """The pools of this process: as given, or all cores where the engine has a use for them and they are free."""
    import joblib

    cores = joblib.cpu_count()
    pools = (
        ("inter-op", inter_op, article.inter_op, cores),
        ("intra-op", intra_op, article.intra_op, 1 if article.beside else cores),
    )
    chosen = []
    for pool, given, engines, free in pools:
        has_use = not {engine, *article.beside}.isdisjoint(engines)
        if given is not None and not has_use:
            problem = f"changes nothing for {article.id} on the engine {engine}; leave it out"
            raise typer.BadParameter(problem, param_hint=f"--{pool}-threads")
        chosen.append(given or (free if has_use else 1))
    return Threads(*chosen)
