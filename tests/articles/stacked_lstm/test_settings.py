"""Longer windows, dropout and lags: the table's rows, and the rules on every verdict that they can give."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import ttest_rel

from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm.settings import (
    RUNS,
    TABLE,
    UNDROPPED,
    WINDOWS,
    SettingRow,
    setting_outputs,
    setting_rows,
)
from reproduce.articles.stacked_lstm.studies import STUDIES
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.evidence.claims import read_claims
from reproduce.runs.study import Study

CLAIMS = {claim.id: claim for claim in read_claims("reproduce.articles.stacked_lstm").claims}
(PLAN,) = [plan for plan in STUDIES if plan.name == "stacked-settings"]
# Sums to 0. No two are as far from it, or scipy would go through all their signs, which takes a hundred times as long.
SCATTER = np.array([-2, 3.1, -1, 1.2, -3.3, 2.4, 0.3, 4, -4.5, -0.2])


def rows_of(windows=(90, 80, 70, 60), undropped=70.0, spread=1.0, lags=(1,) * 10):
    """Ten seeds of each window with these mean errors, five without dropout, and the lags as published."""
    rows = [
        SettingRow(variant.name, seed, 0.01, mean + (-1) ** place * spread * SCATTER[seed], 50.0, float(lags[seed]))
        for place, (variant, mean) in enumerate(zip(WINDOWS, windows, strict=True))
        for seed in range(10)
    ]
    dropped = [row.test_rmse_usd for row in rows if row.variant == Variant().name]
    without = [undropped - 60 + error + spread * step for error, step in zip(dropped, (2, -2, 1, -1, 0), strict=False)]
    return rows + [SettingRow(UNDROPPED.name, seed, 0.02, error, 50.0, 1.0) for seed, error in enumerate(without)]


def verdict(name, rows):
    """Of one claim."""
    return CLAIMS[f"stacked-lstm/{name}"].judge(setting_outputs(rows)).verdict


@pytest.mark.parametrize(
    ("windows", "spread", "expected"),
    [
        pytest.param((90, 80, 70, 60), 1, "reproduced", id="every-step"),
        pytest.param((90, 80, 81, 60), 1, "partly reproduced", id="but-one"),
        pytest.param((90, 80, 70, 60), 4, "partly reproduced", id="steps-too-small-for-the-scatter"),
        pytest.param((60, 80, 70, 60), 1, "not reproduced", id="the-first-as-good-as-the-last"),
        pytest.param((60, 70, 80, 90), 1, "not reproduced", id="worse-and-worse"),
    ],
)
def test_longer_windows_are_more_precise_where_every_interval_is_above_0(windows, spread, expected):
    """In part, where the shortest window's error minus the longest one's is."""
    assert verdict("longer-steps", rows_of(windows=windows, spread=spread)) == expected


@pytest.mark.parametrize(
    ("undropped", "spread", "expected"),
    [(70, 1, "reproduced"), (61, 3, "partly reproduced"), (59, 3, "not reproduced"), (50, 1, "not reproduced")],
)
def test_dropout_helps_where_the_interval_is_above_0(undropped, spread, expected):
    """On the five seeds that have both; with it the error is 60 USD in the mean of ten."""
    assert verdict("dropout-helps", rows_of(undropped=undropped, spread=spread)) == expected


@pytest.mark.parametrize(
    ("lags", "expected"),
    [
        pytest.param([0] * 8 + [1] * 2, "reproduced", id="eight"),
        pytest.param([0] * 7 + [1] * 3, "not reproduced", id="seven"),
        pytest.param([0] * 7 + [float("nan")] * 3, "not reproduced", id="three-that-never-vary"),
    ],
)
def test_predictions_are_in_line_where_eight_seeds_of_ten_trail_by_no_day(lags, expected):
    """Of the network as the guide trains it alone."""
    assert verdict("almost-in-line", rows_of(lags=lags)) == expected


def test_p_values_are_of_the_paired_differences():
    """By scipy's test of pairs; of three steps the largest."""
    rows = rows_of()
    found, errors = setting_outputs(rows), {}
    for row in rows:
        errors.setdefault(row.variant, []).append(row.test_rmse_usd)
    of = [errors[variant.name] for variant in WINDOWS]
    steps = [ttest_rel(shorter, longer).pvalue for shorter, longer in pairwise(of)]
    assert found["window_steps_p"] == pytest.approx(max(steps))
    assert found["window_span_mean"] == pytest.approx(np.mean(of[0]) - np.mean(of[3]))
    assert found["undropped_p"] == pytest.approx(ttest_rel(errors[UNDROPPED.name], of[3][:5]).pvalue)


@pytest.mark.usefixtures("one_thread")
def test_row_of_a_run_has_the_lag_of_its_predictions(finished):
    """The shift of the prices whose correlation with the predictions is highest, searched one by one."""
    directory = finished("stacked-lstm")
    (row,) = setting_rows(Study(directory.path.parent, (directory.config,)))
    windows, metrics = prepare(PRICES.read(directory), directory.config.variant), directory.read_metrics()
    predicted = directory.read_table("predictions.csv", {"predicted_scaled": float})["predicted_scaled"].to_numpy()
    prices = windows.close_scaled
    correlations = [
        np.corrcoef(predicted[-6:], prices[len(prices) - 6 - lag : len(prices) - lag])[0, 1] for lag in range(6)
    ]
    assert row.lag == np.argmax(correlations)
    assert (row.test_rmse_usd, row.persistence_usd) == (metrics["test_rmse_usd"], metrics["persistence_rmse_usd"])
    assert (row.variant, row.loss) == (directory.config.variant.name, metrics["final_loss"])


def test_study_is_shown_with_its_differences_where_it_is_whole():
    """Three steps, the span and dropout; a part of the variants shows its medians alone, and no picture."""
    table, differences = PLAN.show(rows_of())
    assert [row["USD"] for row in table.texts] == ["90", "80", "70", "60", "72"]
    assert [(row["error of"], row["minus that of"]) for row in differences.texts] == [
        ("window-7", "window-15"),
        ("window-15", "window-30"),
        ("window-30", "published"),
        ("window-7", "published"),
        ("dropout-0.0", "published"),
    ]
    assert set(PLAN.draw(rows_of())) == {"stacked_settings"}
    part = [row for row in rows_of() if row.variant != UNDROPPED.name]
    assert len(PLAN.show(part)) == 1
    assert PLAN.draw(part) == {}


def test_shipped_table_has_all_runs():
    """Those of the plan; none diverged."""
    rows = TABLE.shipped()
    assert sorted((row.variant, row.seed) for row in rows) == sorted(
        (variant.name, seed) for variant, seeds in RUNS for seed in seeds
    )
    assert np.isfinite([row.test_rmse_usd for row in rows]).all()
