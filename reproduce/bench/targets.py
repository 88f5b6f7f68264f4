"""What was meant to be reached, held against one run of the bench, as machines vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reproduce.articles.article import Shown
from reproduce.bench.results import Row, table_of, wiring_cell

MEMORY = "peak memory of compiled / Keras fit"


@dataclass(frozen=True)
class Target:
    """One ratio, of medians within one run."""

    name: str
    wiring: str | None  # None where the network has only one
    bound: str  # "at least" or "at most"
    limit: float
    measured: float | None  # None where a contender was not timed

    @property
    def outcome(self) -> str:
        """`met`, `not met` or `not measured`."""
        if self.measured is None:
            return "not measured"
        is_met = self.measured >= self.limit if self.bound == "at least" else self.measured <= self.limit
        return "met" if is_met else "not met"

    def row(self) -> Row:
        """For programs."""
        values = {"bound": self.bound, "limit": self.limit, "measured": self.measured, "outcome": self.outcome}
        return {"target": self.name} | wiring_cell(self.wiring) | values


def target_table(targets: Sequence[Target]) -> Shown:
    """The targets of one network."""
    wiring = {} if targets[0].wiring is None else {"wiring": "{wiring}"}
    measures = {"wanted": "{bound} {limit:g}", "measured": "{measured:.2f}", "outcome": "{outcome}"}
    rows = [target.row() for target in targets]
    return table_of("Targets, held against this run", rows, {"target": "{target}"} | wiring | measures)
