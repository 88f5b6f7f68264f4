"""Lesson 3: a program with a slip drawn from a seed, and the name that a student gives to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reproduce.networks.ports.answers import answers_of
from reproduce.networks.ports.layer import GATES
from reproduce.networks.ports.price_questions import ask
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.questions import Question
from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.table import SLIPS

WIRING, KINDS = "described", ("W_x", "W_h", "b_")
PROGRAM = Program(wiring=WIRING)  # that the slip is put into
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
        program = named(self._name).programs(PROGRAM)[0]
        answer = answers_of([program], Question("probe", function, arguments), "float64")
        return {name: array[0] for name, array in answer.items()}


def draw(seed: int) -> Hidden:
    """A program whose slip the seed decides."""
    return Hidden(_name_of(seed))


def _name_of(seed: int) -> str:
    return NAMES[np.random.default_rng(seed).integers(len(NAMES))]


def problem(mine: Any, seed: int) -> str | None:
    """What tells a program with the slip `mine` from `draw(seed)`; None where that is its slip."""
    if not mine:
        return "no name is given; probe the program, and choose a name from the list"
    if mine not in NAMES:
        return f"{mine!r} is not in the list: {', '.join(NAMES)}"
    if mine == _name_of(seed):
        return None
    return _told_apart(mine, _name_of(seed))


def _told_apart(mine: str, hidden: str) -> str:
    """The probe that tells a program with the slip `mine` from the hidden one; the simplest comes first."""
    plain, special = _probes()
    programs = [PROGRAM, *(named(name).programs(PROGRAM)[0] for name in (mine, hidden))]
    asked = {words: _answers(programs, probe) for words, probe in (plain | special).items()}
    for words, (right, ours, theirs) in asked.items():
        if not _differ(right, ours) and _differ(right, theirs):
            return f"the slip {mine} does not show in {words}, and the hidden one does"
        if words in plain and _differ(right, ours) and not _differ(right, theirs):
            return f"the slip {mine} shows in {words}, and the hidden one does not"
    words = next(words for words, (_, ours, theirs) in asked.items() if _differ(ours, theirs))
    return f"the slip {mine} and the hidden one both show in {words}, but the wrong numbers are not the same"


def _probes() -> tuple[dict[str, Question], dict[str, Question]]:
    """Questions by what is asked: plain ones, and those in which some slip cannot show."""
    asked = {one.name: one for one in ask()}
    cell, two = asked["cell"].arguments, asked["forward 2"].arguments
    w = cell["weights"]

    def ask_cell(weights: dict[str, np.ndarray] | None = None, **state: np.ndarray) -> Question:
        return Question("probe", "cell", cell | {"weights": w | (weights or {})} | state)

    plain = {
        "windows of one day": asked["forward 1"],
        "windows of two days": asked["forward 2"],
        "the cell with an h and a c that are not 0": asked["cell"],
    }
    special = {
        "windows of two days with a b_y of 0": Question(
            "probe", "predict", two | {"weights": w | {"b_y": np.zeros_like(w["b_y"])}}
        ),
        "the cell with a c of 0": ask_cell(c=np.zeros_like(cell["c"])),
        "the cell with the same vector for h and c": ask_cell(c=cell["h"]),
        "the cell with biases of 0": ask_cell({f"b_{gate}": np.zeros_like(w["b_i"]) for gate in GATES}),
        "the cell with symmetric W_h": ask_cell({f"W_h{gate}": w[f"W_h{gate}"] + w[f"W_h{gate}"].T for gate in GATES}),
        "the cell with the same weights in i and f": ask_cell({f"{kind}f": w[f"{kind}i"] for kind in KINDS}),
        "the cell with the same weights in g and i": ask_cell({f"{kind}g": w[f"{kind}i"] for kind in KINDS}),
    }
    return plain, special


def _answers(programs: Sequence[Program], question: Question) -> list[np.ndarray]:
    """Of each program, in one row."""
    answer = answers_of(programs, question, "float64")
    return list(np.concatenate([array.reshape(len(programs), -1) for array in answer.values()], axis=1))


def _differ(one: np.ndarray, other: np.ndarray) -> bool:
    return not np.allclose(one, other, rtol=0, atol=1e-9)
