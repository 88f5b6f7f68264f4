"""The guide's values by other means, and its verdicts where something is otherwise."""

import csv
import math
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_rel

from reproduce.articles.stacked_lstm import assumptions
from reproduce.articles.stacked_lstm.outputs import rival_outputs, settings_outputs
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.evidence.claims import read_claims
from reproduce.inputs.prices import load_prices
from tests.articles.stacked_lstm.samples import study_rows

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).parents[3]
CLAIMS = {claim.id: claim for claim in read_claims("reproduce.articles.stacked_lstm").claims}
T_19 = 2.093024054408263  # Student's t with 19 degrees of freedom, 97.5 %, from a printed table and R's qt(0.975, 19)
COMPARISONS = ("outperforms", "outperforms-simple-rnn", "outperforms-mlp", "follows-prices")


@pytest.fixture
def outputs(audited):
    """Every value of ours."""
    return audited("stacked-lstm")[0]


def verdicts_of(**errors):
    """The verdicts of the comparisons where the networks have these errors in USD, by seed; persistence has 100."""
    outputs = rival_outputs(study_rows({"gru": errors["lstm"]} | errors), persistence_usd=100.0)
    return {name: CLAIMS[f"stacked-lstm/{name}"].judge(outputs).verdict for name in COMPARISONS}


def around(usd, deviation=1.0):
    """Six seeds' errors around a mean."""
    return [usd + deviation * step for step in (-2, 3, -1, 1, -3, 2)]


def test_assumptions_are_numbered():
    """From A1 on, without a gap."""
    numbers = [text.partition(" ")[0] for text in assumptions(Variant())]
    assert numbers == [f"A{k}" for k in range(1, len(numbers) + 1)]


# The rules


@pytest.mark.parametrize(
    ("simple_rnn", "mlp", "both", "against_simple_rnn", "against_mlp"),
    [
        pytest.param(90, 70, "reproduced", "reproduced", "reproduced", id="better-than-both"),
        pytest.param(90, 30, "partly reproduced", "reproduced", "not reproduced", id="better-than-simple-rnn"),
        pytest.param(30, 90, "partly reproduced", "not reproduced", "reproduced", id="better-than-mlp"),
        pytest.param(30, 40, "not reproduced", "not reproduced", "not reproduced", id="worse-than-both"),
    ],
)
def test_lstm_is_better_where_the_whole_interval_is_above_0(simple_rnn, mlp, both, against_simple_rnn, against_mlp):
    """Its own error is about 50 USD."""
    found = verdicts_of(lstm=around(50), **{"simple-rnn": around(simple_rnn)}, mlp=around(mlp, deviation=-1))
    assert found["outperforms"] == both
    assert (found["outperforms-simple-rnn"], found["outperforms-mlp"]) == (against_simple_rnn, against_mlp)


@pytest.mark.parametrize(
    ("simple_rnn", "mlp", "verdicts"),
    [
        pytest.param(53, 53, ("partly reproduced",) * 3, id="both-means-above"),
        pytest.param(47, 47, ("not reproduced",) * 3, id="both-means-below"),
        pytest.param(53, 47, ("not reproduced", "partly reproduced", "not reproduced"), id="one-mean-above"),
    ],
)
def test_means_above_0_are_a_part_where_no_interval_is(simple_rnn, mlp, verdicts):
    """Differences that scatter by far more than their mean; of both rivals together, both means are asked for."""
    rivals = {"simple-rnn": around(simple_rnn, deviation=20), "mlp": around(mlp, deviation=-20)}
    found = verdicts_of(lstm=around(50), **rivals)
    assert tuple(found[name] for name in COMPARISONS[:3]) == verdicts


@pytest.mark.parametrize(
    ("lstm", "verdict"),
    [
        (around(90), "reproduced"),
        (around(98, deviation=5), "partly reproduced"),
        (around(103, deviation=5), "not reproduced"),
    ],
)
def test_predictions_follow_prices_where_they_beat_the_day_before(lstm, verdict):
    """Whose error is 100 USD."""
    assert verdicts_of(lstm=lstm, **{"simple-rnn": around(1)}, mlp=around(2))["follows-prices"] == verdict


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        pytest.param({"window": 30}, {"previous-days", "test-inputs"}, id="window"),
        pytest.param({"test_days": 50}, {"test-days", "test-inputs"}, id="test-days"),
        pytest.param({"first": 51}, {"units", "parameters"}, id="units"),
        pytest.param({"network": "gru"}, {"layers", "parameters", "plot-words"}, id="network"),
        pytest.param({"dropout": 0.1}, {"dropout"}, id="dropout"),
        pytest.param({"epochs": 49}, {"epochs"}, id="epochs"),
        pytest.param({"batch": 32}, {"batch-size"}, id="batch"),
    ],
)
def test_statement_falls_where_a_setting_is_another(changed, names):
    """So the verdict tells the published settings, and not what the audit always says."""
    variant = replace(Variant(), **changed)
    outputs = settings_outputs(prepare(load_prices(), variant), variant)
    judged = [claim.judge(outputs) for claim in CLAIMS.values() if claim.output in outputs]
    assert {one.claim.id.removeprefix("stacked-lstm/") for one in judged if one.verdict != "reproduced"} == names


# The values, by other means


def shipped():
    """The shipped table's errors in USD, by network, in the order of the seeds."""
    path = ROOT / "reproduce" / "articles" / "stacked_lstm" / "rivals.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["seed"]))
    errors = {row["network"]: [] for row in rows}
    for row in rows:
        errors[row["network"]].append(float(row["rmse_usd"]))
    return errors


@pytest.mark.parametrize("network", ["simple-rnn", "mlp", "gru"])
def test_means_and_intervals_are_those_of_the_shipped_table(network, outputs):
    """Of twenty differences, one by one."""
    errors = shipped()
    differences = [theirs - ours for theirs, ours in zip(errors[network], errors["lstm"], strict=True)]
    assert len(differences) == 20
    name = network.replace("-", "_")
    assert outputs[f"{name}_mean"] == pytest.approx(fmean(differences))
    low = fmean(differences) - T_19 * stdev(differences) / math.sqrt(20)
    assert outputs[f"{name}_low"] == pytest.approx(low)
    assert outputs[f"{name}_p"] == pytest.approx(ttest_rel(errors[network], errors["lstm"]).pvalue)


def test_persistence_is_worked_from_the_prices(outputs):
    """The last 60 steps from one day to the next."""
    with (ROOT / "data" / "btc_close.csv").open(encoding="utf-8", newline="") as file:
        newest_first = [float(row["close"]) for row in csv.DictReader(file)]
    steps = [newest_first[k] - newest_first[k + 1] for k in range(60)]
    persistence_usd = math.sqrt(fmean(step**2 for step in steps))
    assert outputs["persistence_mean"] == pytest.approx(persistence_usd - fmean(shipped()["lstm"]))


def test_rivals_are_judged_together_by_the_closer_one():
    """The lower of two ends, without GRU's; in part the higher end, or the lower mean where that is higher still."""
    rows = study_rows({"lstm": [50, 50, 50], "simple-rnn": [59, 60, 61], "mlp": [52, 53, 54], "gru": [1, 2, 3]})
    found = rival_outputs(rows, persistence_usd=100.0)
    assert (found["simple_rnn_mean"], found["mlp_mean"], found["gru_mean"]) == (10, 3, -48)
    assert found["rivals_low"] == found["mlp_low"] < found["simple_rnn_low"]
    assert found["rivals_partly"] == found["simple_rnn_low"]
    assert found["rivals_p"] == found["mlp_p"] == pytest.approx(ttest_1samp([2, 3, 4], 0).pvalue)
    assert found["rivals_p"] > found["simple_rnn_p"]
    assert found["persistence_mean"] == found["persistence_low"] == 50


def test_scaled_prices_go_back_to_usd(outputs):
    """To float64's rounding of prices up to 20,000."""
    assert 0 <= outputs["usd_departure"] < 1e-10
    assert outputs["training_span"] == [0, 1]


def test_test_days_scaled_by_all_prices_would_show():
    """A scaler that had read the test days too would leave the training days short of 1."""
    variant = Variant(test_days=300)  # the highest price is among them
    windows = prepare(load_prices(), variant)
    scaled = (windows.close_usd - windows.close_usd.min()) / np.ptp(windows.close_usd)
    found = settings_outputs(replace(windows, close_scaled=scaled), variant)
    assert found["training_span"][1] < 0.5
