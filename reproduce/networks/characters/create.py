"""The engines of the character network by name, and the compiled one held against Keras on this machine."""

from __future__ import annotations

import numpy as np

from reproduce.inputs.text import Samples
from reproduce.networks.agreement import prove
from reproduce.networks.engine import CharEngine, CharSettings

CHAR_ENGINES = ("compiled", "keras")
PROOF_STEPS = 20
PROOF_TOLERANCE = 1e-5  # relative, of float32 losses that differ in the order of sums; measured: 1e-8


def create_char_engine(name: str, network: CharSettings, characters: int, seed: int, threads: int = 1) -> CharEngine:
    """Build the engine `name` of CHAR_ENGINES. Both start from the same weights and drop the same units.

    Args:
        threads: of the compiled engine, which splits each batch among them.

    Raises:
        ValueError: there is no such engine.
    """
    if name == "compiled":
        from reproduce.networks.characters.compiled import CompiledEngine

        return CompiledEngine(network, characters, seed, threads)
    if name != "keras":
        raise ValueError(f"engine is {name!r}, expected one of {', '.join(CHAR_ENGINES)}")
    from reproduce.networks.characters.keras import KerasEngine

    return KerasEngine(network, characters, seed)


def prove_compiled(
    network: CharSettings, characters: int, seed: int, threads: int, samples: Samples
) -> dict[str, float]:
    """Hold the compiled engine's first steps, dropout at work, against Keras's, by `networks.agreement.prove`.

    Args:
        threads: on which it trains afterwards: several of them run other programs than one does.
    """
    steps = min(PROOF_STEPS, len(samples) // network.batch)
    chosen = np.arange(steps * network.batch).reshape(steps, network.batch)

    def loss_on(name: str) -> float:
        engine = create_char_engine(name, network, characters, seed, threads)
        loss = engine.train(samples.inputs[chosen], samples.targets[chosen])
        engine.close()
        return loss

    return prove(f"the first {steps} steps", loss_on, reference="keras", tolerance=PROOF_TOLERANCE)
