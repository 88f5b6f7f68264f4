"""The session engine: the published way to train, one feed_dict and one `session.run` a batch."""

from __future__ import annotations

import numpy as np
import tensorflow.compat.v1 as tf

from reproduce.networks.engine import Epoch, Settings
from reproduce.networks.graph_engine import GraphEngine
from reproduce.networks.lstm.graph import TrainingStep, add_training_step, build_network


class SessionEngine(GraphEngine):
    """Trains the published graph. See `reproduce.networks.engine.Engine` for what each method promises.

    The training step is built when it is first needed: it takes longer than all that predicts, which needs none.
    """

    def __init__(self, settings: Settings, seed: int, *, dtype: str = "float32", threads: int = 1) -> None:
        self._settings = settings
        with tf.Graph().as_default():
            self._network = build_network(settings, seed, dtype)
            super().__init__(self._network.weights, list(self._network.weights), threads)
        self._steps: dict[int, TrainingStep] = {}  # by the number of windows

    def _complete(self) -> None:
        self._step_of(self._settings.batch)

    def train_epoch(self, inputs: np.ndarray, targets: np.ndarray) -> Epoch:
        losses, predictions = [], []
        for start in range(0, len(inputs), self._settings.batch):
            batch = slice(start, start + self._settings.batch)
            loss, predicted = self._train_batch(inputs[batch], targets[batch])
            losses.append(loss)
            predictions.extend(predicted)
        return Epoch(np.array(losses), np.concatenate(predictions))

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        predictions = []
        for start in range(0, len(inputs), self._settings.batch):
            batch = inputs[start : start + self._settings.batch]
            feed = {self._network.inputs: self._fill(batch)}
            predictions.extend(self._session.run(self._network.predictions, feed)[: len(batch)])
        return np.concatenate(predictions)

    def loss_and_gradients(self, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        step = self._step_of(len(inputs))
        loss, gradients = self._session.run([step.loss, step.gradients], self._feed(inputs, targets))
        return float(loss), gradients._asdict()

    def _train_batch(self, inputs: np.ndarray, targets: np.ndarray) -> tuple[np.floating, list[np.ndarray]]:
        step = self._step_of(len(inputs))
        fetches = [step.loss, self._network.predictions, step.update]
        loss, predictions, _ = self._session.run(fetches, self._feed(inputs, targets))
        return loss, predictions[: len(inputs)]

    def _step_of(self, windows: int) -> TrainingStep:
        """That of a whole batch is built first, and with it Adam's two powers and two moments a weight."""
        for number in (self._settings.batch, windows):
            if number not in self._steps:
                with self._session.graph.as_default():
                    self._steps[number] = add_training_step(self._network, self._settings, number)
                    self._take_in([v for v in tf.global_variables() if v.op.name not in self._variables])
        return self._steps[windows]

    def _feed(self, inputs: np.ndarray, targets: np.ndarray) -> dict[tf.Tensor, np.ndarray]:
        return {self._network.inputs: self._fill(inputs), self._network.targets: self._fill(targets)}

    def _fill(self, rows: np.ndarray) -> np.ndarray:
        """Zeros up to a whole batch, as the placeholders want; each window is computed apart from the others."""
        missing = self._settings.batch - len(rows)
        return rows if missing == 0 else np.pad(rows, [(0, missing)] + [(0, 0)] * (rows.ndim - 1))
