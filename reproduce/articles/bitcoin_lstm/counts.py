"""How many seeds of a study a statement holds of, in each of its arms (a draw or a wiring each), and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reproduce.articles.paired import ENOUGH
from reproduce.articles.sections import Answer

FEW = 0.2


@dataclass(frozen=True)
class Counted:
    """A statement, and of how many seeds it holds."""

    question: str
    opposite: str  # a sentence that is true where it holds of few seeds; empty where nothing opposite follows
    arms: Mapping[str, int]  # by an arm's name
    seeds: int  # of each arm
    is_known: bool = True  # of every seed; where a training diverged, few seeds that hold it prove no opposite

    @property
    def fewer(self) -> int:
        """Of the arm in which it holds of the fewest seeds."""
        return min(self.arms.values())

    @property
    def more(self) -> int:
        """Of the arm in which it holds of the most."""
        return max(self.arms.values())

    @property
    def answer(self) -> Answer:
        """In words: yes, yes in some arms, no, or the opposite."""
        holding = [name for name, count in self.arms.items() if count >= ENOUGH * self.seeds]
        evidence = ", ".join(f"{name}: {count} of {self.seeds} seeds" for name, count in self.arms.items())
        if len(holding) == len(self.arms):
            words = "Yes."
        elif holding:
            words = f"Only in {' and '.join(holding)}."
        else:
            is_opposite = self.opposite and self.is_known and self.more <= FEW * self.seeds
            words = f"No, the opposite: {self.opposite}" if is_opposite else "No."
        return Answer(self.question, words, evidence)


def fewer_and_more(counts: Mapping[str, Counted], arm: str) -> dict[str, int]:
    """The names in claims.toml with the count of the arm that has fewest; and, with `_in_a_ARM`, that has most."""
    more = {f"{name}_in_a_{arm}": one.more for name, one in counts.items()}
    return {name: one.fewer for name, one in counts.items()} | more
