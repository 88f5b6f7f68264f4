"""From rows to a price a day: rows in their order, the mean of a day's minutes, and the days that are missing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from reproduce.errors import DataError
from reproduce.inputs.layout import Layout, find_layout
from reproduce.inputs.rows import Rows, read_rows

ENOUGH = 60 + 60 + 1  # days without a gap: the longest published window, as many to test on, and one to train on
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class Series:
    """A price a day, oldest first, from the first day that has one to the last."""

    dates: np.ndarray  # (days,) datetime64[D]
    close_usd: np.ndarray  # (days,) float64, USD
    rows: np.ndarray  # (days,) int64, the number of the day's first row that has a price
    missing: np.ndarray  # (missing days,) datetime64[D], those between that have none
    notes: tuple[str, ...]  # what was chosen, converted or left out; a sentence each


def read_series(content: bytearray, name: str) -> Series:
    """Read a table's content: a price a day, from rows that are sound and in their place.

    Raises:
        DataError: it is no such table; the message names the first row that is not sound or not in its place.
    """
    layout = find_layout(content, name)
    rows = read_rows(content, layout, name)
    if rows.kind is not None:
        rows = _oldest_first(rows, layout, name)  # even if a row was refused: one out of place above it comes first
    if rows.problem:
        raise rows.problem
    if rows.kind is None:
        raise DataError(f"{name}: no rows below the header, expected one a day; add rows or name another file")
    doubt = rows.kind.doubt(rows.times)
    if doubt:
        raise DataError(f"{name}: {doubt}")
    series = _daily(rows, name)
    return replace(series, notes=layout.notes + rows.kind.notes + _cut_note(content, layout) + series.notes)


def _oldest_first(rows: Rows, layout: Layout, name: str) -> Rows:
    """The rows, turned where the file runs newest first.

    Raises:
        DataError: a time is there twice, or is not on its side of the one above it.
    """
    steps = np.sign(np.diff(rows.times))
    direction = 1 if 2 * steps.sum() + steps[:1].sum() >= 0 else -1  # as most rows run, or else the first two
    breaks = np.flatnonzero(steps != direction)
    if breaks.size:
        raise DataError(f"{name}, {_disorder(rows, breaks[0] + 1, direction, layout)}")
    if direction == 1:
        return rows
    return replace(rows, numbers=rows.numbers[::-1], times=rows.times[::-1], close_usd=rows.close_usd[::-1])


def _disorder(rows: Rows, at: int, direction: int, layout: Layout) -> str:
    """What is wrong with row `at`, whose time does not go on from the row above."""
    time, above = rows.kind.shown(rows.times[at]), rows.kind.shown(rows.times[at - 1])
    unit = "minute" if layout.is_minutes else "day"
    found = f"row {rows.numbers[at]}: {layout.time} is {time}"
    twin = np.flatnonzero(rows.times[:at] == rows.times[at])
    if twin.size:
        return f"{found} as in row {rows.numbers[twin[0]]}, expected each {unit} once; remove one of the two"
    side = "later" if direction == 1 else "earlier"
    return (
        f"{found}, expected a {unit} {side} than {above} in the row above: the rows are out of order; "
        "sort the rows newest first or oldest first"
    )


def _daily(rows: Rows, name: str) -> Series:
    """A day's price is the mean of its rows that have one: correctly rounded sum over count.

    The days reach from the first with a price to the last.

    Args:
        rows: oldest first.
    Raises:
        DataError: no row has a price.
    """
    has_price = ~np.isnan(rows.close_usd)
    if not has_price.any():
        raise DataError(f"{name}: no row has a price, expected one a day or a minute; add rows or name another file")
    days = rows.kind.days(rows.times)
    dates, first = np.unique(days[has_price], return_index=True)
    closes = np.split(rows.close_usd[has_price], first[1:])
    means = np.array([math.fsum(day.tolist()) / day.size for day in closes])
    between = np.arange(dates[0], dates[-1] + _DAY)
    outside = np.unique(days[(days < dates[0]) | (days > dates[-1])]).size
    return Series(
        dates=dates,
        close_usd=means,
        rows=rows.numbers[has_price][first],
        missing=between[~np.isin(between, dates)],
        notes=(f"{_count(outside, 'day')} without a price at the ends of the table: left out",) if outside else (),
    )


def fill_gaps(series: Series, gaps: str, name: str) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """The days and their prices, oldest first, with what `gaps` says done about missing days, and what that was.

    Raises:
        DataError: `gaps` is "refuse", and days are missing.
    """
    dates, close_usd, missing = series.dates, series.close_usd, series.missing
    if missing.size == 0:
        return dates, close_usd, ()
    borders = np.flatnonzero(np.diff(dates).astype(int) > 1)  # the last day before each gap
    found = (
        f"{_count(missing.size, 'day')} without a price in {_count(borders.size, 'gap')}, "
        f"the first {missing[0]}, the last {missing[-1]}"
    )
    if gaps == "keep":
        return dates, close_usd, (f"{found}: left out, so that a step goes from a row to the next",)
    if gaps == "previous":
        every = np.arange(dates[0], dates[-1] + _DAY)
        known = np.searchsorted(dates, every, side="right") - 1  # the day itself, or the last one before it
        return every, close_usd[known], (f"{found}: filled with the price of the day before",)
    behind = borders[-1] + 1
    cut = f", or remove all rows of days before this row's {dates[behind]}" if len(dates) - behind >= ENOUGH else ""
    raise DataError(
        f"{name}, row {series.rows[behind]}: {found}, expected a price for every day; use --gaps keep (a step goes "
        f"from a row to the next) or --gaps previous (the price of the day before fills in){cut}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _cut_note(content: bytearray, layout: Layout) -> tuple[str, ...]:
    """The one way to cut a row short that leaves a sound row."""
    if content.endswith((b"\n", b"\r")) or layout.close_at != len(layout.columns) - 1:
        return ()
    return ("the last line has no end: if the file was cut off there, the price in it may be wrong",)
