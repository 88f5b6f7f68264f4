"""What all contenders of a race train: one network, from one draw of weights, on the same batches.

Contenders' processes import this module, and what they import counts as their memory; so it imports little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from reproduce.inputs.text import scale


class Layer(NamedTuple):
    """The weights of an LSTM layer; the gates side by side, i f g o."""

    W_x: np.ndarray  # (features, 4·hidden)
    W_h: np.ndarray  # (hidden, 4·hidden)
    b: np.ndarray  # (4·hidden,)


class Output(NamedTuple):
    """The weights of the linear output."""

    W: np.ndarray  # (hidden, outputs)
    b: np.ndarray  # (outputs,)


class Optimizer(NamedTuple):
    """Which steps are taken (`reproduce.networks.adam`, `reproduce.networks.rmsprop`)."""

    name: str  # adam or rmsprop
    learning_rate: float
    decays: tuple[float, ...]  # β₁ and β₂, or ρ
    epsilon: float  # added to √v by adam, to v by rmsprop


@dataclass(frozen=True)
class Problem:
    """Everything a contender is given. The loss is the squared error, or the cross-entropy where there are classes."""

    article: str  # its id
    variant: Any  # the article's, which decides all that follows
    weights: Sequence[np.ndarray]  # to begin from, float32, in the order of Keras's `get_weights()`
    inputs: np.ndarray  # (steps, batch, window) scaled prices, float32; or numbers of characters, int32
    targets: np.ndarray  # (steps, batch, 1) scaled, float32; or (steps, batch) numbers of characters, int32
    optimizer: Optimizer
    dropout: float = 0.0  # share of each layer's outputs
    classes: int = 0  # distinct characters; 0 where a price is predicted
    seed: int = 0  # of the units that dropout draws

    @property
    def steps(self) -> int:
        """Training steps an epoch."""
        return len(self.inputs)

    @property
    def x(self) -> np.ndarray:
        """What the first layer reads, (steps, batch, window, 1), float32."""
        return scale(self.inputs, self.classes) if self.classes else self.inputs[..., np.newaxis]

    @property
    def layers(self) -> list[Layer]:
        """The LSTM layers, the lowest first."""
        return [Layer(*self.weights[k : k + 3]) for k in range(0, len(self.weights) - 2, 3)]

    @property
    def output(self) -> Output:
        """What the last layer's last output is read by."""
        return Output(*self.weights[-2:])


def unbatched(batches: np.ndarray) -> np.ndarray:
    """(steps, batch, …) → (samples, …)."""
    return batches.reshape(-1, *batches.shape[2:])
