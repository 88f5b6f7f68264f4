"""A student's function called, or asked as `reproduce compare` asks a port, and what there is to say about it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.errors import PortError
from reproduce.networks.ports.contract import Answers, Port, ask_port
from reproduce.networks.ports.diagnosis import Comparison
from reproduce.networks.ports.price import RUNGS
from reproduce.networks.ports.price_questions import ALONE, SATURATED
from reproduce.networks.ports.questions import Question
from reproduce.networks.ports.rungs import Gaps
from reproduce.networks.ports.script import Script

WORDS = {
    "i": "the input gate",
    "f": "the forget gate",
    "o": "the output gate",
    "g": "the candidate",
    "h": "h",
    "c": "c",
}
CLOSE = {"rtol": 1e-4, "atol": 1e-6}  # what float32 may make of a number
MOST_LINES = 5  # of what a student's function prints, as it is called for every question
MOST_SLIPS = 3  # that are told where several explain all that is seen
MANY_TIMES = 100
WRONG = {  # by the name of a rung
    "forward": "the predictions are",
    "loss": "the loss is",
    "gradients": "the gradients are",
    "one step": "after one step of training the answer is",
    "six steps": "after six steps of training the answer is",
    "two epochs": "after two epochs of training the answer is",
}
HOW_ALONE = (
    "to see one gate alone, the check gave the others a bias that holds them open or shut, "
    f"{SATURATED:.0f} or -{SATURATED:.0f}"
)


def attempt(mine: Any, *arguments: Any) -> Any:
    """What the student's function returns.

    Raises:
        PortError: it is no function, or is a stub, or fails; the message says which.
    """
    if not callable(mine):
        raise PortError(f"this is {type(mine).__name__}, and no function; hand over the function, without calling it")
    try:
        returned = mine(*arguments)
    except NotImplementedError:  # a stub, as many teachers write it; it has not returned anything yet
        returned = None
    except (Exception, SystemExit) as error:
        own = getattr(getattr(mine, "__code__", None), "co_filename", None)
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == own]
        where = f" in its line {lines[-1]}" if lines else ""
        raise PortError(f"it raises {type(error).__name__}{where}: {error}") from error
    if returned is None or returned is ...:
        raise PortError("it returns nothing; write it, and run this again")
    return returned


def numbers(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """A part of what a student's function returns, as float64.

    Raises:
        PortError: it is no array of that shape.
    """
    try:
        array = np.asarray(value, float)
    except (TypeError, ValueError):
        raise PortError(f"{name} is {type(value).__name__}, expected an array of shape {shape}") from None
    if array.shape != shape:
        raise PortError(f"{name} has shape {array.shape}, expected {shape}")
    return array


def ask_student(functions: dict[str, Callable[..., Any]], questions: Sequence[Question]) -> Answers:
    """Ask functions that `attempt` the student's; say what it prints.

    Raises:
        PortError: as `attempt`, or it returns what it should not.
    """
    port = Port(Script(Path("yours")), functions, None)
    try:
        return ask_port(port, questions)
    except PortError as error:
        raise PortError(str(error).removeprefix("yours").lstrip(",: ")) from None
    finally:
        for line in port.script.printed[:MOST_LINES]:
            print(f"it prints: {line}")


def explained(comparison: Comparison) -> str | None:
    """The slips that explain an answer, or, where none is known, the first rung on which it differs; None if right."""
    if comparison.agrees:
        return None
    told = ["; and ".join(slip.title for slip in slips) for slips in comparison.explanations[:MOST_SLIPS]]
    return " -- or: ".join(told) if told else first_difference(comparison.published)


def first_difference(found: dict[str, Gaps]) -> str | None:
    """The first rung on which answers differ, where on it, and by how much; None where they do not."""
    for rung in RUNGS:
        if rung.name not in found or found[rung.name].agree[0]:
            continue
        gaps = found[rung.name]
        past = gaps.differences[0] > gaps.tolerances[0]
        labels = [label for label, far in zip(gaps.labels, past, strict=True) if far]
        size = in_words(gaps.differences[0].max())
        if rung.name == "cell":
            return _in_cell([name for name, _ in labels], size)
        return f"{WRONG[rung.name]} wrong ({rung.place(labels)}), by {size}"
    return None


def _in_cell(questions: list[str], size: str) -> str:
    """What is wrong in one day of the cell: of the questions asked with one gate left to be seen, these differ."""
    gates = [gate for gate in ALONE if f"cell {gate}" in questions]
    if not gates:
        return f"one day of the cell is wrong, by {size}; with each gate seen alone it is right"
    *most, last = (WORDS[gate] for gate in gates)
    seen = "every gate" if len(gates) == len(ALONE) else f"{', '.join(most)} and {last}" if most else last
    return f"one day of the cell is wrong in {seen}, by {size}; {HOW_ALONE}"


def in_words(share: float) -> str:
    """A difference relative to the largest value, as one says it.

    >>> in_words(2.1), in_words(0.031), in_words(5e-7)
    ('about 2 times the largest value', '3 % of the largest value', 'less than 0.01 % of the largest value')
    """
    if not np.isfinite(share):
        return "a number that is missing or too many"
    if share >= MANY_TIMES:
        return f"more than {MANY_TIMES} times the largest value"
    if share >= 1.5:  # which is rounded to 2
        return f"about {share:.0f} times the largest value"
    if share >= 0.95:
        return "about as much as the largest value"
    if share >= 0.01:
        return f"{100 * share:.0f} % of the largest value"
    if share >= 1e-4:
        return f"{100 * share:.1g} % of the largest value"
    return "less than 0.01 % of the largest value"
