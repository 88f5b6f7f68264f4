"""Slips whose number is found: a learning rate, a beta of Adam, a clipping margin, read off what a port answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, product
from typing import Any, NamedTuple

import numpy as np

from reproduce.networks.ports.answers import FLOATS_AT_ONCE
from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.rungs import gaps_on
from reproduce.networks.ports.slips import Slip, fraction_near
from reproduce.networks.ports.target import Rung, Target

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


def find_numbers(
    target: Target,
    slips: Sequence[Slip],
    base: Any,
    asked: Sequence[tuple[Question, Answer]],
    on_tried: Callable[[int, int], None],
) -> list[Found]:
    """The number with which each slip is nearest to the port, in each of its ways.

    Args:
        slips: those that have a number, whose rungs the port answers.
        base: the program that they change: the published one, or one with another slip in it.
        on_tried: called as the search goes on: how many of how many parts are done.
    """
    tracks = [[_Track(slip, change, sign) for sign in slip.number.signs] for slip in slips for change in slip.changes]
    parts = list(_parts(target, asked, [track for of_signs in tracks for track in of_signs]))
    for number, (rung, question, together) in enumerate(parts):
        on_tried(number, len(parts))
        _narrow_down(target, rung, [question], base, together)
    nearest = [min(of_signs, key=lambda track: track.gap) for of_signs in tracks]
    return [Found(track.slip, track.change, track.best) for track in nearest]


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


class _Track:
    """The numbers that are tried in one way of a slip and with one sign, on a scale of logarithms, ever closer."""

    def __init__(self, slip: Slip, change: dict[str, Any], sign: int) -> None:
        self.slip, self.change, self._sign = slip, change, sign
        self.best = np.nan  # the number of the nearest program
        self.gap = np.inf  # how far the port is from that one
        low, high = (np.log(_turned(end, slip.number.kind)) for end in (slip.number.low, slip.number.high))
        self._tried, self._apart = low + (high - low) * FIRST, (high - low) / (len(FIRST) - 1)

    def _numbers(self, logarithms: np.ndarray) -> np.ndarray:
        return self._sign * _turned(np.exp(logarithms), self.slip.number.kind)

    def programs(self, base: Any) -> list[Any]:
        """Those with the numbers to be tried next."""
        numbers = self._numbers(self._tried)
        return [replace(base, **self.change | {self.slip.number.field: float(number)}) for number in numbers]

    def look_closer(self, gaps: np.ndarray) -> bool:
        """Keep the number whose program is nearest to the port, and say whether to try those around it.

        Args:
            gaps: how far the port is from each of `programs`.
        """
        before, self.gap = self.gap, float(gaps.min())
        best = self._tried[int(np.argmin(gaps))]
        self.best = float(self._numbers(best))
        # Something else is wrong too where no number so close leaves so much.
        is_lost = self._apart < CLOSE and self.gap > max(self._apart, 0.7 * before)
        self._tried, self._apart = best + self._apart * CLOSER, self._apart / 4
        return not is_lost


def _parts(
    target: Target, asked: Sequence[tuple[Question, Answer]], tracks: Sequence[_Track]
) -> Iterator[tuple[Rung, tuple[Question, Answer], list[_Track]]]:
    """Tracks that a rung's first question tells, with both; of a wide port few at once, so that memory stays small."""
    for rung, pair in product(target.rungs, asked):
        if pair[0].name == rung.questions[0]:
            own = [track for track in tracks if track.slip.number.rung == rung.name]
            weights = sum(array.size for array in pair[0].arguments["weights"].values())
            at_once = max(1, FLOATS_AT_ONCE // (weights * len(FIRST)))
            yield from ((rung, pair, own[k : k + at_once]) for k in range(0, len(own), at_once))


def _narrow_down(
    target: Target, rung: Rung, asked: Sequence[tuple[Question, Answer]], base: Any, tracks: Sequence[_Track]
) -> None:
    """Look closer and closer, with the programs of all tracks computed at once."""
    for _ in range(ROUNDS + 1):
        programs = [track.programs(base) for track in tracks]
        differences = gaps_on(target, rung, list(chain(*programs)), asked, "float64").differences
        gaps = np.minimum(differences, 10).mean(axis=1)
        own = np.split(gaps, np.cumsum([len(some) for some in programs])[:-1])
        tracks = [track for track, gaps in zip(tracks, own, strict=True) if track.look_closer(gaps)]
        if not tracks:
            return


def _turned(value: float | np.ndarray, kind: str) -> float | np.ndarray:
    """A number near 1 is looked for by what it lacks of 1; and back."""
    return 1 - value if kind == "near 1" else value
