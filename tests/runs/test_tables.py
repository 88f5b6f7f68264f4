"""Tables: what is written reads back, and what is no such table is refused."""

from dataclasses import dataclass

import pandas as pd
import pytest

from reproduce.runs.tables import frame_text, parse_frame, parse_rows, rows_text


@dataclass(frozen=True)
class Measure:
    """A row with a field of each kind."""

    network: str
    seed: int
    loss: float


ROWS = [Measure("lstm", 3, 0.25), Measure(' "a, b"/ c ', -1, float("inf")), Measure("to\nbe\x0bor\u2028not", 3, 2.5)]


def test_header_names_the_fields_and_each_row_has_a_line():
    """In the fields' order; also where there is no row."""
    assert rows_text(Measure, ROWS[:1]) == "network,seed,loss\nlstm,3,0.25\n"
    assert rows_text(Measure, []) == "network,seed,loss\n"


def test_rows_read_back_equal():
    """Commas, quotes, spaces and line ends within a cell; numbers that are not finite."""
    assert parse_rows(Measure, rows_text(Measure, ROWS)) == ROWS
    (row,) = parse_rows(Measure, rows_text(Measure, [Measure("gru", 0, float("nan"))]))
    assert row.loss != row.loss


def test_float_of_a_row_keeps_nine_digits():
    """More than a repeated training has in common on another machine."""
    (row,) = parse_rows(Measure, rows_text(Measure, [Measure("mlp", 0, 2.7512345678901)]))
    assert row.loss == 2.75123457


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, float("inf")])
def test_float_of_a_frame_reads_back_to_the_last_bit(value):
    """Whatever its digits."""
    read = parse_frame(frame_text(pd.DataFrame({"x": [value]})), {"x": float})
    assert read["x"][0].hex() == value.hex()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("network,seed\nlstm,3\n", "it has no column loss", id="no-such-column"),
        pytest.param("network,seed,loss\nlstm,3\n", "a cell is empty", id="a-cell-too-few"),
        pytest.param("network,seed,loss\nlstm,3,0.5,9\n", "Expected 3 fields in line 2", id="a-cell-too-many"),
        pytest.param(
            "network,seed,loss\ngru,1,0.5\nlstm,3,0.5,9\n", "Expected 3 fields in line 3", id="a-cell-too-many-below"
        ),
        pytest.param("network,seed,loss\nlstm,many,0.5\n", "'many'", id="no-number"),
        pytest.param("network,seed,loss\n", "it is cut short", id="no-row"),
        pytest.param("network,seed,loss\nlstm,3,0.5\nlstm,4,0.", "it is cut short", id="cut-short"),
        pytest.param("", "No columns", id="empty"),
    ],
)
def test_another_table_is_refused(text, told):
    """By a ValueError, which names what is wrong."""
    with pytest.raises(ValueError, match=told):
        parse_rows(Measure, text)
