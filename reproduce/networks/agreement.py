"""Two trainings of the same network held together: how far apart they are, and whether that is too far."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from reproduce.errors import MismatchError
from reproduce.networks.engine import Engine, Settings

# Relative tolerances. Float64 leaves rounding only. In float32 rounding is 6e-8 a product; Adam divides each gradient
# by its own size, so where that is close to rounding a weight may differ by a good part of a step.
TOLERANCES = {
    "float64": {"forward": 1e-12, "gradient": 1e-10, "weight": 1e-9, "losses": 1e-9},
    "float32": {"forward": 1e-5, "gradient": 1e-4, "weight": 1e-3, "losses": 1e-3},
}


def relative_difference(loss: float, reference: float) -> float:
    """|loss / reference - 1|; inf where one of the two diverged, and nan where both did, which tells nothing."""
    diverged = [not math.isfinite(one) for one in (loss, reference)]
    if any(diverged):
        return math.nan if all(diverged) else math.inf
    return abs(loss / reference - 1)


def prove(what: str, loss_on: Callable[[str], float], *, reference: str, tolerance: float) -> dict[str, float]:
    """Train a little on the reference engine, then on the compiled one, on this machine.

    Args:
        what: is trained: "the first epoch".
        loss_on: the mean loss of that on the engine of this name.
        tolerance: relative.

    Returns:
        Both losses by the engine's name, and their `relative_difference`; nan where both diverged.

    Raises:
        MismatchError: it is past the tolerance.
    """
    losses = {name: loss_on(name) for name in (reference, "compiled")}
    difference = relative_difference(losses["compiled"], losses[reference])
    if difference > tolerance:
        raise MismatchError(
            f"on this machine the mean loss of {what} is {losses['compiled']} on the compiled engine and "
            f"{losses[reference]} on the {reference} engine; train with the {reference} engine instead, and please "
            "report it"
        )
    return {**losses, "relative_difference": difference}


@dataclass(frozen=True)
class Difference:
    """How far two engines are apart in one quantity."""

    dtype: str
    wiring: str
    quantity: str
    largest_absolute: float
    largest_relative: float  # to the largest value of that quantity; for losses, to each loss
    tolerance: float  # of the relative one

    @property
    def is_within(self) -> bool:
        return self.largest_relative <= self.tolerance


def compare(
    pair: tuple[Engine, Engine],
    settings: Settings,
    weights: dict[str, np.ndarray],
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    dtype: str,
    adam_steps: int,
    epochs: int,
) -> Iterator[Difference]:
    """Yield forward, each weight's gradient, each weight after `adam_steps` updates, and the losses of all epochs.

    Args:
        pair: two engines of these settings and this dtype, the second being the reference.
        weights: both start from; random ones, biases too, let no exchanged gate hide behind zeros.
        inputs: (windows, window, 1), targets: (windows, 1), scaled; the first batch gives forward and gradients.
    """

    def measure(quantity: str, ours: np.ndarray, reference: np.ndarray, *, each: bool = False) -> Difference:
        gap = np.abs(np.subtract(ours, reference, dtype=np.float64))
        scale = np.abs(reference) if each else np.max(np.abs(reference))
        tolerance = TOLERANCES[dtype][quantity.split()[0]]
        return Difference(dtype, settings.wiring, quantity, float(gap.max()), float((gap / scale).max()), tolerance)

    first = inputs[: settings.batch], targets[: settings.batch]
    for one in pair:
        one.set_weights(weights)
    yield measure("forward", *(one.predict(first[0]) for one in pair))
    gradients = [one.loss_and_gradients(*first)[1] for one in pair]
    for name in weights:
        yield measure(f"gradient of {name}", *(found[name] for found in gradients))

    steps = adam_steps * settings.batch
    fresh_states = [one.state() for one in pair]
    for one in pair:
        one.train_epoch(inputs[:steps], targets[:steps])
    after = [one.weights() for one in pair]
    for name in weights:
        yield measure(f"weight {name} after {adam_steps} steps", *(found[name] for found in after))

    for one, state in zip(pair, fresh_states, strict=True):
        one.restore(state)
    losses = [[np.mean(one.train_epoch(inputs, targets).losses) for _ in range(epochs)] for one in pair]
    yield measure(f"losses of {epochs} epochs", *map(np.array, losses), each=True)
