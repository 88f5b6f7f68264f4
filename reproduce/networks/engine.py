"""What every engine is given and promises, and what a seed decides. An engine is a way to execute the same training."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from reproduce.networks.stack.weights import StackWeights

SEEDS_A_RUN = 9  # one for each draw of a run: op-level seeds 9·seed … 9·seed + 8, so that no two runs share one
MAX_SEED = (2**31 - 1) // SEEDS_A_RUN - 1  # beyond it two draws' seeds would meet


class Settings(Protocol):
    """What decides the price network and its training steps, beside the seed."""

    wiring: str  # published or described
    clipping: str  # unused, or applied: gradients are scaled to a global norm of at most clip_margin
    clip_margin: float
    window: int  # days
    batch: int  # windows
    hidden: int
    learning_rate: float


class CharSettings(Protocol):
    """What decides the character network and its training steps, beside the seed and the number of characters."""

    window: int  # characters
    batch: int  # samples
    hidden: int  # of each of the two layers
    dropout: float  # share
    learning_rate: float
    network: str  # lstm or simple-rnn: what both layers are
    coding: str  # numbers or one-hot: what is read of a character


class Stack(Protocol):
    """What decides a stacked price network and its training steps, beside the seed."""

    network: str  # lstm, simple-rnn, gru or mlp
    window: int  # days
    layers: int  # beside the output
    first: int  # units of each layer but the last
    second: int  # units of the last
    dropout: float  # share
    optimizer: str  # rmsprop, adam or sgd, as Keras has them
    batch: int  # windows


class Epoch(NamedTuple):
    """What one epoch leaves behind."""

    losses: np.ndarray  # (batches,) each batch's mean squared error before its own update, scaled units
    predictions: np.ndarray  # (windows, 1) likewise, scaled


Weights = TypeVar("Weights")


class Trainable(Protocol[Weights]):
    """A network in training."""

    def weights(self) -> Weights:
        """The weights as arrays."""

    def set_weights(self, weights: Weights) -> None:
        """Replace the weights and leave the optimizer as it is."""

    def state(self) -> dict[str, np.ndarray]:
        """All that the next step depends on: weights, Adam's moments, its step, which dropout counts by too."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Continue from a `state` of the same engine, to the same bits; ValueError where it is another network's."""

    def close(self) -> None:
        """Free what the engine holds."""


class Engine(Trainable[dict[str, np.ndarray]], Protocol):
    """The price network. Inputs are (windows, window, 1), targets (windows, 1), both scaled.

    Weights go by name, in the published shapes (`reproduce.networks.lstm.weights.Weights`).
    """

    def train_epoch(self, inputs: np.ndarray, targets: np.ndarray) -> Epoch:
        """One update a batch, in order, never shuffled; a last batch may be shorter."""

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Predictions, (windows, 1), for any number of windows."""

    def loss_and_gradients(self, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        """The loss of one batch and its gradient by weight name, before clipping; nothing is updated."""


class CharEngine(Trainable[StackWeights], Protocol):
    """The character network. Inputs are numbers of characters, scaled or made one-hot inside."""

    def train(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        """One update a batch, in order. Inputs are (steps, batch, window), targets (steps, batch), both int32.

        Returns:
            The mean over steps of each batch's cross-entropy in nats before its own update, dropout at work.
        """

    def train_steps(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Do what `train` does, to the same weights and state bit by bit, and record it.

        Returns:
            A row a step, (steps, 7) float32, the columns of `reproduce.networks.characters.steps.STEP_VALUES`.
        """

    def probabilities(self, inputs: np.ndarray) -> np.ndarray:
        """Of each character to come next, (samples, characters), without dropout, from inputs (samples, window)."""


class Forecaster(Protocol):
    """A stacked price network in training. Inputs are (windows, window, 1), targets (windows, 1), both scaled."""

    def train_epoch(self, epoch: int, inputs: np.ndarray, targets: np.ndarray) -> float:
        """Train on every window once, in batches of a random order; the last batch may be shorter.

        Returns:
            The loss that Keras prints: the mean over windows of each batch's loss before its update, dropout at work.
        """

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Predictions, (windows, 1), without dropout."""

    def slopes(self, inputs: np.ndarray) -> np.ndarray:
        """The derivative of each window's prediction by each of its prices, (windows, window), without dropout."""

    def state(self) -> dict[str, np.ndarray]:
        """All that the next epoch depends on, its number aside."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Continue from a `state` of the same engine, to the same bits; ValueError where it is another network's."""

    def weights(self) -> dict[str, np.ndarray]:
        """By layer, in Keras's shapes: kernel_1, recurrent_1, bias_1, …, kernel_out, bias_out."""

    def save(self, path: Path) -> None:
        """Write a .keras file: the model with its optimizer as they were trained."""

    def close(self) -> None:
        """Free what it holds."""


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


def epoch_order(seed: int, epoch: int, samples: int) -> np.ndarray:
    """A random order in which an epoch takes its samples, (samples,), which depends on seed and epoch alone.

    For programs that let Keras's `fit` shuffle: from a generator that a resumed run could not put back in its place.
    """
    return np.random.default_rng((seed, epoch)).permutation(samples)
