"""A CSV file as a stream of sound text: the same text in blocks of any size, and the first row that is none."""

import hashlib
import io

import pytest

from reproduce.errors import DataError
from reproduce.inputs.csv_source import CsvSource

TEXT = "a,b,c\n1,2,3\r\n\n4,5é,€6\n7,8,9"
BLOCKS = [1, 2, 3, 5, 7, 1000]


def read_all(content, size):
    """The whole text, read `size` bytes at a time, and the sum."""
    source = CsvSource(io.BytesIO(content), "table.csv", columns=3)
    blocks = list(iter(lambda: source.read(size), ""))
    return "".join(blocks), source.sha256


@pytest.mark.parametrize("size", BLOCKS)
def test_source_gives_the_text_and_the_sum_of_the_bytes(size):
    """Also where a block ends within a character or a line; the last line needs no end."""
    content = TEXT.encode()
    assert read_all(content, size) == (TEXT, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("size", BLOCKS)
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param(b"4,5\n", "table.csv, row 4: number of fields is 2, expected 3", id="too-few"),
        pytest.param(b"4,5,6,7\n", "table.csv, row 4: number of fields is 4, expected 3", id="too-many"),
        pytest.param(b"4,5", "table.csv, row 4: number of fields is 2, expected 3", id="cut-short-at-the-end"),
        pytest.param(b"\n4,5,6,\n7,8\n", "table.csv, row 5: number of fields is 4, expected 3", id="first-of-two"),
        pytest.param(b"4,5\n6,7,8,9\n", "table.csv, row 4: number of fields is 2, expected 3", id="as-many-in-all"),
        pytest.param(b"4,5,6\r7,8,9\r", "table.csv, row 4: number of fields is 5, expected 3", id="cr-alone"),
        pytest.param(
            b"4,5,6\n4,\xff5,6\n", "table.csv, row 5: has the byte 0xff, expected text in UTF-8", id="latin-1"
        ),
        pytest.param(b"4,5,6\xe2\x82", "table.csv, row 4: has the byte 0xe2, expected text in UTF-8", id="half-a-euro"),
        pytest.param(b"4,5,6\n4,5\x000,6\n", "table.csv, row 5: has the byte 0x00, expected text", id="zero-byte"),
    ],
)
def test_source_refuses_the_first_row_that_is_not_sound(size, rows, message):
    """Whatever the blocks, the row is counted in lines from 1."""
    with pytest.raises(DataError, match=message):
        read_all(b"a,b,c\n1,2,3\n7,8,9\n" + rows, size)
