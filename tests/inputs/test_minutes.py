"""Tables of minutes: a day's price is the mean of its minutes, held against plain Python in every accepted form."""

import csv
import io
import random
import statistics
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.bench.inputs import measure
from reproduce.inputs import lines
from reproduce.inputs.prices import load_prices

HEADER = "Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency),Weighted_Price\n"
NO_TRADE = ",NaN,NaN,NaN,NaN,NaN,NaN,NaN\n"
START = 1527292680  # 2018-05-25 23:58:00 UTC, worked out by hand: 17,676 days, 23 hours and 58 minutes after 1970
DAY = 86_400


def minute(time, close):
    """A candle whose every other column holds a value that must not be taken for the price."""
    return f"{time},1.5,99999,2.5,{close},3.5,4.5,5.5\n"


# Two minutes of one day, two of the next
ROWS = [minute(START + 60 * k, close) for k, close in enumerate([7010.25, 7020.5, 7100, 7103.5])]
SOUND = "".join(ROWS)


def load(folder, content, **options):
    """The table that this text is."""
    path = folder / "candles.csv"
    path.write_bytes(content.encode())
    return load_prices(path, **options)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(HEADER + SOUND, id="oldest-first"),
        pytest.param(HEADER + "".join(reversed(ROWS)), id="newest-first"),
        pytest.param(HEADER + SOUND.rstrip(), id="no-end-of-the-last-line"),
        pytest.param("\ufeff" + HEADER + "\n" + SOUND.replace("\n", "\r\n\r\n"), id="mark-crlf-and-blank-lines"),
        pytest.param(HEADER + f"{START - 60}{NO_TRADE}" + SOUND + f"{START + 240}{NO_TRADE}", id="no-trade-as-nan"),
        pytest.param(HEADER + f"{START - 60},,,,,,,\n" + SOUND, id="no-trade-as-nothing"),
        pytest.param(HEADER + f'"{START - 60}",1,1,1,"",1,1,1\n' + SOUND, id="no-close-only"),
        pytest.param(HEADER + SOUND.replace(",1.5", ".0,1.5"), id="times-with-a-point"),
        pytest.param(HEADER + ROWS[0] + "".join(ROWS[1:]).replace(",1.5", ".0,1.5"), id="some-times-with-a-point"),
        pytest.param(HEADER.lower() + SOUND, id="lower-case"),
        pytest.param("Timestamp,Open,High,Low,Close,Volume,A,B\n" + SOUND, id="other-columns"),
    ],
)
def test_minutes_become_daily_means_newest_first(tmp_path, content):
    """Worked by hand; both days are there in part."""
    table = load(tmp_path, content)
    assert table.dates.astype(str).tolist() == ["2018-05-26", "2018-05-25"]
    assert table.close_usd.tolist() == [7101.75, 7015.375]
    assert (table.missing, table.notes) == (0, ())


@pytest.mark.parametrize(("unit", "name"), [(10**3, "milliseconds"), (10**6, "microseconds"), (10**9, "nanoseconds")])
@pytest.mark.parametrize("ending", ["", ".0"])
def test_smaller_units_are_known_by_size_and_noted(tmp_path, unit, name, ending):
    """Also where a minute is named by its last millisecond."""
    last = unit // 10**3
    rows = [minute(f"{(START + 60 * k + 60) * unit - last}{ending}", close) for k, close in enumerate([1, 3, 5])]
    table = load(tmp_path, HEADER + "".join(rows))
    assert (table.dates.astype(str).tolist(), table.close_usd.tolist()) == (["2018-05-26", "2018-05-25"], [5, 2])
    assert table.notes == (f"times are in {name} and were converted",)


@pytest.mark.parametrize(
    ("time", "day"),
    [(0, "1970-01-01"), (START + 119, "2018-05-25"), (START + 120, "2018-05-26")],
    ids=["first-of-all", "last-second", "midnight"],
)
def test_days_are_those_of_utc(tmp_path, time, day):
    """In a table of one row, which is one: how many are needed is the variant's affair."""
    assert load(tmp_path, HEADER + minute(time, 7100)).dates.astype(str).tolist() == [day]


@pytest.mark.parametrize("block", [50, 5000, lines.BLOCK])
def test_minutes_have_the_mean_of_plain_python_to_the_last_bit(tmp_path, monkeypatch, block):
    """Six days, a third of the minutes without a trade or absent, blocks that end within a day."""
    monkeypatch.setattr(lines, "BLOCK", block)
    generator = random.Random(3)
    candles, by_day = [], {}
    for k in range(5 * 1440 - 300):
        time, close = START - 36_000 + 60 * k, round(generator.uniform(3000, 20000), 2)
        kind = generator.choice(["traded"] * 4 + ["nan", "absent"])
        candles.append({"traded": minute(time, close), "nan": f"{time}{NO_TRADE}", "absent": ""}[kind])
        day = datetime.fromtimestamp(time, tz=timezone.utc).date()
        by_day.setdefault(day, []).extend([close] * (kind == "traded"))
    table = load(tmp_path, HEADER + "".join(candles))
    assert table.dates.tolist() == sorted(by_day, reverse=True)
    assert table.close_usd.tolist() == [statistics.fmean(by_day[day]) for day in sorted(by_day, reverse=True)]


@settings(max_examples=100)
@given(
    header=st.permutations(["Timestamp", "Close", "Open", "Volume, BTC"]),
    ending=st.sampled_from(["", ".0", "000", "000000"]),
    order=st.sampled_from([1, -1]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["", "\ufeff"]),
    block=st.sampled_from([1, 60, lines.BLOCK]),
    first=st.integers(10**9, 2 * 10**9),
    closes=st.lists(st.one_of(st.none(), st.floats(1e-3, 1e6)), min_size=1, max_size=30),
)
def test_minutes_read_equal_in_any_layout(
    tmp_path_factory, header, ending, order, quoting, line_end, mark, block, first, closes
):
    """Written by Python's own writer, five a day; some have no price."""
    closes = [1.0, *closes, 2.0]
    by_day, file = {}, io.StringIO()
    writer = csv.writer(file, quoting=quoting, lineterminator=line_end)
    writer.writerow(header)
    times = [first + k * DAY // 5 for k in range(len(closes))]
    for time, close in list(zip(times, closes, strict=True))[::order]:
        wanted = {"Timestamp": f"{time}{ending}", "Close": "NaN" if close is None else close}
        writer.writerow([wanted.get(column, "5,5") for column in header])
        if close is not None:
            by_day.setdefault(datetime.fromtimestamp(time, tz=timezone.utc).date(), []).append(close)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", block)
        table = load(tmp_path_factory.getbasetemp(), mark + file.getvalue(), gaps="keep")
    assert table.dates.tolist() == sorted(by_day, reverse=True)
    assert table.close_usd.tolist() == [statistics.fmean(by_day[day]) for day in table.dates.tolist()]


@pytest.mark.parametrize("days", [-9, 9], ids=["before-the-first", "after-the-last"])
def test_days_without_a_price_at_the_ends_are_no_gap(tmp_path, days):
    """Far from the others; a note says that they were left out."""
    edge = f"{START + days * DAY}{NO_TRADE}"
    table = load(tmp_path, HEADER + edge * (days < 0) + SOUND + edge * (days > 0))
    assert (table.close_usd.tolist(), table.missing) == ([7101.75, 7015.375], 0)
    assert table.notes == ("1 day without a price at the ends of the table: left out",)


def test_bench_reads_the_table_that_it_writes():
    """Three days of minutes, in a process of its own."""
    reading = measure(2 * 1440 + 1)
    assert reading.days == 3
    assert 2**20 < reading.peak_bytes < 2**30
