"""Forecasts beside which the network is judged: worked by hand, solved another way, and blind to what they predict."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.evidence.baselines import drift, linear_autoregression
from reproduce.inputs.prices import PriceTable

VARIANT = Variant(window=3, batch=2, row_order="oldest-first", split_of="windows", scaler_rows="training")
BASELINES = pytest.mark.parametrize("baseline", [drift, linear_autoregression])


def dataset_of(prices, variant=VARIANT):
    """The prices, oldest day first, as the variant sees them."""
    days = np.datetime64("2018-05-26") - np.arange(len(prices))
    return prepare(PriceTable(days, np.array(prices, dtype=float)[::-1], sha256="0" * 64, name="prices.csv"), variant)


def random_walk(rows, seed=0):
    return 1000 + np.random.default_rng(seed).normal(size=rows).cumsum()


def second_order(rows):
    """Prices of which each follows from the two before it, without noise: a damped wave around 50."""
    prices = [60.0, 58.0]
    while len(prices) < rows:
        prices.append(50 + 1.6 * (prices[-1] - 50) - 0.9 * (prices[-2] - 50))
    return prices


# --- Drift ----------------------------------------------------------------------------------------------------------


def test_drift_agrees_with_hand_worked_example():
    # 14 rows and windows of 3 are 11 windows, 8 of them for training: rows 0 … 10. From 10 to 32 in 10 steps: 2.2 each.
    # In batches of 2 the test set is windows 8 and 9, whose nearest prices are those of rows 10 and 11.
    prices = [10, 13, 12, 15, 19, 18, 22, 25, 24, 29, 32, 40, 90, 35]

    predicted = drift(dataset_of(prices))

    assert dataset_of(prices).to_usd(predicted) == pytest.approx(np.array([[34.2], [42.2]]))


def test_drift_follows_the_order_of_the_rows():
    # Newest first, the training rows are the newest 11: from 35 to 15 in 10 steps, -2 each; then come 12 and 13.
    prices = [10, 13, 12, 15, 19, 18, 22, 25, 24, 29, 32, 40, 90, 35]
    dataset = dataset_of(prices, replace(VARIANT, row_order="newest-first"))

    assert dataset.to_usd(drift(dataset)) == pytest.approx(np.array([[13.0], [10.0]]))


def test_drift_counts_the_rows_of_a_dropped_remainder():
    # The same 11 training rows in batches of 3, which use 6 of the 8 training windows (D6); 3 test windows.
    prices = [10, 13, 12, 15, 19, 18, 22, 25, 24, 29, 32, 40, 90, 35]
    dataset = dataset_of(prices, replace(VARIANT, batch=3))

    assert dataset.to_usd(drift(dataset)) == pytest.approx(np.array([[34.2], [42.2], [92.2]]))


def test_drift_is_exact_where_the_price_rises_by_the_same_each_day():
    dataset = dataset_of(np.arange(100, 130))

    assert drift(dataset) == pytest.approx(dataset.test[1])


# --- Linear autoregression ------------------------------------------------------------------------------------------


def test_linear_autoregression_solves_the_normal_equations():
    dataset = dataset_of(random_walk(57))
    (inputs, targets), (test_inputs, _) = dataset.train, dataset.test
    rows = np.array([[1.0, *window[:, 0]] for window in inputs])
    coefficients = np.linalg.solve(rows.T @ rows, rows.T @ targets[:, 0])  # (1 + window,)
    expected = [[coefficients[0] + window[:, 0] @ coefficients[1:]] for window in test_inputs]

    assert linear_autoregression(dataset) == pytest.approx(np.array(expected))  # float64, relative 1e-6


def test_linear_autoregression_is_exact_where_each_price_follows_from_the_window():
    dataset = dataset_of(second_order(60))

    assert linear_autoregression(dataset) == pytest.approx(dataset.test[1], abs=1e-9)


# --- Both -----------------------------------------------------------------------------------------------------------


@BASELINES
def test_baseline_does_not_see_what_it_predicts(baseline):
    """Another price on a test day changes the forecasts of later days only; the scaler reads training rows alone."""
    prices = random_walk(57)
    changed = prices.copy()
    changed[51] += 25  # 43 training windows: the first test window predicts row 46, the sixth row 51

    before, after = baseline(dataset_of(prices)), baseline(dataset_of(changed))

    np.testing.assert_array_equal(after[:6], before[:6])
    assert after[6] != before[6]


@BASELINES
def test_baseline_predicts_every_window_of_the_published_test_set(baseline, dataset):
    predicted = baseline(dataset)

    assert predicted.shape == (245, 1)
    assert np.isfinite(predicted).all()
