"""April and May 2018 after a training to March: the rule on every verdict that it can give, and the study's table."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_rel

from reproduce.articles.bitcoin_lstm.months import NETWORKS, RUNS, SEEDS, TABLE, MonthsRow, months_outputs, months_rows
from reproduce.articles.bitcoin_lstm.story import STORY
from reproduce.evidence.claims import read_claims
from reproduce.runs.config import RunConfig
from reproduce.runs.study import Study

(CLAIM,) = [one for one in read_claims("reproduce.articles.bitcoin_lstm").claims if one.id.endswith("/april-and-may")]
(PLAN,) = [plan for plan in STORY if plan.name == "bitcoin-months"]
WAVER = (0.0, 3.0, -2.0, 1.0, -2.5)  # of five seeds, another one for each


def rows_of(published, described, rnn, persistence=100.0):
    """Five seeds of each network, whose errors are around these means in USD."""
    means = {"published": published, "described": described, "simple-rnn": rnn}
    return [
        MonthsRow(network, seed, float("nan"), 0.01, mean + (k + 1) / 2 * waver, persistence)
        for k, (network, mean) in enumerate(means.items())
        for seed, waver in zip(SEEDS, WAVER, strict=True)
    ]


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [
        pytest.param((80, 85, 120), "reproduced", id="an-lstm-alone-can"),
        pytest.param((80, 85, 90), "partly reproduced", id="a-plain-rnn-can-too"),
        pytest.param((110, 115, 130), "partly reproduced", id="better-than-the-rnn-alone"),
        pytest.param((80, 125, 120), "not reproduced", id="in-one-wiring"),
        pytest.param((100, 85, 120), "partly reproduced", id="as-good-as-persistence-in-one"),
        pytest.param((130, 125, 80), "not reproduced", id="opposite"),
        pytest.param((80, 85, 85.5), "not reproduced", id="not-surely-better-than-the-rnn"),
    ],
)
def test_rule_asks_for_all_three(errors, verdict):
    """Better than persistence, better than a plain RNN, which is not better than persistence; in either wiring."""
    assert CLAIM.judge(months_outputs(rows_of(*errors))).verdict == verdict


def test_p_value_is_that_of_the_least_sure_comparison():
    """By scipy's tests, of pairs and of one sample."""
    rows = rows_of(84, 95, 120)
    errors = {network: np.array([row.test_rmse_usd for row in rows if row.network == network]) for network in NETWORKS}
    lstms = [errors[wiring] for wiring in ("published", "described")]
    p_values = [ttest_rel(errors["simple-rnn"], one).pvalue for one in lstms]
    p_values += [ttest_1samp(one, 100).pvalue for one in lstms]
    assert len({round(p, 12) for p in p_values}) == 4
    assert months_outputs(rows)["months_p"] == pytest.approx(max(p_values))


def test_networks_differ_in_cell_alone_and_end_their_training_in_march():
    """The same recipe, days and seeds for all three."""
    published, described, rnn = NETWORKS.values()
    assert replace(described, wiring="published") == replace(rnn, network="lstm") == published
    assert (published.split_of, published.row_order, published.scaler_rows) == (
        "2018-03-31",
        "oldest-first",
        "training",
    )
    assert [seeds for _, seeds in RUNS] == [range(100, 105)] * 3


def test_table_has_a_row_a_run(tmp_path):
    """With the first epoch of a collapse; nan where a training diverged."""
    configs = [RunConfig(v, seed, "compiled", "5" * 64, "bitcoin-lstm") for seed in (3, 4) for v in NETWORKS.values()]
    study = Study(tmp_path, tuple(configs))
    for k, directory in enumerate(study.directories):
        with directory.opened():
            directory.write_losses([1.0, 0.5, 1.6, 1.6, 0.25] if k == 1 else [1.0, 0.5, 1.6, 0.25, 0.125])
            metrics = {"final_loss": k / 8, "test_rmse_usd": 10.0 + k if k else None, "persistence_rmse_usd": 9.0}
            directory.write_json("metrics.json", metrics)
    rows = months_rows(study)
    assert [(row.network, row.seed) for row in rows] == [(name, seed) for name in NETWORKS for seed in (3, 4)]
    assert [row.loss for row in rows] == [0, 0.375, 0.125, 0.5, 0.25, 0.625]
    assert np.isnan(rows[0].test_rmse_usd)
    assert [row.test_rmse_usd for row in rows[1:]] == [13, 11, 14, 12, 15]
    assert [row.collapse == 2 for row in rows] == [False, False, True, False, False, False]
    assert {row.persistence_usd for row in rows} == {9}


def test_study_is_shown_with_its_differences_where_it_is_whole():
    """The plain RNN and persistence minus each network; of a part the medians alone."""
    _, differences = PLAN.show(rows_of(80, 85, 120))
    assert [(row["error of"], row["minus that of"]) for row in differences.texts] == [
        ("simple-rnn", "published"),
        ("simple-rnn", "described"),
        ("persistence", "published"),
        ("persistence", "described"),
        ("persistence", "simple-rnn"),
    ]
    assert [row["so"].removeprefix("the second is ") for row in differences.texts] == [*["better"] * 4, "worse"]
    assert len(PLAN.show(rows_of(80, 85, 120)[:5])) == 1


def test_shipped_table_has_all_runs_and_no_training_collapsed():
    """So that the plain RNN was trained, too: the recipe is for that."""
    rows = TABLE.shipped()
    assert [(row.network, row.seed) for row in rows] == [(network, seed) for network in NETWORKS for seed in SEEDS]
    assert np.isnan([row.collapse for row in rows]).all()
    assert np.isfinite([row.test_rmse_usd for row in rows]).all()
