"""Fields of CSV: which commas and line ends separate them, and which quotes enclose them."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd

from reproduce.errors import DataError

LONGEST_LINE = 1 << 16  # bytes; a table has none so long, and other files may have one line of a gigabyte
LINE_END = re.compile(rb"\r\n?|\n")
NEWLINE, COMMA, QUOTE = b'\n,"'
MISQUOTED = (
    "a quote stands within a field or is not closed, expected quotes in pairs around whole fields; "
    "mend the row or name another file"
)


def check_line(line: bytes, where: str) -> str:
    """One line without its end, as text.

    Raises:
        DataError: it has a byte that is no text in UTF-8, or its quotes are not sound.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_text(where, line[error.start]) from error
    if "\0" in text:  # where the parser takes a field to end
        raise not_text(where, 0)
    characters = np.frombuffer(line + b"\n", np.uint8)
    _, misquoted = outside_quotes(characters, characters == COMMA)
    if misquoted == 0:
        raise DataError(f"{where}: {MISQUOTED}")
    return text


def split_line(line: bytes) -> list[str]:
    """The fields of one line of CSV, as they stand there."""
    frame = pd.read_csv(io.BytesIO(line), header=None, dtype=str, keep_default_na=False, skip_blank_lines=False)
    return frame.iloc[0].tolist()


def not_text(where: str, byte: int) -> DataError:
    """The refusal of a byte that is none of a text in UTF-8."""
    return DataError(
        f"{where}: has the byte 0x{byte:02x}, expected text in UTF-8; save the file as UTF-8 or name another file"
    )


def too_long(where: str) -> DataError:
    """The refusal of a line that none of a table is."""
    return DataError(
        f"{where}: has more than {LONGEST_LINE} bytes, expected a line of a table in CSV; name another file"
    )


def outside_quotes(characters: np.ndarray, separators: np.ndarray) -> tuple[np.ndarray, int]:
    """The separators that no quotes enclose, and the first line whose quotes are not sound, counted from 0.

    Quotes enclose a whole field: one opens behind a separator and closes before one. Two within quotes mean one.
    """
    is_quote, newlines = characters == QUOTE, characters == NEWLINE
    quotes = np.flatnonzero(is_quote)
    opening, closing = quotes[0::2], quotes[1::2]
    neighbours = [COMMA, NEWLINE, QUOTE]
    is_inside = np.cumsum(is_quote, dtype=np.uint8) % 2 == 1  # a sum modulo 256 keeps its parity
    unsound = min(  # the last character, an end of line, stands before the first too
        np.min(opening[~np.isin(characters[opening - 1], neighbours)], initial=characters.size),
        np.min(closing[~np.isin(characters[closing + 1], neighbours)], initial=characters.size),
        np.min(np.flatnonzero(newlines & is_inside), initial=characters.size),
    )
    is_inside[unsound:] = False  # lines from there on are counted, not read
    return separators & ~is_inside, int(np.count_nonzero(newlines[:unsound]))
