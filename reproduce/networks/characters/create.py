"""What both engines of the character network can do, and how to get one."""

from __future__ import annotations

from typing import Any, TYPE_CHECKING, Protocol

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


from reproduce.networks.agreement import relative_difference
from reproduce.errors import MismatchError

STEPS = 20
TOLERANCE = 1e-5  # relative, of float32 losses that differ in the order of sums; measured: 1e-8


def prove_compiled(network: Any, characters: int, seed: int, samples: Any) -> dict[str, float]:
    """Run the first STEPS training steps, dropout at work, on both engines from the same weights.

    Returns:
        Both mean losses and their relative difference; nan where both diverged.

    Raises:
        MismatchError: it is past TOLERANCE.
    """
    steps = min(STEPS, len(samples) // network.batch)
    chosen = np.arange(steps * network.batch).reshape(steps, network.batch)
    losses = {}
    for name in ("keras", "compiled"):
        engine = create_char_engine(name, network, characters, seed)
        losses[name] = engine.train(samples.inputs[chosen], samples.targets[chosen])
        engine.close()
    difference = relative_difference(losses["compiled"], losses["keras"])
    if difference > TOLERANCE:
        raise MismatchError(
            f"on this machine the compiled engine's first {steps} steps have the loss {losses['compiled']}, those of "
            f"Keras {losses['keras']}; train with --engine keras instead, and please report it"
        )
    return {**losses, "relative_difference": difference}
