"""Which slip explains a port: one that agrees with it on every rung it can answer; first singly, then in pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from reproduce.networks.ports.numbers import with_numbers
from reproduce.networks.ports.program import combined
from reproduce.networks.ports.questions import FUNCTIONS, Answer, Question
from reproduce.networks.ports.rungs import Gaps, gaps_on
from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.target import Rung, Target

Slips = tuple[Slip, ...]  # none, one, or two together
DTYPES = {"float64": ("float64", "float32"), "float32": ("float32",)}


@dataclass(frozen=True)
class Comparison:
    """What a port's answers show."""

    dtype: str  # that it computes in
    published: dict[str, Gaps]  # by rung, those that it answers: against the program itself
    explanations: tuple[
        Slips, ...
    ]  # the empty one alone: it agrees; several: they cannot be told apart; none: none known
    largest: float  # difference that is left with the first explanation
    ways: tuple[str, ...]  # both, in, out: in which the first explanation's weights are laid out wrongly
    layers: tuple[str, ...]  # both, first, second: in which layer of two
    add: tuple[str, ...]  # functions that would tell the explanations apart, the first is enough
    not_shown: int  # slips that would not show in the functions which the port has

    @property
    def agrees(self) -> bool:
        return self.explanations == ((),)


@dataclass(frozen=True)
class Hypothesis:
    """A program and the slips in it."""

    slips: Slips
    program: Any


def compare(target: Target, questions: Sequence[Question], answers: dict[str, Answer], dtype: str) -> Comparison:
    """Hold a port's answers against the program, and find the slips that explain them.

    Args:
        answers: by question; those of a function that the port lacks are missing.
        dtype: that the answers have. Where float64 explains nothing, they may have been rounded on the way: then
            float32 is tried.
    """
    asked = [(one, answers[one.name]) for one in questions if one.name in answers]
    rungs = [rung for rung in target.rungs if rung.is_answered(answers)]
    published = {
        precision: {rung.name: gaps_on(target, rung, [target.program], asked, precision) for rung in rungs}
        for precision in DTYPES[dtype]
    }
    left, worst = [], np.zeros(0)
    for precision, hypotheses in _in_turn(target, asked, dtype, published):
        left, worst = _explain(target, hypotheses, rungs, asked, precision)
        if left:
            break
    if not left:  # then the dtype in which more of it agrees
        precision = max(DTYPES[dtype], key=lambda one: sum(gaps.agree.all() for gaps in published[one].values()))
    by_name: dict[tuple[str, ...], Slips] = {}
    for one in left:  # a number is tried with few digits first
        by_name.setdefault(tuple(slip.name for slip in one.slips), one.slips)
    explanations = tuple(by_name.values())
    first = [one.program for one in left if one.slips == explanations[0]]
    return Comparison(
        precision,
        published[precision],
        explanations,
        float(worst[0]) if left else np.nan,
        tuple(one.way for one in first),
        tuple(one.layer for one in first),
        _telling_apart(target, left, questions, answers) if len(explanations) > 1 else (),
        _not_shown(target, questions, answers),
    )


def _in_turn(
    target: Target, asked: Sequence[tuple[Question, Answer]], dtype: str, published: dict[str, dict[str, Gaps]]
) -> Iterator[tuple[str, Sequence[Hypothesis]]]:
    """What may explain a port, the simplest first: nothing, a slip, a slip whose number is found, two slips."""
    for precision in DTYPES[dtype]:
        if all(gaps.agree.all() for gaps in published[precision].values()):
            yield precision, [Hypothesis((), target.program)]
            return
    for precision in DTYPES[dtype]:
        yield precision, _singles(target.program, target.slips)
    numbers = with_numbers(target, asked)
    for precision in DTYPES[dtype]:
        yield precision, _singles(target.program, numbers)
    for precision in DTYPES[dtype]:
        yield precision, _pairs(target.program, target.slips)
    for precision in DTYPES[dtype]:
        yield precision, _with_each(target.program, numbers, target.slips)


@lru_cache(maxsize=8)
def _singles(published: Any, slips: tuple[Slip, ...]) -> tuple[Hypothesis, ...]:
    return tuple(Hypothesis((slip,), program) for slip in slips for program in slip.programs(published))


@lru_cache(maxsize=8)
def _pairs(published: Any, slips: tuple[Slip, ...]) -> tuple[Hypothesis, ...]:
    """Every two slips that change different fields, each in its first way; and layouts wrong one way beside others."""
    pairs = []
    programs = {slip: slip.programs(published) for slip in slips}
    for one, other in combinations(slips, 2):
        for first in programs[one] if len(other.changes) == 1 else programs[one][:1]:
            both = combined(first, programs[other][0], published)
            if both is not None:
                pairs.append(Hypothesis((one, other), both))
    return tuple(pairs)


def _with_each(published: Any, numbers: tuple[Slip, ...], slips: tuple[Slip, ...]) -> list[Hypothesis]:
    """Each number that was found beside each other slip, in the order of the table."""
    pairs = []
    for number, other in ((one, other) for one in numbers for other in slips if other.name != one.name):
        both = combined(number.programs(published)[0], other.programs(published)[0], published)
        if both is not None:
            pairs.append(Hypothesis((other, number), both))
    return pairs


def _explain(
    target: Target,
    hypotheses: Sequence[Hypothesis],
    rungs: Sequence[Rung],
    asked: Sequence[tuple[Question, Answer]],
    dtype: str,
) -> tuple[list[Hypothesis], np.ndarray]:
    """Those that agree on every rung, and the largest difference of each.

    Question by question only what is left is computed; the longest window comes first, as it tells the most.
    """
    left, worst = list(hypotheses), np.zeros(len(hypotheses))
    for rung in rungs:
        for pair in (one for one in reversed(asked) if one[0].name in rung.questions):
            if not left:
                return left, worst
            gaps = gaps_on(target, rung, [one.program for one in left], [pair], dtype)
            left = [one for one, agrees in zip(left, gaps.agree, strict=True) if agrees]
            worst = np.maximum(worst, gaps.differences.max(axis=1))[gaps.agree]
    return left, worst


def _telling_apart(
    target: Target, left: list[Hypothesis], questions: Sequence[Question], answers: dict[str, Answer]
) -> tuple[str, ...]:
    """The functions whose answers differ among these programs, of those that the port has not."""
    programs = [one.program for one in left]
    missing = [one for one in questions if one.name not in answers and one.function != "windows"]
    telling = {one.function for one in missing if np.any(_apart(target, programs, one))}
    return tuple(name for name in FUNCTIONS if name in telling)


def _apart(target: Target, programs: Sequence[Any], question: Question) -> np.ndarray:
    """Which programs answer otherwise than the first one does."""
    draws = target.draws(programs, question, None)
    differ = np.zeros(len(programs), bool)
    for answer in target.answers(programs, question, "float64", draws).values():
        rows = np.nan_to_num(answer.reshape(len(programs), -1), nan=-1.0)
        differ |= np.abs(rows - rows[0]).max(axis=1) > 1e-6 * np.abs(rows[0]).max()
    return differ


def _not_shown(target: Target, questions: Sequence[Question], answers: dict[str, Answer]) -> int:
    """How many slips answer all that was asked as the program does."""
    asked = [one for one in questions if one.name in answers and one.function != "windows"]
    missing = {one.function for one in questions} - {one.function for one in asked}
    if not missing:
        return 0
    left = [slip.programs(target.program)[0] for slip in target.slips]
    for question in asked:
        differ = _apart(target, [target.program, *left], question)[1:]
        left = [one for one, is_seen in zip(left, differ, strict=True) if not is_seen]
    return len(left)
