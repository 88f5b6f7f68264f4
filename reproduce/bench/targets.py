"""What the compiled engine was meant to reach, held against one run of the bench, as machines vary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from reproduce.bench.table import COMPILED, Bench


@dataclass(frozen=True)
class Target:
    """One ratio, of medians within one run."""

    name: str
    wiring: str
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
        row = asdict(self)
        return {"target": row.pop("name"), **row, "outcome": self.outcome}

    def as_text(self) -> dict[str, str]:
        """For people."""
        return {
            "target": self.name,
            "wiring": self.wiring,
            "wanted": f"{self.bound} {self.limit:g}",
            "measured": "" if self.measured is None else f"{self.measured:.2f}",
            "outcome": self.outcome,
        }


def targets_of(bench: Bench) -> Iterator[Target]:
    """Every target; where a contender has several numbers of threads, its fastest, and the leanest, counts."""

    def times_compiled(wiring: str, *names: str) -> float | None:
        return _ratio(bench.fastest(wiring, *names), bench.fastest(wiring, COMPILED))

    original = times_compiled("published", "original_code's graph")
    yield Target("time of original_code's graph / compiled", "published", "at least", 6, original)
    for wiring in ("published", "described"):
        yield Target("time of Keras fit / compiled", wiring, "at least", 4, times_compiled(wiring, "Keras fit"))
    others = times_compiled("described", "PyTorch nn.LSTM", "JAX scan")
    yield Target("time of the best of PyTorch and JAX / compiled", "described", "at least", 1, others)
    for wiring in ("published", "described"):
        memory = _ratio(_memory(bench, wiring, COMPILED), _memory(bench, wiring, "Keras fit"))
        yield Target("peak memory of compiled / Keras fit", wiring, "at most", 1, memory)
    for wiring in ("published", "described"):
        floor = _ratio(bench.fastest(wiring, COMPILED), bench.floor)
        yield Target("time of compiled / floor", wiring, "at most", 2, floor)


def _memory(bench: Bench, wiring: str, name: str) -> int | None:
    return min((result.peak_bytes for result in bench.timed(name, wiring)), default=None)


def _ratio(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a / b
