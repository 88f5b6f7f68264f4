"""The search for the slips that explain a port: programs that agree with it on every rung it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from itertools import combinations, islice, product
from typing import Any

import numpy as np

from reproduce.networks.ports.numbers import Found, find_numbers, rounded
from reproduce.networks.ports.program import changes, combined
from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.rungs import Gaps, gaps_on
from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.target import Rung, Target
from reproduce.networks.ports.telling import hidden_slips

Slips = tuple[Slip, ...]  # none, one, or two together
AT_ONCE = 512  # hypotheses, between two signs of progress
MOST_BASES = 4  # slips that explain the first rungs, beside which numbers are looked for
LOSS = "loss"  # is one number: a number that was found from it explains it, and nothing follows
ONE_STEP = "one step"  # of Adam and its like is their rate times the gradient's sign: too many slips explain it alone
Asked = Sequence[tuple[Question, Answer]]
OnTried = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Hypothesis:
    """A program and the slips in it."""

    slips: Slips
    program: Any
    largest: float = 0.0  # difference from the port that was met so far


class Search:
    """Tries the simplest first: nothing, a slip, a slip whose number is found, two slips, those that come together.

    Args:
        rungs: that the port answers.
        asked: questions, and what it answered.
        published: by dtype and rung, how far the program itself is from it.
        on_tried: called with what is tried, and how many of how many have been.
    """

    def __init__(
        self,
        target: Target,
        rungs: Sequence[Rung],
        asked: Asked,
        published: dict[str, dict[str, Gaps]],
        on_tried: OnTried,
    ) -> None:
        self._target, self._rungs, self._asked, self._published = target, rungs, asked, published
        self._on_tried = on_tried
        # The simplest that explain more rungs than all others do: how many, from the first one on, and they themselves.
        self.as_far = 0
        self.partly: list[Hypothesis] = []

    def run(self) -> tuple[str, list[Hypothesis]]:
        """The port's dtype and all the simplest that agree on every rung; `""` and none where nothing does."""
        nothing = Hypothesis((), self._target.program)
        for dtype, gaps in self._published.items():
            agree = [gaps[rung.name].agree.all() for rung in self._rungs]
            if all(agree):
                largest = max((float(one.differences.max()) for one in gaps.values()), default=0.0)
                return self._closer(dtype) or (dtype, [replace(nothing, largest=largest)])
            if agree.index(False) > self.as_far:
                self.as_far, self.partly = agree.index(False), [nothing]
        for what, hypotheses in self._in_turn():
            for dtype in self._published:
                left = self._explain(what, hypotheses, dtype)
                if left:
                    return dtype, left
        return "", []

    def _closer(self, dtype: str) -> tuple[str, list[Hypothesis]] | None:
        """A slip that explains in float64 what agrees as float32 does, of a port that has float64 on some rung."""
        if dtype == "float64" or not any(one.agree.all() for one in self._published.get("float64", {}).values()):
            return None
        self._published = {"float64": self._published["float64"]}  # else no number is looked for where float32 agrees
        for what, hypotheses in islice(self._in_turn(), 2):  # slips, and numbers
            left = self._explain(what, hypotheses, "float64")
            if left:
                return "float64", left
        return None

    def _in_turn(self) -> Iterator[tuple[str, Sequence[Hypothesis]]]:
        published, slips, as_far = self._target.program, self._target.slips, self.as_far
        yield "slips", _singles(published, slips)
        found = self._numbers(Hypothesis((), published), as_far)
        yield "numbers", _singles(published, rounded(found, digits=3))
        as_far, alone = self.as_far, [one for one in self.partly if len(one.slips) == 1][:MOST_BASES]
        yield "pairs of slips", list(self._pairs(combinations(slips, 2)))
        # A layout that is wrong only where weights are handed in predicts as one that is wrong throughout.
        ways = [
            Hypothesis(one.slips, both)
            for one in self.partly
            if len(one.slips) == 2
            for both in _together(*(_changes(slip, published) for slip in one.slips), published)
        ]
        yield "ways of pairs", ways
        beside = [
            Hypothesis((*one.slips, slip), replace(one.program, **slip.changes[0]))
            for one in alone
            for slip in rounded(self._numbers(one, as_far), digits=2)
        ]
        numbers = rounded(found, digits=2)
        pairs = ((other, number) for number in numbers for other in slips if other.name != number.name)
        yield "numbers beside a slip", [*beside, *self._pairs(pairs)]
        yield "slips that come together", list(self._companions())

    def _numbers(self, base: Hypothesis, as_far: int) -> list[Found]:
        """The numbers nearest to the port in that program, which explains so many rungs, of slips that show behind.

        Where the published program agrees no number is wrong, and a remedy would spoil what is right.
        """
        first = self._rungs[as_far]
        reached = [one for one in self._rungs if one is first or one.function == first.function == "train"]
        agreeing = [name for gaps in self._published.values() for name, one in gaps.items() if one.agree.all()]
        shows = {one.name for one in reached} - set(agreeing)
        changed = changes(base.program, self._target.program).keys()
        slips = [
            slip
            for slip in self._target.slips
            if slip.number is not None
            and slip.number.rung in shows
            and not any(changed & {slip.number.field, *change} for change in slip.changes)
        ]
        return find_numbers(self._target, slips, base.program, self._asked, partial(self._on_tried, "numbers"))

    def _pairs(self, pairs: Iterable[Slips]) -> Iterator[Hypothesis]:
        """Programs with two slips in them, of which those that show before training may explain what differs there.

        Where one of them explains that, or nothing differs, both are tried in all their ways; otherwise each in its
        first one.
        """
        published = self._target.program
        asked_before = [one for one, _ in self._asked if one.function not in ("train", "windows")]
        hidden = {slip.name for slip in hidden_slips(self._target, asked_before)}
        is_explained = self.as_far >= sum(rung.function != "train" for rung in self._rungs)
        explained = [[slip.name for slip in one.slips] for one in self.partly] if is_explained else []
        alone = {tuple(name for name in names if name not in hidden) for names in explained}
        changes_of = cache(lambda slip: _changes(slip, published))
        for pair in pairs:
            showing = tuple(slip.name for slip in pair if slip.name not in hidden)
            first, second = (changes_of(slip) for slip in pair)
            if showing in alone:
                together = _together(first, second, published)
            elif len(showing) == 2 and () not in alone:
                together = _together(first[:1], second[:1], published)
            else:
                continue
            yield from (Hypothesis(pair, both) for both in together)

    def _companions(self) -> Iterator[Hypothesis]:
        """Three slips or more, of those that one call of a library makes together."""
        slips = [slip for slip in self._target.slips if slip.name in self._target.companions]
        for count in range(3, len(slips) + 1):
            for some in combinations(slips, count):
                together = {field: value for slip in some for field, value in slip.changes[0].items()}
                yield Hypothesis(some, replace(self._target.program, **together))

    def _explain(self, what: str, hypotheses: Sequence[Hypothesis], dtype: str) -> list[Hypothesis]:
        """Those that agree on every rung."""
        as_far, left = self.as_far, []
        for start in range(0, len(hypotheses), AT_ONCE):
            self._on_tried(what, start, len(hypotheses))
            left += self._agreeing(hypotheses[start : start + AT_ONCE], dtype, as_far)
        return left

    def _agreeing(self, hypotheses: Sequence[Hypothesis], dtype: str, as_far: int) -> list[Hypothesis]:
        """Those of them that agree on every rung; and what explains more rungs than `as_far` is kept.

        Question by question only what is left is computed; the longest window comes first, as it tells the most.
        """
        left, largest = np.arange(len(hypotheses)), np.zeros(len(hypotheses))

        def agreeing() -> list[Hypothesis]:
            return [replace(hypotheses[k], largest=float(largest[k])) for k in left]

        for number, rung in enumerate(self._rungs, 1):
            for pair in (one for one in reversed(self._asked) if one[0].name in rung.questions):
                if not left.size:
                    return []
                gaps = gaps_on(self._target, rung, [hypotheses[k].program for k in left], [pair], dtype)
                largest[left] = np.maximum(largest[left], gaps.differences.max(axis=1))
                left = left[gaps.agree]
            told = [one for one in agreeing() if not _is_read_off(one, rung)]
            if told and number >= max(self.as_far, as_far + 1) and rung.name != ONE_STEP:
                self.partly = [*(self.partly if number == self.as_far else ()), *told]
                self.as_far = number
        return agreeing()


def _is_read_off(one: Hypothesis, rung: Rung) -> bool:
    """Whether a number of it was found from that rung's only number."""
    return rung.name == LOSS and any(slip.number is not None and slip.number.rung == LOSS for slip in one.slips)


@lru_cache(maxsize=8)
def _singles(published: Any, slips: tuple[Slip, ...]) -> tuple[Hypothesis, ...]:
    return tuple(Hypothesis((slip,), program) for slip in slips for program in slip.programs(published))


def _changes(slip: Slip, published: Any) -> list[dict[str, Any]]:
    """Those of each way in which the slip is made."""
    return [changes(program, published) for program in slip.programs(published)]


def _together(some: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]], published: Any) -> Iterator[Any]:
    """Programs with both slips' changes at once; either slip in all its ways, the other then in its first."""
    for first, second in product(range(len(some)), range(len(others))):
        both = combined(some[first], others[second], published) if 0 in (first, second) else None
        if both is not None:
            yield both
