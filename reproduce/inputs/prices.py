"""The price table: one closing price a day, read from a CSV file and refused unless every row is sound.

Step 1 of the program. Reading is strict and row by row: a guessed price, a skipped day or two days that have changed
places would alter every window that holds them, and nothing further on would notice.
"""

import contextlib
import csv
import hashlib
import json
import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from reproduce.errors import DataError

EMBEDDED_SHA256 = "14d9028c69d5ae54fe778c04239da9c87dd85d8403fe71f8873a7233d2881b19"


@dataclass(frozen=True, eq=False)  # arrays have no single truth value: compare `sha256`
class PriceTable:
    """Closing prices of consecutive days."""

    dates: np.ndarray  # (rows,) datetime64[D], newest first
    close_usd: np.ndarray  # (rows,) float64, USD, finite and above 0
    sha256: str  # of the file's bytes
    name: str  # file name, for messages and records


class _Layout(NamedTuple):
    """One accepted set of columns; `date` and `close` name the two that are read."""

    columns: tuple[str, ...]
    date: str
    close: str
    date_pattern: re.Pattern
    date_form: str


_LAYOUTS = (
    _Layout(
        columns=("date", "close"),
        date="date",
        close="close",
        date_pattern=re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
        date_form="year-month-day such as 2018-05-26",
    ),
    _Layout(  # as CryptoDataDownload served the article's table
        columns=("Date", "Symbol", "Open", "High", "Low", "Close", "Volume From", "Volume To"),
        date="Date",
        close="Close",
        date_pattern=re.compile(r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})"),
        date_form="month/day/year such as 5/26/2018",
    ),
)
# float() alone would also take "nan", "1_000", " 7520" and digits of other scripts.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_REMEDY = "mend the row or name another file"


def embedded_table_path() -> Path:
    """Find the table that comes with the package.

    In a wheel it lies inside the package, as reproduce/data/btc_close.csv; in a checkout beside it, as
    ../data/btc_close.csv. The data's card is the README.md next to it.
    """
    package = Path(__file__).resolve().parents[1]
    inside = package / "data" / "btc_close.csv"
    return inside if inside.is_file() else package.parent / "data" / "btc_close.csv"


def load_prices(path: Path | None = None) -> PriceTable:
    """Read a price table, newest day first whichever way the file runs.

    The file is UTF-8 CSV with the columns `date,close` (2018-05-26) or with the eight of the article's table
    (5/26/2018), of which only `Date` and `Close` are read: its `Close` is taken to be in USD. Accepted besides: CRLF,
    a byte order mark, blank lines at the end, a first line with the web address CryptoDataDownload puts there.

    Args:
        path: the file; None reads the embedded table and also checks its sha256.
    Raises:
        DataError: the file cannot be read, or a row of it is not sound or not in its place; the message names the first
            such row in the file, counted in lines as an editor shows them.
    """
    source = embedded_table_path() if path is None else path
    content = _read_bytes(source)
    sha256 = hashlib.sha256(content).hexdigest()
    if path is None and sha256 != EMBEDDED_SHA256:
        raise DataError(
            f"{source}: sha256 is {sha256}, expected {EMBEDDED_SHA256}; "
            "the embedded table was changed: restore it, or name the file to use it as your own"
        )
    days, closes = _parse_table(content, source.name)
    dates = np.array(days, dtype="datetime64[D]")
    newest_first = np.argsort(dates)[::-1]
    return PriceTable(dates[newest_first], np.array(closes)[newest_first], sha256, source.name)


def _read_bytes(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}), expected a CSV file of prices; "
            "check its name and permissions or name another file"
        ) from error


def _parse_table(content, name):
    """Return the days and closing prices of a file's bytes, in file order."""
    lines = re.split(rb"\r\n?|\n", content.removeprefix(b"\xef\xbb\xbf"))
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise DataError(f"{name}: the file is empty, expected a table of prices; name another file")
    header_at = 1 if lines[0].startswith(b"http") else 0  # the banner
    layout = _find_layout(lines[header_at] if header_at < len(lines) else b"", f"{name}, row {header_at + 1}")
    first_row = header_at + 2  # rows count from 1
    if len(lines) < first_row:
        raise DataError(f"{name}: no rows below the header, expected one a day; add rows or name another file")
    days, closes = [], []
    try:
        for row, line in enumerate(lines[first_row - 1 :], start=first_row):
            day, close_usd = _parse_row(line, layout, f"{name}, row {row}")
            days.append(day)
            closes.append(close_usd)
    finally:  # even if a row was refused: a day out of place above it is the file's first problem
        _check_order(days, first_row, layout.date, name)
    return days, closes


def _find_layout(line, where):
    columns = tuple(_split_fields(line, where))
    for layout in _LAYOUTS:
        if columns == layout.columns:
            return layout
    accepted = " or ".join(_quote(",".join(layout.columns)) for layout in _LAYOUTS)
    raise DataError(f"{where}: columns are {_quote(line.decode('utf-8'))}, expected {accepted}; {_REMEDY}")


def _split_fields(line, where):
    try:
        return next(csv.reader([line.decode("utf-8")], strict=True), [])
    except UnicodeDecodeError as error:
        raise DataError(
            f"{where}: byte {error.start + 1} of the row is 0x{line[error.start]:02x}, expected text in UTF-8; "
            "save the file as UTF-8 or name another file"
        ) from error
    except csv.Error as error:
        raise DataError(f"{where}: cannot be split ({error}), expected quotes in pairs; {_REMEDY}") from error


def _parse_row(line, layout, where):
    fields = _split_fields(line, where)
    if len(fields) != len(layout.columns):
        expected = f"{len(layout.columns)} ({','.join(layout.columns)})"
        raise DataError(f"{where}: number of fields is {len(fields)}, expected {expected}; {_REMEDY}")
    record = dict(zip(layout.columns, fields, strict=True))
    return _parse_day(record[layout.date], layout, where), _parse_close(record[layout.close], layout, where)


def _parse_day(text, layout, where):
    match = layout.date_pattern.fullmatch(text)
    if match:
        with contextlib.suppress(ValueError):  # well formed but in no calendar, such as 30 February
            return date(**{part: int(digits) for part, digits in match.groupdict().items()})
    raise DataError(f"{where}: {layout.date} is {_quote(text)}, expected a day as {layout.date_form}; {_REMEDY}")


def _parse_close(text, layout, where):
    close_usd = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not 0 < close_usd < math.inf:  # NaN fails this too
        raise DataError(
            f"{where}: {layout.close} is {_quote(text)}, expected a price in USD, finite and above 0, "
            f"such as 7459.11; {_REMEDY}"
        )
    return close_usd


def _check_order(days, first_row, field, name):
    """Refuse the first day that is not one day on from the row above, in the direction in which most rows run."""
    dates = np.array(days, dtype="datetime64[D]")
    steps = np.diff(dates).astype(int)  # days from each row to the next
    direction = 1 if np.sign(steps).sum() > 0 else -1  # 1 oldest first, -1 newest first
    breaks = np.flatnonzero(steps != direction)
    if breaks.size == 0:
        return
    last_sound = breaks[0]
    day, expected = dates[last_sound + 1], dates[last_sound] + direction
    where = f"{name}, row {first_row + last_sound + 1}: {field} is {day}"
    same_day = np.flatnonzero(dates[: last_sound + 1] == day)
    if same_day.size:
        raise DataError(f"{where} as in row {first_row + same_day[0]}, expected each day once; remove one of the two")
    wanted = f"expected {expected} after {dates[last_sound]} in the row above"
    skips_days = (day - expected).astype(int) * direction > 0
    if skips_days and expected not in dates:
        raise DataError(f"{where}, {wanted}: a day is missing; add every missing day or name another file")
    raise DataError(f"{where}, {wanted}: the days are out of order; sort the rows newest first or oldest first")


def _quote(text):
    """Return `text` in double quotes, on one line, in ASCII so that look-alike characters show, and not too long."""
    return json.dumps(text if len(text) <= 80 else text[:77] + "...")
