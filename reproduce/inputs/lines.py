"""The lines of a table, checked: a parser is lenient, and would take half a row for a row with a shorter number.

A file is read some megabytes at a time, so that its text never lies in memory twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reproduce.errors import DataError
from reproduce.inputs.fields import (
    COMMA,
    LINE_END,
    LONGEST_LINE,
    MISQUOTED,
    NEWLINE,
    QUOTE,
    not_text,
    outside_quotes,
    too_long,
)
from reproduce.inputs.layout import Layout

BLOCK = 1 << 22  # bytes; how a line that no table has is refused depends on it, and nothing else


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines that are text with every field, above the first line that is not."""

    text: bytes  # each line ends in LF
    first: int  # the number of the first line, counted from 1 as an editor shows lines
    numbers: np.ndarray  # (rows,) int64, of the lines that are not blank
    problem: DataError | None  # the refusal of the line below them


def read_lines(content: bytearray, layout: Layout, name: str) -> Iterator[Lines]:
    """Everything below the header, up to the first line that is not sound, in parts.

    Raises:
        DataError: a line is so long that the file is no table.
    """
    for block, first in _blocks(content, layout, name):
        block, problem = _decodable(block, first, name)
        lines = _complete(block, first, layout, name) if block else None
        lines = lines or Lines(block, first, np.empty(0, np.int64), None)
        problem = lines.problem or problem
        yield Lines(lines.text, first, lines.numbers, problem)
        if problem:
            return


def _blocks(content: bytearray, layout: Layout, name: str) -> Iterator[tuple[bytes, int]]:
    """Whole lines that end in LF, and the number of the first; CR and CRLF are line ends too."""
    start, row = layout.start, layout.first_row
    while start < len(content):
        enough = start + BLOCK
        line_end = LINE_END.search(content, enough, enough + LONGEST_LINE)
        end = line_end.end() if line_end else len(content)
        if end > enough + LONGEST_LINE:
            raise too_long(f"{name}, row {row + len(LINE_END.findall(content, start, enough))}")
        block = bytes(content[start:end]).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if end == len(content):  # without lines of spaces at the end; the last one may lack its end
            last = block.find(b"\n", len(block.rstrip()))
            block = block[:last] + b"\n" if last >= 0 else block + b"\n"
            block = block if block.strip() else b""
        yield block, row
        start, row = end, row + block.count(b"\n")


def _decodable(block: bytes, first: int, name: str) -> tuple[bytes, DataError | None]:
    """The lines above the first with a byte that is no text, and that line's refusal."""
    at = block.find(0)  # where the parser takes a field to end
    try:
        block[: None if at < 0 else at].decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
    if at < 0:
        return block, None
    return block[: block.rfind(b"\n", 0, at) + 1], not_text(f"{name}, row {first + block.count(10, 0, at)}", block[at])


def _complete(block: bytes, first: int, layout: Layout, name: str) -> Lines:
    """The lines of `block` up to the first with unsound quotes or not as many fields as the header."""
    characters = np.frombuffer(block, np.uint8)
    separators = (characters == COMMA) | (characters == NEWLINE)
    misquoted = block.count(b"\n")  # the line, counted from 0 in this block; there is none
    if QUOTE in block:
        separators, misquoted = outside_quotes(characters, separators)
    places = np.flatnonzero(separators)
    ends = np.flatnonzero(characters[places] == NEWLINE)  # of lines, in `places`
    fields = np.diff(ends, prepend=-1)
    is_blank = np.diff(places[ends], prepend=-1) == 1
    wrong = np.flatnonzero((fields != len(layout.columns)) & ~is_blank)
    sound = int(np.min(wrong, initial=misquoted))  # so many lines are
    problem = None
    if sound < block.count(b"\n"):
        why = MISQUOTED if sound == misquoted else _width(int(fields[sound]), layout)
        problem = DataError(f"{name}, row {first + sound}: {why}")
        block = block[: places[ends[sound - 1]] + 1] if sound else b""
    return Lines(block, first, first + np.flatnonzero(~is_blank[:sound]), problem)


def _width(fields: int, layout: Layout) -> str:
    wanted = len(layout.columns)
    remedy = (
        "the row is cut short: complete or remove it"
        if fields < wanted
        else "mend the row, and write numbers without commas in them"
    )
    columns = ",".join(layout.columns)
    columns = columns if len(columns) <= 80 else columns[:77] + "..."
    return f"number of fields is {fields}, expected {wanted} ({columns}); {remedy}, or name another file"
