"""What kind of table a file is: its header, and which of its columns hold the time and the price."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from reproduce.errors import DataError
from reproduce.inputs.fields import LINE_END, LONGEST_LINE, check_line, split_line, too_long
from reproduce.inputs.source import quote

_NO_TABLES = (  # how such files begin, what they are, what to do
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "unpack the archive or save the sheet as CSV, and name that"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it with gunzip and name the file that comes out"),
    (b"BZh", "compressed with bzip2", "unpack it with bunzip2 and name the file that comes out"),
    (b"\xfd7zXZ\0", "compressed with xz", "unpack it with unxz and name the file that comes out"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV, and name that"),
    (b"PAR1", "a Parquet file", "save the table as CSV, and name that"),
    (codecs.BOM_UTF16_LE, "text in UTF-16 or UTF-32", "save the file as UTF-8"),
    (codecs.BOM_UTF16_BE, "text in UTF-16", "save the file as UTF-8"),
    (b"<", "a web page or XML", "download the CSV file itself and name that"),
    (b"{", "JSON", "save the prices as CSV with the columns date and close, and name that"),
    (b"[", "JSON", "save the prices as CSV with the columns date and close, and name that"),
)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_VALUE = re.compile(r"[-+$]?[0-9][-+0-9.,:/eTZ ]*")  # a number or a date, where a name should be
_ABOVE_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:https?://[^\r\n]*|sep=,)?(?:\r\n?|\n))*")
_HEADER = re.compile(rb"[^\r\n]*")


@dataclass(frozen=True)
class Layout:
    """Where a table's rows begin, and where in them the time and the price are."""

    columns: tuple[str, ...]  # all names, in the file's order
    time_at: int  # positions in `columns`
    close_at: int
    is_minutes: bool  # the time is Unix time, of which a day has many; otherwise it is a day
    start: int  # the byte at which the first row begins
    first_row: int  # its number, counted from 1 as an editor shows lines
    notes: tuple[str, ...]  # what was chosen among several columns

    @property
    def time(self) -> str:
        """The name of the column that holds the time."""
        return self.columns[self.time_at]

    @property
    def close(self) -> str:
        """The name of the column that holds the price."""
        return self.columns[self.close_at]


def find_layout(content: bytearray, name: str) -> Layout:
    """Read the header, below blank lines, a web address that some suppliers put there, and Excel's `sep=,`.

    Raises:
        DataError: the file is empty or no CSV, or has no header that names a column of times and one of prices.
    """
    _check_kind(content, name)
    above = _ABOVE_HEADER.match(content, 0, LONGEST_LINE).end()
    row = len(LINE_END.findall(content, 0, above)) + 1
    line = bytes(_HEADER.match(content, above, above + LONGEST_LINE + 1)[0])
    start = above + len(line)
    if not line.strip():
        raise DataError(f"{name}: the file is empty, expected a table of prices; name another file")
    if len(line) > LONGEST_LINE:
        raise too_long(f"{name}, row {row}")
    line_end = LINE_END.match(content, start)
    columns, time_at, close_at = _read_header(line, f"{name}, row {row}")
    return Layout(
        columns=columns,
        time_at=time_at,
        close_at=close_at,
        is_minutes=columns[time_at].casefold() == "timestamp",
        start=line_end.end() if line_end else start,
        first_row=row + 1,
        notes=_notes(columns, time_at, close_at),
    )


def _check_kind(content: bytearray, name: str) -> None:
    for start, kind, remedy in _NO_TABLES:
        if content.startswith(start):
            raise DataError(f"{name}: is {kind}, expected a table of prices in CSV; {remedy}")


def _read_header(line: bytes, where: str) -> tuple[tuple[str, ...], int, int]:
    """The names of the columns, and the positions of time and price."""
    text = check_line(line, where)
    columns = tuple(field.strip() for field in split_line(line))
    time_at = _find(columns, "date", where)
    wanted = "close"
    if time_at is None:
        time_at, wanted = _find(columns, "Timestamp", where), "Close"
    close_at = _find(columns, wanted, where)
    if time_at is None or close_at is None:
        raise DataError(f"{where}: {_missing(text, columns, time_at, close_at)}")
    return columns, time_at, close_at


def _find(columns: tuple[str, ...], wanted: str, where: str) -> int | None:
    """The position of the column of exactly this name, else of the only one in any case; None where there is none."""
    exact = [at for at, column in enumerate(columns) if column == wanted]
    found = exact or [at for at, column in enumerate(columns) if column.casefold() == wanted.casefold()]
    if len(found) > 1:
        names = " and ".join(quote(columns[at]) for at in found)
        raise DataError(
            f"{where}: {names} are columns {' and '.join(str(at + 1) for at in found)}, expected one named {wanted}; "
            "rename those that shall not be read"
        )
    return found[0] if found else None


def _missing(text: str, columns: tuple[str, ...], time_at: int | None, close_at: int | None) -> str:
    """Why a header without the two columns is refused, and what to do."""
    separator = next((separator for separator in _SEPARATORS if separator in text), None)
    if separator:
        return (
            f"fields are separated by {_SEPARATORS[separator]}, expected commas; "
            "save the table with commas between fields and a point in numbers"
        )
    if any(_VALUE.fullmatch(column) for column in columns):
        return (
            f"columns are {quote(text)}, expected their names: the file has no header; add a first line that names "
            "every column, with date and close among them (Timestamp and Close for a table of minutes)"
        )
    remedies = []
    if time_at is None:
        remedies.append("the column of days to date (or of Unix times to Timestamp)")
    if close_at is None:
        remedies.append("the column of closing prices to close")
    title = ", or remove this line if their names stand below it" if len(columns) == 1 else ""
    return (
        f"columns are {quote(text)}, expected date and close among them (Timestamp and Close for a table of minutes); "
        f"rename {' and '.join(remedies)}{title}"
    )


def _notes(columns: tuple[str, ...], time_at: int, close_at: int) -> tuple[str, ...]:
    unread = [
        quote(column)
        for at, column in enumerate(columns)
        if at not in (time_at, close_at) and column.casefold() in ("date", "timestamp", "close")
    ]
    if not unread:
        return ()
    return (f"columns {quote(columns[time_at])} and {quote(columns[close_at])} were read, not {', '.join(unread)}",)
