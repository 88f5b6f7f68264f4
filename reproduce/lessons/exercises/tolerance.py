"""Lesson 7: the losses of a training in NumPy, in either float type, with either Adam; and a tolerance for them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.inputs.prices import load_prices
from reproduce.networks import reference
from reproduce.networks.ports.network import shapes

VARIANT = Variant(hidden=8, window=3)  # short windows, as every engine has to build a cell for each day
SEEDS = range(3)
ROOM = 2  # times the rounding of these seeds: of thirty others the worst is off by 1.6 times as much
ADAMS = {
    "TF1": (reference.begin_tf1, reference.tf1_step),
    "Keras": (reference.begin_keras, reference.keras_step),
}


def draw_weights(seed: int) -> reference.Arrays:
    """Small random weights, as float32 has them, in float64."""
    random = np.random.default_rng(seed)
    draws = {name: random.normal(0, 0.05, shape) for name, shape in shapes(VARIANT.hidden).items()}
    return {name: draw.astype("float32").astype("float64") for name, draw in draws.items()}


def train(weights: reference.Arrays, dtype: str, adam: str = "TF1", epochs: int = 1) -> np.ndarray:
    """The loss of each batch, (epochs · 145,), of the published network on the training windows.

    Args:
        weights: that it starts from.
        adam: of ADAMS; Keras's has an epsilon of 1e-7.
    """
    inputs, targets = (array.astype(dtype) for array in prepare(load_prices(), VARIANT).train)
    begin, step = ADAMS[adam]
    weights = {name: array.astype(dtype) for name, array in weights.items()}
    memory, losses = begin(weights), []
    for _ in range(epochs):
        for k in range(0, len(inputs), VARIANT.batch):
            rows = slice(k, k + VARIANT.batch)
            loss, gradients = reference.loss_and_gradients(weights, "published", inputs[rows], targets[rows])
            weights, memory = step(weights, gradients, memory)
            losses.append(loss)
    return np.array(losses)


@cache
def limits() -> tuple[float, float]:
    """What a tolerance lies between: the largest of float32's rounding over seeds, and the smallest of epsilon 1e-7.

    Each is the largest relative difference of a loss in the first epoch.
    """
    rounding, epsilon = [], []
    for seed in SEEDS:
        exact = train(draw_weights(seed), "float64")
        rounding.append(np.abs(train(draw_weights(seed), "float32") / exact - 1).max())
        epsilon.append(np.abs(train(draw_weights(seed), "float64", "Keras") / exact - 1).max())
    return float(max(rounding)), float(min(epsilon))


def problem(mine: Any) -> str | None:
    """What is wrong with a relative tolerance for the losses of the first epoch; None where nothing is."""
    if mine is None or mine is ...:
        return "no number is given; read one off the picture"
    if isinstance(mine, bool) or not isinstance(mine, int | float | np.number):
        return f"this is {type(mine).__name__}, and no number"
    if np.isnan(mine):
        return "nan is no number; nothing lies below it"
    if mine <= 0:
        return f"{mine} asks for equal bits, which no two engines promise"
    least, most = limits()
    if mine <= least:
        return f"a right port in float32 is off by {least:.1e}, by rounding alone, and would fail"
    if mine < ROOM * least:
        return (
            f"a right port in float32 is off by {least:.1e} here, and with other first weights by more, and would "
            "fail; leave room"
        )
    if mine >= most:
        return f"a port whose epsilon is 1e-7 is off by {most:.1e} at most, on one seed, and would pass"
    return None
