"""One run from start, or from its checkpoint, to finish."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from reproduce.articles.bitcoin_lstm.metrics import prediction_metrics
from reproduce.articles.bitcoin_lstm.runs import PredictingProgress, RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.windows import Dataset
from reproduce.networks.engine import create_engine
from reproduce.runs.environment import describe_environment
from reproduce.runs.files import write_json

CHECKPOINT_EVERY = 10  # epochs


def run(
    root: Path,
    config: RunConfig,
    dataset: Dataset,
    *,
    threads: int = 1,
    force: bool = False,
    wait: bool = False,
    on_epoch: Callable[[PredictingProgress], None] = lambda _: None,
) -> RunDirectory:
    """Train what `config` says on `dataset` and leave a finished run directory under `root`.

    A finished run of the same configuration is left as it is; an unfinished one is taken up at its checkpoint.

    Args:
        wait: for another process that is in the directory, rather than be refused.
        on_epoch: called with the progress before the first epoch of this process and after each one.

    Raises:
        RunError: the directory is in use, or holds another run.
    """
    directory = RunDirectory(root, config)
    with directory.opened(force=force, wait=wait):
        if not directory.is_finished:
            environment = directory.path / "environment.json"
            described = describe_environment(threads if config.engine == "session" else 1, config.data_sha256)
            write_json(environment, described)
            progress, predicted = _train(directory, dataset, threads, on_epoch)
            write_json(environment, described | {"seconds": progress.seconds})
            metrics = {"final_loss": progress.losses[-1]} | prediction_metrics(dataset, predicted)
            directory.write_results(progress, predicted, dataset, metrics)
    return directory


def _train(
    directory: RunDirectory,
    dataset: Dataset,
    threads: int,
    on_epoch: Callable[[PredictingProgress], None],
) -> tuple[PredictingProgress, np.ndarray]:
    """Train to the end; return the progress and the test predictions, (windows, 1)."""
    config = directory.config
    engine = create_engine(config.engine, config.variant, config.seed, threads=threads)
    progress = directory.resumed(engine.restore, PredictingProgress.from_arrays) or PredictingProgress()
    begin = time.perf_counter() - progress.seconds
    on_epoch(progress)
    while progress.epoch < config.variant.epochs:
        losses, progress.predictions = engine.train_epoch(*dataset.train)
        progress.losses.append(float(np.mean(losses)))
        progress.seconds = time.perf_counter() - begin
        if progress.epoch % CHECKPOINT_EVERY == 0 or progress.epoch == config.variant.epochs:
            directory.save_checkpoint(vars(progress), engine.state())
        on_epoch(progress)
    predicted = engine.predict(dataset.test[0])
    engine.close()
    return progress, predicted
