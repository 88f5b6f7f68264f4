"""A collection of broken price files, each with the one line that refuses it: for this folder and for the commands.

Every file lies under the name table.csv. The rows around the broken one are sound.
"""

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
NO_COMMAS = "expected a price without commas, such as 7459.11; write every price so, or name another file"
TOO_HIGH = f"expected a price of at most 1e+12 USD; {MEND}"
TOO_LOW = (
    "expected a price of at least 1e-100 USD, because the square of a smaller one rounds to 0; "
    "multiply all prices by the same power of 10, or name another file"
)
ISO = f"expected a day as year-month-day such as 2018-05-26; {REWRITE}"
SLASHES = f"expected a day as month/day/year such as 5/26/2018; {REWRITE}"
WITH_TIME = "expected a day, at midnight if at any time; keep one row a day, with its date alone"
FOUR_DIGITS = f"expected a year of four digits; {REWRITE}"
DAY_FIRST = f"expected month/day/year such as 5/26/2018, and the month is not above 12; {REWRITE}"
SECONDS = f"expected Unix time in whole seconds such as 1527292800; {MEND}"
NO_TIME = "expected Unix time such as 1527292800: the row has no time; write it in or remove the row"
IS_DATE = (
    "expected Unix time in seconds such as 1527292800; write the times so, or, where each day has one row, "
    "name the column date"
)
CUT = "the row is cut short: complete or remove it, or name another file"
COMMAS = "mend the row, and write numbers without commas in them, or name another file"
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
NO_HEADER = (
    "expected their names: the file has no header; add a first line that names every column, with date and close "
    "among them (Timestamp and Close for a table of minutes)"
)
POINT = "save the table with commas between fields and a point in numbers"
IN_CSV = "expected a table of prices in CSV"
OWN_JSON = "save the prices as CSV with the columns date and close, and name that"
GAPS = (
    "expected a price for every day; use --gaps keep (a step goes from a row to the next) or --gaps previous (the "
    "price of the day before fills in), or remove all rows of days before this row's"
)

PRICES = {  # what stands in place of a price, as JSON shows it, and why it is refused
    "n/a": ("n/a", PRICE),
    "-": ("-", PRICE),
    "inf": ("inf", TOO_HIGH),
    "1e400": ("1e400", TOO_HIGH),
    "1e300": ("1e300", TOO_HIGH),
    "1000000000001": ("1000000000001", TOO_HIGH),
    "1e-300": ("1e-300", TOO_LOW),
    "1e-400": ("1e-400", PRICE),
    "0.00": ("0.00", PRICE),
    "-10905": ("-10905", PRICE),
    "10_905": ("10_905", PRICE),
    "$10905": ("$10905", PRICE),
    "10905 USD": ("10905 USD", PRICE),
    "True": ("True", PRICE),
    "0x10": ("0x10", PRICE),
    "\u0661": (r"\u0661", PRICE),
    "\uff17": (r"\uff17", PRICE),
    '"1,234.5"': ("1,234.5", NO_COMMAS),
    '"1234,5"': ("1234,5", NO_COMMAS),
    "x" * 90: ("x" * 77 + "...", PRICE),
}
DATES = {
    "3/2/2018": ISO,
    "2018-3-2": ISO,
    "20180302": ISO,
    "2018/03/02": ISO,
    "02.03.2018": ISO,
    "Mar 02 2018": ISO,
    "2018-02-29": ISO,
    "2018-13-01": ISO,
    "0000-03-02": ISO,
    "1519948800": ISO,
    "tomorrow": ISO,
    "": ISO,
    "18-03-02": FOUR_DIGITS,
    "2018-03-02 00:01": WITH_TIME,
    "2018-03-02T13:00:00Z": WITH_TIME,
}
DATES_WITH_SLASHES = {
    "2018-03-02": SLASHES,
    "2/29/2018": SLASHES,
    "3/0/2018": SLASHES,
    "26/2/2018": DAY_FIRST,
    "3/2/18": FOUR_DIGITS,
    "3/2/2018 12:30": WITH_TIME,
}
TIMES = {
    "today": SECONDS,
    "NaN": SECONDS,
    "True": SECONDS,
    "1527292740.5": SECONDS,
    "1527292740000": SECONDS,
    "99999999999999999999": SECONDS,
    "-60": SECONDS,
    "": NO_TIME,
    "2018-05-25 23:59:00": IS_DATE,
    "5/25/2018": IS_DATE,
}
ROWS = {  # the row in place of the second, in each layout, and why it is refused
    "days": (
        DAYS,
        {
            "2018-03-02": f"number of fields is 1, expected 2 (date,close); {CUT}",
            " ": f"number of fields is 1, expected 2 (date,close); {CUT}",
            "2018-03-02,10,905.5": f"number of fields is 3, expected 2 (date,close); {COMMAS}",
            '2018-03-02,"10905': QUOTES,
            '2018-03-02,10"905"': QUOTES,
            '2018-03-02,"10"905': QUOTES,
            '"2018-03-02,10905"': f"number of fields is 1, expected 2 (date,close); {CUT}",
            "date,close": AGAIN,
            "2018-03-02,10905\x00": f"has the byte 0x00, {UTF_8}",
            "2018-03-02,10905\udca4": f"has the byte 0xa4, {UTF_8}",
            "2018-03-02,10905\udce2\udc82": f"has the byte 0xe2, {UTF_8}",
            "2018-03-03,9": f"date is 2018-03-03 as in row 2, expected each day once; {ONCE}",
            "2018-03-04,9": f"date is 2018-03-04, expected a day earlier than 2018-03-03 {SORT}",
        },
    ),
    "article": (
        ARTICLE,
        {
            "3/2/2018,BTCUSD,1,2,3,109": "number of fields is 6, expected 8 "
            f"(Date,Symbol,Open,High,Low,Close,Volume From,Volume To); {CUT}",
            "3/2/2018,BTCUSD,1,2,3,10,905.5,4,5": "number of fields is 9, expected 8 "
            f"(Date,Symbol,Open,High,Low,Close,Volume From,Volume To); {COMMAS}",
            "Date,Symbol,Open,High,Low,Close,Volume From,Volume To": AGAIN,
            "https://www.CryptoDataDownload.com": "number of fields is 1, expected 8 "
            f"(Date,Symbol,Open,High,Low,Close,Volume From,Volume To); {CUT}",
        },
    ),
    "minutes": (
        MINUTES,
        {
            "1527292740,1,1,1,70": f"number of fields is 5, expected 6 (Timestamp,Open,High,Low,Close,Volume); {CUT}",
            "1527292740,1,1,1,7,5,4": "number of fields is 7, expected 6 (Timestamp,Open,High,Low,Close,Volume); "
            + COMMAS,
            '1527292740,"1,1,1",7,5,4,"9': QUOTES,
            "Timestamp,Open,High,Low,Close,Volume": AGAIN,
            "1527292680,1,1,1,7,4": f"Timestamp is 1527292680 as in row 2, expected each minute once; {ONCE}",
            "1527292620,1,1,1,7,4": f"Timestamp is 1527292620, expected a minute later than 1527292680 {SORT}",
            "1527292620,,,,,": f"Timestamp is 1527292620, expected a minute later than 1527292680 {SORT}",
            "1527292740,1,1,1,7\x005,4": f"has the byte 0x00, {UTF_8}",
        },
    ),
}
FILES = {  # the whole file, and the message without its name
    "": f": {EMPTY}",
    "\ufeff": f": {EMPTY}",
    "\ufeff\r\n \n": f": {EMPTY}",
    "https://www.CryptoDataDownload.com\n": f": {EMPTY}",
    "date,close": f": {NO_ROWS}",
    "date,close\n\n \n": f": {NO_ROWS}",
    "Timestamp,Close\r\n": f": {NO_ROWS}",
    "date,close\n2018-03-01,null\n2018-03-02,\n": f": {NO_PRICE}",
    "Timestamp,Close\n1527292680,NaN\n": f": {NO_PRICE}",
    "date,price\n2018-03-01,7\n": f', row 1: columns are "date,price", {WANTED}; rename {RENAME_CLOSE}',
    "day,close\n2018-03-01,7\n": f', row 1: columns are "day,close", {WANTED}; rename {RENAME_TIME}',
    "unix,last\n1,7\n": f', row 1: columns are "unix,last", {WANTED}; rename {RENAME_TIME} and {RENAME_CLOSE}',
    "date\n2018-03-01\n": f', row 1: columns are "date", {WANTED}; rename {RENAME_CLOSE}',
    '"date,close"\n': rf', row 1: columns are "\"date,close\"", {WANTED}; rename {RENAME_TIME} and {RENAME_CLOSE}',
    "https://a\ndate,price\n": f', row 2: columns are "date,price", {WANTED}; rename {RENAME_CLOSE}',
    "x" * 90 + "\n": f', row 1: columns are "{"x" * 77}...", {WANTED}; rename {RENAME_TIME} and {RENAME_CLOSE}',
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
    "\udcff\udcfed\x00a\x00": f": is text in UTF-16 or UTF-32, {IN_CSV}; save the file as UTF-8",
    "\udcfe\udcff\x00d\x00a": f": is text in UTF-16, {IN_CSV}; save the file as UTF-8",
    "d\x00a\x00t\x00e\x00,\x00": f", row 1: has the byte 0x00, {UTF_8}",
    "<!DOCTYPE html>\n": f": is a web page or XML, {IN_CSV}; download the CSV file itself and name that",
    '{"close": [7]}': f": is JSON, {IN_CSV}; {OWN_JSON}",
    "[[1527292680, 7]]": f": is JSON, {IN_CSV}; {OWN_JSON}",
    "date,close\n2018-03-01,1\n2018-03-02,2\n2018-03-04,3\n2018-03-07,4\n2018-03-08,5\n": ", row 5: 3 days without a "
    f"price in 2 gaps, the first 2018-03-03, the last 2018-03-06, {GAPS} 2018-03-07",
    "date,close\n2018-03-08,5\n2018-03-07,4\n2018-03-04,3\n2018-03-02,2\n": ", row 3: 3 days without a price in 2 "
    f"gaps, the first 2018-03-03, the last 2018-03-06, {GAPS} 2018-03-07",
    "date,close\n2018-03-03,5\n2018-03-02,null\n2018-03-01,2\n": ", row 2: 1 day without a price in 1 gap, the first "
    f"2018-03-02, the last 2018-03-02, {GAPS} 2018-03-03",
    f"Timestamp,Close\n0,7\n60,8\n{86400 * 1},\n{86400 * 2},7\n{86400 * 2 + 60},8\n": ", row 5: 1 day without a price "
    f"in 1 gap, the first 1970-01-02, the last 1970-01-02, {GAPS} 1970-01-03",
    # Two things are wrong: the first in the file is named, and in a row the leftmost
    "date,close\n2018-03-09,1\n2018-03-10,2\n2018-03-11,\udcff\n": f", row 4: has the byte 0xff, {UTF_8}",
    "date,close\n2018-03-09,1\n2018-03-08,2\n2018-03-09,3\n2018-03-07,n/a\n": ", row 4: date is 2018-03-09 as in row "
    f"2, expected each day once; {ONCE}",
    "date,close\n2018-03-09,1\n2018-03-08,n/a\n2018-03-09\n": f', row 3: close is "n/a", {PRICE}',
    "date,close\n2018-03-09,1\n2018-03-07,n/a\n": f', row 3: close is "n/a", {PRICE}',
    "date,close\n2018-03-09,1\ntomorrow,-1\n2018-03-07,\udcff": f', row 3: date is "tomorrow", {ISO}',
    # As far as possible from the row above, which decides the direction
    "date,close\n2018-03-06,1\n2018-03-07,2\n2018-03-08,3\n2018-03-06,4\n2018-03-09,5\n": ", row 5: date is "
    f"2018-03-06 as in row 2, expected each day once; {ONCE}",
    "date,close\n2018-03-08,1\n2018-03-09,2\n2018-03-07,3\n2018-03-06,4\n": ", row 3: date is 2018-03-09, expected "
    f"a day earlier than 2018-03-08 {SORT}",
}


def _collect() -> dict[str, tuple[bytes, str]]:
    """By name: the bytes and the whole message."""
    rows = {f"{layout}: {row}": (form, row, why) for layout, (form, bad) in ROWS.items() for row, why in bad.items()}
    for text, (shown, why) in PRICES.items():
        rows[f"price of a day: {text}"] = (DAYS, f"2018-03-02,{text}", f'close is "{shown}", {why}')
        rows[f"price of the article: {text}"] = (
            ARTICLE,
            f"3/2/2018,BTCUSD,1,2,3,{text},4,5",
            f'Close is "{shown}", {why}',
        )
        rows[f"price of a minute: {text}"] = (MINUTES, f"1527292740,1,2,3,{text},4", f'Close is "{shown}", {why}')
        bare = text.strip('"')
        rows[f"quoted price: {text}"] = (QUOTED, f'"{bare}","1,5","2018-03-02"', f'close is "{shown}", {why}')
    for text, why in DATES.items():
        rows[f"date: {text}"] = (DAYS, f"{text},10905", f'date is "{text}", {why}')
        rows[f"quoted date: {text}"] = (QUOTED, f'"10905","1,5","{text}"', f'date is "{text}", {why}')
    for text, why in DATES_WITH_SLASHES.items():
        rows[f"date with slashes: {text}"] = (ARTICLE, f"{text},BTCUSD,1,2,3,10905,4,5", f'Date is "{text}", {why}')
    for text, why in TIMES.items():
        rows[f"time: {text}"] = (MINUTES, f"{text},1,2,3,10905,4", f'Timestamp is "{text}", {why}')
    broken = {}
    for name, (form, row, why) in rows.items():
        number = form.partition("{row}")[0].count("\n") + 1
        broken[name] = (form.format(row=row), f"table.csv, row {number}: {why}")
    broken |= {f"file: {content[:60]}": (content, f"table.csv{why}") for content, why in FILES.items()}
    return {ascii(name): (text.encode("utf-8", "surrogateescape"), why) for name, (text, why) in broken.items()}


BROKEN = _collect()
