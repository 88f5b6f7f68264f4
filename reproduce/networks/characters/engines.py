"""What both engines of the character network can do, and how to get one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from reproduce.networks.characters.weights import CharWeights

if TYPE_CHECKING:
    from reproduce.networks.characters.keras import Network  # and with it Keras, which reading a run needs not

CHAR_ENGINES = ("compiled", "keras")


class CharEngine(Protocol):
    """A network in training. Inputs are numbers of characters, scaled inside."""

    def train(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        """One update a batch, in order. Inputs are (steps, batch, window), targets (steps, batch), both int32.

        Returns:
            The mean over steps of each batch's cross-entropy in nats before its own update, dropout at work.
        """

    def probabilities(self, inputs: np.ndarray) -> np.ndarray:
        """Of each character to come next, (samples, characters), without dropout, from inputs (samples, window)."""

    def weights(self) -> CharWeights:
        """The weights as arrays."""

    def set_weights(self, weights: CharWeights) -> None:
        """Replace the weights and leave the optimizer as it is."""

    def state(self) -> dict[str, np.ndarray]:
        """All that the next step depends on: weights, Adam's moments, its step, which dropout counts by too."""

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Continue from a `state` of the same engine, to the same bits; ValueError where it is another network's."""

    def close(self) -> None:
        """Free what the engine holds."""


def create_char_engine(name: str, network: Network, characters: int, seed: int) -> CharEngine:
    """Build the engine `name` of CHAR_ENGINES. Both start from the same weights and drop the same units.

    Raises:
        ValueError: there is no such engine.
    """
    if name == "compiled":
        from reproduce.networks.characters.compiled import CompiledEngine

        return CompiledEngine(network, characters, seed)
    if name != "keras":
        raise ValueError(f"engine is {name!r}, expected one of {', '.join(CHAR_ENGINES)}")
    from reproduce.networks.characters.keras import KerasEngine

    return KerasEngine(network, characters, seed)
