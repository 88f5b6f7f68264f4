"""The article's main job: train one network, draw the pictures, judge the claims that a run can judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reproduce.articles.stacked_lstm import figures
from reproduce.articles.stacked_lstm.outputs import run_outputs
from reproduce.articles.stacked_lstm.training import RunConfig, run
from reproduce.articles.stacked_lstm.variant import LABELS, Variant
from reproduce.articles.stacked_lstm.windows import Dataset, prepare
from reproduce.evidence.claims import Judgement, judge_by_run
from reproduce.evidence.pictures import save_figure
from reproduce.inputs.prices import PriceTable
from reproduce.runs.directory import Directory
from reproduce.runs.progress import Progress


@dataclass(frozen=True)
class Job:
    """What `reproduce run stacked-lstm` was asked to do."""

    variant: Variant
    seed: int
    out: Path
    force: bool


def run_job(
    job: Job, table: PriceTable, on_epoch: Callable[[str, Progress], None]
) -> tuple[Directory, list[Judgement]]:
    """Train the variant's network on one thread; call `reproduce.networks.engine.limit_threads(1)` before.

    Args:
        on_epoch: called with the network's name and its progress, before its first epoch and after each one.

    Raises:
        DataError: the table is too short for the variant.
        RunError: the run directory is in use or holds another run.
    """
    network = LABELS[job.variant.network]
    config = RunConfig(job.variant, job.seed, table.sha256)
    finished = run(job.out, config, table, force=job.force, on_epoch=lambda progress: on_epoch(network, progress))
    dataset = prepare(table, job.variant)
    draw_figures(dataset, finished)
    outputs = run_outputs(dataset, finished)
    return finished, judge_by_run(__package__, outputs)


def draw_figures(dataset: Dataset, finished: Directory) -> None:
    """Draw a run's two pictures into its directory, unless they are there."""
    folder, network = finished.path / "figures", finished.config.variant.network
    predicted_usd = np.array(finished.read_table("predictions.csv", lambda row: float(row["predicted_usd"])))
    pictures = {
        "predictions_as_published": figures.predictions_as_published,
        "predictions_by_date": figures.predictions_by_date,
    }
    for name, draw in pictures.items():
        if not (folder / f"{name}.svg").exists():
            save_figure(draw(dataset, predicted_usd, network), folder, name)
