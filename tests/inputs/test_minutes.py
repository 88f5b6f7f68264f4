"""Minute candles: daily means held against plain Python, one clear line for what is refused, and memory that stays."""

import hashlib
import random
import statistics
import subprocess
import sys
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from reproduce.errors import DataError
from reproduce.inputs.minutes import is_minute_table, load_any, load_minutes
from reproduce.inputs.prices import embedded_table_path, load_prices

HEADER = "Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency),Weighted_Price\n"
NO_TRADE = ",NaN,NaN,NaN,NaN,NaN,NaN,NaN\n"
START = 1527292680  # 2018-05-25 23:58:00 UTC, worked out by hand: 17,676 days, 23 hours and 58 minutes after 1970
CHUNKS = [1, 2, 7, 100_000]

FIELDS = "expected 8; mend the row or name another file"
WHOLE_SECONDS = "expected Unix time in whole seconds such as 1527292800; mend the row or name another file"
SORT = "in the row above; sort the rows oldest first"
PRICE = "expected a price in USD, finite and above 0, such as 7459.11, or NaN; mend the row or name another file"
UTF_8 = "expected text in UTF-8; save the file as UTF-8 or name another file"


def minute(time, close):
    """A candle whose every other column holds a figure that must not be taken for the price."""
    return f"{time},1.5,99999,2.5,{close},3.5,4.5,5.5\n"


def minutes(closes, start=START):
    """A candle a minute."""
    return "".join(minute(start + 60 * k, close) for k, close in enumerate(closes))


SOUND = minutes([7010.25, 7020.5, 7100, 7103.5])  # two minutes of one day, two of the next; rows 2 to 5


def write(folder, content):
    """Write `content`, text as UTF-8 or bytes as they are, to candles.csv; text mode would change line ends."""
    path = folder / "candles.csv"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def refusal(path, **options):
    """Return the message with which `path` is refused, which is one line."""
    with pytest.raises(DataError) as refused:
        load_minutes(path, **options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


# What a table holds


@pytest.mark.parametrize("chunk_rows", CHUNKS)
def test_minutes_become_daily_means_newest_first(tmp_path, chunk_rows):
    """Worked by hand; both days are there in part."""
    path = write(tmp_path, HEADER + SOUND)
    table = load_minutes(path, chunk_rows=chunk_rows)
    assert table.dates.tolist() == np.array(["2018-05-26", "2018-05-25"], dtype="datetime64[D]").tolist()
    assert table.dates.dtype == np.dtype("datetime64[D]")
    assert table.close_usd.tolist() == [7101.75, 7015.375]
    assert table.name == "candles.csv"
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("offset", [-1, 0], ids=["last-second", "midnight"])
def test_day_ends_at_midnight_utc(tmp_path, offset):
    """The last second of a day belongs to it, and midnight to the next."""
    midnight = datetime(2018, 5, 26, tzinfo=timezone.utc)
    time = midnight + timedelta(seconds=offset)
    table = load_minutes(write(tmp_path, HEADER + minute(int(time.timestamp()), 7100)))
    assert str(table.dates[0]) == time.date().isoformat()


@pytest.mark.parametrize("chunk_rows", [7, 1440, 4000, 100_000])
def test_minutes_have_the_mean_of_plain_python_to_the_last_bit(tmp_path, chunk_rows):
    """Six days, a third of the minutes without a trade or absent, chunks that end within a day."""
    generator = random.Random(3)
    candles, by_day = [], {}
    for k in range(5 * 1440 - 300):
        time, close = START - 36_000 + 60 * k, round(generator.uniform(3000, 20000), 2)
        kind = generator.choice(["traded"] * 4 + ["nan", "absent"])
        candles.append({"traded": minute(time, close), "nan": f"{time}{NO_TRADE}", "absent": ""}[kind])
        day = datetime.fromtimestamp(time, tz=timezone.utc).date()
        by_day.setdefault(day, []).extend([close] * (kind == "traded"))
    table = load_minutes(write(tmp_path, HEADER + "".join(candles)), chunk_rows=chunk_rows)
    assert table.dates.tolist() == sorted(by_day, reverse=True)
    assert table.close_usd.tolist() == [statistics.fmean(by_day[day]) for day in sorted(by_day, reverse=True)]


@pytest.mark.parametrize("chunk_rows", CHUNKS)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(HEADER + SOUND.rstrip(), id="no-end-of-the-last-line"),
        pytest.param((HEADER + SOUND).replace("\n", "\r\n"), id="crlf"),
        pytest.param("\ufeff" + HEADER + SOUND, id="byte-order-mark"),
        pytest.param(HEADER + SOUND + "\n\n\n", id="blank-lines-at-the-end"),
        pytest.param(HEADER + "\n" + SOUND.replace("\n", "\n\n"), id="blank-lines"),
        pytest.param(HEADER + f"{START - 60}{NO_TRADE}" + SOUND + f"{START + 240}{NO_TRADE}", id="no-trade-as-nan"),
        pytest.param(HEADER + f"{START - 60},,,,,,,\n" + SOUND, id="no-trade-as-nothing"),
        pytest.param(HEADER + f"{START - 60},nan,1,1,nan,1,1,1\n" + SOUND, id="no-close-only"),
        pytest.param(HEADER + f"{START - 86_400 * 9}{NO_TRADE}" + SOUND, id="day-without-a-price-before-the-first"),
        pytest.param(HEADER + SOUND + f"{START + 86_400 * 9}{NO_TRADE}", id="day-without-a-price-after-the-last"),
        pytest.param(HEADER + SOUND.replace(",1.5", ".0,1.5"), id="times-with-a-point"),
        pytest.param(HEADER + SOUND.replace(",3.5,", ",é,"), id="other-columns-are-not-read"),
    ],
)
def test_minutes_are_read_in_every_form_of_the_file(tmp_path, content, chunk_rows):
    """The same two days."""
    table = load_minutes(write(tmp_path, content), chunk_rows=chunk_rows)
    assert [str(day) for day in table.dates] == ["2018-05-26", "2018-05-25"]
    assert table.close_usd.tolist() == [7101.75, 7015.375]


def test_minutes_of_one_day_are_a_table(tmp_path):
    """One row; how many are needed is the variant's affair. And time begins with 0."""
    table = load_minutes(write(tmp_path, HEADER + minute(0, 7000.1)))
    assert (str(table.dates[0]), table.close_usd.tolist()) == ("1970-01-01", [7000.1])


# What is refused


@pytest.mark.parametrize("chunk_rows", CHUNKS)
@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(minute("today", 7), f'Timestamp is "today", {WHOLE_SECONDS}', id="time-of-text"),
        pytest.param(minute("", 7), f'Timestamp is "", {WHOLE_SECONDS}', id="no-time"),
        pytest.param(minute("NaN", 7), f'Timestamp is "", {WHOLE_SECONDS}', id="time-nan"),
        pytest.param(minute("True", 7), f'Timestamp is "True", {WHOLE_SECONDS}', id="time-true"),
        pytest.param(
            minute(f"{START + 600}.5", 7), f'Timestamp is "{START + 600}.5", {WHOLE_SECONDS}', id="half-second"
        ),
        pytest.param(minute(START * 1000, 7), f'Timestamp is "{START * 1000}", {WHOLE_SECONDS}', id="milliseconds"),
        pytest.param(minute(-60, 7), f'Timestamp is "-60", {WHOLE_SECONDS}', id="before-1970"),
        pytest.param(
            minute(START + 180, 7), f'Timestamp is "{START + 180}", expected more than {START + 180} {SORT}', id="twice"
        ),
        pytest.param(
            minute(START - 60, 7), f'Timestamp is "{START - 60}", expected more than {START + 180} {SORT}', id="earlier"
        ),
        pytest.param(
            f"{START + 120}{NO_TRADE}",
            f'Timestamp is "{START + 120}", expected more than {START + 180} {SORT}',
            id="earlier-without-a-trade",
        ),
        pytest.param(minute(START + 600, "n/a"), f'Close is "n/a", {PRICE}', id="price-of-text"),
        pytest.param(minute(START + 600, "null"), f'Close is "null", {PRICE}', id="price-null"),
        pytest.param(minute(START + 600, "True"), f'Close is "True", {PRICE}', id="price-true"),
        pytest.param(minute(START + 600, "1_000"), f'Close is "1_000", {PRICE}', id="price-with-underscore"),
        pytest.param(minute(START + 600, '"7"'), f'Close is "\\"7\\"", {PRICE}', id="price-in-quotes"),
        pytest.param(minute(START + 600, "\uff17"), f'Close is "\\uff17", {PRICE}', id="price-in-other-digits"),
        pytest.param(minute(START + 600, "0"), f'Close is "0", {PRICE}', id="price-of-nothing"),
        pytest.param(minute(START + 600, "-7.5"), f'Close is "-7.5", {PRICE}', id="price-below-0"),
        pytest.param(minute(START + 600, "inf"), f'Close is "inf", {PRICE}', id="price-infinite"),
        pytest.param(minute(START + 600, "1e+308"), f'Close is "1e+308", {PRICE}', id="price-whose-sum-is-infinite"),
        pytest.param(minute(START + 600, "x" * 90), f'Close is "{"x" * 77}...", {PRICE}', id="price-long"),
        pytest.param(f"{START + 600},1,1,1,70", f"number of fields is 5, {FIELDS}", id="cut-short-within-the-price"),
        pytest.param(minute(START + 600, "7,5"), f"number of fields is 9, {FIELDS}", id="decimal-comma"),
        pytest.param(minute(START + 600, "7\x005"), f"has the byte 0x00, {UTF_8}", id="zero-byte"),
    ],
)
def test_row_that_is_not_sound_is_refused(tmp_path, row, message, chunk_rows):
    """After four sound rows and a blank line, with another row below it; whichever chunk it lies in."""
    path = write(tmp_path, HEADER + SOUND + "\n" + row.rstrip("\n") + "\n" + minute(START + 1200, "x"))
    assert refusal(path, chunk_rows=chunk_rows) == f"candles.csv, row 7: {message}"


def test_first_of_two_bad_rows_is_named(tmp_path):
    """Not the one whose rule is checked first."""
    rows = [minute(START, 7), minute(START + 60, "x"), minute("x", 7)]
    assert refusal(write(tmp_path, HEADER + "".join(rows))) == f'candles.csv, row 3: Close is "x", {PRICE}'


def test_bad_row_after_many_sound_ones_is_refused_in_one_line(tmp_path):
    """In a chunk of some 500 kB; no warning of the parser besides, which the suite would not stop at."""
    path = write(tmp_path, HEADER + minutes([7010.25] * 10_000) + minute(START + 60 * 10_000, "x"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert refusal(path) == f'candles.csv, row 10002: Close is "x", {PRICE}'


def test_table_newest_first_is_refused(tmp_path):
    """At its second minute."""
    path = write(tmp_path, HEADER + minute(START + 60, 7) + minute(START, 7))
    assert refusal(path) == f'candles.csv, row 3: Timestamp is "{START}", expected more than {START + 60} {SORT}'


@pytest.mark.parametrize("chunk_rows", CHUNKS)
def test_day_without_a_price_is_refused(tmp_path, chunk_rows):
    """The first such day is named, though rows of it are there; and how far the file must be cut."""
    day = 86_400
    rows = [START, START + day, f"{START + 2 * day}{NO_TRADE}", START + 3 * day, START + 3 * day + 60, START + 6 * day]
    content = "".join(row if isinstance(row, str) else minute(row, 7) for row in rows)
    assert refusal(write(tmp_path, HEADER + content), chunk_rows=chunk_rows) == (
        "candles.csv, row 5: the next price after 2018-05-26 is of 2018-05-28, expected one on 2018-05-27; "
        "3 days up to 2018-05-30 have none: keep the header and the rows of later days, or name another file"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "candles.csv: the file is empty, expected a table of prices; name another file", id="empty"),
        pytest.param("\r\n\n", "candles.csv: the file is empty, expected a table of prices; name", id="blank"),
        pytest.param(HEADER, "candles.csv: no row has a price, expected one a minute; add rows", id="no-rows"),
        pytest.param(HEADER.rstrip(), "candles.csv: no row has a price, expected one a minute", id="header-only"),
        pytest.param(HEADER + "\n\n", "candles.csv: no row has a price, expected one a minute", id="blank-rows"),
        pytest.param(HEADER + f"{START}{NO_TRADE}", "candles.csv: no row has a price, expected", id="no-prices"),
        pytest.param("date,close\n", 'candles.csv, row 1: columns are "date,close", expected "Timestamp,', id="days"),
        pytest.param(HEADER.replace("Close", "close"), 'row 1: columns are "Timestamp,Open,High,Low,close', id="case"),
        pytest.param(HEADER.rstrip() + ",More\n", 'row 1: columns are "Timestamp,Open,', id="a-column-too-many"),
        pytest.param("\n" + HEADER + SOUND, 'candles.csv, row 1: columns are "", expected', id="blank-line-first"),
        pytest.param(SOUND, 'candles.csv, row 1: columns are "1527292680,1.5,', id="no-header"),
        pytest.param((HEADER + SOUND).encode("utf-16"), f"candles.csv, row 1: has the byte 0xff, {UTF_8}", id="utf-16"),
        pytest.param(
            (HEADER + SOUND).encode() + minute(START + 600, 7).replace("3.5", "\xa0").encode("latin-1"),
            f"candles.csv, row 6: has the byte 0xa0, {UTF_8}",
            id="latin-1-in-a-column-that-is-not-read",
        ),
    ],
)
def test_file_that_is_no_minute_table_is_refused(tmp_path, content, message):
    """In one line that says what was expected."""
    assert message in refusal(write(tmp_path, content))


@pytest.mark.parametrize(("make", "reason"), [(Path.mkdir, "Is a directory"), (lambda _: None, "No such file")])
def test_file_that_cannot_be_read_is_refused(tmp_path, make, reason):
    """A folder, or nothing at all."""
    path = tmp_path / "candles.csv"
    make(path)
    assert f"candles.csv: cannot be read ({reason}" in refusal(path)
    assert "check its name and permissions or name another file" in refusal(path)


# Which of the two loaders


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(HEADER + SOUND, True, id="minutes"),
        pytest.param(("\ufeff" + HEADER).replace("\n", "\r\n"), True, id="byte-order-mark-and-crlf"),
        pytest.param("date,close\n2018-05-26,7\n", False, id="days"),
        pytest.param("", False, id="empty"),
        pytest.param(b"\xff\xfe", False, id="not-utf-8"),
    ],
)
def test_minute_table_is_known_by_its_header(tmp_path, content, expected):
    """Whatever lies below."""
    assert is_minute_table(write(tmp_path, content)) is expected


def test_file_that_is_not_there_is_no_minute_table(tmp_path):
    """What is wrong with it, reading says."""
    assert not is_minute_table(tmp_path / "candles.csv")
    with pytest.raises(DataError, match=r"candles.csv: cannot be read \(No such file"):
        load_any(tmp_path / "candles.csv")


def test_load_any_reads_minutes(tmp_path):
    """By their header."""
    assert load_any(write(tmp_path, HEADER + SOUND)).close_usd.tolist() == [7101.75, 7015.375]


@pytest.mark.parametrize("path", [None, embedded_table_path()], ids=["embedded", "named"])
def test_load_any_reads_days(path):
    """As `load_prices` does."""
    table, expected = load_any(path), load_prices()
    assert (table.sha256, table.name) == (expected.sha256, expected.name)
    np.testing.assert_array_equal(table.close_usd, expected.close_usd)


# Memory

# Not ru_maxrss, which a child inherits from the process that started it: VmHWM begins anew with the program.
READ_IT = """
import sys
from pathlib import Path
from reproduce.inputs.minutes import load_minutes
days = len(load_minutes(Path(sys.argv[1])).dates)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(days, status["VmHWM"].split()[0])
"""


def days_and_peak(folder, rows):
    """What a process of its own finds in that many rows: days, and its highest resident memory in MiB."""
    path = folder / f"{rows}.csv"
    with path.open("w") as file:
        file.write(HEADER)
        file.writelines(minute(START + 60 * k, 7000 + k % 997) for k in range(rows))
    output = subprocess.run([sys.executable, "-c", READ_IT, path], check=True, capture_output=True, text=True).stdout
    days, peak_kib = output.split()
    return int(days), int(peak_kib) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's highest memory there")
def test_memory_does_not_grow_with_the_rows(tmp_path):
    """Four times the rows, two chunks and eight; held whole, 600,000 rows took 79 MiB more, here 3 or 4."""
    days, peak = days_and_peak(tmp_path, 200_000)
    more_days, more_peak = days_and_peak(tmp_path, 800_000)
    assert (days, more_days) == (140, 557)
    assert more_peak - peak < 25
