"""A training an epoch at a time, of a table of prices: what is the same whichever network learns from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Protocol, TypeVar

import numpy as np
import pandas as pd

from reproduce.articles.forecasts import prediction_rows, write_predictions
from reproduce.articles.sources import PRICES
from reproduce.evidence.skill import persistence, prediction_metrics
from reproduce.inputs.prices import PriceTable
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Arrays, Directory
from reproduce.runs.training import CHECKPOINT_EVERY, Progress

Trained = TypeVar("Trained", bound="Network")


class Network(Protocol):
    """What is asked of an article's engine or forecaster, beside its training."""

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Predictions, (n, 1), of inputs (n, window, 1), both scaled."""

    def state(self) -> Arrays:
        """All that the next epoch depends on."""

    def restore(self, state: Arrays) -> None:
        """Continue from a state."""


def restored(directory: Directory, network: Trained) -> Trained:
    """The network of a finished run, given its final weights; RunError where its checkpoint is damaged."""
    with directory.reading("checkpoint.npz"):
        network.restore(directory.read_state())
    return network


class EpochTraining(ABC):
    """See `reproduce.runs.training.Training` for what each method promises."""

    def __init__(self, directory: Directory, table: PriceTable, network: Network, progress: Progress) -> None:
        self._directory, self._table, self._network = directory, table, network
        self.progress = progress

    @abstractmethod
    def train_epoch(self) -> float:
        """Train on all samples once; the mean loss."""

    def advance(self) -> Iterator[bool]:
        """An epoch at a time."""
        epochs = self._directory.config.variant.epochs
        while self.progress.epoch < epochs:
            self.progress.losses.append(self.train_epoch())
            yield self.progress.epoch % CHECKPOINT_EVERY == 0 or self.progress.epoch == epochs

    def state(self) -> Arrays:
        return self._network.state()

    def restore(self, progress: Arrays, state: Arrays) -> None:
        self._network.restore(state)
        self.progress = self.progress.from_arrays(progress)

    def write_input(self) -> None:
        PRICES.write(self._directory, self._table)


class PriceTraining(EpochTraining):
    """A training on windows of prices; losses in scaled units."""

    def __init__(
        self, directory: Directory, table: PriceTable, windows: Windows, network: Network, progress: Progress
    ) -> None:
        super().__init__(directory, table, network, progress)
        self._windows = windows

    def training_rows(self) -> list[pd.DataFrame]:
        """Rows of predictions.csv of the training set, where an article has them."""
        return []

    def write_results(self) -> None:
        """losses.csv, predictions.csv and metrics.json."""
        windows, (inputs, targets) = self._windows, self._windows.test
        predicted = self._network.predict(inputs)
        tested = prediction_rows(windows, "testing", windows.train_windows, predicted)
        self._directory.write_losses(self.progress.losses)
        write_predictions(self._directory, *self.training_rows(), tested)
        errors = prediction_metrics(predicted, targets, persistence(inputs), windows.unit_usd)
        self._directory.write_json("metrics.json", {"final_loss": self.progress.losses[-1]} | errors)
