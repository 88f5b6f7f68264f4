"""Price files that are refused: one line that says which row, what came, what was expected, and what to do."""

import csv
from statistics import fmean
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.errors import DataError
from reproduce.inputs import lines
from reproduce.inputs.prices import load_prices
from tests.inputs.broken import BROKEN, DAYS, MINUTES, QUOTED

DAMAGE = b'\n\r,";\0\xff 0123-e'


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", BROKEN)
def test_broken_file_is_refused_in_one_line(tmp_path, monkeypatch, case):
    """The file's first problem, however many bytes are checked at a time; no warning of a parser besides."""
    content, message = BROKEN[case]
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    for block in (1, 50, lines.BLOCK):
        monkeypatch.setattr(lines, "BLOCK", block)
        with pytest.raises(DataError) as refused:
            load_prices(path)
        assert str(refused.value) == message, block
    assert message.isprintable()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_row_of_a_line_that_no_table_has_is_named(end, tmp_path, monkeypatch):
    """Not the first one of the bytes that are read with it: here three rows at a time, or four."""
    monkeypatch.setattr(lines, "BLOCK", 50)
    rows = [f"2018-03-{day:02d},{day}.5" for day in range(1, 10)]
    path = tmp_path / "table.csv"
    path.write_text(end.join(["date,close", *rows, "x" * 70_000]), newline="")
    with pytest.raises(DataError, match=r"^table\.csv, row 11: has more than 65536 bytes"):
        load_prices(path)


@pytest.mark.parametrize("blank", ["  ", "  \n", "\n \t\n", "\r\n  \r\n"])
def test_header_above_lines_of_spaces_has_no_rows(blank, tmp_path):
    """As above lines with nothing in them."""
    path = tmp_path / "table.csv"
    path.write_text(f"date,close\n{blank}", newline="")
    with pytest.raises(DataError, match=r"no rows below the header"):
        load_prices(path)


def test_row_far_down_is_counted(tmp_path):
    """Behind several blocks of the size that is used, blank lines among them."""
    path = tmp_path / "table.csv"
    minutes = "".join(f"{60 * k},7010.25\n" + "\n" * (k % 1000 == 0) for k in range(800_000))
    path.write_text(f"Timestamp,Close\n{minutes}48000000,x\n")
    with pytest.raises(DataError, match=r"^table\.csv, row 800802: Close is \"x\", expected a price"):
        load_prices(path)


def read(path):
    """The prices in order of their size, or the line that refuses the file; and what Python's own reader finds."""
    try:
        table = load_prices(path, gaps="keep")
    except DataError as refused:
        return str(refused), str(refused)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = (row for row in csv.reader(file) if "".join(row).strip())
    assert {len(row) for row in rows} == {len(header)}
    names = [name.strip().casefold() for name in header]
    at, is_minutes = names.index("close"), "timestamp" in names
    by_day = {}
    for row in rows:
        day = int(float(row[names.index("timestamp")])) // 86_400 if is_minutes else row[names.index("date")].strip()
        by_day.setdefault(day, []).extend([float(row[at])] if row[at] else [])
    return sorted(table.close_usd), sorted(fmean(closes) for closes in by_day.values() if closes)


@settings(max_examples=150)
@given(
    form=st.sampled_from([DAYS.format(row="2018-03-02,1e4"), QUOTED.format(row='"1e4","1,5","2018-03-02"'), MINUTES]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2), st.sampled_from(DAMAGE)), max_size=3),
    block=st.sampled_from([1, 30, lines.BLOCK]),
)
def test_damaged_file_is_refused_in_one_line_or_read_as_python_reads_it(tmp_path_factory, form, changes, block):
    """Bytes put in, replaced or removed: no price is read that is not there."""
    content = bytearray(form.replace("{row}\n", "").encode())
    for place, removed, byte in changes:
        at = int(place * len(content))
        content[at : at + removed] = bytes([byte])
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(content)
    with patch.object(lines, "BLOCK", block):
        found, expected = read(path)
    assert found == expected
    assert str(found).isprintable()  # so a refusal is one line
