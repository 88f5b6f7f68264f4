"""The column of times: days as text in two forms, or Unix time in three units. The first row decides for the file."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

import numpy as np
import pandas as pd

_DAY = 86_400  # seconds

_MIDNIGHT = r"(?:[T ]+0?0:00(?::00(?:\.0+)?)?)?"
_ZONE = r"(?: *(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?"
_YEAR_FIRST = rf" *(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}}){_MIDNIGHT}{_ZONE} *"
_MONTH_FIRST = rf" *(?P<month>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}})/(?P<year>[0-9]{{4}}){_MIDNIGHT}{_ZONE} *"
_DIGIT = re.compile("[0-9]")
_WITH_SLASHES = re.compile(r" *[0-9]+/")
_UNITS = ((1, "seconds"), (10**3, "milliseconds"), (10**6, "microseconds"), (10**9, "nanoseconds"))
_LATEST = 10**11  # seconds, in the year 5138; a larger number is in the next smaller unit
_REWRITE = "write every date as 2018-05-26, or name another file"


class Times(ABC):
    """How the column of times is read, once its first field has been seen."""

    notes: tuple[str, ...] = ()  # what was converted

    @abstractmethod
    def read(self, column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """The times, (rows,) int64, and whether each is sound, (rows,) bool; where it is not, the time is arbitrary."""

    @abstractmethod
    def refusal(self, text: str) -> str:
        """What was expected in place of this text, and what to do."""

    @abstractmethod
    def shown(self, time: int) -> str:
        """The time as a user writes it."""

    @abstractmethod
    def days(self, times: np.ndarray) -> np.ndarray:
        """The day, in UTC, of each time, (rows,) datetime64[D]."""

    def doubt(self, times: np.ndarray) -> str:  # noqa: ARG002
        """Why the times in order, all sound, may mean others than they were read as; empty where they do not."""
        return ""


class Days(Times):
    """Days as `2018-05-26` or `5/26/2018`, also with midnight or a zone behind; as numbers, from 1970-01-01 on."""

    def __init__(self, first: pd.Series) -> None:
        self._has_slashes = bool(_WITH_SLASHES.match(first.iloc[0]))
        self._pattern = _MONTH_FIRST if self._has_slashes else _YEAR_FIRST

    def read(self, column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        matched = column.str.fullmatch(self._pattern).to_numpy(bool)
        parts = column.where(matched, "1/1/0001" if self._has_slashes else "0001-01-01").str.extract(self._pattern)
        year, month, day = (parts[part].to_numpy(str).astype(np.int64) for part in ("year", "month", "day"))
        dates, in_calendar = _dates(year, month, day)
        return dates.astype(np.int64), matched & in_calendar

    def refusal(self, text: str) -> str:
        if re.match(self._pattern.partition("(?:[T ]")[0] + "[T ]+[0-9]", text):
            return "expected a day, at midnight if at any time; keep one row a day, with its date alone"
        if re.fullmatch(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}", text):
            return f"expected a year of four digits; {_REWRITE}"
        day_first = re.match(r"([0-9]{1,2})/[0-9]{1,2}/[0-9]{4}", text)
        if self._has_slashes and day_first and int(day_first[1]) > 12:
            return f"expected month/day/year such as 5/26/2018, and the month is not above 12; {_REWRITE}"
        if re.fullmatch(r"[0-9]{9,}(\.0*)?", text):
            return "expected a day: this is a Unix time; name the column Timestamp"
        if re.fullmatch(self._pattern, text):
            return "expected a day that the calendar has; mend the row or name another file"
        form = "month/day/year such as 5/26/2018" if self._has_slashes else "year-month-day such as 2018-05-26"
        if not _DIGIT.search(text):
            return f"expected a day as {form}: the row has none; write it in or remove the row"
        return f"expected a day as {form}; {_REWRITE}"

    def shown(self, time: int) -> str:
        return str(np.datetime64(int(time), "D"))

    def days(self, times: np.ndarray) -> np.ndarray:
        return times.astype("datetime64[D]")

    def doubt(self, times: np.ndarray) -> str:
        if not (self._has_slashes and _reads_as_day_first(self.days(times))):
            return ""
        return (
            "read as month/day/year its dates leave days out, as day/month/year they follow one another; "
            "write every date as 2018-05-26"
        )


class UnixTimes(Times):
    """Unix time as whole numbers, `.0` behind them or not; seconds, or a smaller unit that their size gives away."""

    def __init__(self, first: pd.Series) -> None:
        time, size = to_numbers(first)[0], 0
        while size < len(_UNITS) - 1 and time >= _LATEST * _UNITS[size][0]:
            size += 1
        self._unit, self._name = _UNITS[size]
        self.notes = () if size == 0 else (f"times are in {self._name} and were converted",)

    def read(self, column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        numbers = to_numbers(column)
        least = 0 if self._unit == 1 else _LATEST * self._unit // 1000
        sound = (numbers >= least) & (numbers < _LATEST * self._unit) & (numbers == np.floor(numbers))
        return np.where(sound, numbers, 0).astype(np.int64), sound

    def refusal(self, text: str) -> str:
        if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/", text):
            return (
                "expected Unix time in seconds such as 1527292800; write the times so, or, where each day has one row, "
                "name the column date"
            )
        if not _DIGIT.search(text):
            return "expected Unix time such as 1527292800: the row has none; write it in or remove the row"
        number = 1527292800 * self._unit
        return f"expected Unix time in whole {self._name} such as {number}; mend the row or name another file"

    def shown(self, time: int) -> str:
        return f"{time}"

    def days(self, times: np.ndarray) -> np.ndarray:
        return (times // (_DAY * self._unit)).astype("datetime64[D]")


def to_numbers(column: pd.Series) -> np.ndarray:
    """The column as float64 or a whole-number type, nan where it holds no number."""
    if column.dtype.kind in "iuf":
        return column.to_numpy()
    return pd.to_numeric(column.astype(str), errors="coerce").to_numpy(np.float64)


def _reads_as_day_first(days: np.ndarray) -> bool:
    """Whether days read as month/day/year follow one another only when they are read as day/month/year.

    Args:
        days: (rows,) datetime64[D], as read.
    """
    months = days.astype("datetime64[M]")
    year, month = months.astype("datetime64[Y]").astype(int) + 1970, months.astype(int) % 12 + 1
    day = (days - months).astype(int) + 1
    if len(days) < 2 or np.max(day) > 12:
        return False
    exchanged, _ = _dates(year, day, month)
    return bool(np.all(abs(np.diff(exchanged).astype(int)) == 1) and np.any(abs(np.diff(days).astype(int)) != 1))


def _dates(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The dates, datetime64[D], and whether the calendar has them."""
    months = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    dates = months.astype("datetime64[D]") + (day - 1)
    return dates, (year >= 1) & (month >= 1) & (month <= 12) & (dates.astype("datetime64[M]") == months)
