"""Which slip explains a port: one that agrees with it on every rung it can answer; first singly, then in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from reproduce.networks.ports.answers import answers_of
from reproduce.networks.ports.program import Program, combined
from reproduce.networks.ports.questions import FUNCTIONS, Answer, Question
from reproduce.networks.ports.rungs import RUNGS, Gaps, Rung, gaps_on
from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.table import SLIPS

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
    add: tuple[str, ...]  # functions that would tell the explanations apart, the first is enough
    not_shown: int  # slips that would not show in the functions which the port has

    @property
    def agrees(self) -> bool:
        return self.explanations == ((),)


@dataclass(frozen=True)
class Hypothesis:
    """A program and the slips in it."""

    slips: Slips
    program: Program


def compare(
    questions: Sequence[Question], answers: dict[str, Answer], dtype: str, wiring: str = "published"
) -> Comparison:
    """Hold a port's answers against the program, and find the slips that explain them.

    Args:
        answers: by question; those of a function that the port lacks are missing.
        dtype: that the answers have. Where float64 explains nothing, they may have been rounded on the way: then
            float32 is tried.
    """
    rungs = [rung for rung in RUNGS if rung.is_answered(answers)]
    program = Program(wiring=wiring)
    published = {
        precision: {rung.name: gaps_on(rung, [program], questions, answers, precision) for rung in rungs}
        for precision in DTYPES[dtype]
    }
    for precision, hypotheses in ((one, many) for many in (_singles, _pairs) for one in DTYPES[dtype]):
        if all(gaps.agree.all() for gaps in published[precision].values()):
            left, worst = [Hypothesis((), program)], np.array([_worst(published[precision].values())])
        else:
            left, worst = _explain(hypotheses(wiring), rungs, questions, answers, precision)
        if left:
            break
    precision = precision if left else dtype
    explanations = tuple(dict.fromkeys(one.slips for one in left))
    ways = tuple(one.program.way for one in left if one.slips == explanations[0])
    largest = float(worst[0]) if left else np.nan
    add = _telling_apart(left, questions, answers) if len(explanations) > 1 else ()
    return Comparison(
        precision, published[precision], explanations, largest, ways, add, _not_shown(program, questions, answers)
    )


def _worst(all_gaps: Sequence[Gaps]) -> float:
    return max((float(gaps.differences.max()) for gaps in all_gaps), default=0.0)


@cache
def _singles(wiring: str) -> tuple[Hypothesis, ...]:
    return tuple(Hypothesis((slip,), program) for slip in SLIPS for program in slip.programs(wiring))


@cache
def _pairs(wiring: str) -> tuple[Hypothesis, ...]:
    """Every two slips that change different fields, each in its first way; and layouts wrong one way beside others."""
    pairs = []
    for one, other in combinations(SLIPS, 2):
        for first in one.programs(wiring):
            for second in other.programs(wiring)[:1]:
                both = combined(first, second, wiring)
                is_one_way = first.way != "both"
                if both is not None and not (is_one_way and len(other.changes) > 1):
                    pairs.append(Hypothesis((one, other), both))
    return tuple(pairs)


def _explain(
    hypotheses: Sequence[Hypothesis],
    rungs: Sequence[Rung],
    questions: Sequence[Question],
    answers: dict[str, Answer],
    dtype: str,
) -> tuple[list[Hypothesis], np.ndarray]:
    """Those that agree on every rung, and the largest difference of each.

    Question by question only what is left is computed; the longest window comes first, as it tells the most.
    """
    left, worst = list(hypotheses), np.zeros(len(hypotheses))
    for rung in rungs:
        for question in (one for one in reversed(questions) if one.name in rung.questions and one.name in answers):
            if not left:
                return left, worst
            gaps = gaps_on(rung, [one.program for one in left], [question], answers, dtype)
            left = [one for one, agrees in zip(left, gaps.agree, strict=True) if agrees]
            worst = np.maximum(worst, gaps.differences.max(axis=1))[gaps.agree]
    return left, worst


def _telling_apart(
    left: list[Hypothesis], questions: Sequence[Question], answers: dict[str, Answer]
) -> tuple[str, ...]:
    """The functions whose answers differ among these programs, of those that the port has not."""
    programs = [one.program for one in left]
    missing = [one for one in questions if one.name not in answers and one.function != "windows"]
    telling = {one.function for one in missing if np.any(_apart(programs, one))}
    return tuple(name for name in FUNCTIONS if name in telling)


def _apart(programs: Sequence[Program], question: Question) -> np.ndarray:
    """Which programs answer otherwise than the first one does."""
    orders = _shuffled(programs, question)
    differ = np.zeros(len(programs), bool)
    for answer in answers_of(programs, question, "float64", orders).values():
        rows = np.nan_to_num(answer.reshape(len(programs), -1), nan=-1.0)
        differ |= np.abs(rows - rows[0]).max(axis=1) > 1e-6 * np.abs(rows[0]).max()
    return differ


def _shuffled(programs: Sequence[Program], question: Question) -> list[np.ndarray] | None:
    """An order for each program: some other one where it shuffles."""
    if question.function != "train":
        return None
    epochs, windows = question.arguments["epochs"], len(question.arguments["targets"])
    given = np.tile(np.arange(windows), (epochs, 1))
    return [given if one.order == "given" else given[:, ::-1] for one in programs]


def _not_shown(program: Program, questions: Sequence[Question], answers: dict[str, Answer]) -> int:
    """How many slips answer all that was asked as the program does."""
    asked = [one for one in questions if one.name in answers and one.function != "windows"]
    missing = {one.function for one in questions} - {one.function for one in asked}
    if not missing:
        return 0
    left = [(slip, slip.programs(program.wiring)[0]) for slip in SLIPS]
    for question in asked:
        differ = _apart([program, *(one for _, one in left)], question)[1:]
        left = [one for one, is_seen in zip(left, differ, strict=True) if not is_seen]
    return len(left)
