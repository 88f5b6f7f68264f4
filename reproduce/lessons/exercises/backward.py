"""Lesson 4: one day of the described cell's way back, and the slips of a first one."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from reproduce.errors import PortError
from reproduce.lessons.exercises.asking import CLOSE, WORDS, attempt, numbers
from reproduce.networks import reference
from reproduce.networks.ports.price_questions import ask
from reproduce.networks.reference import Arrays, Day, State, day_back

Back = tuple[Arrays, np.ndarray]  # as `day_back` returns it


def problem(mine: Any) -> str | None:
    """What is wrong with `mine(day, dh, dc)` → {gate: derivative}, derivative by the day before's c; None if nothing.

    Raises:
        PortError: it cannot be asked, or returns something else.
    """
    (question,) = (one for one in ask() if one.name == "gradients")
    _, days = reference.forward(question.arguments["weights"], "described", question.arguments["inputs"])
    day, generator = days[4], np.random.default_rng(0)
    dh, dc = (generator.normal(size=day.o.shape) for _ in "hc")
    found = _arrays(attempt(mine, *deepcopy((day, dh, dc))), day.o.shape)  # which it may change
    right = day_back(day, State(dh, dc))
    for slip, change in SLIPS.items():
        if not _differing(change(day, State(dh, dc)), found):
            return slip
    wrong = _differing(right, found)
    return f"wrong are the derivatives by {', '.join(wrong)}" if wrong else None


def _arrays(returned: Any, shape: tuple[int, ...]) -> Back:
    if not (isinstance(returned, tuple | list) and len(returned) == 2 and isinstance(returned[0], dict)):
        raise PortError(f"it returns {type(returned).__name__}, expected a dictionary of four gates, and an array")
    sums, before = returned
    if set(sums) != set("ifog"):
        raise PortError(f"its dictionary has {', '.join(map(str, sums)) or 'nothing'}, expected i, f, o and g")
    arrays = {gate: numbers(f"the derivative by the sum in {WORDS[gate]}", sums[gate], shape) for gate in "ifog"}
    return arrays, numbers("the derivative by c", before, shape)


def _differing(one: Back, other: Back) -> list[str]:
    """Which of the derivatives differ."""
    pairs = {f"the sum in {WORDS[gate]}": (one[0][gate], other[0][gate]) for gate in "ifog"}
    pairs["c"] = one[1], other[1]
    return [name for name, pair in pairs.items() if not np.allclose(*pair, **CLOSE)]


def _past_c(day: Day, d: State) -> Back:
    sums, before = day_back(day, State(np.zeros_like(d.h), d.c))
    return sums | {"o": day_back(day, d)[0]["o"]}, before


def _without_slopes(gates: str) -> Callable[[Day, State], Back]:
    def change(day: Day, d: State) -> Back:
        sums, before = day_back(day, d)
        slopes = {gate: a * (1 - a) for gate, a in (("i", day.i), ("f", day.f), ("o", day.o))} | {"g": 1 - day.g**2}
        return sums | {gate: sums[gate] / slopes[gate] for gate in gates}, before

    return change


def _before_whole(day: Day, d: State) -> Back:
    return day_back(day, d)[0], day_back(day._replace(f=np.ones_like(day.f)), d)[1]


def _output_gate_alone(day: Day, d: State) -> Back:
    sums, before = day_back(day, d)
    return sums | {"o": sums["o"] / np.tanh(day.after.c)}, before


SLIPS: dict[str, Callable[[Day, State], Back]] = {
    "c' acts through h' alone; it also acts on the next day by itself, and that part is dc": lambda day, d: day_back(
        day, State(d.h, np.zeros_like(d.c))
    ),
    "dc is taken for all that c' does; it also acts through h'": _past_c,
    "the slope of the tanh between c' and h' is left out": lambda day, d: day_back(
        day, State(d.h, d.c + d.h * day.o * np.tanh(day.after.c) ** 2)
    ),
    "the slopes of the three sigmoids are left out": _without_slopes("ifo"),
    "the slope of the candidate's tanh is left out": _without_slopes("g"),
    "the slopes of all four gates are left out": _without_slopes("ifog"),
    "the forget gate multiplies h; it multiplies c": lambda day, d: day_back(day._replace(kept=day.read), d),
    "the forget gate multiplies c'; it multiplies c, that of the day before": lambda day, d: day_back(
        day._replace(kept=day.after.c), d
    ),
    "c gets all of the derivative by c'; the forget gate lets a share of it through": _before_whole,
    "tanh(c') is left out at the output gate; h' is o times tanh(c')": _output_gate_alone,
}
