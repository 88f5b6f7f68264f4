"""The compiled engine held against Keras on this machine, before it trains."""

from __future__ import annotations

import numpy as np

from reproduce.errors import MismatchError
from reproduce.inputs.text import Samples
from reproduce.networks.agreement import relative_difference
from reproduce.networks.characters.engines import create_char_engine
from reproduce.networks.characters.keras import Network

STEPS = 20
TOLERANCE = 1e-5  # relative, of float32 losses that differ in the order of sums; measured: 1e-8


def prove_compiled(network: Network, characters: int, seed: int, samples: Samples) -> dict[str, float]:
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
