"""What was meant to be reached, held against one run of the bench, as machines vary; the first article's targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reproduce.bench.table import COMPILED, Bench

MEMORY = "peak memory of compiled / Keras fit"


@dataclass(frozen=True)
class Target:
    """One ratio, of medians within one run."""

    name: str
    wiring: str | None  # None where the network has one alone
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

    def as_row(self) -> dict[str, Any]:
        """For programs."""
        figures = {"bound": self.bound, "limit": self.limit, "measured": self.measured}
        return self._head() | figures | {"outcome": self.outcome}

    def as_text(self) -> dict[str, str]:
        """For people."""
        measured = "" if self.measured is None else f"{self.measured:.2f}"
        return self._head() | {
            "wanted": f"{self.bound} {self.limit:g}",
            "measured": measured,
            "outcome": self.outcome,
        }

    def _head(self) -> dict[str, str]:
        return {"target": self.name} | ({} if self.wiring is None else {"wiring": self.wiring})


def targets_of(bench: Bench) -> Iterator[Target]:
    """Every target; where a contender has several numbers of threads, its fastest, and the leanest, counts."""

    def times_compiled(wiring: str, *names: str) -> float | None:
        return ratio(bench.fastest(wiring, *names), bench.fastest(wiring, COMPILED))

    original = times_compiled("published", "original_code's graph")
    yield Target("time of original_code's graph / compiled", "published", "at least", 6, original)
    for wiring in ("published", "described"):
        yield Target("time of Keras fit / compiled", wiring, "at least", 4, times_compiled(wiring, "Keras fit"))
    others = times_compiled("described", "PyTorch nn.LSTM", "JAX scan")
    yield Target("time of the best of PyTorch and JAX / compiled", "described", "at least", 1, others)
    for wiring in ("published", "described"):
        memory = ratio(_memory(bench, wiring, COMPILED), _memory(bench, wiring, "Keras fit"))
        yield Target(MEMORY, wiring, "at most", 1, memory)
    for wiring in ("published", "described"):
        floor = ratio(bench.fastest(wiring, COMPILED), bench.floor)
        yield Target("time of compiled / floor", wiring, "at most", 2, floor)


def _memory(bench: Bench, wiring: str, name: str) -> int | None:
    return min((result.peak_bytes for result in bench.timed(name, wiring)), default=None)


def ratio(a: float | None, b: float | None) -> float | None:
    """a / b; None where either was not measured."""
    return None if a is None or b is None else a / b
