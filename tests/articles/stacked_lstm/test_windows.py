"""From table to windows, on a series whose windows can be worked by hand."""

import numpy as np
import pytest

from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.errors import DataError
from reproduce.inputs.prices import load_prices
from reproduce.inputs.series import ENOUGH
from tests.articles.samples import table_of

SMALL = Variant(window=3, test_days=2)


def test_table_that_is_cut_at_a_gap_is_long_enough_for_a_run():
    """The remedy is named where so many rows are left; one window to train on, at least."""
    assert Variant().window + Variant().test_days + 1 == ENOUGH


def test_shuffled_series_has_the_same_moves_in_another_order():
    """As shares of the price; so its ends are the table's, and so are its dates."""
    table = load_prices()
    series, prices = prepare(table, Variant(series="shuffled")), prepare(table, Variant())
    moves, of_prices = (one.close_usd[1:] / one.close_usd[:-1] for one in (series, prices))
    np.testing.assert_allclose(np.sort(moves), np.sort(of_prices), rtol=1e-9)
    assert np.mean(np.isclose(moves, of_prices, rtol=1e-9)) < 0.05
    assert series.close_usd[[0, -1]] == pytest.approx(prices.close_usd[[0, -1]])
    np.testing.assert_array_equal(series.dates, prices.dates)
    training = series.close_scaled[: -Variant().test_days]
    assert (training.min(), training.max()) == (0, pytest.approx(1))


def test_shuffled_series_is_the_same_each_time():
    """It is a data set, which no run's seed changes."""
    one, other = (prepare(load_prices(), Variant(series="shuffled")).close_usd for _ in range(2))
    np.testing.assert_array_equal(one, other)


PRICES = [100, 300, 200, 150, 250, 275, 500, 140]  # oldest first; the last two are the test set


@pytest.fixture(scope="module")
def small():
    """Six training days from 100 to 300 USD, two test days of which one lies far above."""
    return prepare(table_of(PRICES[::-1]), SMALL)


def test_scaler_reads_the_training_days_alone(small):
    """100 USD is 0 and 300 is 1; the test price of 500 lies beyond; and back to USD."""
    np.testing.assert_allclose(small.close_scaled, [0, 1, 0.5, 0.25, 0.75, 0.875, 2, 0.2])
    assert (small.zero_usd, small.unit_usd) == (100, 200)
    np.testing.assert_allclose(small.to_usd(np.array([0, 1, 2, 0.2])), [100, 300, 500, 140])


def test_windows_run_from_the_past_to_the_day_they_predict(small):
    """Three windows lie in the training days; each has the day after as its target."""
    inputs, targets = small.train
    np.testing.assert_allclose(inputs[:, :, 0], [[0, 1, 0.5], [1, 0.5, 0.25], [0.5, 0.25, 0.75]])
    np.testing.assert_allclose(targets, [[0.25], [0.75], [0.875]])


def test_test_windows_read_the_last_prices_of_the_whole_series(small):
    """The last 2 + 3 of them, so that the first test window reads training days only."""
    inputs, targets = small.test
    np.testing.assert_allclose(inputs[:, :, 0], [[0.25, 0.75, 0.875], [0.75, 0.875, 2]])
    np.testing.assert_allclose(targets, [[2], [0.2]])


def test_test_rows_are_the_newest_days_in_the_order_of_time(small):
    """With their dates and prices."""
    assert small.dates[small.test_rows].astype(str).tolist() == ["2018-05-25", "2018-05-26"]
    assert small.close_usd[small.test_rows].tolist() == [500, 140]


def test_published_windows_of_the_embedded_table():
    """1273 days: 1213 for training with 1153 windows, 60 for testing, in date order."""
    windows = prepare(load_prices(), Variant())
    assert (windows.train[0].shape, windows.train[1].shape) == ((1153, 60, 1), (1153, 1))
    assert (windows.test[0].shape, windows.test[1].shape) == ((60, 60, 1), (60, 1))
    assert np.all(np.diff(windows.dates).astype(int) == 1)
    assert str(windows.dates[windows.test_rows[0]]) == "2018-03-28"
    assert (windows.close_scaled[:1213].min(), windows.close_scaled[:1213].max()) == pytest.approx((0, 1))


def test_one_training_window_is_enough():
    """Four training days for a window of three."""
    inputs, targets = prepare(table_of([6, 5, 4, 3, 2, 1]), SMALL).train
    assert (inputs.shape, targets.shape) == ((1, 3, 1), (1, 1))


@pytest.mark.parametrize(("days", "rows"), [(1, "1 row"), (5, "5 rows")])
def test_table_that_is_too_short_is_refused(days, rows):
    """With what there is and what was wanted."""
    told = rf"prices.csv: {rows}, {max(days - 2, 0)} before the last 2, expected at least 4 for one window of 3"
    with pytest.raises(DataError, match=told):
        prepare(table_of(range(1, days + 1)), SMALL)


def test_price_that_never_moves_in_training_is_refused():
    """The scaler would divide by nothing."""
    with pytest.raises(DataError, match="the price never moves in the 6 training rows"):
        prepare(table_of([7, 6, 5, 5, 5, 5, 5, 5]), SMALL)
