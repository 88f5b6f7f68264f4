"""From table to windows, batches and split, in every variant; small series whose windows can be written out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.errors import DataError
from reproduce.inputs.prices import load_prices
from tests.articles.samples import table_of

TWENTY = [float(price) for price in range(120, 100, -1)]
SMALL = Variant(window=3, batch=2)


def test_published_split_has_the_printed_shapes(dataset):
    """(1018, 7, 1), (1018, 1), (248, 7, 1), (248, 1), as the program printed them."""
    assert dataset.inputs[: dataset.train_windows].shape == (1018, 7, 1)
    assert dataset.targets[: dataset.train_windows].shape == (1018, 1)
    assert dataset.inputs[dataset.train_windows :].shape == (248, 7, 1)
    assert dataset.targets[dataset.train_windows :].shape == (248, 1)


def test_window_k_reads_rows_k_to_k_plus_2_and_predicts_row_k_plus_3():
    """Newest first: the "previous" days are the following ones."""
    dataset = prepare(table_of(TWENTY), replace(SMALL, remainder="kept"))
    np.testing.assert_allclose(dataset.to_usd(dataset.inputs[4, :, 0]), [116, 115, 114])
    np.testing.assert_allclose(dataset.to_usd(dataset.targets[4]), [113])
    np.testing.assert_array_equal(dataset.target_rows(4, 2), [7, 8])
    assert dataset.close_usd[7] == 113


def test_test_set_begins_where_training_ends():
    """80 % of 25 rows are 20 training windows; the 21st of the 22 windows is the first of the test set."""
    dataset = prepare(table_of([*TWENTY, *range(100, 95, -1)]), SMALL)
    assert dataset.train_windows == 20
    np.testing.assert_array_equal(dataset.test[0], dataset.inputs[20:22])
    np.testing.assert_array_equal(dataset.test[1], dataset.targets[20:22])


def test_split_of_windows_takes_its_share_of_the_windows():
    """D5: 80 % of 17 windows are 13."""
    assert prepare(table_of(TWENTY), replace(SMALL, split_of="windows")).train_windows == 13


def test_split_by_date_trains_on_no_day_after_it():
    """The table ends on 2018-05-26, so that 56 of its days are later than March; all others train, in whole batches."""
    dated = Variant(split_of="2018-03-31", row_order="oldest-first", scaler_rows="training")
    dataset = prepare(load_prices(), dated)
    trained = dataset.dates[dataset.target_rows(0, dataset.train_windows)]
    assert (str(trained[-1]), len(trained)) == ("2018-03-31", 1273 - 56 - 7)
    tested = dataset.dates[dataset.test_rows]
    assert (str(tested[0]), str(tested[-1]), dataset.tested) == ("2018-04-01", "2018-05-26", 56)
    assert dataset.trained == 1204
    assert dataset.close_scaled[:1217].mean() == pytest.approx(0, abs=1e-12)


def test_split_by_date_needs_date_order():
    """Newest first its training windows would not be the first ones."""
    with pytest.raises(DataError, match=r"split-of-2018-03-31: a split by date .* add row-order-oldest-first"):
        prepare(load_prices(), Variant(split_of="2018-03-31"))


def test_oldest_first_lets_the_past_predict_the_future():
    """D1: the first window holds the three oldest days."""
    dataset = prepare(table_of(TWENTY), replace(SMALL, row_order="oldest-first", remainder="kept"))
    np.testing.assert_allclose(dataset.to_usd(dataset.inputs[0, :, 0]), [101, 102, 103])
    np.testing.assert_allclose(dataset.to_usd(dataset.targets[0]), [104])
    assert dataset.dates[0] < dataset.dates[-1]


def test_newest_row_can_be_dropped():
    """D11: the table begins with a day that was not over."""
    dataset = prepare(table_of(TWENTY), replace(SMALL, newest_row="dropped", remainder="kept"))
    assert dataset.close_usd[0] == 119
    assert len(dataset.dates) == 19


def test_scaler_reads_all_rows_as_published():
    """D4: mean 0 and deviation 1 over the whole table, test rows included."""
    dataset = prepare(load_prices(), Variant())
    assert abs(dataset.close_scaled.mean()) < 1e-12
    assert abs(dataset.close_scaled.std() - 1) < 1e-12


def test_scaler_of_training_rows_never_sees_a_test_target():
    """D4: fitted on the rows of the training windows and their targets; other test prices change nothing of it."""
    variant = replace(SMALL, scaler_rows="training", split_of="windows", remainder="kept")
    dataset = prepare(table_of(TWENTY), variant)
    rows = TWENTY[: 13 + 3]
    assert dataset.zero_usd == pytest.approx(np.mean(rows))
    assert dataset.unit_usd == pytest.approx(np.std(rows))
    changed = prepare(table_of([*rows, 9.0, 8.0, 7.0, 6.0]), variant)
    np.testing.assert_array_equal(changed.close_scaled[:16], dataset.close_scaled[:16])


def test_kept_remainder_uses_every_window():
    """D6: 13 and 4 windows in batches of 3, none lost."""
    dataset = prepare(table_of(TWENTY), replace(SMALL, batch=3, remainder="kept", split_of="windows"))
    assert (len(dataset.train[0]), len(dataset.test[0])) == (13, 4)
    dropped = prepare(table_of(TWENTY), replace(SMALL, batch=3, split_of="windows"))
    assert (len(dropped.train[0]), len(dropped.test[0])) == (12, 3)


@given(
    prices=st.lists(st.floats(0.01, 1e6), min_size=30, max_size=60),
    window=st.integers(1, 5),
    row_order=st.sampled_from(["newest-first", "oldest-first"]),
)
def test_every_window_and_target_are_consecutive_prices(prices, window, row_order):
    """For any series: undoing the scaler gives back the rows, in order, to rounding."""
    prices[0], prices[1] = 1.0, 2.0  # at least one movement
    variant = Variant(window=window, batch=1, row_order=row_order)
    dataset = prepare(table_of(prices), variant)
    expected = prices if row_order == "newest-first" else prices[::-1]
    for k in range(len(dataset.inputs)):
        seen = dataset.to_usd(np.append(dataset.inputs[k, :, 0], dataset.targets[k]))
        np.testing.assert_allclose(seen, expected[k : k + window + 1], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize(
    ("rows", "variant"),
    [
        pytest.param("1 row", Variant(), id="no-window-at-all"),
        pytest.param("44 rows", Variant(), id="less-than-a-test-batch"),
        pytest.param("20 rows", replace(SMALL, window=17, batch=1), id="window-of-nearly-all-rows"),
    ],
)
def test_too_few_rows_are_refused(rows, variant):
    """One line: rows, windows, what is wanted, what to do."""
    prices = np.linspace(100, 200, int(rows.split()[0]))
    with pytest.raises(DataError, match=rf"prices.csv: {rows}, enough for .* expected at least .* use a longer table"):
        prepare(table_of(prices), variant)


def test_price_that_never_moves_is_refused():
    """It cannot be scaled to deviation 1."""
    with pytest.raises(DataError, match="the price never moves"):
        prepare(table_of([100.0] * 60), SMALL)


@pytest.mark.parametrize(("rows", "lowest", "highest"), [("all", 101, 120), ("training", 105, 120)])
def test_min_max_scaler_puts_the_rows_it_reads_between_0_and_1(rows, lowest, highest):
    """Of all rows, or of those that 13 windows train on; the others go beyond."""
    variant = replace(SMALL, scaling="min-max", scaler_rows=rows, split_of="windows", remainder="kept")
    dataset = prepare(table_of(TWENTY), variant)
    np.testing.assert_allclose(dataset.close_scaled, (np.array(TWENTY) - lowest) / (highest - lowest))
    np.testing.assert_allclose(dataset.to_usd(dataset.close_scaled), TWENTY)


def test_min_max_scaler_refuses_a_price_that_never_moves():
    """It would divide by 0."""
    with pytest.raises(DataError, match="the price never moves in the 30 rows"):
        prepare(table_of([7.0] * 30), replace(SMALL, scaling="min-max"))
