"""Whether loss and split tell the accuracy: the study's table, and every verdict that it can give."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from reproduce.articles.bitcoin_lstm.accuracy import (
    DATE_ORDER,
    EPOCHS,
    TABLE,
    AccuracyRow,
    accuracy_counts,
    accuracy_outputs,
    accuracy_rows,
    correlations,
    ratios,
)
from reproduce.articles.bitcoin_lstm.memory import SEEDS
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.evidence.claims import read_claims
from reproduce.runs.config import RunConfig
from reproduce.runs.study import Study

CLAIMS = {claim.id: claim for claim in read_claims("reproduce.articles.bitcoin_lstm").claims}
LOSSES = np.linspace(1, 0.1, 10)
TOGETHER = 20 + LOSSES  # rank correlation 1
LOOSELY = 20 + np.array([5, 3, 7, 2, 6, 4, 9, 0, 1, 8])  # 0.04
APART = 20 - LOSSES  # -1


def rows_of(errors, ordered):
    """Twenty seeds: the test errors of each over ten epochs, and the error in date order of each."""
    rows = []
    for seed, mine, other in zip(SEEDS, errors, ordered, strict=True):
        rows += [
            AccuracyRow("published", epochs, seed, loss, error)
            for epochs, loss, error in zip(EPOCHS, LOSSES, mine, strict=True)
        ]
        rows.append(AccuracyRow(DATE_ORDER.name, 200, seed, 0.5, other))
    return rows


def verdicts(rows):
    """Of both claims."""
    found = accuracy_outputs(rows)
    names = ("loss-tells-accuracy", "split-is-realistic")
    return [CLAIMS[f"bitcoin-lstm/{name}"].judge(found).verdict for name in names]


@pytest.mark.parametrize(
    ("together", "loosely", "expected"),
    [
        (16, 0, "reproduced"),
        (15, 0, "not reproduced"),
        (15, 1, "partly reproduced"),
        (0, 16, "partly reproduced"),
        (0, 15, "not reproduced"),
    ],
)
def test_loss_tells_accuracy_where_both_fall_together(together, loosely, expected):
    """A rank correlation of 0.5 over the epochs; in part, of anything above 0."""
    errors = [*[TOGETHER] * together, *[LOOSELY] * loosely, *[APART] * (20 - together - loosely)]
    assert verdicts(rows_of(errors, [1.0] * 20))[0] == expected


@pytest.mark.parametrize(
    ("error", "within", "expected"),
    [(10, 20, "reproduced"), (40, 16, "reproduced"), (39, 15, "not reproduced"), (20, 0, "not reproduced")],
)
def test_split_is_realistic_within_twice_either_way(error, within, expected):
    """The published error after the last epoch is 20 USD; of the other seeds 9.9 or 40.1 in date order."""
    ordered = [float(error)] * within + [9.9, 40.1] * 10
    assert verdicts(rows_of([20 + np.arange(10)[::-1]] * 20, ordered[:20]))[1] == expected


def test_seed_that_diverged_counts_for_nothing():
    """In either study."""
    rows = rows_of([TOGETHER] * 20, [20.0] * 20)
    spoilt = [
        AccuracyRow(row.variant, row.epochs, row.seed, np.nan, np.nan) if row.seed < 105 and row.epochs == 200 else row
        for row in rows
    ]
    assert accuracy_outputs(rows) == {"falling_together": 20, "rising_together_at_all": 20, "realistic": 20}
    assert accuracy_outputs(spoilt) == {"falling_together": 15, "rising_together_at_all": 15, "realistic": 15}


def test_table_names_runs_by_their_variant_at_whole_length(tmp_path):
    """Loss of the last epoch and test error in USD, nan where null."""
    variants = [(Variant(epochs=20), 0.25, 17.5), (Variant(epochs=40), None, None), (DATE_ORDER, 0.125, 800.0)]
    configs = tuple(RunConfig(variant, 3, "compiled", "5" * 64, "bitcoin-lstm") for variant, _, _ in variants)
    study = Study(tmp_path, configs)
    for directory, (_, loss, error) in zip(study.directories, variants, strict=True):
        with directory.opened():
            directory.write_json("metrics.json", {"final_loss": loss, "test_rmse_usd": error, "test_mse": 1.0})
    first, second, third = accuracy_rows(study)
    assert first == AccuracyRow("published", 20, 3, 0.25, 17.5)
    assert third == AccuracyRow("row-order-oldest-first", 200, 3, 0.125, 800.0)
    assert (second.variant, second.epochs) == ("published", 40)
    assert np.isnan([second.loss, second.test_rmse_usd]).all()


def test_shipped_table_is_judged_as_scipy_correlates():
    """Ten published epochs and one run in date order, of each seed."""
    rows = TABLE.shipped()
    runs = [(Variant().name, epochs) for epochs in EPOCHS] + [(DATE_ORDER.name, 200)]
    assert sorted((row.variant, row.epochs, row.seed) for row in rows) == sorted(
        (*run, seed) for run in runs for seed in SEEDS
    )
    for seed, correlation in correlations(rows).items():
        mine = [row for row in rows if (row.variant, row.seed) == ("published", seed)]
        expected = spearmanr([row.loss for row in mine], [row.test_rmse_usd for row in mine]).statistic
        assert correlation == pytest.approx(expected, rel=1e-9)
    assert list(ratios(rows)) == list(SEEDS)


def test_opposite_that_the_rules_tell_of_is_what_the_shipped_table_shows():
    """The words beside the rule in claims.toml: hundreds of times, in the median."""
    answer = accuracy_counts(TABLE.shipped())["realistic"].answer
    assert answer.answer.startswith("No, the opposite: in date order the error is ")
    assert 100 < 1 / np.median(list(ratios(TABLE.shipped()).values())) < 1000
