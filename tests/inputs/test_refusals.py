"""Price files that are refused: one line that says which row, what came, what was expected, and what to do."""

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.errors import DataError
from reproduce.inputs.prices import load_prices
from tests.inputs.broken import BROKEN, QUOTED


@pytest.mark.parametrize("case", BROKEN)
def test_broken_file_is_refused_in_one_line(tmp_path, case):
    """The first problem of the file, and nothing besides the line: a warning of the parser would be an error here."""
    content, message = BROKEN[case]
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with warnings.catch_warnings(), pytest.raises(DataError) as refused:
        warnings.simplefilter("error")
        load_prices(path)
    assert str(refused.value) == message
    assert "\n" not in message
