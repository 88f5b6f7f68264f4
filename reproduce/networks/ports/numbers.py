"""Slips whose number is found: a learning rate, a beta of Adam, a clipping margin, read off what a port answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.rungs import gaps_on
from reproduce.networks.ports.slips import Number, Slip, fraction_near
from reproduce.networks.ports.target import Target

FIRST = np.linspace(0, 1, 33)  # where numbers are tried, between the lowest and the highest, on a scale of logarithms
CLOSER = np.linspace(-1.5, 1.5, 13)  # then around the nearest, in the last distance of two that were tried
CLOSE = 0.005  # apart on that scale: enough for two digits
ROUNDS = 8  # each looks four times closer than the one before, so the last one has more than four digits
SAME_FRACTION = 1e-4  # relative: what the rounds leave open


class Found(NamedTuple):
    """The number with which a slip is nearest to the port."""

    slip: Slip
    change: dict[str, Any]  # one of its ways
    value: float


def find_numbers(target: Target, slip: Slip, base: Any, asked: Sequence[tuple[Question, Answer]]) -> list[Found]:
    """The number with which this slip is nearest to the port, in each of its ways.

    Args:
        slip: one that has a number, whose rung the port answers.
        base: the program that it changes: the published one, or one with another slip in it.
    """
    return [
        Found(slip, change, _nearest(target, replace(base, **change), slip.number, asked)) for change in slip.changes
    ]


def rounded(found: Sequence[Found], digits: int) -> tuple[Slip, ...]:
    """These slips with their numbers as a person types them, the fewest digits first.

    Numbers with many digits are left out: they would explain a port's rounding.
    """
    return tuple(
        replace(one.slip, changes=(one.change | {one.slip.number.field: value},))
        for one in found
        for value in _as_typed(one.value, one.slip.number.kind, digits)
    )


def _as_typed(value: float, kind: str, digits: int) -> list[float]:
    """Numbers near to it, each once."""
    short = [_turned(float(f"{_turned(value, kind):.{few}g}"), kind) for few in range(1, digits + 1)]
    fraction = float(fraction_near(value)) if kind == "factor" else value
    fractions = [fraction] if 0 < abs(fraction - value) < SAME_FRACTION * abs(value) else []
    return list(dict.fromkeys(short + fractions))


def _nearest(target: Target, program: Any, number: Number, asked: Sequence[tuple[Question, Answer]]) -> float:
    (rung,) = (one for one in target.rungs if one.name == number.rung)
    pair = [one for one in asked if one[0].name == rung.questions[0]]

    def gaps_of(values: np.ndarray) -> np.ndarray:
        """How far the port is from programs with these numbers, (values,)."""
        programs = [replace(program, **{number.field: float(value)}) for value in values]
        return np.minimum(gaps_on(target, rung, programs, pair, "float64").differences, 10).mean(axis=1)

    def nearest(sign: int) -> tuple[float, float]:
        """Of that sign, how far the port is from it, and the number."""
        low, high = (np.log(_turned(end, number.kind)) for end in (number.low, number.high))
        tried, gaps = low + (high - low) * FIRST, np.array([np.inf])
        for closer in range(ROUNDS + 1):
            before, gaps = gaps, gaps_of(sign * _turned(np.exp(tried), number.kind))
            best, apart = tried[int(np.argmin(gaps))], (high - low) / (len(FIRST) - 1) / 4**closer
            if apart < CLOSE and gaps.min() > max(apart, 0.7 * before.min()):
                break  # something else is wrong too: no number so close leaves so much
            tried = best + apart * CLOSER
        return float(gaps.min()), sign * float(_turned(np.exp(best), number.kind))

    return min(nearest(sign) for sign in ((1, -1) if number.kind == "factor" else (1,)))[1]


def _turned(value: float | np.ndarray, kind: str) -> float | np.ndarray:
    """A number near 1 is looked for by what it lacks of 1; and back."""
    return 1 - value if kind == "near 1" else value
