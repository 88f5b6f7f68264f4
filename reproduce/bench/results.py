"""What a race leaves behind: results, and from them a table's rows, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reproduce.articles.article import Shown
from reproduce.bench.contender import Contender

Row = dict[str, Any]


@dataclass
class Result:
    """What one contender left behind."""

    contender: Contender
    missing: str | None = None  # why it could not take part
    failure: str | None = None  # why it was not timed to the end
    is_slower: bool = False  # than the same framework on another number of threads: it was timed no further
    outcomes: list[Any] = field(default_factory=list)  # mean losses of epochs, or texts; in order
    microseconds: list[float] = field(default_factory=list)  # per training step, or character; one a round
    peak_bytes: int = 0
    epochs: int = 1  # in a chunk

    @property
    def is_in(self) -> bool:
        """Whether it takes part, and has not failed so far."""
        return self.missing is None and self.failure is None

    @property
    def is_timed(self) -> bool:
        """Whether it has been timed, and not failed."""
        return self.is_in and bool(self.microseconds)

    @property
    def first_loss(self) -> float | None:
        """The mean of the first epoch."""
        return self.outcomes[0] if self.outcomes else None

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Lower quartile, median and upper quartile of the microseconds."""
        lower, median, upper = np.quantile(self.microseconds, (0.25, 0.5, 0.75))
        return float(lower), float(median), float(upper)

    @property
    def median(self) -> float:
        """The median of the microseconds."""
        return self.quartiles[1]

    def row(self) -> Row:
        """For programs; times in milliseconds."""
        row = {"contender": self.contender.name, "threads": self.contender.threads}
        if not self.is_timed:
            status = "FAILED" if self.failure else "missing" if self.missing else "not timed"
            return row | {"status": status, "told": status, "reason": self.failure or self.missing}
        lower, median, upper = (value / 1000 for value in self.quartiles)
        return row | {
            "status": "timed",
            "ms": median,
            "lower_quartile_ms": lower,
            "upper_quartile_ms": upper,
            "rounds_ms": [value / 1000 for value in self.microseconds],
            "peak_memory_mb": self.peak_bytes / 1e6,
        }


@dataclass(frozen=True)
class Bench:
    """All that one bench has to show."""

    tables: Sequence[Shown]
    notes: Sequence[str] = ()  # for each contender that was not timed: why
    has_failed: bool = False  # one of them not for want of something, but for a failure


def bench_of(results: Sequence[Result], *tables: Shown) -> Bench:
    """The tables, and what is to be said of those results that are not timed."""
    notes = dict.fromkeys(
        f"{r.contender.label}: {r.failure}" if r.failure else f"{r.contender.name}: {r.missing}"
        for r in results
        if not r.is_in
    )
    return Bench(tables, list(notes), any(result.failure for result in results))


def table_of(title: str, rows: Sequence[Row], columns: Mapping[str, str]) -> Shown:
    """The rows and how people read them.

    Args:
        columns: by heading, a format of a row's values by their keys; empty where the row has no such value.
    """
    return Shown(title, rows, [{heading: _text(form, row) for heading, form in columns.items()} for row in rows])


def best_of_each(results: Iterable[Result]) -> dict[str, Result]:
    """By name, in order: each framework on the number of threads on which it is fastest; or one that was not timed.

    One that was timed no further, as it was slower, stays the slower one, whatever its few rounds took.
    """
    best: dict[str, Result] = {}
    for result in results:
        name = result.contender.name
        best[name] = min(best.get(name, result), result, key=_slowness)
    return best


def _slowness(result: Result) -> tuple[bool, bool, float]:
    return not result.is_timed, result.is_slower, result.median if result.is_timed else 0.0


def fastest(best: Mapping[str, Result], *names: str) -> float | None:
    """The least median of these, in microseconds; None where none was timed."""
    return min((best[name].median for name in names if name in best and best[name].is_timed), default=None)


def ratio(a: float | None, b: float | None) -> float | None:
    """a / b; None where either was not measured."""
    return None if a is None or b is None else a / b


def _text(form: str, row: Row) -> str:
    try:
        return form.format_map({key: value for key, value in row.items() if value is not None})
    except KeyError:
        return ""
