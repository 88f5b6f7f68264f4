"""Price tables that are read: the embedded one, tables of days in every accepted form, and what is done about gaps."""

import csv
import hashlib
import io
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.errors import DataError
from reproduce.inputs import lines, prices
from reproduce.inputs.prices import EMBEDDED_SHA256, embedded_table_path, load_prices

OURS = "date,close\n"
ARTICLE = "Date,Symbol,Open,High,Low,Close,Volume From,Volume To\n"
CRYPTO_DATA_DOWNLOAD = "unix,date,symbol,open,high,low,close,Volume BTC,Volume USD\n"
BANNER = "https://www.CryptoDataDownload.com\n"
ROWS = ["2018-03-02,11034.5\n", "2018-03-01,10905\n", "2018-02-28,7e-2\n"]  # across a month of 28 days
DAYS, CLOSE_USD = ["2018-03-02", "2018-03-01", "2018-02-28"], [11034.5, 10905.0, 0.07]
ARTICLE_ROWS = [  # the same; every other column holds values that must not be taken for them
    "3/2/2018,BTCUSD,1,2,3,11034.5,4,5\n",
    "03/01/2018,BTCUSD,6,7,8,10905,9,10\n",
    "2/28/2018,BTCUSD,11,12,13,7e-2,14,15\n",
]
NEWEST_FIRST = OURS + "".join(ROWS)


def write(folder, content):
    """Write `content` to table.csv as it is; text mode would change line ends."""
    path = folder / "table.csv"
    path.write_bytes(content.encode())
    return path


# The embedded table


def test_embedded_table_is_the_one_its_card_describes():
    """The README.md beside the table states its sum, rows, span, lowest and highest price as they are read."""
    table = load_prices()
    lowest, highest = np.argmin(table.close_usd), np.argmax(table.close_usd)
    card = " ".join(embedded_table_path().with_name("README.md").read_text(encoding="utf-8").split())
    assert f"`{table.sha256}`" in card
    assert f"{len(table.dates)} days, {table.dates[-1]} to {table.dates[0]}" in card
    assert f"from {table.close_usd[lowest]:g} ({table.dates[lowest]})" in card
    assert f"to {table.close_usd[highest]:g} ({table.dates[highest]})" in card


def test_embedded_table_is_read_bit_for_bit():
    """Python's own reader finds the same days and prices in the file that has the sum the package names.

    They are 2018-05-26 back to 2014-12-01 without a gap, as the article's program reads them.
    """
    table, content = load_prices(), embedded_table_path().read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert hashlib.sha256(content).hexdigest() == EMBEDDED_SHA256 == table.sha256
    assert (table.name, table.missing, table.filled, table.notes) == ("btc_close.csv", 0, (), ())
    assert (table.dates.dtype, table.close_usd.dtype) == (np.dtype("datetime64[D]"), np.float64)
    assert table.dates.astype(str).tolist() == [row["date"] for row in rows]
    assert table.close_usd.tolist() == [float(row["close"]) for row in rows]
    assert [str(day) for day in table.dates[[0, -1]]] == ["2018-05-26", "2014-12-01"]
    assert np.diff(table.dates).astype(int).tolist() == [-1] * 1272


def test_embedded_table_does_not_move_on_37_of_its_254_oldest_steps():
    """The young exchange that makes the test set easy; original_code/README.md lists it with this count."""
    assert np.count_nonzero(np.diff(load_prices().close_usd)[-254:] == 0) == 37


@pytest.mark.parametrize("column", ["dates", "close_usd"])
def test_table_lies_in_memory_in_its_own_order(tmp_path, column):
    """A sum over a reversed view may differ in the last bit."""
    assert getattr(load_prices(), column).flags.c_contiguous
    assert getattr(load_prices(write(tmp_path, NEWEST_FIRST)), column).flags.c_contiguous


def test_embedded_table_is_refused_when_its_sum_differs(monkeypatch):
    """A changed embedded table is no basis for the article's values; both sums are shown."""
    monkeypatch.setattr(prices, "EMBEDDED_SHA256", "0" * 64)
    with pytest.raises(DataError) as refused:
        load_prices()
    assert str(refused.value) == (
        f"{embedded_table_path()}: sha256 is {EMBEDDED_SHA256}, expected {'0' * 64}; "
        "the embedded table was changed: restore it, or name the file to use it as your own"
    )


def test_embedded_table_path_prefers_the_table_inside_the_package(tmp_path, monkeypatch):
    """A wheel carries its own copy; a data directory beside an installed package is somebody else's."""
    inside = tmp_path / "reproduce" / "data" / "btc_close.csv"
    inside.parent.mkdir(parents=True)
    inside.touch()
    monkeypatch.setattr(prices, "__file__", str(tmp_path / "reproduce" / "inputs" / "prices.py"))
    assert embedded_table_path() == inside


# A user's table


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(NEWEST_FIRST, id="newest-first"),
        pytest.param(OURS + "".join(reversed(ROWS)), id="oldest-first"),
        pytest.param(BANNER + ARTICLE + "".join(ARTICLE_ROWS), id="article"),
        pytest.param("sep=,\r\n" + ARTICLE + "".join(ARTICLE_ROWS), id="excel"),
        pytest.param("\ufeff" + BANNER + "\n" + ARTICLE + "".join(ARTICLE_ROWS), id="mark-and-banner-and-blank-line"),
        pytest.param(
            BANNER
            + CRYPTO_DATA_DOWNLOAD
            + "1519948800,2018-03-02 00:00:00,BTC/USD,1,2,3,11034.5,4,5\n"
            + "1519862400,2018-03-01 00:00:00,BTC/USD,1,2,3,10905,4,5\n"
            + "1519776000,2018-02-28 00:00:00,BTC/USD,1,2,3,7e-2,4,5\n",
            id="crypto-data-download",
        ),
        pytest.param(NEWEST_FIRST.replace("\n", "\r"), id="cr"),
        pytest.param(NEWEST_FIRST.replace("\n", "\r\n\n"), id="crlf-and-blank-lines"),
        pytest.param(NEWEST_FIRST.replace(",", " , "), id="spaces"),
        pytest.param(OURS.upper() + "".join(ROWS), id="upper-case"),
        pytest.param(NEWEST_FIRST.replace("02,", "02T00:00:00.000Z,"), id="midnight-and-zone"),
        pytest.param(NEWEST_FIRST.replace("02,", "02 00:00:00-05:00,"), id="midnight-and-offset"),
        pytest.param(NEWEST_FIRST.replace("02,", "02 00:00,"), id="midnight"),
        pytest.param(NEWEST_FIRST.replace("02,", "02 UTC,"), id="zone"),
    ],
)
def test_table_of_days_is_read_in_every_form(tmp_path, content):
    """Layout, order and line ends of the file leave no trace in the table but its sum."""
    path = write(tmp_path, content)
    table = load_prices(path)
    assert (table.dates.astype(str).tolist(), table.close_usd.tolist()) == (DAYS, CLOSE_USD)
    assert (table.name, table.sha256) == ("table.csv", hashlib.sha256(path.read_bytes()).hexdigest())
    assert (table.gaps, table.missing, table.filled, table.notes) == ("refuse", 0, (), ())


DATE_FORMS = {
    "iso": date.isoformat,
    "midnight": lambda day: f"{day.isoformat()} 00:00:00+00:00",
    "slashes": lambda day: f"{day.month}/{day.day}/{day.year:04d}",
    "slashes-midnight": lambda day: f"{day.month:02d}/{day.day:02d}/{day.year:04d} 0:00",
}


@st.composite
def columns(draw):
    """The header, in any order, with the two that are read in any case and others among them."""
    cases = st.sampled_from([str.lower, str.upper, str.title])
    others = st.lists(st.sampled_from(["open", "Adj Close", "Volume, USD", "unix", 'say "high"', "ä"]), unique=True)
    return draw(st.permutations([draw(cases)("date"), draw(cases)("close"), *draw(others)]))


@settings(max_examples=100)
@given(
    header=columns(),
    form=st.sampled_from([*DATE_FORMS.values()]),
    order=st.sampled_from([1, -1]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["", "\ufeff", BANNER, "\ufeff" + BANNER]),
    block=st.sampled_from([1, 60, lines.BLOCK]),
    newest=st.dates(min_value=date(1, 3, 1)),
    closes=st.lists(st.floats(1e-100, 1e12), min_size=1, max_size=40),
)
def test_table_reads_equal_in_any_layout(
    tmp_path_factory, header, form, order, quoting, line_end, mark, block, newest, closes
):
    """Written by Python's own writer, prices come back equal to the last bit, newest first."""
    days = [newest - timedelta(days=age) for age in range(len(closes))]
    file = io.StringIO()
    writer = csv.writer(file, quoting=quoting, lineterminator=line_end)
    writer.writerow(header)
    for day, close in list(zip(days, closes, strict=True))[::order]:
        wanted = {"date": form(day), "close": close}
        writer.writerow([wanted.get(column.casefold(), f"{close}, {column}") for column in header])
    path = write(tmp_path_factory.getbasetemp(), mark + file.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", block)
        table = load_prices(path)
    assert table.dates.tolist() == days
    assert table.close_usd.tolist() == closes


def test_exact_name_goes_before_another_case(tmp_path):
    """And a note says which columns were read; a table with days is one of days, whatever else it has."""
    table = load_prices(write(tmp_path, "Timestamp,Close,date,close\n1,5,2018-03-01,7\n"))
    assert (str(table.dates[0]), table.close_usd.tolist()) == ("2018-03-01", [7.0])
    assert table.notes == ('columns "date" and "close" were read, not "Timestamp", "Close"',)


@pytest.mark.parametrize(
    ("header", "noted"),
    [("date,close", True), ("close,date", False)],
    ids=["price-last", "day-last"],
)
def test_last_line_without_an_end_is_noted_where_its_price_may_be_cut(tmp_path, header, noted):
    """11034 may be what is left of 11034.5, and nothing else in the row tells."""
    fields = dict(zip(("date", "close"), ("2018-03-02", "11034"), strict=True))
    row = ",".join(fields[name] for name in header.split(","))
    notes = load_prices(write(tmp_path, f"{header}\n{row}")).notes
    assert notes == ("the last line has no end: if the file was cut off there, the price in it may be wrong",) * noted


# Gaps

WITH_GAPS = "date,close\n2018-03-01,1\n2018-03-02,2\n2018-03-03,null\n2018-03-04,4\n2018-03-07,7\n"
FOUND = "3 days without a price in 2 gaps, the first 2018-03-03, the last 2018-03-06"


@pytest.mark.parametrize(
    ("gaps", "days", "closes", "filled", "done"),
    [
        ("keep", [7, 4, 2, 1], [7, 4, 2, 1], (), "left out, so that a step goes from a row to the next"),
        (
            "previous",
            [7, 6, 5, 4, 3, 2, 1],
            [7, 4, 4, 4, 2, 2, 1],
            ("2018-03-03", "2018-03-05", "2018-03-06"),
            "filled with the price of the day before",
        ),
    ],
    ids=["keep", "previous"],
)
def test_gaps_are_kept_or_filled(tmp_path, gaps, days, closes, filled, done):
    """As asked, and a note says so; a row whose price is null is a missing day."""
    table = load_prices(write(tmp_path, WITH_GAPS), gaps=gaps)
    assert table.dates.astype(str).tolist() == [f"2018-03-0{day}" for day in days]
    assert table.close_usd.tolist() == closes
    assert (table.gaps, table.missing, table.filled, table.notes) == (gaps, 3, filled, (f"{FOUND}: {done}",))


@pytest.mark.parametrize("gaps", ["keep", "previous"])
def test_table_without_gaps_is_the_same_whatever_is_done_about_them(tmp_path, gaps):
    """Nothing to note."""
    table = load_prices(write(tmp_path, NEWEST_FIRST), gaps=gaps)
    assert (table.dates.astype(str).tolist(), table.close_usd.tolist()) == (DAYS, CLOSE_USD)
    assert (table.gaps, table.missing, table.filled, table.notes) == (gaps, 0, (), ())


@pytest.mark.parametrize("gaps", ["refuse", "keep", "previous"])
def test_days_without_a_price_at_the_ends_are_left_out(tmp_path, gaps):
    """As the last day is in tables of shares before the exchange closes; they are no gap."""
    content = "date,close\n2018-02-28,\n2018-03-01,1\n2018-03-02,2\n2018-03-03,NaN\n2018-03-04,null\n"
    table = load_prices(write(tmp_path, content), gaps=gaps)
    assert (table.close_usd.tolist(), table.missing) == ([2, 1], 0)
    assert table.notes == ("3 days without a price at the ends of the table: left out",)


@settings(max_examples=50)
@given(present=st.sets(st.integers(0, 60), min_size=1), newest_first=st.booleans())
def test_gaps_are_filled_as_pandas_fills_them(tmp_path_factory, present, newest_first):
    """For any days that are there, in either order."""
    first = date(2020, 2, 1)
    days = pd.DatetimeIndex([first + timedelta(days=day) for day in sorted(present)])
    series = pd.Series(np.arange(1.0, len(days) + 1), index=days)
    rows = [f"{day.date()},{close}\n" for day, close in series.items()]
    path = write(tmp_path_factory.getbasetemp(), OURS + "".join(rows[:: -1 if newest_first else 1]))
    expected = series.resample("D").ffill()
    table = load_prices(path, gaps="previous")
    assert table.close_usd[::-1].tolist() == expected.tolist()
    assert table.dates[::-1].astype(str).tolist() == expected.index.strftime("%Y-%m-%d").tolist()
    assert table.filled == tuple(expected.index.difference(days).strftime("%Y-%m-%d"))


def test_unknown_word_for_gaps_is_refused():
    """By the three that are known."""
    with pytest.raises(ValueError, match=r"^gaps is 'skip', expected one of refuse, keep, previous$"):
        load_prices(gaps="skip")
