"""Price files that are refused: one line that says which row, what came, what was expected, and what to do."""

import csv
import warnings
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.errors import DataError
from reproduce.inputs import lines
from reproduce.inputs.prices import load_prices
from tests.inputs.broken import BROKEN, DAYS, MINUTES, QUOTED


@pytest.mark.parametrize("block", [1, 50, lines.BLOCK])
@pytest.mark.parametrize("case", BROKEN)
def test_broken_file_is_refused_in_one_line(tmp_path, monkeypatch, case, block):
    """The file's first problem, however many bytes are checked at a time; no warning of a parser besides."""
    content, message = BROKEN[case]
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    monkeypatch.setattr(lines, "BLOCK", block)
    with warnings.catch_warnings(), pytest.raises(DataError) as refused:
        warnings.simplefilter("error")
        load_prices(path)
    assert str(refused.value) == message
    assert message.isprintable()


def test_row_far_down_is_counted(tmp_path):
    """Behind several blocks of the size that is used, blank lines among them."""
    path = tmp_path / "table.csv"
    minutes = "".join(f"{60 * k},7010.25{'' if k % 1000 else chr(10)}\n" for k in range(800_000))
    path.write_text(f"Timestamp,Close\n{minutes}48000000,x\n")
    with pytest.raises(DataError, match=r"^table\.csv, row 800802: Close is \"x\", expected a price"):
        load_prices(path)


@settings(max_examples=300, deadline=None)
@given(
    form=st.sampled_from([DAYS.format(row="2018-03-02,1e4"), QUOTED.format(row='"1e4","1,5","2018-03-02"'), MINUTES]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2), st.sampled_from(b'\n\r,";\0\xff 0123-e')), max_size=3),
    block=st.sampled_from([1, 30, lines.BLOCK]),
)
def test_damaged_file_is_refused_or_read_as_csv_reads_it(tmp_path_factory, form, changes, block):
    """Bytes put in, replaced or removed: a price that is read is one that Python's own reader finds, or nothing is."""
    content = bytearray(form.replace("{row}\n", "").encode())
    for place, removed, byte in changes:
        at = int(place * len(content))
        content[at : at + removed] = bytes([byte])
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(content)
    try:
        with patch.object(lines, "BLOCK", block):
            table = load_prices(path, gaps="keep")
    except DataError as refused:
        assert str(refused).isprintable()  # so it is one line
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = [[field.strip().casefold() for field in row] for row in csv.reader(file) if row]
    at = rows[0].index("close")
    closes = {float(row[at]) for row in rows[1:] if len(row) > 1 and row[at]}
    assert {len(row) for row in rows} - {1} == {len(rows[0])}
    assert closes.issuperset(table.close_usd) or "timestamp" in rows[0]
