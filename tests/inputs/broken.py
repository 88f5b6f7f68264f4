"""A collection of broken price files, each with the one line that refuses it: for this folder and for the commands.

Every file lies under the name table.csv. The rows around the broken one are sound.
"""

import json
from datetime import date, timedelta

DAYS = "date,close\n2018-03-03,11034.5\n{row}\n2018-03-01,9000\n2018-02-28,9000\n"
ARTICLE = (
    "https://www.CryptoDataDownload.com\nDate,Symbol,Open,High,Low,Close,Volume From,Volume To\n"
    "3/3/2018,BTCUSD,1,2,3,11034.5,4,5\n{row}\n3/1/2018,BTCUSD,1,2,3,9000,4,5\n"
)
MINUTES = (
    "Timestamp,Open,High,Low,Close,Volume\n"
    "1527292680,1,2,3,7010.25,4\n{row}\n1527292800,1,2,3,7100,4\n1527292860,1,2,3,7100,4\n"
)
QUOTED = '"close","volume","date"\n"11034.5","1,5","2018-03-03"\n{row}\n"9000","1,5","2018-03-01"\n'

MEND = "mend the row or name another file"
REWRITE = "write every date as 2018-05-26, or name another file"
UTF_8 = "expected text in UTF-8; save the file as UTF-8 or name another file"
PRICE = f"expected a price in USD, finite and above 0, such as 7459.11; {MEND}"
PLAIN = (
    "expected a plain number such as 7459.11, without commas, signs of currency or words; "
    "write every price so, or name another file"
)
TOO_HIGH = f"expected a price of at most 1e+12 USD; {MEND}"
TOO_LOW = (
    "expected a price of at least 1e-100 USD, because the square of a smaller one rounds to 0; "
    "multiply all prices by the same power of 10, or name another file"
)
ISO = f"expected a day as year-month-day such as 2018-05-26; {REWRITE}"
SLASHES = f"expected a day as month/day/year such as 5/26/2018; {REWRITE}"
NO_DAY = f"expected a day that the calendar has; {MEND}"
NO_DATE = "expected a day as year-month-day such as 2018-05-26: the row has none; write it in or remove the row"
WITH_TIME = "expected a day, at midnight if at any time; keep one row a day, with its date alone"
UNIX = "expected a day: this is a Unix time; name the column Timestamp"
FOUR_DIGITS = f"expected a year of four digits; {REWRITE}"
DAY_FIRST = f"expected month/day/year such as 5/26/2018, and the month is not above 12; {REWRITE}"
SECONDS = f"expected Unix time in whole seconds such as 1527292800; {MEND}"
NO_TIME = "expected Unix time such as 1527292800: the row has none; write it in or remove the row"
IS_DATE = (
    "expected Unix time in seconds such as 1527292800; write the times so, or, where each day has one row, "
    "name the column date"
)
TWO = "expected 2 (date,close)"
EIGHT = "expected 8 (Date,Symbol,Open,High,Low,Close,Volume From,Volume To)"
SIX = "expected 6 (Timestamp,Open,High,Low,Close,Volume)"
CUT = "the row is cut short: complete or remove it, or name another file"
COMMAS = "mend the row, and write numbers without commas in them, or name another file"
LONG = "has more than 65536 bytes, expected a line of a table in CSV; name another file"
QUOTES = (
    "a quote stands within a field or is not closed, expected quotes in pairs around whole fields; "
    "mend the row or name another file"
)
AGAIN = (
    "the header is there again, expected a row of prices: two tables lie in this file; remove this row, "
    "or name another file"
)
SORT = "in the row above: the rows are out of order; sort the rows newest first or oldest first"
ONCE = "remove one of the two"
EMPTY = "the file is empty, expected a table of prices; name another file"
NO_ROWS = "no rows below the header, expected one a day; add rows or name another file"
NO_PRICE = "no row has a price, expected one a day or a minute; add rows or name another file"
WANTED = "expected date and close among them (Timestamp and Close for a table of minutes)"
RENAME_TIME = "the column of days to date (or of Unix times to Timestamp)"
RENAME_CLOSE = "the column of closing prices to close"
BELOW = "or remove this line if their names stand below it"
NO_HEADER = (
    "expected their names: the file has no header; add a first line that names every column, with date and close "
    "among them (Timestamp and Close for a table of minutes)"
)
POINT = "save the table with commas between fields and a point in numbers"
IN_CSV = "expected a table of prices in CSV"
OWN_JSON = "save the prices as CSV with the columns date and close, and name that"
GAPS = (
    "expected a price for every day; use --gaps keep (a step goes from a row to the next) or --gaps previous (the "
    "price of the day before fills in)"
)
ENOUGH = "".join(f"{date(2018, 3, 7) + timedelta(day)},{4 + day}\n" for day in range(121))

PRICES = {  # why it is refused: what stands in place of a price
    PRICE: ["n/a", "-", "1e-400", "0.00", "-10905", "True", "inf", "\u0661", "\uff17"],
    PLAIN: ["10_905", "$10905", "10905 USD", "0x10", '"1,234.5"', '"1234,5"'],
    TOO_HIGH: ["1e400", "1e300", "1000000000001"],
    TOO_LOW: ["1e-300"],
}
DATES = {
    ISO: ["3/2/2018", "2018-3-2", "20180302", "2018/03/02", "02.03.2018", "Mar 02 2018"],
    NO_DATE: ["tomorrow", "", "null"],
    NO_DAY: ["2018-02-29", "2018-13-01", "2018-03-00", "0000-03-02"],
    FOUR_DIGITS: ["18-03-02", "3/2/18", "02.03.18"],
    UNIX: ["1519948800", "1519948800.0", "1519948800000"],
    WITH_TIME: ["2018-03-02 00:01", "2018-03-02T13:00:00Z"],
}
DATES_WITH_SLASHES = {
    SLASHES: ["2018-03-02"],
    NO_DATE.replace("year-month-day such as 2018-05-26", "month/day/year such as 5/26/2018"): ["n/a"],
    NO_DAY: ["2/29/2018", "3/0/2018"],
    DAY_FIRST: ["26/2/2018"],
    FOUR_DIGITS: ["3/2/18"],
    WITH_TIME: ["3/2/2018 12:30"],
}
TIMES = {
    SECONDS: ["1527292740.5", "1527292740000", "99999999999999999999", "-60"],
    NO_TIME: ["", "today", "NaN", "True"],
    IS_DATE: ["2018-05-25 23:59:00", "5/25/2018"],
}
ROWS = (  # for each layout, what stands in place of the second row, and why it is refused
    (
        DAYS,
        {
            "2018-03-02": f"number of fields is 1, {TWO}; {CUT}",
            " ": f"number of fields is 1, {TWO}; {CUT}",
            "2018-03-02,10,905.5": f"number of fields is 3, {TWO}; {COMMAS}",
            '2018-03-02,"10905': QUOTES,
            '2018-03-02,10"905"': QUOTES,
            '2018-03-02,"10"905': QUOTES,
            '"2018-03-02,10905"': f"number of fields is 1, {TWO}; {CUT}",
            "date,close": AGAIN,
            "\ufeffdate,close": AGAIN,
            "2018-03-02,10905\x00": f"has the byte 0x00, {UTF_8}",
            "2018-03-02,10905\udca4": f"has the byte 0xa4, {UTF_8}",
            "2018-03-02,10905\udce2\udc82": f"has the byte 0xe2, {UTF_8}",
            "2018-03-03,9": f"date is 2018-03-03 as in row 2, expected each day once; {ONCE}",
            "2018-03-04,9": f"date is 2018-03-04, expected a day earlier than 2018-03-03 {SORT}",
        },
    ),
    (
        ARTICLE,
        {
            "3/2/2018,BTCUSD,1,2,3,109": f"number of fields is 6, {EIGHT}; {CUT}",
            "3/2/2018,BTCUSD,1,2,3,10,905.5,4,5": f"number of fields is 9, {EIGHT}; {COMMAS}",
            "Date,Symbol,Open,High,Low,Close,Volume From,Volume To": AGAIN,
            "https://www.CryptoDataDownload.com": f"number of fields is 1, {EIGHT}; {CUT}",
        },
    ),
    (
        MINUTES,
        {
            "1527292740,1,1,1,70": f"number of fields is 5, {SIX}; {CUT}",
            "1527292740,1,1,1,7,5,4": f"number of fields is 7, {SIX}; {COMMAS}",
            '1527292740,"1,1,1",7,5,4,"9': QUOTES,
            "Timestamp,Open,High,Low,Close,Volume": AGAIN,
            "1527292680,1,1,1,7,4": f"Timestamp is 1527292680 as in row 2, expected each minute once; {ONCE}",
            "1527292620,1,1,1,7,4": f"Timestamp is 1527292620, expected a minute later than 1527292680 {SORT}",
            "1527292620,,,,,": f"Timestamp is 1527292620, expected a minute later than 1527292680 {SORT}",
            "1527292740,1,1,1,7\x005,4": f"has the byte 0x00, {UTF_8}",
        },
    ),
)
FILES = {  # the whole file, and the message without its name
    "": f": {EMPTY}",
    "\ufeff": f": {EMPTY}",
    "\ufeff\r\n \n": f": {EMPTY}",
    "https://www.CryptoDataDownload.com\n": f": {EMPTY}",
    "date,close": f": {NO_ROWS}",
    "date,close\n2018-03-02,7\n2018-03-01, ": f', row 3: close is " ", {PRICE}',
    "date,close\n\n \n": f": {NO_ROWS}",
    "Timestamp,Close\r\n": f": {NO_ROWS}",
    "date,close\n2018-03-01,null\n2018-03-02,\n": f": {NO_PRICE}",
    "Timestamp,Close\n1527292680,NaN\n": f": {NO_PRICE}",
    "date,price\n2018-03-01,7\n": f', row 1: columns are "date,price", {WANTED}; rename {RENAME_CLOSE}',
    "day,close\n2018-03-01,7\n": f', row 1: columns are "day,close", {WANTED}; rename {RENAME_TIME}',
    "unix,last\n1,7\n": f', row 1: columns are "unix,last", {WANTED}; rename {RENAME_TIME} and {RENAME_CLOSE}',
    "date\n2018-03-01\n": f', row 1: columns are "date", {WANTED}; rename {RENAME_CLOSE}, {BELOW}',
    '"date,close"\n': (
        rf', row 1: columns are "\"date,close\"", {WANTED}; rename {RENAME_TIME} and {RENAME_CLOSE}, {BELOW}'
    ),
    "Prices\ndate,close\n": (
        f', row 1: columns are "Prices", {WANTED}; rename {RENAME_TIME} and {RENAME_CLOSE}, {BELOW}'
    ),
    "https://a\ndate,price\n": f', row 2: columns are "date,price", {WANTED}; rename {RENAME_CLOSE}',
    "x" * 90 + "\n": (
        f', row 1: columns are "{"x" * 77}...", {WANTED}; rename {RENAME_TIME} and {RENAME_CLOSE}, {BELOW}'
    ),
    "2018-03-01,7\n": f', row 1: columns are "2018-03-01,7", {NO_HEADER}',
    "1527292680,1,2,3,7,5\n": f', row 1: columns are "1527292680,1,2,3,7,5", {NO_HEADER}',
    "3/1/2018,BTCUSD,7\n": f', row 1: columns are "3/1/2018,BTCUSD,7", {NO_HEADER}',
    "date;close\r\n2018-03-01;7,5\r\n": f", row 1: fields are separated by semicolons, expected commas; {POINT}",
    "date\tclose\n2018-03-01\t7\n": f", row 1: fields are separated by tabs, expected commas; {POINT}",
    "date|close\n2018-03-01|7\n": f", row 1: fields are separated by vertical bars, expected commas; {POINT}",
    "2018-03-01;7\n": f", row 1: fields are separated by semicolons, expected commas; {POINT}",
    "Close,CLOSE,date\n": ', row 1: "Close" and "CLOSE" are columns 1 and 2, expected one named close; '
    "rename those that shall not be read",
    "date,date,close\n": ', row 1: "date" and "date" are columns 1 and 2, expected one named date; '
    "rename those that shall not be read",
    "date," + "x" * 70_000: f", row 1: {LONG}",
    "date,close,more\n2018-03-01,7," + "x" * 5_000_000: f", row 2: {LONG}",
    'date,"close\n2018-03-01,7\n': f", row 1: {QUOTES}",
    'date",""close\n2018-03-01,7\n': f", row 1: {QUOTES}",
    "date,\udcffclose\n": f", row 1: has the byte 0xff, {UTF_8}",
    "date,close\x00\n": f", row 1: has the byte 0x00, {UTF_8}",
    "date,close\n1/3/2018,7\n2/3/2018,8\n3/3/2018,9\n": ": read as month/day/year its dates leave days out, as "
    "day/month/year they follow one another; write every date as 2018-05-26",
    "PK\x03\x04": f": is a zip archive or an Excel workbook, {IN_CSV}; "
    "unpack the archive or save the sheet as CSV, and name that",
    "\x1f\udc8b\x08": f": is compressed with gzip, {IN_CSV}; unpack it with gunzip and name the file that comes out",
    "BZh9": f": is compressed with bzip2, {IN_CSV}; unpack it with bunzip2 and name the file that comes out",
    "\udcfd7zXZ\x00": f": is compressed with xz, {IN_CSV}; unpack it with unxz and name the file that comes out",
    "\udcd0\udccf\x11\udce0": f": is an old Excel workbook, {IN_CSV}; save the sheet as CSV, and name that",
    "PAR1\x15": f": is a Parquet file, {IN_CSV}; save the table as CSV, and name that",
    "\udcff\udcfed\x00a\x00": f": is text in UTF-16 or UTF-32, {IN_CSV}; save the file as UTF-8",
    "\udcfe\udcff\x00d\x00a": f": is text in UTF-16, {IN_CSV}; save the file as UTF-8",
    "d\x00a\x00t\x00e\x00,\x00": f", row 1: has the byte 0x00, {UTF_8}",
    "<!DOCTYPE html>\n": f": is a web page or XML, {IN_CSV}; download the CSV file itself and name that",
    '{"close": [7]}': f": is JSON, {IN_CSV}; {OWN_JSON}",
    "[[1527292680, 7]]": f": is JSON, {IN_CSV}; {OWN_JSON}",
    "date,close\n2018-03-01,1\n2018-03-02,2\n2018-03-04,3\n2018-03-07,4\n2018-03-08,5\n": ", row 5: 3 days without a "
    f"price in 2 gaps, the first 2018-03-03, the last 2018-03-06, {GAPS}",
    "date,close\n2018-03-08,5\n2018-03-07,4\n2018-03-04,3\n2018-03-02,2\n": ", row 3: 3 days without a price in 2 "
    f"gaps, the first 2018-03-03, the last 2018-03-06, {GAPS}",
    "date,close\n2018-03-03,5\n2018-03-02,null\n2018-03-01,2\n": ", row 2: 1 day without a price in 1 gap, the first "
    f"2018-03-02, the last 2018-03-02, {GAPS}",
    f"Timestamp,Close\n0,7\n60,8\n{86400 * 1},\n{86400 * 2},7\n{86400 * 2 + 60},8\n": ", row 5: 1 day without a price "
    f"in 1 gap, the first 1970-01-02, the last 1970-01-02, {GAPS}",
    # So many days are left behind the gap that the articles can use them alone
    f"date,close\n2018-03-05,2\n{ENOUGH}": f", row 3: 1 day without a price in 1 gap, the first 2018-03-06, the last "
    f"2018-03-06, {GAPS}, or remove all rows of days before this row's 2018-03-07",
    # Two things are wrong: the first in the file is named, and in a row the leftmost
    "date,close\n2018-03-09,1\n2018-03-10,2\n2018-03-11,\udcff\n": f", row 4: has the byte 0xff, {UTF_8}",
    "date,close\n2018-03-09,1\n2018-03-08,2\n2018-03-09,3\n2018-03-07,n/a\n": ", row 4: date is 2018-03-09 as in row "
    f"2, expected each day once; {ONCE}",
    "date,close\n2018-03-09,1\n2018-03-08,n/a\n2018-03-09\n": f', row 3: close is "n/a", {PRICE}',
    "date,close\n2018-03-09,1\n2018-03-07,n/a\n": f', row 3: close is "n/a", {PRICE}',
    "date,close\n2018-03-09,1\ntomorrow,-1\n2018-03-07,\udcff": f', row 3: date is "tomorrow", {NO_DATE}',
    # As far as possible from the row above, which decides the direction
    "date,close\n2018-03-06,1\n2018-03-07,2\n2018-03-08,3\n2018-03-06,4\n2018-03-09,5\n": ", row 5: date is "
    f"2018-03-06 as in row 2, expected each day once; {ONCE}",
    "date,close\n2018-03-08,1\n2018-03-09,2\n2018-03-07,3\n2018-03-06,4\n": ", row 3: date is 2018-03-09, expected "
    f"a day earlier than 2018-03-08 {SORT}",
}


def _texts(kinds: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    """Each text, the same without quotes around it, and its refusal, which shows what is no ASCII as JSON does."""
    bare = [(text, text.strip('"'), why) for why, texts in kinds.items() for text in texts]
    return [(text, inner, f"{json.dumps(inner)}, {why}") for text, inner, why in bare]


def _collect() -> dict[str, tuple[bytes, str]]:
    """By name: the bytes and the whole message."""
    rows = [(form, row, why) for form, bad in ROWS for row, why in bad.items()]
    for text, bare, why in _texts(PRICES):
        rows.append((DAYS, f"2018-03-02,{text}", f"close is {why}"))
        rows.append((ARTICLE, f"3/2/2018,BTCUSD,1,2,3,{text},4,5", f"Close is {why}"))
        rows.append((MINUTES, f"1527292740,1,2,3,{text},4", f"Close is {why}"))
        rows.append((QUOTED, f'"{bare}","1,5","2018-03-02"', f"close is {why}"))
    for text, _, why in _texts(DATES):
        rows.append((DAYS, f"{text},10905", f"date is {why}"))
        rows.append((QUOTED, f'"10905","1,5","{text}"', f"date is {why}"))
    for text, _, why in _texts(DATES_WITH_SLASHES):
        rows.append((ARTICLE, f"{text},BTCUSD,1,2,3,10905,4,5", f"Date is {why}"))
    for text, _, why in _texts(TIMES):
        rows.append((MINUTES, f"{text},1,2,3,10905,4", f"Timestamp is {why}"))
    broken = FILES | {
        form.format(row=row): f", row {form[: form.index('{')].count(chr(10)) + 1}: {why}" for form, row, why in rows
    }
    names = [f"{number}: {text[:60]}" for number, text in enumerate(broken)]
    return {
        ascii(name): (text.encode("utf-8", "surrogateescape"), f"table.csv{why}")
        for name, (text, why) in zip(names, broken.items(), strict=True)
    }


BROKEN = _collect()
