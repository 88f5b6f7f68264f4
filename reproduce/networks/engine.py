"""What every engine can do, and how to get one. An engine is a way to execute the same training."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

MAX_SEED = (2**31 - 1) // 9 - 1  # beyond it two weights' op-level seeds, nine a run, would meet


class Epoch(NamedTuple):
    """What one epoch leaves behind."""

    losses: np.ndarray  # (batches,) each batch's mean squared error before its own update, scaled units
    predictions: np.ndarray  # (windows, 1) likewise, scaled


class Engine(Protocol):
    """A network in training. Arrays of `inputs` are (windows, window, 1), of `targets` (windows, 1), both scaled."""

    def train_epoch(self, inputs: np.ndarray, targets: np.ndarray) -> Epoch:
        """One update a batch, in order, never shuffled; a last batch may be shorter."""

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Predictions, (windows, 1), for any number of windows."""

    def loss_and_gradients(self, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        """The loss of one batch and its gradient by weight name, before clipping; nothing is updated."""

    def weights(self) -> dict[str, np.ndarray]:
        """The weights by name (`reproduce.networks.lstm.weights.Weights`), in the published shapes."""

    def set_weights(self, weights: dict[str, np.ndarray]) -> None:
        """Replace the weights and leave the optimizer as it is."""

    def state(self) -> dict[str, np.ndarray]:
        """All that the next epoch depends on: weights, Adam's moments and its step."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Continue from a `state` of the same engine, to the same bits."""

    def close(self) -> None:
        """Free what the engine holds."""


def check_seed(seed: int) -> None:
    """Raise ValueError for a seed that weights cannot be drawn from."""
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"seed is {seed}, expected 0 to {MAX_SEED}")


def check_seeds(seeds: range) -> None:
    """Raise ValueError where a study has no seed, or one that weights cannot be drawn from."""
    if not seeds:
        raise ValueError("a study needs at least one seed")
    for seed in (seeds[0], seeds[-1]):
        check_seed(seed)
