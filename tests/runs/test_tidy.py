"""Tidy tables: what is written reads back, and what is no such table is refused."""

from dataclasses import dataclass

import pytest

from reproduce.runs.tidy import parse_table, table_text


@dataclass(frozen=True)
class Measure:
    """A row with a field of each kind."""

    network: str
    seed: int
    loss: float


ROWS = [Measure("lstm", 3, 0.25), Measure(' "a, b"/ c ', -1, float("inf"))]


def test_header_names_the_fields_and_each_row_has_a_line():
    """In the fields' order; also where there is no row."""
    assert table_text(Measure, ROWS[:1]) == "network,seed,loss\nlstm,3,0.25\n"
    assert table_text(Measure, []) == "network,seed,loss\n"


def test_table_reads_back_equal():
    """Commas, quotes and spaces, numbers that are not finite."""
    assert parse_table(Measure, table_text(Measure, ROWS)) == ROWS
    (row,) = parse_table(Measure, table_text(Measure, [Measure("gru", 0, float("nan"))]))
    assert row.loss != row.loss


def test_float_keeps_nine_digits():
    """More than a repeated training has in common on another machine."""
    (row,) = parse_table(Measure, table_text(Measure, [Measure("mlp", 0, 2.7512345678901)]))
    assert row.loss == 2.75123457


def test_nothing_is_an_empty_cell():
    """Where there is no figure."""
    assert table_text(Measure, [Measure("mlp", 0, None)]).endswith("\nmlp,0,\n")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("network,seed\nlstm,3\n", KeyError, id="no-such-column"),
        pytest.param("network,seed,loss\nlstm,3\n", ValueError, id="cut-short"),
        pytest.param("network,seed,loss\nlstm,3,0.5,9\n", ValueError, id="a-cell-too-many"),
        pytest.param("network,seed,loss\nlstm,many,0.5\n", ValueError, id="no-number"),
    ],
)
def test_another_table_is_refused(text, error):
    """By the errors that the docstring names."""
    with pytest.raises(error):
        parse_table(Measure, text)


def test_line_end_within_a_cell_reads_back():
    """Nor do other characters that Python's `splitlines` breaks at end a row."""
    rows = [Measure("to\nbe\x0bor\u2028not", 3, 0.25)]
    assert parse_table(Measure, table_text(Measure, rows)) == rows
