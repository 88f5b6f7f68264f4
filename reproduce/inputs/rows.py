"""The rows of a table: a time and a price each, every one checked.

They end above the first row that is not sound, whose refusal stands beside them: what is out of place further up is the
file's first problem.
"""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reproduce.errors import DataError
from reproduce.inputs.fields import split_line
from reproduce.inputs.layout import Layout
from reproduce.inputs.lines import Lines, read_lines
from reproduce.inputs.source import quote
from reproduce.inputs.times import Days, Times, UnixTimes, to_numbers

LARGEST_USD = 1e12
SMALLEST_USD = 1e-100  # what a price differs from the next by is smaller; its square would be 0 in float64

_NUMBER = re.compile(r" *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)? *")
_NO_PRICE = ["", "NaN", "nan", "null"]
_BEFORE_3_1 = tuple(int(part) for part in pd.__version__.split(".")[:2]) < (3, 1)
_EXACT = {"float_precision": "round_trip"} if _BEFORE_3_1 else {}  # from there on always, and to say so is deprecated


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a table above the first unsound one, in the file's order."""

    numbers: np.ndarray  # (rows,) int64, counted from 1 as an editor shows lines
    times: np.ndarray  # (rows,) int64, as `kind` reads them
    close_usd: np.ndarray  # (rows,) float64, nan where the row has no price
    kind: Times | None  # None where there is no row
    problem: DataError | None  # the refusal of the first unsound row


def read_rows(content: bytearray, layout: Layout, name: str) -> Rows:
    """Read what stands below the header; `Rows.problem` says where it ends early."""
    kind, problem, parts = None, None, [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    for lines in read_lines(content, layout, name):
        problem = lines.problem
        if lines.numbers.size:
            frame = _parse(lines.text, layout)
            kind = kind or (UnixTimes if layout.is_minutes else Days)(frame[layout.time_at][:1])
            part, unsound = _check(frame, lines, kind, layout)
            parts.append(part)
            if unsound:
                problem = DataError(f"{name}, {unsound}")
                break
    return Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)), kind, problem)


def _parse(text: bytes, layout: Layout) -> pd.DataFrame:
    """The two columns, by position; the price as numbers and the time too in a table of minutes, where all are."""
    return pd.read_csv(
        io.BytesIO(text),
        header=None,
        usecols=[layout.time_at, layout.close_at],
        dtype=None if layout.is_minutes else {layout.time_at: str},
        keep_default_na=False,
        na_values={layout.close_at: _NO_PRICE},
        low_memory=False,
        **_EXACT,
    )


def _check(
    frame: pd.DataFrame, lines: Lines, kind: Times, layout: Layout
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], str]:
    """Numbers, times and prices of the rows above the first unsound one, and what is wrong with that one."""
    times, has_time = kind.read(frame[layout.time_at])
    closes = to_numbers(frame[layout.close_at]).astype(np.float64)
    has_price = frame[layout.close_at].isna().to_numpy() | ((closes >= SMALLEST_USD) & (closes <= LARGEST_USD))
    unsound = np.flatnonzero(~(has_time & has_price))
    if unsound.size == 0:
        return (lines.numbers, times, closes), ""
    at = unsound[0]
    line = lines.text.split(b"\n")[lines.numbers[at] - lines.first]
    problem = _problem(split_line(line), kind, layout, is_time=not has_time[at])
    return (lines.numbers[:at], times[:at], closes[:at]), f"row {lines.numbers[at]}: {problem}"


def _problem(fields: list[str], kind: Times, layout: Layout, *, is_time: bool) -> str:
    """What is wrong with a row's time or else its price, what was expected, and what to do."""
    if tuple(field.strip(" \ufeff") for field in fields) == layout.columns:
        return (
            "the header is there again, expected a row of prices: two tables lie in this file; remove this row, "
            "or name another file"
        )
    if is_time:
        text = fields[layout.time_at]
        return f"{layout.time} is {quote(text)}, {kind.refusal(text)}"
    text = fields[layout.close_at]
    return f"{layout.close} is {quote(text)}, {_price_refusal(text)}"


def _price_refusal(text: str) -> str:
    """What was expected in place of this text, and what to do."""
    close_usd = float(text) if _NUMBER.fullmatch(text) else math.nan
    if math.isnan(close_usd) and re.search("[0-9]", text):
        return (
            "expected a plain number such as 7459.11, without commas, signs of currency or words; "
            "write every price so, or name another file"
        )
    if close_usd > LARGEST_USD:
        return f"expected a price of at most {LARGEST_USD:g} USD; mend the row or name another file"
    if 0 < close_usd < SMALLEST_USD:
        return (
            f"expected a price of at least {SMALLEST_USD:g} USD, because the square of a smaller one rounds to 0; "
            "multiply all prices by the same power of 10, or name another file"
        )
    return "expected a price in USD, finite and above 0, such as 7459.11; mend the row or name another file"
