"""The guide's training: one of its networks on windows of prices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reproduce.articles.price_training import PriceTraining, restored
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.errors import RunError
from reproduce.inputs.prices import PriceTable
from reproduce.networks.engine import Forecaster
from reproduce.networks.forecasters.create import create_forecaster, prove_compiled
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from reproduce.runs.training import Progress


def check(table: PriceTable, variant: Variant) -> None:
    """Raise DataError where the table is too short for the variant."""
    prepare(table, variant)


def prove(config: RunConfig, table: PriceTable) -> dict[str, float]:
    """The compiled engine's first steps beside Keras's; MismatchError where they differ."""
    return prove_compiled(config.variant, config.seed, config.threads, *prepare(table, config.variant).train)


def begin(directory: Directory, table: PriceTable) -> ForecasterTraining:
    """The training of the directory's run."""
    return ForecasterTraining(directory, table)


def trained_forecaster(directory: Directory) -> Forecaster:
    """The network of a finished run, with its final weights; RunError where its checkpoint is damaged."""
    config = directory.config
    return restored(directory, create_forecaster(config.engine, config.variant, config.seed))


def predictor(directory: Directory) -> Callable[[np.ndarray], np.ndarray]:
    """What a finished run predicts, (n, 1), of inputs (n, window, 1), both scaled.

    Raises:
        RunError: its series was shuffled, or as `trained_forecaster`.
    """
    if directory.config.variant.series == "shuffled":
        raise RunError(f"{directory.path}: its prices never were, so no day follows them; give a run on the real ones")
    return trained_forecaster(directory).predict


class ForecasterTraining(PriceTraining):
    """A forecaster, whose order of windows hangs on the epoch's number."""

    def __init__(self, directory: Directory, table: PriceTable) -> None:
        config = directory.config
        self._forecaster = create_forecaster(config.engine, config.variant, config.seed, config.threads)
        super().__init__(directory, table, prepare(table, config.variant), self._forecaster, Progress())

    def train_epoch(self) -> float:
        return self._forecaster.train_epoch(self.progress.epoch, *self._windows.train)

    def close(self) -> None:
        self._forecaster.close()
