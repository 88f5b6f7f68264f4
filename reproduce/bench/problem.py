"""What all contenders train: one network, from one draw of weights, on the same batches of the embedded table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant


@dataclass(frozen=True)
class Problem:
    """Everything a contender is given."""

    variant: Variant
    weights: dict[str, np.ndarray]  # by name (`reproduce.networks.lstm.weights.Weights`), float32
    inputs: np.ndarray  # (windows, window, 1) scaled, float32; whole batches
    targets: np.ndarray  # (windows, 1)

    @property
    def steps(self) -> int:
        """Training steps an epoch."""
        return len(self.inputs) // self.variant.batch


def create_problem(variant: Variant, *, steps: int, seed: int = 0) -> Problem:
    """The first `steps` batches that the variant trains on, or as many as there are; starts TensorFlow."""
    # Not above, because contenders' processes import this module, and what they import counts as their memory.
    from reproduce.articles.bitcoin_lstm.windows import prepare
    from reproduce.inputs.prices import load_prices
    from reproduce.networks.lstm.weights import initial_weights

    inputs, targets = prepare(load_prices(), variant).train
    used = slice(0, steps * variant.batch)
    weights = initial_weights(variant.hidden, seed, "float32")
    return Problem(variant, weights, inputs[used].astype(np.float32), targets[used].astype(np.float32))
