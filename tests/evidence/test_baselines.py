"""Forecasts beside which the network is judged: worked by hand, solved another way, and blind to what they predict."""

import numpy as np
import pytest

from reproduce.evidence.baselines import drift, linear_autoregression

WINDOW, TRAINING_ROWS = 3, 46


def cut(prices):
    """Windows of 3, (windows, 3, 1), and the price after each, (windows, 1)."""
    rows = range(WINDOW, len(prices))
    inputs = np.array([[[prices[row - WINDOW + k]] for k in range(WINDOW)] for row in rows])
    return inputs, np.array([[prices[row]] for row in rows])


def drift_of(prices, training_rows=TRAINING_ROWS):
    """Forecasts by drift of the prices after the first `training_rows`, which are the test set."""
    return drift(np.array(prices[:training_rows]), cut(prices)[0][training_rows - WINDOW :])


def autoregression_of(prices):
    """Forecasts of the test set by linear autoregression, fitted on the windows before it."""
    inputs, targets = cut(prices)
    training = TRAINING_ROWS - WINDOW
    return linear_autoregression(inputs[:training], targets[:training], inputs[training:])


def random_walk(rows, seed=0):
    return np.random.default_rng(seed).normal(size=rows).cumsum()


# --- Drift ----------------------------------------------------------------------------------------------------------


def test_drift_agrees_with_hand_worked_example():
    # The first 11 prices are for training: from 10 to 32 in 10 steps, 2.2 each. Then come 32, 40 and 90.
    prices = [10, 13, 12, 15, 19, 18, 22, 25, 24, 29, 32, 40, 90, 35]

    assert drift_of(prices, training_rows=11) == pytest.approx(np.array([[34.2], [42.2], [92.2]]))


def test_drift_is_exact_where_the_price_rises_by_the_same_each_day():
    rising = np.arange(100.0, 160)

    assert drift_of(rising) == pytest.approx(rising[TRAINING_ROWS:, np.newaxis])


# --- Linear autoregression ------------------------------------------------------------------------------------------


def test_linear_autoregression_solves_the_normal_equations():
    prices = random_walk(57)
    rows = np.array([[1.0, *prices[row - WINDOW : row]] for row in range(WINDOW, len(prices))])
    training = rows[: TRAINING_ROWS - WINDOW]
    coefficients = np.linalg.solve(training.T @ training, training.T @ prices[WINDOW:TRAINING_ROWS])  # (1 + window,)

    assert autoregression_of(prices)[:, 0] == pytest.approx(rows[len(training) :] @ coefficients)  # float64


def test_linear_autoregression_is_exact_where_each_price_follows_from_the_window():
    """A damped wave around 50, each price from the two before it, without noise."""
    prices = [60.0, 58.0]
    while len(prices) < 60:
        prices.append(50 + 1.6 * (prices[-1] - 50) - 0.9 * (prices[-2] - 50))

    assert autoregression_of(prices)[:, 0] == pytest.approx(prices[TRAINING_ROWS:], abs=1e-9)


# --- Both -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("baseline", [drift_of, autoregression_of])
def test_baseline_does_not_see_what_it_predicts(baseline):
    """Another price on a test day changes the forecasts of later days only."""
    prices = random_walk(57)
    changed = prices.copy()
    changed[51] += 25  # the sixth of the test set

    before, after = baseline(prices), baseline(changed)

    np.testing.assert_array_equal(after[:6], before[:6])
    assert after[6] != before[6]
