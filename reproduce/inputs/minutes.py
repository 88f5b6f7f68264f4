"""Minute candles: the Kaggle file "Bitcoin Historical Data" (Bitstamp), streamed and resampled to a price a day.

The data of the stacked LSTM guide, as far as it says which. Years of minutes are some 300 MB, so that the file is read
once, in chunks, and never held whole. As strict as `reproduce.inputs.prices`, whose table this gives.
"""

from __future__ import annotations

import codecs
import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from reproduce.errors import DataError
from reproduce.inputs.csv_source import CsvSource
from reproduce.inputs.prices import PriceTable, load_prices

COLUMNS = ("Timestamp", "Open", "High", "Low", "Close", "Volume_(BTC)", "Volume_(Currency)", "Weighted_Price")
CHUNK_ROWS = 100_000
DAY = 86_400  # seconds

_FIRST_ROW = 2  # below the header; rows count from 1, as an editor shows lines
_NO_PRICE = ["", "NaN", "nan"]
_TIME_LIMIT = 1e11  # the year 5138; milliseconds are beyond it
_PRICE_LIMIT = 1e300  # the sum of a day's prices stays finite
_REMEDY = "mend the row or name another file"


def load_any(path: Path | None = None) -> PriceTable:
    """Read a table of days or of minutes, whichever `path` is; None reads the embedded table.

    Raises:
        DataError: as `load_prices` and `load_minutes` do.
    """
    return load_minutes(path) if path is not None and is_minute_table(path) else load_prices(path)


def is_minute_table(path: Path) -> bool:
    """Whether the file has the header of minute candles; False where it cannot be read."""
    try:
        return _read_header(path) == ",".join(COLUMNS)
    except DataError:
        return False


def load_minutes(path: Path, *, chunk_rows: int = CHUNK_ROWS) -> PriceTable:
    """Read minute candles; a day's price is the mean `Close` of its minutes that have one.

    The file is UTF-8 CSV with the eight columns of COLUMNS, oldest minute first, of which only `Timestamp` (Unix time
    in seconds) and `Close` (USD) are used. Days are those of UTC. A minute without a trade is absent, or its prices are
    NaN or empty. The table reaches from the first day with a price to the last; either may be there in part, and then
    its price is the mean of the minutes that are there. Accepted besides: CRLF, a byte order mark, blank lines.

    Args:
        chunk_rows: how many rows are in memory at a time; the result does not depend on it.
    Raises:
        DataError: the file cannot be read, a row of it is not sound or not in its place, or a day between the first and
            the last has no price; the message names the row.
    """
    header = _read_header(path)
    if header != ",".join(COLUMNS):
        raise DataError(
            f"{path.name}, row 1: columns are {_quote(header)}, expected {_quote(','.join(COLUMNS))}; "
            "name a file of minute candles"
        )
    days = _Days()
    try:
        with path.open("rb") as file:
            source = CsvSource(file, path.name, len(COLUMNS))
            for rows, times, closes in _sound_minutes(source, chunk_rows):
                days.add(rows, times // DAY, closes)
    except OSError as error:
        raise _unreadable(path, error) from error
    dates, close_usd = days.finished(path.name)
    return PriceTable(dates[::-1], close_usd[::-1], source.sha256, path.name)


def _read_header(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(1000)  # a header is shorter
    except OSError as error:
        raise _unreadable(path, error) from error
    if not start.strip():
        raise DataError(f"{path.name}: the file is empty, expected a table of prices; name another file")
    line = start.removeprefix(codecs.BOM_UTF8).splitlines()[0]
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name}, row 1: has the byte 0x{line[error.start]:02x}, expected text in UTF-8; "
            "save the file as UTF-8 or name another file"
        ) from error


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{path}: cannot be read ({error.strerror}), expected a CSV file of prices; "
        "check its name and permissions or name another file"
    )


def _sound_minutes(source: CsvSource, chunk_rows: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The row, time and price of every minute that has a price, in chunks; refuse the first row that is not sound."""
    previous = -1.0
    for chunk in _chunks(source, chunk_rows):
        minutes = chunk.dropna(how="all")  # without blank lines; the index still counts them
        times, closes = _numbers(minutes["Timestamp"]), _numbers(minutes["Close"])
        before = np.concatenate(([previous], times[:-1]))
        _check_rows(minutes, times, closes, before, source.name)
        priced = ~np.isnan(closes)
        yield minutes.index.to_numpy()[priced] + _FIRST_ROW, times[priced].astype(np.int64), closes[priced]
        previous = times[-1] if times.size else previous


def _chunks(source: CsvSource, chunk_rows: int) -> Iterator[pd.DataFrame]:
    with pd.read_csv(
        source,
        usecols=["Timestamp", "Close"],
        chunksize=chunk_rows,
        quoting=csv.QUOTE_NONE,  # a line is a row
        skip_blank_lines=False,
        keep_default_na=False,
        na_values=_NO_PRICE,
    ) as chunks:
        yield from chunks


def _numbers(column: pd.Series) -> np.ndarray:
    """The column as float64, nan where it is empty or no number."""
    if column.dtype.kind not in "iuf":  # the parser met something else, or words it reads as truth values
        column = pd.to_numeric(column.astype(str), errors="coerce")
    return column.to_numpy(np.float64)


def _check_rows(minutes: pd.DataFrame, times: np.ndarray, closes: np.ndarray, before: np.ndarray, name: str) -> None:
    """Refuse the first row that is not sound; `before` is the time in the row above."""
    sound = {
        "time": (times >= 0) & (times < _TIME_LIMIT) & (times == np.floor(times)),
        "order": times > before,
        "close": minutes["Close"].isna().to_numpy() | ((closes > 0) & (closes < _PRICE_LIMIT)),
    }
    unsound = np.flatnonzero(~np.logical_and.reduce(list(sound.values())))
    if unsound.size == 0:
        return
    at = unsound[0]
    rule = next(rule for rule, holds in sound.items() if not holds[at])
    time, close = _quote(minutes["Timestamp"].iloc[at]), _quote(minutes["Close"].iloc[at])
    found, expected = {
        "time": (f"Timestamp is {time}", f"Unix time in whole seconds such as 1527292800; {_REMEDY}"),
        "order": (f"Timestamp is {time}", f"more than {before[at]:.0f} in the row above; sort the rows oldest first"),
        "close": (f"Close is {close}", f"a price in USD, finite and above 0, such as 7459.11, or NaN; {_REMEDY}"),
    }[rule]
    raise DataError(f"{name}, row {minutes.index[at] + _FIRST_ROW}: {found}, expected {expected}")


class _Days:
    """Mean prices of whole days, from minutes that come in chunks: only the newest day's prices are kept."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}  # by day: the first row with a price
        self._means: list[float] = []  # of all days but the newest
        self._day, self._closes = np.empty(0, np.int64), np.empty(0)  # the newest day, once a price

    def add(self, rows: np.ndarray, days: np.ndarray, closes: np.ndarray) -> None:
        """Take up minutes later than all before; days count from 1970-01-01, and `rows` are theirs in the file."""
        for day, first in zip(*np.unique(days, return_index=True), strict=True):
            self._rows.setdefault(int(day), int(rows[first]))
        days, closes = np.concatenate((self._day, days)), np.concatenate((self._closes, closes))
        borders = np.flatnonzero(np.diff(days)) + 1
        *whole, self._closes = np.split(closes, borders)
        self._means += [_mean(day) for day in whole]
        self._day = days[len(days) - len(self._closes) :]

    def finished(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The days and their mean prices, oldest first; DataError where there is none, or one is missing between."""
        if not self._rows:
            raise DataError(f"{name}: no row has a price, expected one a minute; add rows or name another file")
        dates = np.array(list(self._rows)).astype("datetime64[D]")
        steps = np.diff(dates).astype(int)
        gaps = np.flatnonzero(steps > 1)
        if gaps.size:
            missing, row = dates[gaps[0]] + 1, self._rows[int(dates[gaps[0] + 1].astype(int))]
            raise DataError(
                f"{name}, row {row}: the next price after {missing - 1} is of {dates[gaps[0] + 1]}, expected one on "
                f"{missing}; {np.sum(steps - 1)} days up to {dates[gaps[-1] + 1] - 1} have none: keep the header and "
                "the rows of later days, or name another file"
            )
        return dates, np.array([*self._means, _mean(self._closes)])


def _mean(closes: np.ndarray) -> float:
    """Correctly rounded sum over count, so that no border of a chunk shows."""
    return math.fsum(closes.tolist()) / closes.size


def _quote(value: object) -> str:
    """What a field holds in double quotes, on one line, in ASCII so that look-alike characters show, not too long."""
    text = f"{value:.15g}" if isinstance(value, float) else str(value)  # a time is a float beside rows without one
    text = "" if pd.isna(value) else text
    return json.dumps(text if len(text) <= 80 else text[:77] + "...")
