"""What a race leaves behind: results, and from them a table's rows, for programs and for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    outcomes: list[Any] = field(default_factory=list)  # mean losses of epochs, or texts; in order
    microseconds: list[float] = field(default_factory=list)  # per training step, or character; one a round
    peak_bytes: int = 0
    epochs: int = 1  # in a chunk

    @property
    def is_in(self) -> bool:
        """Whether it takes part, and has not failed so far."""
        return self.missing is None and self.failure is None

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

    def row(self, kind: str, time: str, unit: float) -> Row:
        """For programs: the name under the key `kind`, the median under `time`, times in `unit` microseconds."""
        contender = self.contender
        row = {kind: contender.name} | wiring_cell(contender.wiring) | {"threads": contender.threads}
        if not self.is_in:
            status = "missing" if self.failure is None else "FAILED"
            return row | {"status": status, "reason": self.failure or self.missing}
        lower, median, upper = (value / unit for value in self.quartiles)
        return row | {
            "status": "timed",
            time: median,
            "lower_quartile": lower,
            "upper_quartile": upper,
            "rounds": [value / unit for value in self.microseconds],
            "peak_memory_mb": self.peak_bytes / 1e6,
        }


@dataclass(frozen=True)
class Bench:
    """All that one bench has to show."""

    tables: Sequence[Shown]
    notes: Sequence[str] = ()  # for each contender that was not timed: why
    has_failed: bool = False  # one of them not for want of something, but for a failure

    @property
    def rows(self) -> list[Row]:
        """Of all tables, for programs."""
        return [row for table in self.tables for row in table.rows]


def bench_of(results: Sequence[Result], *tables: Shown) -> Bench:
    """The tables, and what is to be said of those results that are not timed."""
    notes = [f"{r.contender.label}: {r.failure or r.missing}" for r in results if not r.is_in]
    return Bench(tables, notes, any(result.failure for result in results))


def rows_of(
    results: Sequence[Result], kind: str, time: str, more: Callable[[Result], Row], *, unit: float = 1.0
) -> list[Row]:
    """One row a result, with `more` where it was timed; the rest as `Result.row` takes it."""
    return [result.row(kind, time, unit) | (more(result) if result.is_in else {}) for result in results]


def table_of(title: str, rows: Sequence[Row], columns: Mapping[str, str]) -> Shown:
    """The rows and how people read them.

    Args:
        columns: by heading, a format of a row's values by their keys; empty where the row has no such value.
    """
    return Shown(title, rows, [{heading: _text(form, row) for heading, form in columns.items()} for row in rows])


def wiring_cell(wiring: str | None) -> Row:
    """The part of a row that says the wiring; nothing where the network has only one."""
    return {} if wiring is None else {"wiring": wiring}


def timed(results: Sequence[Result], *names: str, wiring: str | None = None) -> list[Result]:
    """The results by these names, one for each number of threads, that were timed."""
    return [r for r in results if r.is_in and r.contender.name in names and r.contender.wiring == wiring]


def fastest(results: Sequence[Result], *names: str, wiring: str | None = None) -> float | None:
    """The least median of these, in microseconds; None where none was timed."""
    return min((result.median for result in timed(results, *names, wiring=wiring)), default=None)


def ratio(a: float | None, b: float | None) -> float | None:
    """a / b; None where either was not measured."""
    return None if a is None or b is None else a / b


def _text(form: str, row: Row) -> str:
    try:
        return form.format_map({key: value for key, value in row.items() if value is not None})
    except KeyError:
        return ""
