"""The engines of the stacked price network by name, and the compiled one held against Keras on this machine."""

from __future__ import annotations

import numpy as np

from reproduce.networks.agreement import prove
from reproduce.networks.engine import Forecaster, Stack

FORECASTER_ENGINES = ("keras", "compiled")
PROOF_STEPS = 20
PROOF_TOLERANCE = 1e-5  # relative, of float32 losses that differ in the order of sums


def create_forecaster(name: str, stack: Stack, seed: int, threads: int = 1) -> Forecaster:
    """Build the engine `name` of FORECASTER_ENGINES. Both start from the same weights and drop the same units.

    Args:
        threads: of the compiled engine, which splits each batch among them.

    Raises:
        ValueError: there is no such engine, or it has not this network.
    """
    if name == "compiled":
        from reproduce.networks.forecasters.compiled import CompiledForecaster

        return CompiledForecaster(stack, seed, threads)
    if name != "keras":
        raise ValueError(f"engine is {name!r}, expected one of {', '.join(FORECASTER_ENGINES)}")
    from reproduce.networks.forecasters.keras import KerasForecaster

    return KerasForecaster(stack, seed)


def prove_compiled(stack: Stack, seed: int, threads: int, inputs: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """Hold the compiled engine's first steps, dropout at work, against Keras's, by `networks.agreement.prove`.

    Args:
        threads: on which it trains afterwards: several of them run other programs than one does.
    """
    windows = min(PROOF_STEPS * stack.batch, len(inputs))

    def loss_on(name: str) -> float:
        forecaster = create_forecaster(name, stack, seed, threads)
        loss = forecaster.train_epoch(0, inputs[:windows], targets[:windows])
        forecaster.close()
        return loss

    return prove(f"the first {windows} windows", loss_on, reference="keras", tolerance=PROOF_TOLERANCE)
