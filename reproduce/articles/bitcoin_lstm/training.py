"""The Bitcoin article's training: an engine on windows of prices, and the run beside it that it is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.forecasts import prediction_rows, write_predictions
from reproduce.articles.sources import PRICES
from reproduce.evidence.skill import persistence, prediction_metrics
from reproduce.inputs.prices import PriceTable
from reproduce.networks.engine import Engine, epoch_order
from reproduce.networks.lstm.create import create_engine, prove_compiled
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Arrays, Directory
from reproduce.runs.process import threads
from reproduce.runs.training import CHECKPOINT_EVERY, Progress

LAST_BATCHES = "last_batches.csv"  # in a run's directory: what a program prints that keeps no mean over the epoch


def check(table: PriceTable, variant: Variant) -> None:
    """Raise DataError where the table is too short for the variant."""
    prepare(table, variant)


def prove(config: RunConfig, table: PriceTable) -> dict[str, float]:
    """The compiled engine's first epoch beside the session engine's; MismatchError where they differ."""
    return prove_compiled(config.variant, config.seed, *prepare(table, config.variant).train)


def begin(directory: Directory, table: PriceTable) -> WindowTraining:
    """The training of the directory's run; the session engine has as many threads as this process."""
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


class WindowTraining:
    """See `reproduce.runs.training.Training` for what each method promises."""

    def __init__(self, directory: Directory, table: PriceTable) -> None:
        config = directory.config
        self._directory, self._variant = directory, config.variant
        self._table, self._windows = table, prepare(table, config.variant)
        self._engine = create_engine(config.engine, config.variant, config.seed, threads=threads().inter_op or 1)
        self.progress = PredictingProgress()

    def advance(self) -> Iterator[bool]:
        """An epoch at a time."""
        while self.progress.epoch < self._variant.epochs:
            losses = self._train_epoch()
            self.progress.losses.append(float(np.mean(losses)))
            self.progress.last_batches.append(float(losses[-1]))
            yield self.progress.epoch % CHECKPOINT_EVERY == 0 or self.progress.epoch == self._variant.epochs

    def _train_epoch(self) -> np.ndarray:
        """Every batch's loss, (batches,); the predictions on the way are kept in the order of the table."""
        inputs, targets = self._windows.train
        if self._variant.shuffling == "none":
            losses, self.progress.predictions = self._engine.train_epoch(inputs, targets)
            return losses
        order = epoch_order(self._directory.config.seed, self.progress.epoch, len(inputs))  # (windows,)
        losses, predictions = self._engine.train_epoch(inputs[order], targets[order])
        self.progress.predictions = predictions[np.argsort(order)]
        return losses

    def state(self) -> Arrays:
        return self._engine.state()

    def restore(self, progress: Arrays, state: Arrays) -> None:
        self._engine.restore(state)
        self.progress = PredictingProgress.from_arrays(progress)

    def write_input(self) -> None:
        PRICES.write(self._directory, self._table)

    def write_results(self) -> None:
        """losses.csv, last_batches.csv, predictions.csv of both sets and metrics.json."""
        windows, (inputs, targets) = self._windows, self._windows.test
        predicted = self._engine.predict(inputs)
        self._directory.write_losses(self.progress.losses)
        last = pd.DataFrame({"epoch": range(self.progress.epoch), "loss": self.progress.last_batches})
        self._directory.write_table(LAST_BATCHES, last)
        write_predictions(
            self._directory,
            prediction_rows(windows, "training", 0, self.progress.predictions),
            prediction_rows(windows, "testing", windows.train_windows, predicted),
        )
        errors = prediction_metrics(predicted, targets, persistence(inputs), windows.unit_usd)
        self._directory.write_json("metrics.json", {"final_loss": self.progress.losses[-1]} | errors)

    def close(self) -> None:
        self._engine.close()
