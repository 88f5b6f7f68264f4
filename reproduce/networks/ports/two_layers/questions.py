"""What a port of a network of two layers is asked: of scaled prices, (n, T, 1), or of characters' numbers, (n, T)."""

from __future__ import annotations

import numpy as np

from reproduce.networks.ports.questions import Question, again
from reproduce.networks.ports.two_layers.network import Named
from reproduce.networks.stack.weights import weight_shapes

BATCH = 3  # windows
WINDOW = 7  # days, or characters
DAYS = (1, 2, 3, WINDOW)  # of the windows that predictions are asked for
CHARACTERS = 6  # distinct ones
SEEN = 5  # units of each layer that matter for `one day`: few enough to try all ways in which dropout drops them
ALL_EPOCH = 5  # windows of `two epochs`: a batch, and a remainder


def ask(reads: str, first: int, second: int, seed: int = 0) -> list[Question]:
    """Every question; all numbers fit float32 exactly.

    Args:
        reads: prices or characters.
        first, second: the widths of the layers.
    """
    generator = np.random.default_rng(seed)
    is_text = reads == "characters"
    outputs = CHARACTERS if is_text else 1

    def draw(*shape: int, scale: float = 1.0) -> np.ndarray:
        return generator.normal(0, scale, shape).astype("float32").astype("float64")

    def inputs_of(windows: int, days: int) -> np.ndarray:
        return generator.integers(CHARACTERS, size=(windows, days)) if is_text else draw(windows, days, 1)

    def targets_of(windows: int) -> np.ndarray:
        return generator.integers(CHARACTERS, size=windows) if is_text else draw(windows, 1)

    def training(name: str, weights: Named, windows: int, epochs: int = 1) -> Question:
        arguments = {"weights": weights, "inputs": inputs_of(windows, WINDOW), "targets": targets_of(windows)}
        return Question(name, "train", arguments | {"batch": BATCH, "epochs": epochs})

    scales = {"kernel_1": 0.9, "recurrent_1": 1.2 / first**0.5, "kernel_2": 1.6 / first**0.5}
    scales |= {"recurrent_2": 1.2 / second**0.5, "kernel_out": 1.6 / second**0.5}
    shapes = weight_shapes((first, second), outputs)._asdict()
    w = {name: draw(*shape, scale=scales.get(name, 0.4)) for name, shape in shapes.items()}
    few = {name: w[name] * (np.arange(len(w[name])) < SEEN)[:, None] for name in ("kernel_2", "kernel_out")}
    inputs, targets = inputs_of(BATCH, WINDOW), targets_of(BATCH)
    # Layers' gradients pass through kernel_out: so they are as small as epsilon, or large enough to be clipped.
    small, large = ({"kernel_out": (w["kernel_out"] * f).astype("float32").astype("float64")} for f in (1e-5, 8.0))
    forward = [Question(f"forward {days}", "predict", {"weights": w, "inputs": inputs[:, :days]}) for days in DAYS]
    gradients = Question("gradients", "loss_and_gradients", {"weights": w, "inputs": inputs, "targets": targets})
    return [
        Question("one day", "predict", {"weights": w | few, "inputs": inputs_of(2 * BATCH, 1)}),
        *forward,
        again(forward[-1]),
        gradients,
        again(gradients),
        training("one step", w, BATCH),
        training("one step, small", w | small, BATCH),
        training("six steps", w | large, BATCH, epochs=6),  # on one batch, so that no order matters
        training("two epochs", w, ALL_EPOCH, epochs=2),
    ]
