"""Lesson 1: one day of the described cell, and the slips of a first one, beside those that `compare` knows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np

from reproduce.lessons.exercises.asking import CLOSE, WORDS, ask_student, attempt, explained
from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.price import price_target
from reproduce.networks.ports.price_questions import ask
from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.reference import Arrays, Day, State, sigmoid, step

WIRING = "described"
Pair = tuple[np.ndarray, np.ndarray]  # h and c, (n, H)
KINDS = ("W_x", "W_h", "b_")  # of weights in a gate


def problem(mine: Any) -> str | None:
    """What is wrong with `mine(weights, x, h, c)` → h, c; None where nothing is.

    Raises:
        PortError: it cannot be asked.
    """
    questions = [one for one in ask() if one.function == "cell"]
    answers = ask_student({"cell": lambda *given: attempt(mine, *given)}, questions)
    for slip, change in SLIPS.items():
        if all(_is_explained(change, one, answers.by_question[one.name]) for one in questions):
            return slip
    return explained(compare(price_target(WIRING), questions, answers.by_question, answers.dtype))


def _is_explained(change: Callable[[Arrays, Day], Pair], question: Question, answer: Answer) -> bool:
    weights, x, h, c = question.arguments.values()
    changed = change(weights, step(weights, WIRING, x, State(h, c)))
    return all(np.allclose(one, answer[name], **CLOSE) for name, one in zip("hc", changed, strict=True))


def _with_c(day: Day, c: np.ndarray) -> Pair:
    return day.o * np.tanh(c), c


def _reading(w: Arrays, day: Day, read: np.ndarray) -> Pair:
    return step(w, WIRING, day.x, State(read, day.kept)).after


def _with_weights(of: Callable[[Arrays], Arrays]) -> Callable[[Arrays, Day], Pair]:
    return lambda w, day: step(w | of(w), WIRING, day.x, State(day.read, day.kept)).after


def _without(name: str) -> Callable[[Arrays, Day], Pair]:
    return _with_weights(lambda w: {name: np.zeros_like(w[name])})


def _copied(gate: str, other: str) -> Callable[[Arrays, Day], Pair]:
    return _with_weights(lambda w: {f"{kind}{gate}": w[f"{kind}{other}"] for kind in KINDS})


SLIPS: dict[str, Callable[[Arrays, Day], Pair]] = {  # what the cell gives instead, from the right day
    "the forget gate scales h; it scales the c of the day before": lambda _, day: _with_c(
        day, day.f * day.read + day.i * day.g
    ),
    "the new c has nothing of the c of the day before": lambda _, day: _with_c(day, day.i * day.g),
    "h is made from the c of the day before; it is made from the new one": lambda _, day: (
        day.o * np.tanh(day.kept),
        day.after.c,
    ),
    "c goes through sigmoid on its way to h; it goes through tanh": lambda _, day: (
        day.o * sigmoid(day.after.c),
        day.after.c,
    ),
    "the gates read x alone; they read the h of the day before too": lambda w, day: _reading(
        w, day, np.zeros_like(day.read)
    ),
    "the gates read the c of the day before; they read its h": lambda w, day: _reading(w, day, day.kept),
    "the sign of the sum in the three gates is wrong; sigmoid(z) is 1 / (1 + exp(-z))": lambda _, day: _with_c(
        day._replace(o=1 - day.o), (1 - day.f) * day.kept + (1 - day.i) * day.g
    ),
    **{
        f"{kind}{gate} has no effect in {WORDS[gate]}; the sum in it has three parts": _without(f"{kind}{gate}")
        for gate in "ifog"
        for kind in KINDS
    },
    **{
        f"{WORDS[gate]} is computed with the weights of {WORDS[other]}; it has its own": _copied(gate, other)
        for gate, other in permutations("ifog", 2)
    },
}
