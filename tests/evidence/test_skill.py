"""Predictions against persistence: each value worked by hand, computed another way, or checked by simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from reproduce.evidence.skill import (
    best_lag,
    bootstrap_skill,
    diebold_mariano,
    direction_accuracy,
    evaluate,
    majority_share,
    mean_skill,
    persistence,
    prediction_metrics,
)

SEEDS, DAYS, WINDOW = 5, 12, 3


def windows_of(prices):
    """The windows of 3 that end before each of the last 12 rows, (12, 3, 1), and those rows, (12, 1)."""
    rows = range(len(prices) - DAYS, len(prices))
    inputs = [[[prices[row - WINDOW + k]] for k in range(WINDOW)] for row in rows]
    return np.array(inputs), np.array([[prices[row]] for row in rows])


def random_walk(rows=60, seed=0):
    return np.random.default_rng(seed).normal(size=rows).cumsum()


@pytest.fixture
def walk():
    """60 prices, none like the one before; rows 48 … 59 are tested."""
    return random_walk()


@pytest.fixture
def predictions(walk):
    """5 seeds on 12 days, all different."""
    return walk[48:] + np.random.default_rng(1).normal(scale=0.6, size=(SEEDS, DAYS))


def ar1(rng, coefficient, shape):
    """Autocorrelated errors along the last axis, of variance 1, stationary from the first on."""
    noise = rng.normal(size=shape)
    errors = [noise[..., 0]]
    for t in range(1, shape[-1]):
        errors.append(coefficient * errors[-1] + math.sqrt(1 - coefficient**2) * noise[..., t])
    return np.stack(errors, axis=-1)


# --- One run's metrics ----------------------------------------------------------------------------------------------


def test_persistence_is_the_last_price_of_each_window():
    inputs = np.arange(24.0).reshape(2, 4, 3)[:, :, :1]  # two windows of 4 days

    assert persistence(inputs).tolist() == [[9], [21]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_metrics_agree_with_hand_worked_example(dtype):
    # Errors 1, -2, 2: their squares' mean is 3. Persistence's are 2, 4, -2: 8. One scaled unit is 10 USD.
    predicted, actual, nearest = (np.array(column)[:, np.newaxis] for column in ([4.0, 3, 7], [3.0, 5, 5], [5.0, 9, 3]))

    found = prediction_metrics(predicted.astype(dtype), actual, nearest, unit_usd=10)

    assert found == pytest.approx(
        {
            "test_mse": 3,
            "test_rmse_usd": 10 * math.sqrt(3),
            "persistence_mse": 8,
            "persistence_rmse_usd": 10 * math.sqrt(8),
            "skill": 1 - 3 / 8,
        }
    )


def test_metrics_are_computed_in_float64():
    """Engines return float32, in which the square of this error would be another."""
    predicted, actual = np.full((1, 1), 0.1, dtype=np.float32), np.zeros((1, 1))

    assert prediction_metrics(predicted, actual, actual + 1, unit_usd=1)["test_mse"] == float(np.float32(0.1)) ** 2


def test_metrics_have_no_skill_where_the_price_stood_still():
    prices = np.ones((3, 1))

    assert math.isnan(prediction_metrics(prices + 1, prices, prices, unit_usd=1)["skill"])


# --- Forecasts whose values are known -------------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", [1, 3, 7])
def test_evaluate_finds_nothing_in_persistence_itself(walk, seeds):
    result = evaluate(*windows_of(walk), np.tile(walk[47:59], (seeds, 1)))

    assert (result.skill, result.skill_low, result.skill_high) == (0, 0, 0)
    assert (result.dm_statistic, result.dm_p) == (0, 1)
    assert result.direction_accuracy == 0  # it never predicts a change
    assert result.best_lag == 1


def test_evaluate_finds_all_in_the_actual_prices(walk):
    result = evaluate(*windows_of(walk), np.tile(walk[48:], (SEEDS, 1)))

    assert (result.direction_accuracy, result.best_lag) == (1, 0)
    assert (result.skill, result.skill_low, result.skill_high) == pytest.approx((1, 1, 1))
    assert result.dm_statistic < 0


def test_evaluate_judges_the_test_set_by_its_parts(walk, predictions):
    """Actual and nearest prices are taken from the rows here, not from the windows."""
    actual, nearest = walk[48:60], walk[47:59]
    errors, persistence_errors = (predictions - actual) ** 2, (nearest - actual) ** 2

    result = evaluate(*windows_of(walk), predictions)

    assert result.skill == mean_skill(errors, persistence_errors)
    assert (result.skill_low, result.skill_high) == bootstrap_skill(errors, persistence_errors)
    assert (result.dm_statistic, result.dm_p) == diebold_mariano(errors, persistence_errors)
    assert result.direction_accuracy == direction_accuracy(predictions, actual, nearest)
    assert result.majority_share == majority_share(actual, nearest)
    assert result.best_lag == best_lag(*windows_of(walk), predictions)


def test_evaluate_does_not_depend_on_the_unit_of_the_price(walk, predictions):
    cents = evaluate(*windows_of(100 * walk + 7), 100 * predictions + 7)

    assert vars(cents) == pytest.approx(vars(evaluate(*windows_of(walk), predictions)))


def test_evaluate_reads_float32(walk, predictions):
    """As engines return them: the values are computed in float64 all the same."""
    single = predictions.astype(np.float32)

    assert evaluate(*windows_of(walk), single) == evaluate(*windows_of(walk), single.astype(np.float64))


def test_evaluate_says_nan_where_the_price_stood_still():
    still = [*random_walk(47), *[0.5] * 13]  # row 47, the first nearest price, and all 12 of the test
    result = evaluate(*windows_of(still), np.random.default_rng(3).normal(size=(SEEDS, DAYS)))

    nothing = [result.skill, result.skill_low, result.skill_high, result.direction_accuracy, result.majority_share]
    assert np.isnan(nothing).all()
    assert result.dm_statistic > 0


# --- Skill ----------------------------------------------------------------------------------------------------------


def test_mean_skill_agrees_with_hand_worked_example():
    # Model: (1 + 2 + 3 + 0 + 2 + 4) / 6 = 2; persistence: (4 + 1 + 10) / 3 = 5; 1 - 2 / 5.
    assert mean_skill(np.array([[1.0, 2, 3], [0, 2, 4]]), np.array([4.0, 1, 10])) == pytest.approx(0.6)


def test_mean_skill_is_the_mean_of_the_seeds_own(walk, predictions):
    inputs, targets = windows_of(walk)
    nearest = persistence(inputs)
    own = [prediction_metrics(seed[:, np.newaxis], targets, nearest, unit_usd=1)["skill"] for seed in predictions]
    expected = np.mean(own)

    assert evaluate(inputs, targets, predictions).skill == pytest.approx(expected)


# --- Bootstrap: values known without drawing ------------------------------------------------------------------------


def test_bootstrap_has_no_width_where_the_ratio_never_varies():
    """Model and persistence are drawn on the same days."""
    persistence_errors = np.random.default_rng(4).random(17)

    assert bootstrap_skill(np.tile(0.4 * persistence_errors, (SEEDS, 1)), persistence_errors) == pytest.approx(
        (0.6, 0.6)
    )


def test_bootstrap_draws_seeds_with_replacement():
    # 5 of 9 seeds err on every day, 4 never: in a resample the former are Binomial(9, 5/9).
    errors = np.repeat([1.0, 0.0], [5, 4])[:, np.newaxis] * np.ones(11)
    least, most = stats.binom.ppf([0.025, 0.975], 9, 5 / 9)  # 2 and 8

    assert bootstrap_skill(errors, np.ones(11)) == pytest.approx((1 - most / 9, 1 - least / 9))


@pytest.mark.parametrize(("days", "length"), [(27, 3), (28, 4), (60, 4), (64, 4), (125, 5), (245, 7)])
def test_bootstrap_draws_days_in_blocks_as_long_as_the_cube_root(days, length):
    """Errors that repeat every `length` days sum to the same in each block of that length; no shorter block does so."""
    errors = np.tile(np.random.default_rng(5).random(length), days // length)

    low, high = bootstrap_skill(errors[np.newaxis], np.ones(days))

    assert (low, high) == pytest.approx((1 - errors.mean(), 1 - errors.mean()))


@pytest.mark.parametrize("day", [0, 31, 63], ids=["first", "middle", "last"])
def test_bootstrap_draws_the_first_and_last_day_as_often_as_others(day):
    # 64 days are drawn in 16 blocks of 4, circular, so each block holds the day with a chance of 4 / 64.
    errors = np.zeros((1, 64))
    errors[0, day] = 1
    least, most = stats.binom.ppf([0.025, 0.975], 16, 4 / 64)  # 0 and 3; without the circle 2 for the outer days

    assert bootstrap_skill(errors, np.ones(64)) == pytest.approx((1 - most / 64, 1 - least / 64))


def test_bootstrap_draws_as_many_days_as_there_are():
    """10 days in blocks of 3: two days of the fourth block are too many."""
    errors = np.zeros((1, 10))
    errors[0, 4] = 1

    low, _ = bootstrap_skill(errors, np.ones(10))

    assert (1 - low) * 10 == pytest.approx(round((1 - low) * 10))


# --- Bootstrap: another way, and simulation -------------------------------------------------------------------------


def bootstrap_in_loops(errors, persistence_errors, block, rng):
    """The same interval, one resample at a time, with other draws."""
    seeds, days = errors.shape
    skills = []
    for _ in range(2000):
        drawn = []
        while len(drawn) < days:
            start = rng.integers(days)
            drawn += [(start + i) % days for i in range(block)]
        drawn = drawn[:days]
        mse = errors[rng.integers(seeds, size=seeds)][:, drawn].mean()
        skills.append(1 - mse / persistence_errors[drawn].mean())
    return np.percentile(skills, 2.5), np.percentile(skills, 97.5)


def study_errors(rng, seeds, days=245):
    """Squared errors of a study and of persistence; the skill they are drawn from is 1 - 0.36 - 0.25 - 0.09 = 0.3.

    Persistence errs by AR(1) with coefficient 0.5 and variance 1, a seed by 0.6 times that, by 0.5 times another such
    series that all seeds share, and by a constant of its own, of variance 0.09.
    """
    of_persistence, of_model = ar1(rng, 0.5, (2, days))
    of_seed = 0.3 * rng.normal(size=(seeds, 1))
    return (0.6 * of_persistence + 0.5 * of_model + of_seed) ** 2, of_persistence**2


@pytest.mark.parametrize(("seeds", "days", "block"), [(4, 50, 4), (13, 120, 5)])
def test_bootstrap_agrees_with_loops(seeds, days, block):
    rng = np.random.default_rng(6)
    errors, persistence_errors = study_errors(rng, seeds, days)

    found = bootstrap_skill(errors, persistence_errors)
    expected = bootstrap_in_loops(errors, persistence_errors, block, rng)

    # Two ends drawn 2000 times each differ by about 2.5 % of the width, a standard error.
    assert found == pytest.approx(expected, abs=0.1 * (expected[1] - expected[0]))


def test_bootstrap_covers_the_true_skill_nearly_as_often_as_it_says():
    # 200 studies: the standard error is 1.8 %. Percentile intervals of 20 seeds and 24 blocks are a little narrow.
    rng = np.random.default_rng(7)

    intervals = np.array([bootstrap_skill(*study_errors(rng, seeds=20, days=120)) for _ in range(200)])

    low, high = intervals.T
    assert np.mean((low <= 0.3) & (high >= 0.3)) == pytest.approx(0.94, abs=0.04)


def test_bootstrap_is_wider_with_fewer_seeds():
    errors, persistence_errors = study_errors(np.random.default_rng(8), seeds=40)
    errors += 3 * np.random.default_rng(9).random((40, 1))  # seeds differ more than days

    few, all_seeds = bootstrap_skill(errors[::8], persistence_errors), bootstrap_skill(errors, persistence_errors)

    assert few[1] - few[0] > 1.5 * (all_seeds[1] - all_seeds[0])


def test_bootstrap_draws_the_same_each_time():
    errors = study_errors(np.random.default_rng(10), SEEDS)

    assert bootstrap_skill(*errors) == bootstrap_skill(*errors)


def test_bootstrap_says_nan_where_a_resample_has_no_change_of_price():
    persistence_errors = np.array([1.0, 0, 0, 0, 0, 0, 0, 0])  # 8 days in 4 blocks of 2: often none holds the first

    assert np.isnan(bootstrap_skill(np.ones((SEEDS, 8)), persistence_errors)).all()


# --- Diebold-Mariano ------------------------------------------------------------------------------------------------


def test_diebold_mariano_agrees_with_hand_worked_example():
    # Means over the seeds 3, 1, 4, 3 minus 2, 2, 1, 2: d = 1, -1, 3, 1, of mean 1, deviations 0, -2, 2, 0.
    # n = 4, h = 1: γ[0] = 8 / 4, γ[1] = -4 / 4, v = 2 - 2 · 1/2 = 1. DM = 1 / √(1/4) · √(3/4) = √3.
    # Student's t with 3 degrees of freedom at √3: P(T ≤ √3) = 1/2 + (1/2 + π/4) / π, so p = 1/2 - 1/π.
    errors = np.array([[2.0, 1, 8, 0], [4, 1, 0, 6]])

    statistic, p = diebold_mariano(errors, np.array([2.0, 2, 1, 2]))

    assert statistic == pytest.approx(math.sqrt(3))
    assert p == pytest.approx(1 / 2 - 1 / math.pi)


@pytest.mark.parametrize(("days", "bandwidth"), [(7, 1), (8, 2), (63, 3), (64, 4), (124, 4), (125, 5), (245, 6)])
def test_diebold_mariano_agrees_with_sums_over_moving_windows(days, bandwidth):
    """Bartlett's estimate is also the mean square of the sums over h + 1 neighbours, with zeros beyond both ends."""
    errors, persistence_errors = study_errors(np.random.default_rng(days), SEEDS, days)
    d = [sum(errors[s, t] for s in range(SEEDS)) / SEEDS - persistence_errors[t] for t in range(days)]
    mean = sum(d) / days
    padded = [0.0] * bandwidth + [value - mean for value in d] + [0.0] * bandwidth
    sums = [sum(padded[t : t + bandwidth + 1]) for t in range(days + bandwidth)]
    variance = sum(total**2 for total in sums) / (bandwidth + 1) / days
    expected = mean / math.sqrt(variance / days) * math.sqrt((days - 1) / days)

    statistic, p = diebold_mariano(errors, persistence_errors)

    assert statistic == pytest.approx(expected)
    assert p == pytest.approx(2 * stats.t.cdf(-abs(expected), days - 1))


def test_diebold_mariano_is_negative_where_the_seeds_are_better():
    errors, persistence_errors = study_errors(np.random.default_rng(11), seeds=1)

    better, p_better = diebold_mariano(errors, persistence_errors)
    worse, p_worse = diebold_mariano(persistence_errors[np.newaxis], errors[0])

    assert better < 0
    assert worse == pytest.approx(-better)
    assert p_worse == pytest.approx(p_better)


def p_values(scale, coefficient, studies, days=245):
    """Of two forecasts with independent AR(1) errors, the first `scale` times as large."""
    errors = ar1(np.random.default_rng(12), coefficient, (studies, 2, days)) ** 2
    return np.array([diebold_mariano(scale**2 * first[np.newaxis], second)[1] for first, second in errors])


@pytest.mark.parametrize(("coefficient", "rate"), [(0, 0.05), (0.5, 0.065)])
def test_diebold_mariano_rejects_few_pairs_of_equally_good_forecasts(coefficient, rate):
    # 2000 pairs: the standard error is 0.5 %. Autocorrelated errors are rejected a little too often; without the
    # autocovariances it would be 12 %.
    rejected = p_values(1, coefficient, studies=2000) <= 0.05

    assert rejected.mean() == pytest.approx(rate, abs=0.02)


@pytest.mark.parametrize("scale", [0.7, 1.4])
def test_diebold_mariano_rejects_a_better_and_a_worse_forecast(scale):
    assert np.mean(p_values(scale, 0.5, studies=200) <= 0.05) > 0.9


def test_diebold_mariano_is_certain_of_forecasts_with_equal_losses():
    losses = np.random.default_rng(13).random(DAYS)

    assert diebold_mariano(np.tile(losses, (3, 1)), losses) == (0, 1)


def test_diebold_mariano_has_no_scale_for_a_difference_that_never_varies():
    assert np.isnan(diebold_mariano(np.full((SEEDS, DAYS), 0.5), np.ones(DAYS))).all()


# --- Direction ------------------------------------------------------------------------------------------------------

NEAREST = np.array([10.0, 20, 30, 40, 50])
ACTUAL = np.array([11.0, 19, 30, 41, 49])  # the third day stands still


def test_direction_accuracy_agrees_with_hand_worked_example():
    # Days 1, 2, 4 and 5 count. First seed: right, wrong, no change and so wrong, right; second: wrong, right, right,
    # right. 5 of 8.
    predictions = np.array([[15.0, 21, 30, 40, 30], [9, 5, 99, 45, 0]])

    assert direction_accuracy(predictions, ACTUAL, NEAREST) == 5 / 8


@pytest.mark.parametrize(("sign", "share"), [(1, 0.75), (-1, 0.75)], ids=["more rises", "more falls"])
def test_majority_share_counts_the_days_that_moved(sign, share):
    change = sign * np.array([3.0, 1, 0, -9, 2])

    assert majority_share(NEAREST + change, NEAREST) == share


def test_majority_share_is_what_the_better_constant_guess_reaches(walk):
    actual, nearest = walk[48:], walk[47:59]

    reached = [direction_accuracy(nearest[np.newaxis] + guess, actual, nearest) for guess in (1, -1)]

    assert majority_share(actual, nearest) == max(reached) > min(reached)


def test_direction_is_nan_where_the_price_stood_still():
    assert math.isnan(direction_accuracy(np.ones((SEEDS, 5)), NEAREST, NEAREST))
    assert math.isnan(majority_share(NEAREST, NEAREST))


# --- Lag ------------------------------------------------------------------------------------------------------------


def lagging(prices, lags):
    """A seed for each lag: the price so many rows before, on another scale."""
    return np.array([0.5 * np.array(prices[48 - lag : 60 - lag]) + 0.1 for lag in lags])


@pytest.mark.parametrize("lag", [0, 1, 2, 3])
def test_best_lag_finds_by_how_many_rows_predictions_trail(lag, walk):
    assert best_lag(*windows_of(walk), lagging(walk, [lag])) == lag


@pytest.mark.parametrize("seed", range(20))
def test_best_lag_agrees_with_correlations_one_at_a_time(seed):
    """Predictions that have nothing to do with the price have all kinds of lags, and correlations of either sign."""
    walk = random_walk(seed=seed)
    prediction = np.random.default_rng(100 + seed).normal(size=DAYS).cumsum()
    correlations = [stats.pearsonr(prediction, [walk[48 + t - k] for t in range(DAYS)])[0] for k in range(4)]

    assert best_lag(*windows_of(walk), prediction[np.newaxis]) == correlations.index(max(correlations))


@pytest.mark.parametrize(("lags", "median"), [([3, 0, 2], 2), ([3, 1, 3, 0], 1), ([3, 0, 0, 0, 3], 0)])
def test_best_lag_is_the_lower_median_of_the_seeds(walk, lags, median):
    assert best_lag(*windows_of(walk), lagging(walk, lags)) == median


def test_best_lag_leaves_out_seeds_that_predict_one_price(walk):
    constant = np.full((3, DAYS), 0.1)

    assert best_lag(*windows_of(walk), np.concatenate([constant, lagging(walk, [2, 2])])) == 2


def test_best_lag_is_none_where_all_seeds_predict_one_price(walk):
    assert best_lag(*windows_of(walk), np.full((3, DAYS), 0.1)) is None


@pytest.mark.parametrize("lag", [2, 3])
def test_best_lag_leaves_out_lags_at_which_the_price_stood_still(lag):
    still = [*random_walk(47), *[-5.0] * 13]  # rows 47 … 59: lags 0 and 1 see one price

    assert best_lag(*windows_of(still), lagging(still, [lag])) == lag
    assert (
        best_lag(*windows_of(still), -lagging(still, [lag])) == 5 - lag
    )  # the other's correlation is negative too, but weaker


@pytest.mark.parametrize("lag", [0, 1, 2, 3])
def test_best_lag_is_the_smallest_of_equals(lag):
    """A price that rises by the same share each day correlates with every lag alike, but for rounding."""
    steady = np.geomspace(100, 159, 60)

    assert best_lag(*windows_of(steady), lagging(steady, [lag])) == 0


# --- Refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape",
    [(DAYS, SEEDS), (SEEDS, DAYS, 1), (DAYS,), (0, DAYS)],
    ids=["transposed", "features", "one seed", "no seed"],
)
def test_evaluate_refuses_another_shape(walk, shape):
    with pytest.raises(ValueError, match=r"predictions have shape .*, expected \(seeds, 12\) with at least one seed"):
        evaluate(*windows_of(walk), np.ones(shape))


def test_evaluate_refuses_diverged_seeds_and_says_how_many(walk, predictions):
    predictions[[1, 4], [3, 7]] = np.nan, np.inf
    predictions[4, 8] = -np.inf

    with pytest.raises(ValueError, match="predictions of 2 of 5 seeds are not finite; drop these runs first"):
        evaluate(*windows_of(walk), predictions)
