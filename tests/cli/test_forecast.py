"""`reproduce forecast`: what is shown of a run with random weights, and what is refused. Nothing trains here."""

import json
import shlex
from dataclasses import asdict, replace

import numpy as np
import pytest

from reproduce.articles import article_of
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.predicting import forecast
from reproduce.articles.sources import TEXTS
from reproduce.inputs.prices import load_prices
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from tests.articles.samples import VARIANTS, random_run, short_table, tiny_text
from tests.cli.commands import assert_one_line, assert_refused, table_rows

pytestmark = pytest.mark.usefixtures("one_thread")
BACKWARDS = Variant(window=2, hidden=3, batch=1, remainder="kept")
FORWARDS = replace(BACKWARDS, row_order="oldest-first")


@pytest.fixture
def finished(tmp_path):
    """A run of either row order on 230 days."""
    return lambda variant: random_run(tmp_path, variant, short_table(230))


def test_table_has_a_row_a_day(invoke, finished):
    """Date, price, interval, persistence and both errors, in USD; nothing on stderr where there is nothing to say."""
    directory = finished(FORWARDS)
    code, stdout, stderr = invoke("forecast", directory.path, "--days", 2)
    days, _ = forecast(article_of("bitcoin-lstm"), directory, 2)
    expected = [
        [
            day.date,
            f"{day.price:,.2f}",
            f"{day.low:,.2f} to {day.high:,.2f}",
            *(f"{value:,.2f}" for value in (day.persistence, day.error, day.persistence_error)),
        ]
        for day in days
    ]
    assert (code, stderr, len(days)) == (0, "", 2)
    assert table_rows(stdout) == expected


def test_json_has_the_same_with_its_remarks(invoke, finished):
    """One day unless more are asked for; the remark stands on stderr too."""
    directory = finished(BACKWARDS)
    code, stdout, stderr = invoke("forecast", directory.path, "--json")
    days, remarks = forecast(article_of("bitcoin-lstm"), directory, 1)
    document = json.loads(stdout)
    assert code == 0
    assert document["rows"] == [asdict(days[0])]
    assert (document["run"], document["remarks"]) == (directory.config.name, remarks)
    assert_one_line(stderr, "the day before the oldest", f"--variant {FORWARDS.name}")


@pytest.mark.parametrize("gaps", [None, "keep", "previous"])
def test_command_for_the_future_trains_the_same_prices(gaps, invoke, asked, tmp_path):
    """As it is printed: on the run's own prices, days that were left out too, wherever the run lies; oldest first."""
    table = short_table(280)
    if gaps == "previous":
        table = replace(table, gaps=gaps, missing=39)
    if gaps == "keep":
        kept = np.arange(280) % 7 > 0
        table = replace(table, dates=table.dates[kept], close_usd=table.close_usd[kept], gaps=gaps, missing=39)
    directory = random_run(tmp_path / "my runs", BACKWARDS, table, gaps=gaps)
    stderr = invoke("forecast", directory.path)[2].splitlines()[0]
    program, *words = shlex.split(stderr.rpartition(" with: ")[2])
    assert (program, invoke(*words, "--inter-op-threads", 1)[0]) == ("reproduce", 130)
    ((article, config, source, *_),) = asked
    assert (article, config.variant, config.gaps) == ("bitcoin-lstm", FORWARDS, "keep" if gaps == "keep" else None)
    assert ("39 of them filled in" in stderr) == (gaps == "previous")
    np.testing.assert_array_equal(source.dates, table.dates)
    np.testing.assert_array_equal(source.close_usd, table.close_usd)


def test_too_many_days_are_refused_in_one_line(invoke, finished):
    """Exit code 1, with the largest number that is not."""
    assert_refused(invoke("forecast", finished(FORWARDS).path, "--days", 10**9), 1, "use --days 5 at most")


def test_unfinished_run_names_the_command_that_finishes_it(invoke, asked, tmp_path):
    """As `report`, `generate` and `export` do; given as it is printed, it goes on with this very run."""
    begun = Directory(tmp_path / "my runs", RunConfig(FORWARDS, 4, "session", load_prices().sha256, "bitcoin-lstm"))
    with begun.opened():
        code, stdout, stderr = invoke("forecast", begun.path)
    assert_refused((code, stdout, stderr), 1, "not finished (it was stopped, or never begun)")
    program, *words = shlex.split(stderr.rpartition(" by: ")[2])
    assert (program, invoke(*words, "--inter-op-threads", 1)[0]) == ("reproduce", 130)
    ((_, config, _, root, *_),) = asked
    assert (config, root) == (begun.config, begun.path.parent)


def test_run_on_a_text_is_refused_in_one_line(invoke, tmp_path):
    """Exit code 1; it has no prices."""
    text = tiny_text()
    directory = Directory(tmp_path, RunConfig(VARIANTS["macbeth"], 0, "keras", text.sha256, "macbeth"))
    with directory.opened():
        TEXTS.write(directory, text)
        directory.write_json("metrics.json", {})
    assert_refused(invoke("forecast", directory.path), 1, "forecasts no price", "name a run of a Bitcoin article")
