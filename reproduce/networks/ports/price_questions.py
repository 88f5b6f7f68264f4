"""What a port of the Bitcoin program is asked."""

from __future__ import annotations

import numpy as np

from reproduce.networks.ports.network import Named, shapes
from reproduce.networks.ports.questions import Question, again

WINDOW = 7  # days
BATCH = 3  # windows; a question has three where it says no other number
SATURATED = 50.0  # a bias that holds a gate open, and its negative one that holds it shut
ALONE = {  # the biases with which the others leave one gate to be seen; of the rest, c = f·kept + i·g, h = o·tanh(c)
    "i": {"f": -SATURATED, "o": SATURATED, "g": SATURATED},
    "f": {"i": -SATURATED, "o": SATURATED},
    "o": {"i": SATURATED, "f": -SATURATED, "g": SATURATED},
    "g": {"i": SATURATED, "f": -SATURATED, "o": SATURATED},
}


def ask(hidden: int = 8, seed: int = 0) -> list[Question]:
    """Every question but that about windows, which needs a price table; all numbers fit float32 exactly."""
    generator = np.random.default_rng(seed)

    def draw(*shape: int, scale: float = 1.0) -> np.ndarray:
        return generator.normal(0, scale, shape).astype("float32").astype("float64")

    scales = {"W_x": 0.6, "W_h": 1.2 / hidden**0.5, "b_": 0.4}
    w = {
        name: draw(*shape, scale=scales.get(name[:-1], 0.4) if name != "W_hy" else 1.2 / hidden**0.5)
        for name, shape in shapes(hidden).items()
    }
    state = {"x": draw(BATCH, 1), "h": np.tanh(draw(BATCH, hidden)).astype("float32").astype("float64")}
    state["c"] = draw(BATCH, hidden, scale=0.7)
    questions = [Question("cell", "cell", {"weights": w} | state)]
    for gate, biases in ALONE.items():
        held = {f"b_{other}": np.full(hidden, value) for other, value in biases.items()}
        questions.append(Question(f"cell {gate}", "cell", {"weights": w | held} | state))

    inputs, targets = draw(BATCH, WINDOW, 1), draw(BATCH, 1)
    for days in range(1, WINDOW + 1):
        questions.append(Question(f"forward {days}", "predict", {"weights": w, "inputs": inputs[:, :days]}))
    questions.append(again(questions[-1]))
    questions.append(Question("gradients", "loss_and_gradients", {"weights": w, "inputs": inputs, "targets": targets}))
    questions.append(again(questions[-1]))

    def training(name: str, weights: Named, inputs: np.ndarray, targets: np.ndarray, epochs: int = 1) -> Question:
        arguments = {"weights": weights, "inputs": inputs, "targets": targets, "batch": BATCH, "epochs": epochs}
        return Question(name, "train", arguments)

    questions.append(training("one step", w, inputs, targets))
    # The gates' gradients pass through W_hy, so they are as small as Adam's epsilon.
    small = w | {"W_hy": (w["W_hy"] * 1e-5).astype("float32").astype("float64")}
    questions.append(training("one step, small", small, inputs, targets))
    # Adam forgets a gradient's size, so clipping shows only where sizes change from step to step.
    sizes = np.repeat([30.0, 0.1] * 3, BATCH)[:, None].astype("float32").astype("float64")
    targets = (sizes * draw(6 * BATCH, 1)).astype("float32").astype("float64")
    questions.append(training("six steps", w, draw(6 * BATCH, WINDOW, 1), targets))
    targets = draw(20, 1)
    targets[4] = 5.0  # a marked window: the batch that has it has the largest loss
    questions.append(training("two epochs", w, draw(20, WINDOW, 1), targets, epochs=2))
    return questions
