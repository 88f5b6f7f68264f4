"""What a port's answers show: how far it is from the program, and which slips explain that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reproduce.networks.ports.questions import AGAIN, Answer, Question
from reproduce.networks.ports.rungs import Gaps, gaps_on
from reproduce.networks.ports.search import Hypothesis, OnTried, Search, Slips
from reproduce.networks.ports.target import Target
from reproduce.networks.ports.telling import functions_that_tell, hidden_slips

ALIKE = 1e-5  # of the largest value: what float32 may make of one answer and another
DTYPES = {"float64": ("float64", "float32"), "float32": ("float32",)}


@dataclass(frozen=True)
class Comparison:
    """What a port's answers show."""

    dtype: str  # that it computes in
    published: dict[str, Gaps]  # by rung, those that it answers: against the program itself
    # The empty one alone: it agrees; several: they cannot be told apart; none: no known slips explain it.
    explanations: tuple[Slips, ...]
    largest: float  # difference that is left with the first explanation
    ways: tuple[str, ...]  # both, in, out: in which the weights of the first explanation, or of a partial one, are
    layers: tuple[str, ...]  # laid out wrongly; and both, first, second: in which layer of two
    add: tuple[str, ...]  # functions that would tell the explanations apart, the first is enough
    partly: Slips  # where nothing explains all of it: what explains the first rungs, and one of those that differ
    until: str  # the last rung that is explained so
    not_shown: int  # slips that would not show in the functions which the port has
    drawing: str  # the function that answers the same question in two ways; or none

    @property
    def agrees(self) -> bool:
        return self.explanations == ((),) and not self.drawing


def compare(
    target: Target,
    questions: Sequence[Question],
    answers: dict[str, Answer],
    dtype: str,
    on_tried: OnTried = lambda *_: None,
) -> Comparison:
    """Hold a port's answers against the program, and find the slips that explain them.

    Args:
        answers: by question; those of a function that the port lacks are missing.
        dtype: that the answers have. Where float64 explains nothing, they may have been rounded on the way: then
            float32 is tried.
        on_tried: called as the search goes on: what is tried, and how many of how many have been.
    """
    asked = [(one, answers[one.name]) for one in questions if one.name in answers]
    rungs = [rung for rung in target.rungs if rung.is_answered(answers)]
    published = {
        precision: {rung.name: gaps_on(target, rung, [target.program], asked, precision) for rung in rungs}
        for precision in DTYPES[dtype]
    }
    search = Search(target, rungs, asked, published, on_tried)
    found_dtype, left = search.run()
    explanations, partly = _named(left), _named(search.partly)
    is_partly = not left and len(partly) == 1 and partly != ((),)
    if not left:  # float64 if any rung agrees as closely as that: float32's rounding never does
        agreeing = [one for one in DTYPES[dtype] if any(gaps.agree.all() for gaps in published[one].values())]
        found_dtype = agreeing[0] if agreeing else dtype
    told = explanations[0] if left else partly[0] if is_partly else None
    first = [one for one in left or search.partly if one.slips == told]
    programs = [one.program for one in left]
    of_network = [one for one, _ in asked if one.function != "windows"]
    is_whole = {one.function for one in of_network} == {one.function for one in questions} - {"windows"}
    return Comparison(
        found_dtype,
        published[found_dtype],
        explanations,
        left[0].largest if left else np.nan,
        tuple(one.program.way for one in first),
        tuple(one.program.layer for one in first),
        functions_that_tell(target, programs, questions, answers) if len(explanations) > 1 else (),
        partly[0] if is_partly else (),
        rungs[search.as_far - 1].name if is_partly else "",
        0 if is_whole else len(hidden_slips(target, of_network)),
        _drawing(asked),
    )


def _drawing(asked: Sequence[tuple[Question, Answer]]) -> str:
    """The function of which one question got two answers; or none."""
    answers = {question.name: answer for question, answer in asked}
    for question, second in asked:
        first = answers.get(question.name.removesuffix(AGAIN)) if question.name.endswith(AGAIN) else None
        if first and any(np.abs(second[key] - first[key]).max() > ALIKE * np.abs(first[key]).max() for key in first):
            return question.function
    return ""


def _named(left: Sequence[Hypothesis]) -> tuple[Slips, ...]:
    """Their slips, each name once: a number is tried with few digits first."""
    by_name: dict[tuple[str, ...], Slips] = {}
    for one in left:
        by_name.setdefault(tuple(slip.name for slip in one.slips), one.slips)
    return tuple(by_name.values())
