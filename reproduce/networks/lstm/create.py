"""The engines of the price network by name, and each held against another on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from reproduce.networks.agreement import TOLERANCES, Difference, compare, prove
from reproduce.networks.engine import Engine, Settings

ENGINES = ("compiled", "session", "keras")
FIRST_EPOCH_TOLERANCE = 1e-3  # relative, float32, after 145 steps of Adam


def create_engine(name: str, settings: Settings, seed: int, *, dtype: str = "float32", threads: int = 1) -> Engine:
    """Build the engine `name` with the weights that `seed` draws.

    Every engine starts from the same bits: those the graph's initialisers give.

    Args:
        name: one of ENGINES.
        threads: of the session engine: operations that may run at once; one promises equal bits. Of the compiled
            engine: threads that share a step, each with a part of W_h.

    Raises:
        ValueError: there is no such engine.
    """
    if name == "session":
        from reproduce.networks.lstm.session import SessionEngine

        return SessionEngine(settings, seed, dtype=dtype, threads=threads)
    if name == "compiled":
        from reproduce.networks.lstm.compiled import CompiledEngine

        return CompiledEngine(settings, seed, dtype=dtype, threads=threads)
    if name != "keras":
        raise ValueError(f"engine is {name!r}, expected one of {', '.join(ENGINES)}")
    from reproduce.networks.lstm.keras import KerasEngine

    return KerasEngine(settings, seed, dtype=dtype)


def prove_compiled(
    settings: Settings, seed: int, threads: int, inputs: np.ndarray, targets: np.ndarray
) -> dict[str, float]:
    """Hold the compiled engine's first epoch against the session engine's, by `networks.agreement.prove`.

    Args:
        threads: on which it trains afterwards: several of them run other programs than one does.
    """

    def loss_on(name: str) -> float:
        engine = create_engine(name, settings, seed, threads=threads if name == "compiled" else 1)
        losses = engine.train_epoch(inputs, targets).losses
        engine.close()
        return float(np.mean(losses))

    return prove("the first epoch", loss_on, reference="session", tolerance=FIRST_EPOCH_TOLERANCE)


def compare_with_keras(
    engine: str,
    settings: Settings,
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    dtype: str,
    seed: int,
    adam_steps: int,
    epochs: int,
) -> Iterator[Difference]:
    """Hold the engine of that name against Keras, from the same random weights, by `networks.agreement.compare`."""
    from reproduce.networks.lstm.weights import random_weights

    weights = random_weights(settings.hidden, seed)
    ours, keras = (create_engine(name, settings, seed, dtype=dtype) for name in (engine, "keras"))
    yield from compare(
        (ours, keras), settings, weights, inputs, targets, dtype=dtype, adam_steps=adam_steps, epochs=epochs
    )
    ours.close()
    keras.close()


def compare_all(
    engine: str, settings: Settings, inputs: np.ndarray, targets: np.ndarray, **how: int
) -> Iterator[Difference]:
    """`compare_with_keras` for both wirings of `settings`, a dataclass, in both dtypes; `how` is the rest."""
    for dtype in TOLERANCES:
        for wiring in ("published", "described"):
            yield from compare_with_keras(engine, replace(settings, wiring=wiring), inputs, targets, dtype=dtype, **how)
