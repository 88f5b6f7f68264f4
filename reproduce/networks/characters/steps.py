"""What is recorded of every training step: its loss, how long its gradient is, and how far the weights then move."""

from __future__ import annotations

import numpy as np

LAYERS = ("first LSTM", "second LSTM", "output")
# The columns of a record, (steps, 7) float32. The loss in nats, from before the update, dropout at work; a norm is
# Euclidean, over all weights of one of the LAYERS: of the gradient as it is before Adam, and of the update that Adam
# makes of it.
STEP_VALUES = (
    "loss",
    "gradient_1",
    "gradient_2",
    "gradient_out",
    "moved_1",
    "moved_2",
    "moved_out",
)


def losses(record: np.ndarray) -> np.ndarray:
    """Each step's loss, (steps,)."""
    return record[:, 0]


def gradient_norms(record: np.ndarray) -> np.ndarray:
    """The norm of each step's whole gradient, (steps,) float64: all layers together."""
    return np.sqrt(np.sum(np.square(record[:, 1:4], dtype=np.float64), axis=1))


def moved_norms(record: np.ndarray) -> np.ndarray:
    """The norm of each step's whole update, (steps,) float64."""
    return np.sqrt(np.sum(np.square(record[:, 4:7], dtype=np.float64), axis=1))
