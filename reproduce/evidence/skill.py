"""How good test predictions are, of one run or of many seeds, against the forecast that nothing changes.

Notation: seed s = 1 … S, day t = 1 … n of the test set, scaled prices. y[t] is the actual price, y[t-1] the nearest
price the network reads (in the published row order that of the day after), ŷ[s, t] the prediction, and

    e²[s, t] = (ŷ[s, t] - y[t])²      squared errors, (seeds, days)
    p²[t]    = (y[t-1] - y[t])²       those of persistence, (days,)

Diebold & Mariano (1995), Comparing predictive accuracy, Journal of Business & Economic Statistics 13, 253-263.
Harvey, Leybourne & Newbold (1997), Testing the equality of prediction mean squared errors, International Journal of
Forecasting 13, 281-291. Newey & West (1987), A simple, positive semi-definite, heteroskedasticity and autocorrelation
consistent covariance matrix, Econometrica 55, 703-708. Politis & Romano (1992), A circular block-resampling procedure
for stationary data, in Exploring the Limits of Bootstrap, 263-270.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

RESAMPLES = 2000


@dataclass(frozen=True)
class Evaluation:
    """How the seeds' predictions compare with persistence; nan where the test set leaves nothing to compare."""

    skill: float  # above 0 where the seeds beat persistence on average, 1 at best
    skill_low: float  # 95 % interval over days and seeds
    skill_high: float
    dm_statistic: float  # negative where the seeds are better
    dm_p: float  # two-sided
    direction_accuracy: float
    majority_share: float  # the direction accuracy of the better constant guess
    best_lag: int | None  # rows by which the predictions trail the price, 1 for persistence; None if they never vary


def persistence(inputs: np.ndarray) -> np.ndarray:
    """The forecast that nothing changes: the last price of each window, (windows, window, 1) → (windows, 1)."""
    return inputs[:, -1]


def prediction_metrics(
    predicted: np.ndarray, actual: np.ndarray, nearest: np.ndarray, unit_usd: float
) -> dict[str, float]:
    """The error of one run's predictions beside persistence's on the same windows.

    `test_mse` and `persistence_mse` are in scaled units, `test_rmse_usd` and `persistence_rmse_usd` in USD; `skill` is
    1 - test_mse/persistence_mse, above 0 where the network beats persistence, and nan where the price stood still.

    Args:
        predicted: (windows, 1), scaled, float32 or float64.
        actual: (windows, 1), scaled, float64.
        nearest: (windows, 1), scaled, float64: what `persistence` says.
        unit_usd: how many USD the scaled unit is.
    """
    mse = float(np.mean(np.square(predicted - actual)))  # float64, as the actual prices
    persistence_mse = float(np.mean(np.square(nearest - actual)))
    return {
        "test_mse": mse,
        "test_rmse_usd": float(np.sqrt(mse)) * unit_usd,
        "persistence_mse": persistence_mse,
        "persistence_rmse_usd": float(np.sqrt(persistence_mse)) * unit_usd,
        "skill": 1 - mse / persistence_mse if persistence_mse > 0 else np.nan,
    }


def evaluate(inputs: np.ndarray, targets: np.ndarray, predictions: np.ndarray) -> Evaluation:
    """Judge the seeds' predictions of a test set; its windows are the days.

    Args:
        inputs: (days, window, 1), scaled.
        targets: (days, 1), scaled.
        predictions: (seeds, days), scaled.
    Raises:
        ValueError: the shape is another, or a seed's predictions are not all finite: drop diverged runs first.
    """
    actual, nearest = targets[:, 0], persistence(inputs)[:, 0]  # (days,)
    _check(predictions, days=len(actual))
    squared_errors = np.square(predictions - actual)  # (seeds, days), float64 as the prices
    persistence_errors = np.square(nearest - actual)
    skill_low, skill_high = bootstrap_skill(squared_errors, persistence_errors)
    dm_statistic, dm_p = diebold_mariano(squared_errors, persistence_errors)
    return Evaluation(
        skill=mean_skill(squared_errors, persistence_errors),
        skill_low=skill_low,
        skill_high=skill_high,
        dm_statistic=dm_statistic,
        dm_p=dm_p,
        direction_accuracy=direction_accuracy(predictions, actual, nearest),
        majority_share=majority_share(actual, nearest),
        best_lag=best_lag(inputs, targets, predictions),
    )


def mean_skill(squared_errors: np.ndarray, persistence_errors: np.ndarray) -> float:
    """Compute 1 - MSE / MSE of persistence over all seeds and days; nan if the price stood still. Written as

        (mean over s, t of p²[t] - e²[s, t]) / (mean over t of p²[t])

    it is exactly 0 for persistence, without rounding.
    """
    persistence_mse = persistence_errors.mean()
    gain = (persistence_errors - squared_errors).mean()
    return float(gain / persistence_mse) if persistence_mse > 0 else math.nan


def bootstrap_skill(squared_errors: np.ndarray, persistence_errors: np.ndarray) -> tuple[float, float]:
    """Find the 95 % interval of `mean_skill`: its percentiles 2.5 and 97.5 over 2000 resamples.

    A resample draws S seeds with replacement and, independently, n days in circular blocks of length ⌈n^(1/3)⌉, as
    neighbouring days' errors are not independent (Politis & Romano). With k[s] and m[t] how often each was drawn,

        skill = (sum over s, t of k[s] m[t] (p²[t] - e²[s, t]) / S) / (sum over t of m[t] p²[t])

    A single seed is drawn every time: its interval is over days only. Both ends are nan if in any resample the price
    stands still. Simulated studies of 20 seeds with autocorrelated errors are covered a little less often, in 93 %.
    """
    seeds, days = squared_errors.shape
    rng = np.random.default_rng(0)
    seed_counts = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=RESAMPLES)  # k, (resamples, seeds)
    day_counts = _draw_days(rng, days)  # m, (resamples, days)
    gains = (seed_counts @ (persistence_errors - squared_errors) * day_counts).sum(axis=1) / seeds  # (resamples,)
    reference = day_counts @ persistence_errors  # (resamples,)
    if (reference == 0).any():
        return math.nan, math.nan
    low, high = np.percentile(gains / reference, [2.5, 97.5])
    return float(low), float(high)


def diebold_mariano(squared_errors: np.ndarray, persistence_errors: np.ndarray) -> tuple[float, float]:
    """Test whether seeds and persistence are equally good; return the statistic and its two-sided p-value.

    With d̄ the mean of d and h = ⌊n^(1/3)⌋ (Diebold & Mariano; long-run variance after Newey & West, Bartlett weights):

        d[t] = mean over s of (e²[s, t] - p²[t])
        γ[k] = (sum over t of (d[t] - d̄)(d[t-k] - d̄)) / n
        v    = γ[0] + 2 · sum over k = 1 … h of (1 - k / (h + 1)) γ[k]
        DM   = d̄ / √(v / n) · √((n - 1) / n)

    The last factor is the correction of Harvey, Leybourne & Newbold for forecasts of one step, and the distribution is
    theirs: Student's t with n - 1 degrees of freedom. Negative where the seeds are better. The test is about days: it
    takes the seeds as they are. Equal losses on all days give 0 and p = 1; any other difference that never varies has
    no scale, and gives nan twice.
    """
    d = (squared_errors - persistence_errors).mean(axis=0)  # (days,); exactly 0 for persistence
    if np.ptp(d) == 0:
        return (0.0, 1.0) if d[0] == 0 else (math.nan, math.nan)
    n, deviation = len(d), d - d.mean()
    h = math.floor(np.cbrt(n))
    gamma = [deviation[k:] @ deviation[: n - k] / n for k in range(h + 1)]
    v = gamma[0] + 2 * sum((1 - k / (h + 1)) * gamma[k] for k in range(1, h + 1))
    statistic = d.mean() / math.sqrt(v / n) * math.sqrt((n - 1) / n)
    return float(statistic), float(2 * stats.t.sf(abs(statistic), df=n - 1))


def direction_accuracy(predictions: np.ndarray, actual: np.ndarray, nearest: np.ndarray) -> float:
    """Compute the share of (s, t) with sign(ŷ[s, t] - y[t-1]) = sign(y[t] - y[t-1]), among days with y[t] ≠ y[t-1].

    A prediction of no change is wrong on such a day. nan if the price stood still.

    Args:
        predictions: (seeds, days).
        actual: y[t], (days,).
        nearest: y[t-1], (days,).
    """
    moved = actual != nearest
    right = np.sign(predictions - nearest) == np.sign(actual - nearest)
    return float(right[:, moved].mean()) if moved.any() else math.nan


def majority_share(actual: np.ndarray, nearest: np.ndarray) -> float:
    """Compute max(rises, falls) / (rises + falls), counted in days: what the better constant guess reaches.

    To choose that guess is to know the test set. A rise has y[t] > y[t-1]; nan if the price stood still.
    """
    rises, falls = np.sum(actual > nearest), np.sum(actual < nearest)
    return float(max(rises, falls) / (rises + falls)) if rises + falls else math.nan


def best_lag(inputs: np.ndarray, targets: np.ndarray, predictions: np.ndarray) -> int | None:
    """Find by how many rows the predictions trail the price, all as in `evaluate`: the lower median over s of

        lag[s] = the k in 0 … window where the correlation over t of ŷ[s, t] and y[t-k] is highest

    Pearson's, over n days at every k: what lies before the first target is in its window. Where some are equal to 12
    digits the smallest k counts. Seeds whose predictions never vary, and k where the prices do not,
    correlate with nothing and are left out; None if that leaves no seed or no k.
    """
    prices = np.concatenate([targets, inputs[:, ::-1, 0]], axis=1).T  # y[t-k], (lags, days)
    varying = predictions[np.ptp(predictions, axis=1) > 0]
    lags = np.flatnonzero(np.ptp(prices, axis=1) > 0)
    seeds = len(varying)
    if seeds == 0 or len(lags) == 0:
        return None
    correlations = np.corrcoef(varying, prices[lags])[:seeds, seeds:]  # (seeds, lags)
    best = np.sort(lags[correlations.round(12).argmax(axis=1)])
    return int(best[(seeds - 1) // 2])


def _draw_days(rng: np.random.Generator, days: int) -> np.ndarray:
    """Draw days in circular blocks and count how often each comes, (resamples, days); a row's sum is `days`."""
    length = math.ceil(np.cbrt(days))
    starts = rng.integers(days, size=(RESAMPLES, math.ceil(days / length), 1))
    drawn = (starts + np.arange(length)).reshape(RESAMPLES, -1)[:, :days] % days
    numbered = drawn + days * np.arange(RESAMPLES)[:, np.newaxis]  # so that one count serves all resamples
    return np.bincount(numbered.ravel(), minlength=RESAMPLES * days).reshape(RESAMPLES, days)


def _check(predictions: np.ndarray, days: int) -> None:
    if predictions.ndim != 2 or predictions.shape[1] != days or len(predictions) == 0:
        raise ValueError(f"predictions have shape {predictions.shape}, expected (seeds, {days}) with at least one seed")
    diverged = int(np.sum(~np.isfinite(predictions).all(axis=1)))
    if diverged:
        raise ValueError(f"predictions of {diverged} of {len(predictions)} seeds are not finite; drop these runs first")
