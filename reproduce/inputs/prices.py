"""The price table: one closing price a day, read from a CSV file of days or of minutes and refused unless it is sound.

Step 1 of the Bitcoin programs. Reading is strict: a guessed price, a skipped day or two days that have changed places
would alter every window that holds them, and nothing further on would notice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reproduce.errors import DataError
from reproduce.inputs.source import printable, read_bytes

GAPS = ("refuse", "keep", "previous")  # what may be done about days without a price
EMBEDDED_SHA256 = "14d9028c69d5ae54fe778c04239da9c87dd85d8403fe71f8873a7233d2881b19"


@dataclass(frozen=True, eq=False)  # arrays have no single truth value: compare `sha256`
class PriceTable:
    """Closing prices, one a day; of consecutive days unless `missing` days were left out."""

    dates: np.ndarray  # (rows,) datetime64[D], newest first
    close_usd: np.ndarray  # (rows,) float64, USD, from 1e-100 to 1e12
    sha256: str  # of the file's bytes
    name: str  # file name, for messages and records
    gaps: str = "refuse"  # what was to be done about missing days, one of GAPS
    missing: int = 0  # days without a price between the first and the last
    filled: tuple[str, ...] = ()  # those that have the price of the day before, as 2018-05-26, oldest first
    notes: tuple[str, ...] = ()  # what was converted, filled in or left out; a sentence each


def embedded_table_path() -> Path:
    """Find the table that comes with the package.

    In a wheel it lies inside the package, as reproduce/data/btc_close.csv; in a checkout beside it, as
    ../data/btc_close.csv. The data's card is the README.md next to it.
    """
    package = Path(__file__).resolve().parents[1]
    inside = package / "data" / "btc_close.csv"
    return inside if inside.is_file() else package.parent / "data" / "btc_close.csv"


def load_prices(path: Path | None = None, *, gaps: str = "refuse") -> PriceTable:
    """Read a price table, newest day first whichever way the file runs.

    The file is CSV in UTF-8 with a header. Two of its columns are read, by name, in any case:

    - a table of days has `date` (2018-05-26, also with midnight or a zone behind it, or 5/26/2018) and `close` (USD);
    - a table of minutes has `Timestamp` (Unix time) and `Close`. A day, of UTC, has the mean of its minutes' prices.

    A row whose price is empty, `NaN` or `null` has none. The table reaches from the first day with a price to the last.

    Args:
        path: the file, or a pipe; None reads the embedded table and also checks its sha256.
        gaps: what to do about days without a price between others: "refuse" them, "keep" the rows as they are, so
            that a step goes from a row to the next whatever day it is, or fill in the "previous" day's price.
    Raises:
        DataError: the file cannot be read, or a row of it is not sound or not in its place; the message names the first
            such row in the file, counted in lines as an editor shows them. Or days are missing, and `gaps` is "refuse".
        ValueError: `gaps` is no such word.
    """
    if gaps not in GAPS:
        raise ValueError(f"gaps is {gaps!r}, expected one of {', '.join(GAPS)}")
    source = embedded_table_path() if path is None else path
    content = read_bytes(source, expected="a CSV file of prices", remedy="name another file", error=DataError)
    sha256 = hashlib.sha256(content).hexdigest()
    if path is None and sha256 != EMBEDDED_SHA256:
        raise DataError(
            f"{printable(str(source))}: sha256 is {sha256}, expected {EMBEDDED_SHA256}; "
            "the embedded table was changed: restore it, or name the file to use it as your own"
        )
    from reproduce.inputs.series import fill_gaps, read_series  # and pandas, which takes a second

    name = printable(source.name)
    series = read_series(content, name)
    dates, close_usd, note = fill_gaps(series, gaps, name)
    filled = series.missing if gaps == "previous" else ()
    return PriceTable(
        dates=dates[::-1].copy(),  # sums over a reversed view may differ in the last bit
        close_usd=close_usd[::-1].copy(),
        sha256=sha256,
        name=name,
        gaps=gaps,
        missing=len(series.missing),
        filled=tuple(str(day) for day in filled),
        notes=series.notes + note,
    )
