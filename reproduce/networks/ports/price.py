"""The Bitcoin program as a target: its rungs, with the cell below them, and its slips."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from reproduce.networks.ports.answers import answers_of
from reproduce.networks.ports.network import NAMES
from reproduce.networks.ports.order import find_order
from reproduce.networks.ports.price_questions import ALONE, WINDOW, ask
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.table import SLIPS
from reproduce.networks.ports.target import Rung, Target, training_rungs

FROM_THE_OUTPUT = ("W_hy", "b_y", *(f"{kind}{gate}" for gate in "ogfi" for kind in ("b_", "W_h", "W_x")))
KERAS_FIT = ("remainder-kept", "loss-running-mean", "shuffled", "adam-epsilon-keras")  # as it comes
FUNCTIONS = ("windows", "cell", "predict", "loss_and_gradients", "train")


def _of_cell(past: list[tuple[str, str]]) -> str:
    gates = [name.removeprefix("cell ") for name, _ in past if name != "cell"]
    found = list(dict.fromkeys(gates))
    if not found:
        return "only with all gates at work together"
    if len(found) == len(ALONE):
        return "with every gate alone"
    return f"in gate{'s' * (len(found) > 1)} {', '.join(found)}, seen alone"


RUNGS = (
    Rung("cell", "cell", ("cell", *(f"cell {gate}" for gate in ALONE)), ("h", "c"), _of_cell),
    *training_rungs(NAMES, FROM_THE_OUTPUT, WINDOW),
)


@cache
def price_target(wiring: str) -> Target:
    """The program of that wiring, published or described."""
    return Target(Program(wiring=wiring), SLIPS, FUNCTIONS, RUNGS, ask, answers_of, _orders, companions=KERAS_FIT)


def _orders(programs: Sequence[Program], question: Question, answer: Answer | None) -> list[np.ndarray] | None:
    """The order in which each program took its windows; without an answer some other one where it shuffles."""
    if question.function != "train" or all(one.order == "given" for one in programs):
        return None
    given = np.tile(np.arange(len(question.arguments["targets"])), (question.arguments["epochs"], 1))
    if answer is None:
        return [given if one.order == "given" else given[:, ::-1] for one in programs]
    found = [None if one.order == "given" else find_order(one, question, answer) for one in programs]
    return [given if one is None else one for one in found]
