"""The Bitcoin article's training: an engine on windows of prices, and the run beside it that it is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.forecasts import prediction_rows
from reproduce.articles.price_training import PriceTraining, restored
from reproduce.errors import RunError
from reproduce.inputs.prices import PriceTable
from reproduce.networks.engine import Engine, Epoch, epoch_order
from reproduce.networks.lstm.create import create_engine, prove_compiled
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Arrays, Directory
from reproduce.runs.process import threads
from reproduce.runs.training import Progress, Training

LAST_BATCHES = "last_batches.csv"  # in a run's directory: what a program prints that keeps no mean over the epoch

RECORD = "steps.npz"  # of `recorded-steps`: the columns of STEP_VALUES, (epochs, batches, 3) float32


def check(table: PriceTable, variant: Variant) -> None:
    """Raise DataError where the table is too short for the variant, RunError where no engine trains it."""
    if variant.task == "prices":
        prepare(table, variant)
    if variant.is_of_studies and (variant.remainder, variant.forget_gate) != ("dropped", "learned"):
        raise RunError(f"no engine trains {variant.name}; leave out remainder-kept and forget-gate-open, or the others")


def prove(config: RunConfig, table: PriceTable) -> dict[str, float]:
    """The compiled engine's first epoch beside the session engine's; MismatchError where they differ."""
    return prove_compiled(config.variant, config.seed, config.threads, *prepare(table, config.variant).train)


def begin(directory: Directory, table: PriceTable) -> Training:
    """The training of the directory's run; the session engine does as many operations at once as this process."""
    if directory.config.variant.task == "recall":
        from reproduce.articles.bitcoin_lstm.recall_training import RecallTraining

        return RecallTraining(directory, table)
    return WindowTraining(directory, table)


def trained_engine(directory: Directory) -> Engine:
    """The engine of a finished run, with its final weights; RunError where its checkpoint is damaged."""
    return restored(directory, _engine(directory.config))


def require_network(directory: Directory, *networks: str) -> None:
    """Raise RunError where the run's network is none of these, so that what is asked of it cannot be told."""
    network = directory.config.variant.network
    if network not in networks:
        raise RunError(
            f"{directory.path}: its network is {network}, expected {' or '.join(networks)}; choose another run"
        )


def predictor(directory: Directory) -> Callable[[np.ndarray], np.ndarray]:
    """What a finished run predicts, (n, 1), of inputs (n, window, 1), both scaled; RunError as `trained_engine`."""
    return trained_engine(directory).predict


def _engine(config: RunConfig, threads: int = 1) -> Engine:
    """The engine of a run, with the weights that its seed draws."""
    if not config.variant.is_of_studies:
        return create_engine(config.engine, config.variant, config.seed, threads=threads)
    from reproduce.networks.recurrent import RecurrentEngine

    return RecurrentEngine(config.variant, config.seed)


@dataclass
class PredictingProgress(Progress):
    """With what the last epoch predicted on the way; losses are means of its batches', scaled units."""

    last_batches: list[float] = field(default_factory=list)  # each epoch's last batch's loss, before its own update
    predictions: np.ndarray = field(default_factory=lambda: np.empty((0, 1)))  # (windows, 1)
    record: list[np.ndarray] = field(default_factory=list)  # (batches, 3) of each epoch, where steps are recorded

    def arrays(self) -> dict[str, Any]:
        """With `record`, (epochs, batches, 3), where there is one."""
        kept = {name: value for name, value in vars(self).items() if name != "record"}
        return kept | ({"record": np.stack(self.record)} if self.record else {})

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> PredictingProgress:
        """With the arrays `last_batches`, `predictions` and perhaps `record`."""
        predictions = arrays["predictions"]
        if predictions.ndim != 2:
            raise ValueError(f"predictions has the shape {predictions.shape}, expected (windows, 1)")
        last_batches = [float(loss) for loss in arrays["last_batches"]]
        record = list(arrays["record"]) if "record" in arrays else []
        return replace(super().from_arrays(arrays), last_batches=last_batches, predictions=predictions, record=record)


class WindowTraining(PriceTraining):
    """An engine that also tells what it predicts on the way."""

    progress: PredictingProgress

    def __init__(self, directory: Directory, table: PriceTable) -> None:
        config = directory.config
        shared = config.threads if config.engine == "compiled" else threads().inter_op or 1
        self._engine = _engine(config, shared)
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
        losses, predictions = self._train(inputs[order], targets[order])
        self.progress.predictions = predictions[np.argsort(order)]
        self.progress.last_batches.append(float(losses[-1]))
        return float(np.mean(losses))

    def _train(self, inputs: np.ndarray, targets: np.ndarray) -> Epoch:
        """An epoch; and the record of its steps, where it is kept."""
        if self._directory.config.variant.recorded == "epochs":
            return self._engine.train_epoch(inputs, targets)
        epoch, steps = self._engine.train_recorded(inputs, targets)
        self.progress.record.append(steps)
        return epoch

    def training_rows(self) -> list[pd.DataFrame]:
        """Of the last epoch."""
        return [prediction_rows(self._windows, "training", 0, self.progress.predictions)]

    def write_results(self) -> None:
        """last_batches.csv too, and steps.npz; metrics.json, which makes the run finished, comes after them."""
        last = pd.DataFrame({"epoch": range(self.progress.epoch), "loss": self.progress.last_batches})
        self._directory.write_table(LAST_BATCHES, last)
        if self.progress.record:
            self._directory.write_arrays(RECORD, {"steps": np.stack(self.progress.record)})
        super().write_results()

    def close(self) -> None:
        self._engine.close()
