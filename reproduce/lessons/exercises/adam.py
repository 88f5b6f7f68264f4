"""Lesson 5: a step of TF1's Adam, put into the training of the published network. `compare` knows its slips."""

from __future__ import annotations

from typing import Any

import numpy as np

from reproduce.errors import PortError
from reproduce.lessons.exercises.asking import ask_student, attempt, explained, numbers
from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.questions import ask
from reproduce.networks.reference import Arrays, loss_and_gradients


def problem(mine: Any) -> str | None:
    """What is wrong with `mine(w, g, m, v, t)` → w, m, v, where t is 1 on the first step; None where nothing is.

    Raises:
        PortError: it cannot be asked, or returns something else.
    """
    questions = [one for one in ask() if one.function == "train"]
    answers = ask_student({"train": lambda *given: _train(mine, *given)}, questions)
    return explained(compare(questions, answers.by_question, answers.dtype))


def _train(
    mine: Any, weights: Arrays, inputs: np.ndarray, targets: np.ndarray, batch: int, epochs: int
) -> tuple[list[list[float]], Arrays]:
    losses, w = [], {name: array.copy() for name, array in weights.items()}
    means = {name: (np.zeros_like(array), np.zeros_like(array)) for name, array in w.items()}
    for epoch in range(epochs):
        losses.append([])
        for number, k in enumerate(range(0, len(inputs) - batch + 1, batch)):
            rows, t = slice(k, k + batch), epoch * (len(inputs) // batch) + number + 1
            loss, gradients = loss_and_gradients(w, "published", inputs[rows], targets[rows])
            losses[-1].append(loss)
            for name, g in gradients.items():
                w[name], *means[name] = _three(attempt(mine, w[name], g, *means[name], t), g.shape)
    return losses, w


def _three(returned: Any, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if not (isinstance(returned, tuple | list) and len(returned) == 3):
        raise PortError(f"it returns {type(returned).__name__}, expected three arrays: w, m, v")
    w, m, v = (numbers(name, part, shape) for name, part in zip("wmv", returned, strict=True))
    return w, m, v
