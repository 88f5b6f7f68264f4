"""What `reproduce.inputs.prices` promises: the embedded table, the forms of a file it accepts, one clear line for the rest."""

import hashlib
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce import prices
from reproduce.errors import DataError
from reproduce.inputs.prices import EMBEDDED_SHA256, embedded_table_path, load_prices

OURS = "date,close\n"
ARTICLE = "Date,Symbol,Open,High,Low,Close,Volume From,Volume To\n"
BANNER = "https://www.CryptoDataDownload.com\n"
DAYS = np.array(["2018-03-02", "2018-03-01", "2018-02-28"], dtype="datetime64[D]")  # across a month of 28 days
CLOSE_USD = np.array([11034.5, 10905.0, 0.07])
ROWS = ["2018-03-02,11034.5\n", "2018-03-01,10905\n", "2018-02-28,7e-2\n"]  # the same figures
ARTICLE_ROWS = [  # and again; every other column holds figures that must not be taken for them
    "3/2/2018,BTCUSD,1,2,3,11034.5,4,5\n",
    "03/01/2018,BTCUSD,6,7,8,10905,9,10\n",
    "2/28/2018,BTCUSD,11,12,13,7e-2,14,15\n",
]
NEWEST_FIRST = OURS + "".join(ROWS)

EXPECTED_COLUMNS = 'expected "date,close" or "Date,Symbol,Open,High,Low,Close,Volume From,Volume To"'
EXPECTED_PRICE = "expected a price in USD, finite and above 0, such as 7459.11"
EXPECTED_ISO = "expected a day as year-month-day such as 2018-05-26"
EXPECTED_SLASHES = "expected a day as month/day/year such as 5/26/2018"
MEND = "mend the row or name another file"
ADD_DAYS = "a day is missing; add every missing day or name another file"
SORT = "the days are out of order; sort the rows newest first or oldest first"


def write(folder, content):
    """Write `content`, text as UTF-8 or bytes as they are, to table.csv; text mode would change line ends."""
    path = folder / "table.csv"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def refusal(path):
    """Return the message with which `path` is refused."""
    with pytest.raises(DataError) as refused:
        load_prices(path)
    return str(refused.value)


def test_embedded_table_is_the_file_its_sha256_names():
    """The file, hashed here, has the sum the package names, and the table carries it."""
    table = load_prices()

    assert hashlib.sha256(embedded_table_path().read_bytes()).hexdigest() == EMBEDDED_SHA256
    assert table.sha256 == EMBEDDED_SHA256
    assert table.name == "btc_close.csv"


def test_embedded_table_is_the_one_its_card_describes():
    """The README.md beside the table states its sum, rows, span, lowest and highest price as they are read."""
    table = load_prices()
    lowest, highest = np.argmin(table.close_usd), np.argmax(table.close_usd)
    card = " ".join(embedded_table_path().with_name("README.md").read_text(encoding="utf-8").split())

    assert f"`{table.sha256}`" in card
    assert f"{len(table.dates)} days, {table.dates[-1]} to {table.dates[0]}" in card
    assert f"from {table.close_usd[lowest]:g} ({table.dates[lowest]})" in card
    assert f"to {table.close_usd[highest]:g} ({table.dates[highest]})" in card


def test_embedded_table_has_1273_consecutive_days_newest_first():
    """2018-05-26 back to 2014-12-01 without a gap, as the article's program reads them."""
    dates = load_prices().dates

    assert dates.shape == (1273,)
    assert dates.dtype == np.dtype("datetime64[D]")
    assert dates[0] == np.datetime64("2018-05-26")
    assert dates[-1] == np.datetime64("2014-12-01")
    assert set(np.diff(dates).astype(int)) == {-1}


def test_embedded_table_reads_as_pandas_reads_it():
    """Another parser finds the same days and, bit for bit, the same prices."""
    table = load_prices()
    frame = pd.read_csv(
        embedded_table_path(), dtype=str
    )  # text, as the digits of floats differ between pandas releases

    assert table.close_usd.dtype == np.float64
    assert table.close_usd.tolist() == frame["close"].map(float).tolist()
    assert table.dates.astype(str).tolist() == frame["date"].tolist()


def test_embedded_table_does_not_move_on_37_of_its_254_oldest_steps():
    """The young exchange that makes the test set easy; original_code/README.md lists it with this count."""
    oldest_steps = np.diff(load_prices().close_usd)[-254:]

    assert np.count_nonzero(oldest_steps == 0) == 37


def test_embedded_table_is_refused_when_its_sum_differs(monkeypatch):
    """A changed embedded table is no basis for the article's figures; both sums are shown."""
    monkeypatch.setattr(prices, "EMBEDDED_SHA256", "0" * 64)

    assert refusal(None) == (
        f"{embedded_table_path()}: sha256 is {EMBEDDED_SHA256}, expected {'0' * 64}; "
        "the embedded table was changed: restore it, or name the file to use it as your own"
    )


def test_embedded_table_path_prefers_the_table_inside_the_package(tmp_path, monkeypatch):
    """A wheel carries its own copy; a data directory beside an installed package is somebody else's."""
    inside = tmp_path / "reproduce" / "data" / "btc_close.csv"
    inside.parent.mkdir(parents=True)
    inside.write_text(NEWEST_FIRST)
    monkeypatch.setattr(prices, "__file__", str(tmp_path / "reproduce" / "prices.py"))

    assert embedded_table_path() == inside


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(OURS + "".join(ROWS), id="ours-newest-first"),
        pytest.param(OURS + "".join(reversed(ROWS)), id="ours-oldest-first"),
        pytest.param(ARTICLE + "".join(ARTICLE_ROWS), id="article-newest-first"),
        pytest.param(ARTICLE + "".join(reversed(ARTICLE_ROWS)), id="article-oldest-first"),
        pytest.param(BANNER + ARTICLE + "".join(ARTICLE_ROWS), id="banner"),
        pytest.param("\ufeff" + NEWEST_FIRST, id="byte-order-mark"),
        pytest.param("\ufeff" + BANNER + ARTICLE + "".join(ARTICLE_ROWS), id="byte-order-mark-and-banner"),
        pytest.param(NEWEST_FIRST.replace("\n", "\r\n"), id="crlf"),
        pytest.param(NEWEST_FIRST.replace("\n", "\r"), id="cr"),
        pytest.param(NEWEST_FIRST.removesuffix("\n"), id="no-newline-at-the-end"),
        pytest.param(NEWEST_FIRST + "\n \n\r\n", id="blank-lines-at-the-end"),
        pytest.param(NEWEST_FIRST.replace("10905", '"10905"'), id="quoted-field"),
    ],
)
def test_load_prices_reads_the_same_table_from_every_accepted_form(tmp_path, content):
    """Layout, order and line ends of the file leave no trace in the table but its sha256."""
    path = write(tmp_path, content)

    table = load_prices(path)

    np.testing.assert_array_equal(table.dates, DAYS)
    np.testing.assert_array_equal(table.close_usd, CLOSE_USD)
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert table.name == "table.csv"


def test_load_prices_reads_a_table_of_one_row(tmp_path):
    """Whether a table is long enough depends on the window, so it is not judged here."""
    table = load_prices(write(tmp_path, OURS + ROWS[0]))

    assert table.dates.tolist() == [date(2018, 3, 2)]
    assert table.close_usd.tolist() == [11034.5]


def ours(days, closes):
    """Lay the rows out as `data/btc_close.csv` does."""
    return OURS + "".join(f"{day.isoformat()},{close!r}\n" for day, close in zip(days, closes, strict=True))


def article(days, closes):
    """Lay the rows out as CryptoDataDownload served them, months and days without leading zeros."""
    rows = (f"{d.month}/{d.day}/{d.year:04d},BTCUSD,0,0,0,{c!r},0,0\n" for d, c in zip(days, closes, strict=True))
    return BANNER + ARTICLE + "".join(rows)


@settings(max_examples=60, deadline=None)  # an example is a file written and read: no time limit on it
@given(
    layout=st.sampled_from([ours, article]),
    order=st.sampled_from([1, -1]),
    newest=st.dates(min_value=date(1, 3, 1)),
    closes=st.lists(st.floats(min_value=0, exclude_min=True, allow_infinity=False), min_size=1, max_size=40),
)
def test_load_prices_reads_back_what_was_written(tmp_path_factory, layout, order, newest, closes):
    """Any positive prices on any days, in either layout and order, come back equal to the last bit, newest first."""
    days = [newest - timedelta(days=age) for age in range(len(closes))]
    path = write(tmp_path_factory.mktemp("prices"), layout(days[::order], closes[::order]))

    table = load_prices(path)

    assert table.dates.tolist() == days
    assert table.close_usd.tolist() == closes


def test_load_prices_refuses_a_missing_file(tmp_path):
    """The whole path is shown, since the name alone would not tell where was looked."""
    path = tmp_path / "none.csv"

    assert refusal(path) == (
        f"{path}: cannot be read (No such file or directory), expected a CSV file of prices; "
        "check its name and permissions or name another file"
    )


def test_load_prices_refuses_a_directory(tmp_path):
    """A directory is named as one."""
    assert refusal(tmp_path).startswith(f"{tmp_path}: cannot be read (Is a directory), expected a CSV file of prices;")


def test_load_prices_refuses_a_file_it_may_not_read(tmp_path, monkeypatch):
    """The system's refusal is imitated, because the superuser may read every file."""

    def deny(path):
        raise PermissionError(13, "Permission denied", str(path))

    path = write(tmp_path, NEWEST_FIRST)
    monkeypatch.setattr(Path, "read_bytes", deny)

    assert refusal(path).startswith(f"{path}: cannot be read (Permission denied), expected a CSV file of prices;")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "the file is empty, expected a table of prices; name another file", id="no-bytes"),
        pytest.param("\ufeff\r\n \n", "the file is empty, expected a table of prices; name another file", id="blank"),
        pytest.param(
            OURS, "no rows below the header, expected one a day; add rows or name another file", id="header-only"
        ),
        pytest.param(
            BANNER + ARTICLE + "\n",
            "no rows below the header, expected one a day; add rows or name another file",
            id="banner-and-header-only",
        ),
    ],
)
def test_load_prices_refuses_a_file_without_rows(tmp_path, content, message):
    """An empty file and an empty table are told apart."""
    assert refusal(write(tmp_path, content)) == f"table.csv: {message}"


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        pytest.param("date,price\n", 1, '"date,price"', id="other-name"),
        pytest.param("close,date\n", 1, '"close,date"', id="other-order"),
        pytest.param("Date,Close\n", 1, '"Date,Close"', id="other-case"),
        pytest.param("date, close\n", 1, '"date, close"', id="space"),
        pytest.param("date;close\r\n", 1, '"date;close"', id="semicolon-and-crlf"),
        pytest.param('"date,close"\n', 1, r'"\"date,close\""', id="one-quoted-field"),
        pytest.param("date,close,volume\n", 1, '"date,close,volume"', id="one-too-many"),
        pytest.param("", 1, '"2018-03-02,11034.5"', id="no-header"),
        pytest.param("\n" + OURS, 1, '""', id="blank-line-above"),
        pytest.param(BANNER + "Date,Price\n", 2, '"Date,Price"', id="below-the-banner"),
        pytest.param(BANNER + BANNER + OURS, 2, '"https://www.CryptoDataDownload.com"', id="second-banner"),
        pytest.param("x" * 90 + "\n", 1, '"' + "x" * 77 + '..."', id="long"),
    ],
)
def test_load_prices_refuses_other_columns(tmp_path, header, row, columns):
    """The message shows the header that came and the two that are accepted."""
    content = header + "".join(ROWS)

    assert (
        refusal(write(tmp_path, content)) == f"table.csv, row {row}: columns are {columns}, {EXPECTED_COLUMNS}; {MEND}"
    )


def test_load_prices_refuses_a_banner_with_nothing_below(tmp_path):
    """The header is missed in the row where it should stand."""
    assert refusal(write(tmp_path, BANNER)) == f'table.csv, row 2: columns are "", {EXPECTED_COLUMNS}; {MEND}'


@pytest.mark.parametrize(
    ("content", "place"),
    [
        pytest.param(NEWEST_FIRST.encode("utf-16"), "row 1: byte 1 of the row is 0xff", id="utf-16"),
        pytest.param(
            NEWEST_FIRST.encode().replace(b"10905", b"10905\xa4"), "row 3: byte 17 of the row is 0xa4", id="latin-1"
        ),
        pytest.param(
            b"\xef\xbb\xbf" + NEWEST_FIRST.encode().replace(b"\n", b"\r\n") + b"\xe2\x82",
            "row 5: byte 1 of the row is 0xe2",
            id="character-cut-short",
        ),
    ],
)
def test_load_prices_refuses_what_is_not_utf8(tmp_path, content, place):
    """The message leads to the byte: its row, its place in the row from 1, its value."""
    assert refusal(write(tmp_path, content)) == (
        f"table.csv, {place}, expected text in UTF-8; save the file as UTF-8 or name another file"
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param("2018-03-01", "number of fields is 1, expected 2 (date,close)", id="too-few-fields"),
        pytest.param("2018-03-01,1,234.5", "number of fields is 3, expected 2 (date,close)", id="too-many-fields"),
        pytest.param("", "number of fields is 0, expected 2 (date,close)", id="blank-line-between-rows"),
        pytest.param(
            '2018-03-01,"10905', "cannot be split (unexpected end of data), expected quotes in pairs", id="open-quote"
        ),
        pytest.param("3/1/2018,10905", f'date is "3/1/2018", {EXPECTED_ISO}', id="date-of-the-other-layout"),
        pytest.param("2018-3-1,10905", f'date is "2018-3-1", {EXPECTED_ISO}', id="date-without-zeros"),
        pytest.param("20180301,10905", f'date is "20180301", {EXPECTED_ISO}', id="date-without-hyphens"),
        pytest.param("2018-03-01 00:00,1", f'date is "2018-03-01 00:00", {EXPECTED_ISO}', id="date-with-time"),
        pytest.param("2018-02-29,10905", f'date is "2018-02-29", {EXPECTED_ISO}', id="date-in-no-calendar"),
        pytest.param(
            "2018-03-0\u0661,1", rf'date is "2018-03-0\u0661", {EXPECTED_ISO}', id="date-digit-of-other-script"
        ),
        pytest.param(",10905", f'date is "", {EXPECTED_ISO}', id="date-empty"),
        pytest.param("2018-03-01,", f'close is "", {EXPECTED_PRICE}', id="price-empty"),
        pytest.param("2018-03-01,n/a", f'close is "n/a", {EXPECTED_PRICE}', id="price-text"),
        pytest.param("2018-03-01,nan", f'close is "nan", {EXPECTED_PRICE}', id="price-nan"),
        pytest.param("2018-03-01,inf", f'close is "inf", {EXPECTED_PRICE}', id="price-inf"),
        pytest.param("2018-03-01,1e400", f'close is "1e400", {EXPECTED_PRICE}', id="price-overflows"),
        pytest.param("2018-03-01,1e-400", f'close is "1e-400", {EXPECTED_PRICE}', id="price-underflows"),
        pytest.param("2018-03-01,0.00", f'close is "0.00", {EXPECTED_PRICE}', id="price-zero"),
        pytest.param("2018-03-01,-10905", f'close is "-10905", {EXPECTED_PRICE}', id="price-negative"),
        pytest.param('2018-03-01,"1,234.5"', f'close is "1,234.5", {EXPECTED_PRICE}', id="price-thousands-comma"),
        pytest.param('2018-03-01,"1234,5"', f'close is "1234,5", {EXPECTED_PRICE}', id="price-decimal-comma"),
        pytest.param("2018-03-01,10_905", f'close is "10_905", {EXPECTED_PRICE}', id="price-underscore"),
        pytest.param("2018-03-01, 10905", f'close is " 10905", {EXPECTED_PRICE}', id="price-space"),
        pytest.param("2018-03-01,$10905", f'close is "$10905", {EXPECTED_PRICE}', id="price-currency-sign"),
        pytest.param("2018-03-01,\u0661", rf'close is "\u0661", {EXPECTED_PRICE}', id="price-digit-of-other-script"),
    ],
)
def test_load_prices_refuses_an_unsound_row(tmp_path, row, problem):
    """Nothing is guessed, skipped or filled in: the message names row and field and shows what came."""
    content = OURS + ROWS[0] + row + "\n" + ROWS[2]

    assert refusal(write(tmp_path, content)) == f"table.csv, row 3: {problem}; {MEND}"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param(
            "3/1/2018,BTCUSD,6,7,8,10905,9",
            "number of fields is 7, expected 8 (Date,Symbol,Open,High,Low,Close,Volume From,Volume To)",
            id="too-few-fields",
        ),
        pytest.param(
            "2018-03-01,BTCUSD,6,7,8,10905,9,10",
            f'Date is "2018-03-01", {EXPECTED_SLASHES}',
            id="date-of-the-other-layout",
        ),
        pytest.param(
            "26/2/2018,BTCUSD,6,7,8,10905,9,10", f'Date is "26/2/2018", {EXPECTED_SLASHES}', id="day-before-month"
        ),
        pytest.param(
            "3/1/18,BTCUSD,6,7,8,10905,9,10", f'Date is "3/1/18", {EXPECTED_SLASHES}', id="year-of-two-digits"
        ),
        pytest.param("3/1/2018,BTCUSD,6,7,8,,9,10", f'Close is "", {EXPECTED_PRICE}', id="price-empty"),
    ],
)
def test_load_prices_refuses_an_unsound_row_of_the_article_layout(tmp_path, row, problem):
    """Fields go by that layout's names, and the banner counts as a row, as it does in an editor."""
    content = BANNER + ARTICLE + ARTICLE_ROWS[0] + row + "\n" + ARTICLE_ROWS[2]

    assert refusal(write(tmp_path, content)) == f"table.csv, row 4: {problem}; {MEND}"


@pytest.mark.parametrize(
    ("march_days", "problem"),
    [
        pytest.param(
            [9, 8, 8, 7],
            "row 4: date is 2018-03-08 as in row 3, expected each day once; remove one of the two",
            id="duplicate-next-to-it",
        ),
        pytest.param(
            [6, 7, 8, 6, 9, 10],
            "row 5: date is 2018-03-06 as in row 2, expected each day once; remove one of the two",
            id="duplicate-further-up",
        ),
        pytest.param(
            [9, 8, 6, 5],
            f"row 4: date is 2018-03-06, expected 2018-03-07 after 2018-03-08 in the row above: {ADD_DAYS}",
            id="missing-newest-first",
        ),
        pytest.param(
            [5, 6, 9, 10],
            f"row 4: date is 2018-03-09, expected 2018-03-07 after 2018-03-06 in the row above: {ADD_DAYS}",
            id="missing-oldest-first",
        ),
        pytest.param(
            [9, 7, 6, 4],
            f"row 3: date is 2018-03-07, expected 2018-03-08 after 2018-03-09 in the row above: {ADD_DAYS}",
            id="missing-twice-names-the-first",
        ),
        pytest.param(
            [9, 8, 6, 7, 5],
            f"row 4: date is 2018-03-06, expected 2018-03-07 after 2018-03-08 in the row above: {SORT}",
            id="two-days-exchanged",
        ),
        pytest.param(
            [8, 9, 7, 6, 5],
            f"row 3: date is 2018-03-09, expected 2018-03-07 after 2018-03-08 in the row above: {SORT}",
            id="first-two-days-exchanged",
        ),
        pytest.param(
            [5, 6, 7, 2, 8, 9],
            f"row 5: date is 2018-03-02, expected 2018-03-08 after 2018-03-07 in the row above: {SORT}",
            id="one-day-astray",
        ),
        pytest.param(
            [9, 8, 7, 30],
            f"row 5: date is 2018-03-30, expected 2018-03-06 after 2018-03-07 in the row above: {SORT}",
            id="last-day-far-astray",
        ),
        pytest.param(
            [7, 8, 9, 6, 5, 4, 3],
            f"row 3: date is 2018-03-08, expected 2018-03-06 after 2018-03-07 in the row above: {SORT}",
            id="two-files-joined",
        ),
    ],
)
def test_load_prices_refuses_days_out_of_place(tmp_path, march_days, problem):
    """Days must follow one another, and a gap is told from a disorder since each is mended in its own way."""
    content = OURS + "".join(f"2018-03-{day:02d},{10000 + day}\n" for day in march_days)

    assert refusal(write(tmp_path, content)) == f"table.csv, {problem}"


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        pytest.param(["2018-03-09,1", "2018-03-07,2", "2018-03-06,n/a"], "row 3: date is 2018-03-07,", id="gap-first"),
        pytest.param(["2018-03-09,1", "2018-03-08,n/a", "2018-03-06,2"], 'row 3: close is "n/a",', id="price-first"),
        pytest.param(
            ["2018-03-09,1", "tomorrow,-1", "2018-03-07,\udcff"], 'row 3: date is "tomorrow",', id="date-first"
        ),
    ],
)
def test_load_prices_names_the_first_problem_in_the_file(tmp_path, rows, place):
    """Whatever its kind: order, encoding and fields are judged in one pass down the rows, left to right."""
    content = (OURS + "\n".join(rows)).encode("utf-8", "surrogateescape")  # \udcff becomes the byte 0xff

    assert refusal(write(tmp_path, content)).startswith(f"table.csv, {place}")
