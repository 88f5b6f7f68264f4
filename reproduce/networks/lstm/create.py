"""Shim."""

from __future__ import annotations
import numpy as np
from reproduce.errors import MismatchError
from reproduce.networks.agreement import relative_difference
from reproduce.networks.engine import Engine

ENGINES = ("compiled", "session", "keras")
FIRST_EPOCH_TOLERANCE = 1e-3


def create_engine(name: str, variant, seed: int, *, dtype: str = "float32", threads: int = 1) -> Engine:
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


def prove_compiled(variant, seed: int, inputs, targets) -> dict[str, float]:
    """Run the first epoch on the session engine and on the compiled one, on this machine.

    Returns:
        Both mean losses and their relative difference; nan where both diverged.

    Raises:
        MismatchError: it is past FIRST_EPOCH_TOLERANCE.
    """
    losses = {}
    for name in ("session", "compiled"):
        engine = create_engine(name, variant, seed)
        losses[name] = float(np.mean(engine.train_epoch(inputs, targets).losses))
        engine.close()
    difference = relative_difference(losses["compiled"], losses["session"])
    if difference > FIRST_EPOCH_TOLERANCE:
        raise MismatchError(
            f"on this machine the compiled engine's first epoch has the loss {losses['compiled']}, the session "
            f"engine's {losses['session']}; train with the session engine instead, and please report it"
        )
    return {**losses, "relative_difference": difference}
