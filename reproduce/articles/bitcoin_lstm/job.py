"""The article's main job: train the graph, then its Keras equivalent, draw the pictures, judge the claims."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reproduce.articles.bitcoin_lstm import figures
from reproduce.articles.bitcoin_lstm.outputs import PROOF, run_outputs
from reproduce.articles.bitcoin_lstm.runs import RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.training import run
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import Dataset, prepare
from reproduce.errors import RunError
from reproduce.evidence.claims import Judgement, judge_by_run
from reproduce.evidence.pictures import save_figure
from reproduce.inputs.prices import PriceTable
from reproduce.networks.comparison import prove_compiled
from reproduce.networks.engine import ENGINES
from reproduce.runs.files import write_json
from reproduce.runs.progress import Progress


@dataclass(frozen=True)
class Job:
    """What `reproduce run` was asked to do."""

    variant: Variant
    seed: int
    engine: str
    threads: int
    out: Path
    force: bool


def run_job(
    job: Job, table: PriceTable, on_epoch: Callable[[str, Progress], None]
) -> tuple[RunDirectory, list[Judgement]]:
    """Run the engine and, where that is not Keras itself, Keras from the same initial weights on the same batches.

    Args:
        on_epoch: called with the engine's name and its progress, before its first epoch and after each one.

    Raises:
        DataError: the table is too short for the variant.
        MismatchError: the compiled engine does not train as the session engine on this machine.
        RunError: a run directory is in use or holds another run.
    """
    dataset = prepare(table, job.variant)
    config = RunConfig(job.variant, job.seed, job.engine, table.sha256)
    configs = [replace(config, engine=engine) for engine in dict.fromkeys((job.engine, "keras"))]
    for one in configs:  # refused now, not after the first training
        with RunDirectory(job.out, one).opened(force=job.force):
            pass
    proof = _prove(job, config, dataset)
    runs = [
        run(job.out, one, dataset, threads=job.threads, on_epoch=functools.partial(on_epoch, one.engine))
        for one in configs
    ]
    if proof is not None:
        write_json(runs[0].path / PROOF, proof)
    for finished in runs:
        draw_figures(dataset, finished)
    _draw_engines(runs[0])
    keras_run = runs[1] if len(runs) == 2 else None
    outputs = run_outputs(dataset, runs[0], keras_run)
    return runs[0], judge_by_run(__package__, outputs)


def _prove(job: Job, config: RunConfig, dataset: Dataset) -> dict[str, float] | None:
    """The compiled engine's proof on this machine, where the run has none yet."""
    if job.engine != "compiled" or (RunDirectory(job.out, config).path / PROOF).exists():
        return None
    return prove_compiled(job.variant, job.seed, dataset)


def _draw_engines(finished: RunDirectory) -> None:
    """Draw its seed on every engine that has a finished run of it beside this one, into this one's directory."""
    losses = {finished.config.engine: finished.read_losses()}  # the one that the others are held against
    for engine in ENGINES:
        other = RunDirectory(finished.path.parent, replace(finished.config, engine=engine))
        with suppress(RunError):  # of other data, or damaged: not the run of this seed that the picture is of
            if other.is_finished:
                losses[engine] = other.read_losses()
    if len(losses) > 1:
        save_figure(figures.engines_apart(losses, finished.config), finished.path / "figures", "engines")


def draw_figures(dataset: Dataset, finished: RunDirectory) -> None:
    """Draw a run's four pictures into its directory, unless they are there."""
    folder = finished.path / "figures"
    training, testing = (finished.read_predictions(which) for which in ("training", "testing"))
    pictures = {
        "prices": lambda: figures.prices_as_published(dataset),
        "predictions_as_published": lambda: figures.predictions_as_published(dataset, training, testing),
        "predictions_by_date": lambda: figures.predictions_by_date(dataset, training, testing),
        "loss": lambda: figures.loss_curve(finished.read_losses(), finished.config),
    }
    for name, draw in pictures.items():
        if not (folder / f"{name}.svg").exists():
            save_figure(draw(), folder, name)
