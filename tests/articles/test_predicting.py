"""Forecasts of the days after the last: what is fed back, and intervals by the run's own errors so far ahead."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles import article_of
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.forecasts import read_predictions
from reproduce.articles.predicting import feed_back, forecast
from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm.training import predictor
from reproduce.articles.stacked_lstm.variant import Variant as StackedVariant
from reproduce.errors import RunError
from reproduce.inputs.prices import load_prices
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from tests.articles.samples import random_run, random_weights, short_table
from tests.oracles import numpy_forward

pytestmark = pytest.mark.usefixtures("one_thread")
BITCOIN = article_of("bitcoin-lstm")
SMALL = Variant(window=5, hidden=4, batch=1)  # no window is left over
DAYS = 230  # whose prices never repeat from day to day: 225 windows: 184 to train on, 41 to test on
LARGEST = 2  # of --days: the windows of the last 40 test days have a second day after them
WIRINGS = ["published", "described"]
ORDERS = ["newest-first", "oldest-first"]


def by_hand(prices, variant, ahead):
    """The forecasts 1 … ahead days after the last, and what such forecasts were off by on the test set, all in USD.

    Day after day, window after window, in float64.

    Args:
        prices: USD, in the order in which the run reads them.
    """
    weights, zero, unit = random_weights(variant.hidden), np.mean(prices), np.std(prices)

    def walk(window):
        read, found = [(price - zero) / unit for price in window], []
        for _ in range(ahead):
            found.append(numpy_forward(np.array(read[-variant.window :])[:, np.newaxis], weights, variant.wiring)[0][0])
            read.append(found[-1])
        return [one * unit + zero for one in found]

    errors = [[] for _ in range(ahead)]
    for first in range(int(0.8 * len(prices)), len(prices) - variant.window):
        predicted = walk(prices[first : first + variant.window])
        for step, actual in enumerate(prices[first + variant.window :][:ahead]):
            errors[step].append(actual - predicted[step])
    return walk(prices[-variant.window :]), errors


def quantile(values, share):
    """By linear interpolation between the two values beside it."""
    place = share * (len(values) - 1)
    below, beside = int(place), sorted(values)
    return beside[below] + (place - below) * (beside[below + 1] - beside[below])


def test_each_prediction_is_read_by_those_after_it():
    """A rule of two prices, worked by hand: the next is the newer one and twice the older one."""
    found = feed_back(lambda inputs: inputs[:, 1] + 2 * inputs[:, 0], np.array([[[1.0], [2.0]], [[0.0], [3.0]]]), 3)
    assert found.tolist() == [[4, 8, 16], [3, 9, 15]]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("wiring", WIRINGS)
def test_forecast_is_that_of_a_loop_day_by_day(wiring, order, tmp_path):
    """Prices, interval, persistence, and both errors; at the second day one error fewer is known."""
    variant, prices = replace(SMALL, wiring=wiring, row_order=order), short_table(DAYS).close_usd
    days, _ = forecast(BITCOIN, random_run(tmp_path, variant, short_table(DAYS)), LARGEST)
    read = prices if order == "newest-first" else prices[::-1]
    expected, errors = by_hand(read, variant, LARGEST)
    assert [day.tested for day in days] == [len(one) for one in errors] == [41, 40]
    for ahead, (day, price, off) in enumerate(zip(days, expected, errors, strict=True), start=1):
        naive = [read[k + ahead - 1] - read[k - 1] for k in range(189, 231 - ahead)]
        wanted = [price, price + quantile(off, 0.025), price + quantile(off, 0.975), read[-1]]
        wanted += [np.mean(np.square(off)) ** 0.5, np.mean(np.square(naive)) ** 0.5]
        found = [day.price, day.low, day.high, day.persistence, day.error, day.persistence_error]
        np.testing.assert_allclose(found, wanted, rtol=1e-6)  # float32 against float64
    assert abs(days[0].price - days[1].price) > 1


@pytest.mark.parametrize(
    ("order", "dates"),
    [("newest-first", ["2017-10-08", "2017-10-07"]), ("oldest-first", ["2018-05-27", "2018-05-28"])],
)
def test_next_day_lies_on_the_side_that_the_run_reads_towards(order, dates, tmp_path):
    """The table has 230 days, 2017-10-09 to 2018-05-26."""
    days, _ = forecast(BITCOIN, random_run(tmp_path, replace(SMALL, row_order=order), short_table(DAYS)), 2)
    assert [day.date for day in days] == dates


def test_run_that_reads_newest_first_says_so_and_names_the_variant_to_train(tmp_path):
    """With the run's other settings; a run that reads oldest first has nothing to remark."""
    backwards = random_run(tmp_path, replace(SMALL, wiring="described"), short_table(DAYS))
    _, (remark,) = forecast(BITCOIN, backwards, 1)
    assert "the day before the oldest, 2017-10-09" in remark
    name = remark.rpartition("reproduce run bitcoin-lstm --variant ")[2].split()[0]
    assert Variant.parse(name) == replace(SMALL, wiring="described", row_order="oldest-first")
    _, remarks = forecast(BITCOIN, random_run(tmp_path, Variant.parse(name), short_table(DAYS)), 1)
    assert remarks == []


def test_command_for_the_future_of_the_article_s_own_prices_names_no_file(tmp_path):
    """`reproduce run` reads them itself; from a file they would count as a user's."""
    _, (remark,) = forecast(BITCOIN, random_run(tmp_path, SMALL, load_prices()), 1)
    assert remark.endswith(f"--variant {replace(SMALL, row_order='oldest-first').name}")


@pytest.mark.parametrize(("gaps", "missing", "said"), [("keep", 3, 1), ("keep", 0, 0), ("previous", 3, 0)])
def test_days_that_were_left_out_make_dates_a_count(gaps, missing, said, tmp_path):
    """Only where days were left out is a step not a day."""
    there = replace(short_table(DAYS), gaps=gaps, missing=missing)
    _, remarks = forecast(BITCOIN, random_run(tmp_path, replace(SMALL, row_order="oldest-first"), there), 1)
    assert [("3 missing days" in one, "only by counting" in one) for one in remarks] == [(True, True)] * said


def test_prices_that_never_were_are_not_forecast(tmp_path):
    """The order of a shuffled series was drawn, so no day follows its last."""
    shuffled = RunConfig(StackedVariant(series="shuffled"), 0, "keras", "5" * 64, "stacked-lstm")
    with pytest.raises(RunError, match="its prices never were, so no day follows them; give a run on the real ones"):
        predictor(Directory(tmp_path, shuffled))


def test_too_far_ahead_is_refused_with_the_farthest_that_is_not(tmp_path):
    """An end of the interval that fewer than 40 errors tell would be a guess."""
    directory = random_run(tmp_path, SMALL, short_table(DAYS))
    with pytest.raises(
        RunError, match=rf" 3 rows ahead is known for 39 test windows, .* least 40 .*; use --days {LARGEST} at"
    ):
        forecast(BITCOIN, directory, LARGEST + 1)


def test_batches_that_were_dropped_leave_prices_that_are_known(tmp_path):
    """Of 44 test windows 42 are tested; the days behind them are known, so the third day has 42 errors too."""
    directory = random_run(tmp_path, replace(SMALL, batch=3), short_table(245))
    assert [day.tested for day in forecast(BITCOIN, directory, 5)[0]] == [42, 42, 42, 41, 40]


def test_test_set_that_is_too_small_for_any_interval_is_refused(tmp_path):
    """No --days would do."""
    with pytest.raises(RunError, match=r" 1 row ahead is known for 31 test windows, .*; train on a longer table$"):
        forecast(BITCOIN, random_run(tmp_path, SMALL, short_table(180)), 1)


def test_run_that_diverged_is_refused(tmp_path):
    """It predicts nothing."""
    with pytest.raises(RunError, match=r": the training diverged"):
        forecast(BITCOIN, random_run(tmp_path, SMALL, short_table(DAYS), test_mse=None), 1)


@pytest.mark.parametrize("id_", ["bitcoin-lstm", "stacked-lstm"])
def test_predictor_has_the_final_weights_of_the_run(id_, finished):
    """It predicts the test set again, as predictions.csv has it."""
    article, directory = article_of(id_), finished(id_)
    windows = article.module("windows").prepare(PRICES.read(directory), directory.config.variant)
    predicted = article.module("training").predictor(directory)(windows.test[0])
    expected = read_predictions(directory, "testing")["predicted_scaled"]
    np.testing.assert_allclose(predicted[:, 0], expected, rtol=1e-6)


@pytest.mark.parametrize("damage", ["missing", "of-another-network"])
def test_damaged_checkpoint_is_refused(damage, tmp_path):
    """In a line that names it."""
    directory = random_run(tmp_path, SMALL, short_table(DAYS))
    if damage == "missing":
        (directory.path / "checkpoint.npz").unlink()
    else:
        directory.save_checkpoint({}, {"other": np.zeros(3)})
    with pytest.raises(RunError, match=r"checkpoint\.npz: .*make the run anew"):
        forecast(BITCOIN, directory, 1)
