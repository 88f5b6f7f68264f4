"""The guide's training: one of its networks on windows of prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from reproduce.articles.forecasts import prediction_rows, write_predictions
from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.errors import RunError
from reproduce.evidence.skill import persistence, prediction_metrics
from reproduce.inputs.prices import PriceTable
from reproduce.networks.engine import Forecaster
from reproduce.networks.forecasters.create import create_forecaster, prove_compiled
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Arrays, Directory
from reproduce.runs.training import CHECKPOINT_EVERY, Progress


def check(table: PriceTable, variant: Variant) -> None:
    """Raise DataError where the table is too short for the variant."""
    prepare(table, variant)


def prove(config: RunConfig, table: PriceTable) -> dict[str, float]:
    """The compiled engine's first steps beside Keras's; MismatchError where they differ, RunError where it has none."""
    network = config.variant.network
    if network != "lstm":
        raise RunError(f"the engine compiled has no {network}, only lstm; train it with --engine keras")
    return prove_compiled(config.variant, config.seed, *prepare(table, config.variant).train)


def begin(directory: Directory, table: PriceTable) -> ForecasterTraining:
    """The training of the directory's run."""
    return ForecasterTraining(directory, table)


def trained_forecaster(directory: Directory) -> Forecaster:
    """The network of a finished run, with its final weights; RunError where its checkpoint is damaged."""
    config = directory.config
    forecaster = create_forecaster(config.engine, config.variant, config.seed)
    with directory.reading("checkpoint.npz"):
        forecaster.restore(directory.read_state())
    return forecaster


def predictor(directory: Directory) -> Callable[[np.ndarray], np.ndarray]:
    """What a finished run predicts, (n, 1), of inputs (n, window, 1), both scaled; RunError as `trained_forecaster`."""
    return trained_forecaster(directory).predict


class ForecasterTraining:
    """See `reproduce.runs.training.Training` for what each method promises."""

    def __init__(self, directory: Directory, table: PriceTable) -> None:
        config = directory.config
        self._directory, self._variant = directory, config.variant
        self._table, self._windows = table, prepare(table, config.variant)
        self._forecaster = create_forecaster(config.engine, config.variant, config.seed, config.threads or 1)
        self.progress = Progress()

    def advance(self) -> Iterator[bool]:
        """An epoch at a time."""
        while self.progress.epoch < self._variant.epochs:
            loss = self._forecaster.train_epoch(self.progress.epoch, *self._windows.train)
            self.progress.losses.append(loss)
            yield self.progress.epoch % CHECKPOINT_EVERY == 0 or self.progress.epoch == self._variant.epochs

    def state(self) -> Arrays:
        return self._forecaster.state()

    def restore(self, progress: Arrays, state: Arrays) -> None:
        self._forecaster.restore(state)
        self.progress = Progress.from_arrays(progress)

    def write_input(self) -> None:
        PRICES.write(self._directory, self._table)

    def write_results(self) -> None:
        """losses.csv, predictions.csv of the test set and metrics.json."""
        windows, (inputs, targets) = self._windows, self._windows.test
        predicted = self._forecaster.predict(inputs)
        self._directory.write_losses(self.progress.losses)
        write_predictions(self._directory, prediction_rows(windows, "testing", windows.train_windows, predicted))
        errors = prediction_metrics(predicted, targets, persistence(inputs), windows.unit_usd)
        self._directory.write_json("metrics.json", {"final_loss": self.progress.losses[-1]} | errors)

    def close(self) -> None:
        self._forecaster.close()
