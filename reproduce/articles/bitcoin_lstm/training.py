"""The Bitcoin article's training: an engine on windows of prices, and the run beside it that it is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.forecasts import prediction_rows
from reproduce.articles.price_training import PriceTraining
from reproduce.inputs.prices import PriceTable
from reproduce.networks.engine import Engine, epoch_order
from reproduce.networks.lstm.create import create_engine, prove_compiled
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Arrays, Directory
from reproduce.runs.process import threads
from reproduce.runs.training import Progress

LAST_BATCHES = "last_batches.csv"  # in a run's directory: what a program prints that keeps no mean over the epoch


def check(table: PriceTable, variant: Variant) -> None:
    """Raise DataError where the table is too short for the variant."""
    prepare(table, variant)


def prove(config: RunConfig, table: PriceTable) -> dict[str, float]:
    """The compiled engine's first epoch beside the session engine's; MismatchError where they differ."""
    return prove_compiled(config.variant, config.seed, *prepare(table, config.variant).train)


def begin(directory: Directory, table: PriceTable) -> WindowTraining:
    """The training of the directory's run; the session engine does as many operations at once as this process."""
    return WindowTraining(directory, table)


def trained_engine(directory: Directory) -> Engine:
    """The engine of a finished run, with its final weights; RunError where its checkpoint is damaged."""
    config = directory.config
    engine = create_engine(config.engine, config.variant, config.seed)
    with directory.reading("checkpoint.npz"):
        engine.restore(directory.read_state())
    return engine


def predictor(directory: Directory) -> Callable[[np.ndarray], np.ndarray]:
    """What a finished run predicts, (n, 1), of inputs (n, window, 1), both scaled; RunError as `trained_engine`."""
    return trained_engine(directory).predict


@dataclass
class PredictingProgress(Progress):
    """With what the last epoch predicted on the way; losses are means of its batches', scaled units."""

    last_batches: list[float] = field(default_factory=list)  # each epoch's last batch's loss, before its own update
    predictions: np.ndarray = field(default_factory=lambda: np.empty((0, 1)))  # (windows, 1)

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> PredictingProgress:
        """With the arrays `last_batches` and `predictions`."""
        predictions = arrays["predictions"]
        if predictions.ndim != 2:
            raise ValueError(f"predictions has the shape {predictions.shape}, expected (windows, 1)")
        last_batches = [float(loss) for loss in arrays["last_batches"]]
        return replace(super().from_arrays(arrays), last_batches=last_batches, predictions=predictions)


class WindowTraining(PriceTraining):
    """An engine that also tells what it predicts on the way."""

    progress: PredictingProgress

    def __init__(self, directory: Directory, table: PriceTable) -> None:
        config = directory.config
        shared = config.threads if config.engine == "compiled" else threads().inter_op or 1
        self._engine = create_engine(config.engine, config.variant, config.seed, threads=shared)
        if config.variant.forget_gate == "open":
            from reproduce.networks.lstm.weights import forced

            self._engine.set_weights(forced(self._engine.weights(), f=1))
        super().__init__(directory, table, prepare(table, config.variant), self._engine, PredictingProgress())

    def train_epoch(self) -> float:
        """The predictions on the way are kept in the order of the table, whatever order the windows are taken in."""
        inputs, targets = self._windows.train
        config, order = self._directory.config, np.arange(len(inputs))  # (windows,)
        if config.variant.shuffling != "none":
            order = epoch_order(config.seed, self.progress.epoch, len(inputs))
        losses, predictions = self._engine.train_epoch(inputs[order], targets[order])
        self.progress.predictions = predictions[np.argsort(order)]
        self.progress.last_batches.append(float(losses[-1]))
        return float(np.mean(losses))

    def training_rows(self) -> list[pd.DataFrame]:
        """Of the last epoch."""
        return [prediction_rows(self._windows, "training", 0, self.progress.predictions)]

    def write_results(self) -> None:
        """last_batches.csv too; metrics.json, which makes the run finished, comes after it."""
        last = pd.DataFrame({"epoch": range(self.progress.epoch), "loss": self.progress.last_batches})
        self._directory.write_table(LAST_BATCHES, last)
        super().write_results()

    def close(self) -> None:
        self._engine.close()
