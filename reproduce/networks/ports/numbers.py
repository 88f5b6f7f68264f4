"""Slips whose number is found: a learning rate, a beta of Adam, a clipping margin, read off what a port answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.rungs import gaps_on
from reproduce.networks.ports.slips import Number, Slip
from reproduce.networks.ports.target import Target

TRIED = 33  # numbers at once
ROUNDS = 7  # each looks eight times closer than the one before


def find_numbers(target: Target, asked: Sequence[tuple[Question, Answer]]) -> dict[Slip, float]:
    """For each slip that has a number, the one with which it is nearest to the port; none where no answer tells it."""
    named = {question.name for question, _ in asked}
    slips = [slip for slip in target.slips if slip.number is not None and slip.number.question in named]
    return {slip: _nearest(target, slip, slip.number, asked) for slip in slips}


def rounded(found: dict[Slip, float], digits: int) -> tuple[Slip, ...]:
    """These slips with their numbers rounded as a person types them, the fewest digits first.

    Numbers with many digits are left out: they would explain a port's rounding.
    """
    numbers = {
        slip: [_turned(float(f"{_turned(value, slip.number):.{few}g}"), slip.number) for few in range(1, digits + 1)]
        for slip, value in found.items()
    }
    return tuple(_with_number(slip, one) for slip, some in numbers.items() for one in dict.fromkeys(some))


def _with_number(slip: Slip, value: float) -> Slip:
    return replace(
        slip,
        title=slip.number.title.format(f"{value:.6g}"),
        changes=tuple(one | {slip.number.field: value} for one in slip.changes),
    )


def _nearest(target: Target, slip: Slip, number: Number, asked: Sequence[tuple[Question, Answer]]) -> float:
    pair = [one for one in asked if one[0].name == number.question]
    rungs = [one for one in target.rungs if number.question in one.questions]

    def gaps_of(values: np.ndarray) -> np.ndarray:
        """How far the port is from programs with these numbers, (values,)."""
        programs = [replace(target.program, **slip.changes[0] | {number.field: float(value)}) for value in values]
        gaps = [gaps_on(target, rung, programs, pair, "float64").differences for rung in rungs]
        return np.minimum(np.concatenate(gaps, axis=1), 10).sum(axis=1)

    low, high = (np.log(_turned(end, number)) for end in (number.low, number.high))
    for _ in range(ROUNDS):
        tried = np.linspace(low, high, TRIED)
        best = tried[int(np.argmin(gaps_of(_turned(np.exp(tried), number))))]
        reach = (high - low) / 16
        low, high = best - reach, best + reach
    return float(_turned(np.exp(best), number))


def _turned(value: float | np.ndarray, number: Number) -> float | np.ndarray:
    """A number near 1 is looked for by what it lacks of 1; and back."""
    return 1 - value if number.is_near_1 else value
