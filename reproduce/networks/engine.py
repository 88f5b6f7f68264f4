"""What every engine can do, and how to get one. An engine is a way to execute the same training."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant

ENGINES = ("compiled", "session", "keras")
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


def create_engine(name: str, variant: Variant, seed: int, *, dtype: str = "float32", threads: int = 1) -> Engine:
    """Build the engine `name` with the weights that `seed` draws.

    Every engine starts from the same bits: those the graph's initialisers give.

    Args:
        name: one of ENGINES.
        threads: operations that may run at once in the session engine. One promises equal bits; the other engines
            always run one at a time.

    Raises:
        ValueError: there is no such engine.
    """
    if name == "session":
        from reproduce.networks.lstm.session import SessionEngine

        return SessionEngine(variant, seed, dtype=dtype, threads=threads)
    if name == "compiled":
        from reproduce.networks.lstm.compiled import CompiledEngine

        return CompiledEngine(variant, seed, dtype=dtype)
    if name != "keras":
        raise ValueError(f"engine is {name!r}, expected one of {', '.join(ENGINES)}")
    from reproduce.networks.lstm.keras import KerasEngine

    return KerasEngine(variant, seed, dtype=dtype)


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


def limit_threads(threads: int, *, within: int = 1) -> None:
    """Start TensorFlow in this process with fixed thread pools; call it before any other use of TensorFlow.

    `threads` operations may run at once, and `within` threads share one. XLA's pool is fixed here too: it follows
    the process, not a session's settings. A second call with the same numbers does nothing.

    Raises:
        RuntimeError: TensorFlow has started with other pools.
    """
    with _silent_stderr():  # its start-up notes come before any setting of ours can reach it
        import tensorflow as tf

        threading = tf.config.threading
        pools = threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads()
        if pools != (within, threads):
            threading.set_intra_op_parallelism_threads(within)
            threading.set_inter_op_parallelism_threads(threads)
        tf.config.list_logical_devices()  # starts it


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Point the process's stderr, that of C++ code too, at nothing for a while."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
