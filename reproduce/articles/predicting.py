"""The prices after the last one that a run knows, with intervals as wide as its own errors over as many rows were."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np

from reproduce.articles.article import Article, Shown
from reproduce.articles.sources import PRICES, is_own
from reproduce.errors import RunError
from reproduce.evidence.tally import counted
from reproduce.inputs.prices import PriceTable
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory

LEAST_ERRORS = 40  # of a horizon: one in 40 is 2.5 %, the share beyond either end of the interval
SHARES = (0.025, 0.975)

Predictor = Callable[[np.ndarray], np.ndarray]  # scaled inputs (n, window, 1) → predictions (n, 1)


@dataclass(frozen=True)
class Day:
    """One forecast; all prices and errors in USD."""

    date: str
    price: float
    low: float  # of the 95 % interval
    high: float
    persistence: float  # the last known price
    error: float  # root mean square over the test set, of predictions that feed back as many rows
    persistence_error: float  # on the same rows
    tested: int  # how many errors the interval and both of these are made from


def forecast(article: Article, directory: Directory, days: int) -> tuple[list[Day], list[str]]:
    """The next `days` prices, and what a reader must know of them, a sentence each.

    Call `reproduce.runs.process.limit_threads` before.

    Raises:
        RunError: the run diverged, or its test set is too small for an interval so far ahead.
    """
    if directory.read_metrics()["test_mse"] is None:
        raise RunError(f"{directory.path}: the training diverged, so there is nothing to forecast with; lower its rate")
    table = PRICES.read(directory)
    windows = article.module("windows").prepare(table, directory.config.variant)
    _check_horizon(directory, windows, days)
    predict = article.module("training").predictor(directory)
    starts, _ = windows.test
    inputs = np.concatenate([starts, windows.last])
    *tested, prices = windows.to_usd(feed_back(predict, inputs, days))  # (days,) each
    rows = [_day(windows, np.array(tested), ahead, float(price)) for ahead, price in enumerate(prices, start=1)]
    return rows, _remarks(article, directory, windows, table)


def feed_back(predict: Predictor, inputs: np.ndarray, steps: int) -> np.ndarray:
    """Predict `steps` rows after each window, (n, steps), scaled; every prediction is read by those after it."""
    read, found = inputs, np.empty((len(inputs), steps))
    for step in range(steps):
        predicted = predict(read)  # (n, 1)
        found[:, step] = predicted[:, 0]
        read = np.concatenate([read[:, 1:], predicted[:, np.newaxis]], axis=1)
    return found


def count_errors(windows: Windows, ahead: int) -> int:
    """How many windows of the test set have a known price `ahead` rows after their last one."""
    return max(min(windows.tested, len(windows.close_usd) - int(windows.test_rows[0]) - ahead + 1), 0)


def _check_horizon(directory: Directory, windows: Windows, days: int) -> None:
    known = count_errors(windows, days)
    if known >= LEAST_ERRORS:
        return
    # Each row farther ahead leaves one error fewer, once the rows beyond the last tested window are used up.
    largest = len(windows.close_usd) - int(windows.test_rows[0]) - LEAST_ERRORS + 1
    usable = windows.tested >= LEAST_ERRORS
    remedy = f"use --days {largest} at most" if usable else "train on a longer table"
    raise RunError(
        f"{directory.path}: the price {counted(days, 'row')} ahead is known for {counted(known, 'test window')}, "
        f"expected at least {LEAST_ERRORS} for a 95 % interval; {remedy}"
    )


def _day(windows: Windows, tested: np.ndarray, ahead: int, price: float) -> Day:
    """The forecast `ahead` rows after the last, beside what the test set says of such forecasts.

    Args:
        tested: (starts, days), USD: what the windows of the test set predict.
    """
    known = count_errors(windows, ahead)
    first = windows.test_rows[:known]  # the row after each window
    actual = windows.close_usd[first + ahead - 1]
    errors, naive = actual - tested[:known, ahead - 1], actual - windows.close_usd[first - 1]
    low, high = price + np.quantile(errors, SHARES)
    date, step = windows.dates[-1], -1 if windows.reads_backwards else 1
    return Day(
        date=str(date + np.timedelta64(step * ahead, "D")),
        price=price,
        low=float(low),
        high=float(high),
        persistence=float(windows.close_usd[-1]),
        error=float(np.sqrt(np.mean(errors**2))),
        persistence_error=float(np.sqrt(np.mean(naive**2))),
        tested=known,
    )


def _remarks(article: Article, directory: Directory, windows: Windows, table: PriceTable) -> list[str]:
    said = []
    if windows.reads_backwards:
        filled = f", {table.missing} of them filled in," if table.gaps == "previous" and table.missing else ""
        said.append(
            f"this run reads newest first, so its next day is the day before the oldest, {windows.dates[-1]}: it "
            f"forecasts the past; for the future train the same prices{filled} {_forward_words(article, directory)}"
        )
    if table.gaps == "keep" and table.missing:
        said.append(
            f"{table.missing} missing days were left out of this table, so a step goes from a row to the next, "
            "whatever day it is: the dates are those of following days only by counting"
        )
    return said


def _forward_words(article: Article, directory: Directory) -> str:
    """How to train the same network on the same prices, oldest first; a user's own are in the run's directory."""
    config = directory.config
    forward = replace(config.variant, row_order="oldest-first")
    if forward.refuses(article.engines[0]):
        return f"as the variant {forward.name}, in a study"
    words = ["reproduce", "run", article.id, "--variant", forward.name]
    if not is_own(directory, article.source):
        words += ["--data", str(directory.path / "prices.csv")]
        words += ["--gaps", "keep"] if config.gaps == "keep" else []  # what was filled in is filled in that file
    return f"with: {shlex.join(words)}"


def show_days(days: list[Day]) -> Shown:
    """A row a day."""
    texts = [
        {
            "date": day.date,
            "price, USD": f"{day.price:,.2f}",
            "95 % interval": f"{day.low:,.2f} to {day.high:,.2f}",
            "persistence": f"{day.persistence:,.2f}",
            "its error so far ahead": f"{day.error:,.2f}",
            "persistence's": f"{day.persistence_error:,.2f}",
        }
        for day in days
    ]
    return Shown("Forecast, beside persistence", [asdict(day) for day in days], texts)
