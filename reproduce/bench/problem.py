"""What all contenders of a race train: one network, from one draw of weights, on the same batches.

Contenders' processes import this module, and what they import counts as their memory; so it imports little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from reproduce.articles.bitcoin_lstm.variant import Variant
    from reproduce.networks.engine import CharSettings

GATES = "ifgo"  # PyTorch's order and, of the character network's weights, Keras's


@dataclass(frozen=True)
class Problem:
    """Everything a contender is given."""

    variant: Any  # what decides the network and its training steps
    weights: Any  # to begin from, float32: by name (`networks.lstm.weights.Weights`), or StackWeights
    inputs: np.ndarray  # (steps, batch, window, 1) scaled, float32; or (steps, batch, window) numbers of characters
    targets: np.ndarray  # (steps, batch, 1) scaled, float32; or (steps, batch) numbers of characters
    characters: int = 0  # distinct ones
    seed: int = 0  # of the units that dropout draws

    @property
    def steps(self) -> int:
        """Training steps an epoch."""
        return len(self.inputs)

    @property
    def unbatched(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (samples, window, …) and targets (samples, …)."""
        return tuple(part.reshape(-1, *part.shape[2:]) for part in (self.inputs, self.targets))

    def gates_beside(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The Bitcoin network's W_x (1, 4·hidden), W_h (hidden, 4·hidden) and b (4·hidden,), in the order of GATES."""
        return tuple(np.concatenate([self.weights[name + g] for g in GATES], axis=-1) for name in ("W_x", "W_h", "b_"))


def create_problem(variant: Variant, *, steps: int, seed: int = 0) -> Problem:
    """The first `steps` batches that the variant trains on, or as many as there are; starts TensorFlow."""
    from reproduce.articles.bitcoin_lstm.windows import prepare
    from reproduce.inputs.prices import load_prices
    from reproduce.networks.lstm.weights import initial_weights

    inputs, targets = prepare(load_prices(), variant).train
    steps = min(steps, len(inputs) // variant.batch)
    batches, used = (steps, variant.batch), steps * variant.batch
    x, y = (part[:used].reshape(*batches, *part.shape[1:]).astype(np.float32) for part in (inputs, targets))
    return Problem(variant, initial_weights(variant.hidden, seed, "float32"), x, y)


def create_char_problem(network: CharSettings, characters: int, *, steps: int, seed: int = 0) -> Problem:
    """Batches from a generator, whose characters are as unequal as a language's: the k-th comes 1/k as often.

    So no text need be installed, and the network has something to learn from the first step on; starts TensorFlow.
    """
    from reproduce.networks.characters.keras import initial_weights

    often = 1 / np.arange(1, characters + 1)
    shape = (steps, network.batch, network.window + 1)
    drawn = np.random.default_rng(seed).choice(characters, shape, p=often / often.sum()).astype(np.int32)
    weights = initial_weights(network, characters, seed)
    return Problem(network, weights, drawn[..., :-1], drawn[..., -1], characters, seed)
