"""One run from start, or from its checkpoint, to finish."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from reproduce.engines import create_engine
from reproduce.environment import describe_environment
from reproduce.files import write_json
from reproduce.metrics import prediction_metrics
from reproduce.runs import Progress, RunConfig, RunDirectory
from reproduce.windows import Dataset

CHECKPOINT_EVERY = 10  # epochs


def run(
    root: Path,
    config: RunConfig,
    dataset: Dataset,
    *,
    threads: int = 1,
    force: bool = False,
    checkpoint_every: int = CHECKPOINT_EVERY,
    on_epoch: Callable[[Progress], None] = lambda _: None,
) -> RunDirectory:
    """Train what `config` says on `dataset` and leave a finished run directory under `root`.

    A finished run of the same configuration is left as it is; an unfinished one is taken up at its checkpoint.

    Args:
        on_epoch: called with the progress before the first epoch of this process and after each one.

    Raises:
        RunError: the directory is in use, or holds another run.
    """
    directory = RunDirectory(root, config)
    with directory.opened(force=force):
        if not directory.is_finished:
            write_json(directory.path / "environment.json", describe_environment(threads))
            _train(directory, dataset, threads, checkpoint_every, on_epoch)
    return directory


def _train(
    directory: RunDirectory,
    dataset: Dataset,
    threads: int,
    checkpoint_every: int,
    on_epoch: Callable[[Progress], None],
) -> None:
    config = directory.config
    engine = create_engine(config.engine, config.variant, config.seed, threads=threads)
    progress = Progress()
    checkpoint = directory.load_checkpoint()
    if checkpoint is not None:
        progress, state = checkpoint
        engine.restore(state)
    on_epoch(progress)
    while progress.epoch < config.variant.epochs:
        losses, progress.predictions = engine.train_epoch(*dataset.train)
        progress.losses.append(float(np.mean(losses)))
        if progress.epoch % checkpoint_every == 0 or progress.epoch == config.variant.epochs:
            directory.save_checkpoint(progress, engine.state())
        on_epoch(progress)
    test_predictions = engine.predict(dataset.test[0])
    engine.close()
    metrics = {"final_loss": progress.losses[-1]} | prediction_metrics(dataset, test_predictions)
    directory.write_results(progress, test_predictions, dataset, metrics)
