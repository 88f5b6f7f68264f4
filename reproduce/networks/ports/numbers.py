"""Slips whose number is found: a learning rate, a beta of Adam, a clipping margin, read off what a port trained."""

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


def with_numbers(target: Target, asked: Sequence[tuple[Question, Answer]]) -> tuple[Slip, ...]:
    """The slips whose number the port tells, each with that number rounded to few digits and to more."""
    slips = (slip for slip in target.slips if slip.number is not None)
    return tuple(found for slip in slips for found in _fitted(target, slip, slip.number, asked))


def _fitted(target: Target, slip: Slip, number: Number, asked: Sequence[tuple[Question, Answer]]) -> list[Slip]:
    """The slip with each rounding of the number that fits best; none where nothing tells it."""
    pair = [one for one in asked if one[0].name == number.question]
    if not pair:
        return []
    rung = next(one for one in target.rungs if number.question in one.questions)

    def gaps_of(values: np.ndarray) -> np.ndarray:
        """How far the port is from programs with these numbers, (values,)."""
        programs = [replace(target.program, **slip.changes[0] | {number.field: float(value)}) for value in values]
        differences = gaps_on(target, rung, programs, pair, "float64").differences
        return np.minimum(differences, 10).sum(axis=1)

    low, high = (np.log(_turned(end, number)) for end in (number.low, number.high))
    for _ in range(ROUNDS):
        tried = np.linspace(low, high, TRIED)
        best = tried[int(np.argmin(gaps_of(_turned(np.exp(tried), number))))]
        reach = (high - low) / 16
        low, high = best - reach, best + reach
    value = float(_turned(np.exp(best), number))
    rounded = [float(f"{value:.{digits}g}") for digits in (1, 2, 3, 4)]
    return [
        replace(
            slip,
            title=number.title.format(f"{found:.6g}"),
            changes=tuple(one | {number.field: found} for one in slip.changes),
        )
        for found in dict.fromkeys([*rounded, value])
    ]


def _turned(value: float | np.ndarray, number: Number) -> float | np.ndarray:
    """A number near 1 is looked for by what it lacks of 1; and back."""
    return 1 - value if number.is_near_1 else value
