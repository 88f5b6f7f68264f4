"""Lesson 3: a program with a slip drawn from a seed, and the name that a student gives to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from reproduce.lessons.exercises.asking import ask_student, first_difference
from reproduce.networks.ports.answers import answers_of
from reproduce.networks.ports.questions import Question, ask
from reproduce.networks.ports.rungs import RUNGS, gaps_on
from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.table import SLIPS

WIRING = "described"  # of the program that the slip is put into
NAMES = (  # of the slips that may be drawn
    "gate-order-fiog",
    "recurrent-transposed",
    "gate-bias-missing",
    "gate-bias-doubled",
    "output-bias-missing",
    "forget-bias",
    "candidate-of-input-gate",
    "wiring",
    "hard-sigmoid-old",
    "c-read-out",
    "tanh-left-out",
    "window-backward",
)


def named(name: str) -> Slip:
    """The slip of that name, one of NAMES."""
    return next(slip for slip in SLIPS if slip.name == name)


@dataclass(frozen=True)
class Hidden:
    """A program with one slip in it, which can be asked and not looked into."""

    _name: str

    def predict(self, weights: dict[str, np.ndarray], inputs: np.ndarray) -> np.ndarray:
        """Its predictions, (n, 1), from windows (n, days, 1)."""
        return self._answer("predict", weights=weights, inputs=inputs)["predictions"]

    def cell(
        self, weights: dict[str, np.ndarray], x: np.ndarray, h: np.ndarray, c: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Its h and c, (n, H), after one day: x is (n, 1), h and c are (n, H)."""
        answer = self._answer("cell", weights=weights, x=x, h=h, c=c)
        return answer["h"], answer["c"]

    def __repr__(self) -> str:
        return "a program with a hidden slip"

    def _answer(self, function: str, **arguments: Any) -> dict[str, np.ndarray]:
        program = named(self._name).programs(WIRING)[0]
        answer = answers_of([program], Question("probe", function, arguments), "float64")
        return {name: array[0] for name, array in answer.items()}


def draw(seed: int) -> Hidden:
    """A program whose slip the seed decides."""
    return Hidden(_name_of(seed))


def _name_of(seed: int) -> str:
    return NAMES[np.random.default_rng(seed).integers(len(NAMES))]


def problem(mine: Any, seed: int) -> str | None:
    """How a program with the slip `mine` differs from `draw(seed)`; None where that is its slip."""
    if not mine:
        return "no name is given; probe the program, and choose a name from the list"
    if mine not in NAMES:
        return f"{mine!r} is not in the list: {', '.join(NAMES)}"
    if mine == _name_of(seed):
        return None
    program, supposed = draw(seed), named(mine).programs(WIRING)[0]
    questions = [one for one in ask() if one.function in ("cell", "predict")]
    answers = ask_student({"cell": program.cell, "predict": program.predict}, questions).by_question
    found = {rung.name: gaps_on(rung, [supposed], questions, answers, "float64") for rung in RUNGS[:2]}
    return f"held against a program with the slip {mine}, {first_difference(found)}"
