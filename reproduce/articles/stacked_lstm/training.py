"""One run from start, or from its checkpoint, to finish."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import Dataset, prediction_metrics, prepare
from reproduce.inputs.prices import PriceTable
from reproduce.networks.engine import check_seed, limit_threads
from reproduce.runs.directory import Directory
from reproduce.runs.environment import describe_environment
from reproduce.runs.files import write_json
from reproduce.runs.progress import Progress

ARTICLE = "stacked-lstm"
CHECKPOINT_EVERY = 10  # epochs


@dataclass(frozen=True)
class RunConfig:
    """Everything that determines a run's result. Goes to config.json."""

    variant: Variant
    seed: int
    data_sha256: str
    article: str = ARTICLE
    engine: str = "keras"

    def __post_init__(self) -> None:
        check_seed(self.seed)

    @property
    def name(self) -> str:
        """The name of its directory."""
        return f"{self.article}-{self.variant.name}-s{self.seed}-{self.engine}"


def run(
    root: Path,
    config: RunConfig,
    table: PriceTable,
    *,
    force: bool = False,
    wait: bool = False,
    on_epoch: Callable[[Progress], None] = lambda _: None,
) -> Directory:
    """Train what `config` says on `table` and leave a finished run directory under `root`.

    A finished run of the same configuration is left as it is; an unfinished one is taken up at its checkpoint.

    Args:
        wait: for another process that is in the directory, rather than be refused.
        on_epoch: called with the progress before the first epoch of this process and after each one.

    Raises:
        DataError: the table is too short for the variant.
        RunError: the directory is in use, or holds another run.
    """
    dataset = prepare(table, config.variant)
    directory = Directory(root, config)
    with directory.opened(force=force, wait=wait):
        if not directory.is_finished:
            described = describe_environment(1, config.data_sha256)
            write_json(directory.path / "environment.json", described)
            progress, predicted = _train(directory, dataset, on_epoch)
            write_json(directory.path / "environment.json", described | {"seconds": progress.seconds})
            _write_results(directory, dataset, progress, predicted)
    return directory


def train(root: Path, config: RunConfig, table: PriceTable) -> None:
    """Do one run of a study in this process, on one thread."""
    limit_threads(1)
    run(root, config, table, wait=True)


def _train(directory: Directory, dataset: Dataset, on_epoch: Callable[[Progress], None]) -> tuple[Progress, np.ndarray]:
    """Train to the end; return the progress and the test predictions, (test_days, 1)."""
    from reproduce.networks.forecasters import Forecaster

    variant = directory.config.variant
    forecaster = Forecaster(variant, directory.config.seed)
    progress = directory.resumed(forecaster.restore, Progress.from_arrays) or Progress()
    begin = time.perf_counter() - progress.seconds
    on_epoch(progress)
    while progress.epoch < variant.epochs:
        progress.losses.append(forecaster.train_epoch(progress.epoch, *dataset.train))
        progress.seconds = time.perf_counter() - begin
        if progress.epoch % CHECKPOINT_EVERY == 0 or progress.epoch == variant.epochs:
            directory.save_checkpoint(vars(progress), forecaster.state())
        on_epoch(progress)
    return progress, forecaster.predict(dataset.test[0])


def _write_results(directory: Directory, dataset: Dataset, progress: Progress, predicted: np.ndarray) -> None:
    """Write losses.csv, predictions.csv and, last, metrics.json."""
    directory.write_losses(progress.losses)
    usd = (dataset.test_usd, dataset.to_usd(predicted[:, 0].astype(float)), dataset.persistence_usd)
    rows = [
        (date, *(repr(float(value)) for value in values))
        for date, *values in zip(dataset.test_dates, *usd, strict=True)
    ]
    directory.write_table("predictions.csv", ("date", "actual_usd", "predicted_usd", "persistence_usd"), rows)
    directory.write_metrics({"final_loss": progress.losses[-1]} | prediction_metrics(dataset, predicted))
