"""An engine against the Keras equivalent: forward, gradients, Adam steps, losses; the largest differences found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from typing import Any as Variant
from reproduce.articles.bitcoin_lstm.windows import Dataset
from reproduce.errors import MismatchError
from reproduce.networks.agreement import relative_difference
from reproduce.networks.engine import Engine, create_engine
from reproduce.networks.lstm.weights import weight_shapes

# Relative tolerances. Float64 leaves rounding only. In float32 rounding is 6e-8 a product; Adam divides each gradient
# by its own size, so where that is close to rounding a weight may differ by a good part of a step.
TOLERANCES = {
    "float64": {"forward": 1e-12, "gradient": 1e-10, "weight": 1e-9, "losses": 1e-9},
    "float32": {"forward": 1e-5, "gradient": 1e-4, "weight": 1e-3, "losses": 1e-3},
}

FIRST_EPOCH_TOLERANCE = 1e-3  # relative, float32, after 145 steps of Adam


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


def compare_with_keras(
    engine: str, variant: Variant, dataset: Dataset, *, dtype: str, seed: int, adam_steps: int
) -> Iterator[Difference]:
    """Yield forward, each weight's gradient, each weight after `adam_steps` updates, and the losses of all epochs.

    Both start from the same random weights, biases too, so that no exchanged gate can hide behind zeros; the batch is
    the first of `dataset`, the trajectory `variant.epochs` epochs of all of its training set.
    """
    weights = random_weights(variant.hidden, seed)
    inputs, targets = dataset.train
    first = (inputs[: variant.batch], targets[: variant.batch])

    def measure(quantity: str, ours: np.ndarray, keras: np.ndarray, *, each: bool = False) -> Difference:
        gap = np.abs(np.subtract(ours, keras, dtype=np.float64))
        scale = np.abs(keras) if each else np.max(np.abs(keras))
        tolerance = TOLERANCES[dtype][quantity.split()[0]]
        return Difference(dtype, variant.wiring, quantity, float(gap.max()), float((gap / scale).max()), tolerance)

    pair = [create_engine(name, variant, seed, dtype=dtype) for name in (engine, "keras")]
    for one in pair:
        one.set_weights(weights)
    yield measure("forward", *(one.predict(first[0]) for one in pair))
    gradients = [one.loss_and_gradients(*first)[1] for one in pair]
    for name in weights:
        yield measure(f"gradient of {name}", gradients[0][name], gradients[1][name])

    steps = adam_steps * variant.batch
    fresh_states = [one.state() for one in pair]
    for one in pair:
        one.train_epoch(inputs[:steps], targets[:steps])
    after = [one.weights() for one in pair]
    for name in weights:
        yield measure(f"weight {name} after {adam_steps} steps", after[0][name], after[1][name])

    for one, state in zip(pair, fresh_states, strict=True):
        one.restore(state)
    losses = [_trajectory(one, variant.epochs, inputs, targets) for one in pair]
    yield measure(f"losses of {variant.epochs} epochs", *losses, each=True)
    for one in pair:
        one.close()


def random_weights(hidden: int, seed: int) -> dict[str, np.ndarray]:
    """Weights by name, each a draw of its own, normal with deviation 0.1, float64."""
    generator = np.random.default_rng(seed)
    return {name: generator.normal(0, 0.1, shape) for name, shape in weight_shapes(hidden)._asdict().items()}


def compare_all(engine: str, dataset: Dataset, epochs: int, seed: int, adam_steps: int) -> Iterator[Difference]:
    """`compare_with_keras` for both wirings in both dtypes."""
    for dtype in TOLERANCES:
        for wiring in ("published", "described"):
            variant = replace(Variant(wiring=wiring), epochs=epochs)
            yield from compare_with_keras(engine, variant, dataset, dtype=dtype, seed=seed, adam_steps=adam_steps)


def prove_compiled(variant: Variant, seed: int, dataset: Dataset) -> dict[str, float]:
    """Run the first epoch on the session engine and on the compiled one, on this machine.

    Returns:
        Both mean losses and their relative difference; nan where both diverged.

    Raises:
        MismatchError: it is past FIRST_EPOCH_TOLERANCE.
    """
    losses = {}
    for name in ("session", "compiled"):
        engine = create_engine(name, variant, seed)
        losses[name] = float(np.mean(engine.train_epoch(*dataset.train).losses))
        engine.close()
    difference = relative_difference(losses["compiled"], losses["session"])
    if difference > FIRST_EPOCH_TOLERANCE:
        raise MismatchError(
            f"on this machine the compiled engine's first epoch has the loss {losses['compiled']}, the session "
            f"engine's {losses['session']}; train with the session engine instead, and please report it"
        )
    return {**losses, "relative_difference": difference}


def _trajectory(engine: Engine, epochs: int, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The mean loss of each epoch, (epochs,), as a run records it."""
    return np.array([np.mean(engine.train_epoch(inputs, targets).losses) for _ in range(epochs)])
