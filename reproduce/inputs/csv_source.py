"""A CSV file of any length as a stream of sound text, so that a parser that is lenient may read it in chunks.

A parser takes a row that a broken download has cut short for a row with a shorter number, and a row with decimal
commas for a row with other numbers. Here, every row has all its fields, or the file is refused.
"""

from __future__ import annotations

import codecs
import hashlib
import io
from typing import BinaryIO

import numpy as np

from reproduce.errors import DataError


class CsvSource(io.TextIOBase):
    """The text of a file, for a parser to read, and the sha256 of the bytes read so far.

    Args:
        file: the open file, whose lines end in LF or CRLF; a byte order mark is left in the text.
        name: of the file, for messages.
        columns: how many fields each line has, the header too, unless it is blank; quotes have no meaning.
    """

    def __init__(self, file: BinaryIO, name: str, columns: int) -> None:
        self._file, self.name, self._columns = file, name, columns
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._hash = hashlib.sha256()
        self._row, self._commas = 1, 0  # in which the next block begins, and that row's commas before it

    @property
    def sha256(self) -> str:
        """Of the whole file, once it is read to its end."""
        return self._hash.hexdigest()

    def read(self, size: int = -1) -> str:
        """The next text, of about `size` bytes; empty at the end of the file only.

        Raises:
            DataError: the bytes are no UTF-8, or a line has too many fields or too few; the message names the row.
        """
        text, block = "", b"-"
        while block and not text:  # a block may end within a character
            block = self._file.read(size)
            self._hash.update(block)
            text = self._decode(block)
            self._check_fields(block or b"\n")  # the last line may have no end
            self._row += block.count(b"\n")
        return text

    def _decode(self, block: bytes) -> str:
        try:
            text = self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            row = self._row + error.object[: error.start].count(b"\n")
            raise self._not_text(row, error.object[error.start]) from error
        if "\0" in text:  # where the parser takes a field to end
            raise self._not_text(self._row + text.partition("\0")[0].count("\n"), 0)
        return text

    def _check_fields(self, block: bytes) -> None:
        characters = np.frombuffer(block, np.uint8)
        ends = np.flatnonzero(characters == ord("\n"))
        commas = self._commas + np.cumsum(characters == ord(","))
        fields = np.diff(commas[ends], prepend=0) + 1
        wrong = np.flatnonzero((fields != self._columns) & (fields != 1))  # a blank line has one, which is empty
        if wrong.size:
            raise DataError(
                f"{self.name}, row {self._row + wrong[0]}: number of fields is {fields[wrong[0]]}, expected "
                f"{self._columns}; mend the row or name another file"
            )
        self._commas = int(commas[-1] - commas[ends[-1]] if ends.size else commas[-1])

    def _not_text(self, row: int, byte: int) -> DataError:
        return DataError(
            f"{self.name}, row {row}: has the byte 0x{byte:02x}, expected text in UTF-8; "
            "save the file as UTF-8 or name another file"
        )
