"""The training of a network that is to recall the first of a row of random numbers, in place of prices.

The numbers are independent and uniform, of mean 0 and deviation 1 as scaled prices are. An epoch has new ones, the same
for every network of a seed; the last number of a row is followed by no other, so that nothing but the task marks it.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.price_training import EpochTraining
from reproduce.inputs.prices import PriceTable
from reproduce.networks.recurrent import RecurrentEngine
from reproduce.runs.directory import Directory
from reproduce.runs.training import Progress

STEPS = 500  # of an epoch
TESTED = 2000  # rows that a trained network is tested on
LARGEST = 3**0.5  # of the numbers, whose deviation is then 1


def rows(seed: int, epoch: int, count: int, numbers: int) -> tuple[np.ndarray, np.ndarray]:
    """What a seed draws for an epoch, or with -1 for the test: inputs (count, numbers, 1) and targets (count, 1)."""
    rng = np.random.default_rng((seed, epoch + 1))
    inputs = rng.uniform(-LARGEST, LARGEST, (count, numbers, 1))
    return inputs, inputs[:, 0]


@functools.lru_cache(maxsize=32)
def _engine(recipe: Variant) -> RecurrentEngine:
    """Compiled once in a process, which takes as long as some trainings."""
    return RecurrentEngine(recipe, seed=0)


class RecallTraining(EpochTraining):
    """Keeps the prices, which it does not read, for commands that take its run for one that does.

    A process does one at a time.
    """

    def __init__(self, directory: Directory, table: PriceTable) -> None:
        self._variant = directory.config.variant
        self._engine = _engine(replace(self._variant, draw=Variant().draw, epochs=Variant().epochs))
        self._engine.restart(self._variant.draw, directory.config.seed)
        super().__init__(directory, table, self._engine, Progress())

    def train_epoch(self) -> float:
        """The mean of the batches' losses, each before its own update."""
        inputs, targets = self._rows(self.progress.epoch, STEPS * self._variant.batch)
        return float(np.mean(self._engine.train_epoch(inputs, targets).losses))

    def write_results(self) -> None:
        """losses.csv and metrics.json."""
        inputs, targets = self._rows(-1, TESTED)
        errors = self._engine.predict(inputs) - targets
        self._directory.write_losses(self.progress.losses)
        metrics = {"test_mse": float(np.mean(np.square(errors))), "test_variance": float(np.var(targets))}
        self._directory.write_json("metrics.json", {"final_loss": self.progress.losses[-1]} | metrics)

    def close(self) -> None:
        """Nothing is held that the next training in this process cannot use."""

    def _rows(self, epoch: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        return rows(self._directory.config.seed, epoch, count, self._variant.window)
