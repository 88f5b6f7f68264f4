"""Our values that claims are judged by: of the package, by other means, and of runs as a training leaves them."""

import csv
import statistics
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES, losses
from reproduce.articles.bitcoin_lstm.losses import curves_of, judge, p_of_run, shipped_curves
from reproduce.articles.bitcoin_lstm.outputs import p_values, run_outputs
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.forecasts import prediction_rows, write_predictions
from reproduce.articles.sources import PRICES
from reproduce.errors import RunError
from reproduce.evidence.claims import read_claims
from reproduce.evidence.skill import persistence, prediction_metrics
from reproduce.inputs.prices import EMBEDDED_SHA256, load_prices
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from tests.oracles import numpy_forward

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).resolve().parents[3]
CLAIMS = read_claims("reproduce.articles.bitcoin_lstm").claims
TRAINED = ("loss_180", "loss_fall", "skill", "skill_low", "skill_high", "run_p_value")


@pytest.fixture
def outputs(audited):
    """Our values, on the shipped tables."""
    return audited("bitcoin-lstm")[0]


def csv_rows(name):
    """A table of the repository."""
    with (ROOT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DAYS = [date.fromisoformat(row["date"]) for row in csv_rows("data/btc_close.csv")]
PRICES_USD = [float(row["close"]) for row in csv_rows("data/btc_close.csv")]
MEAN, DEVIATION = statistics.fmean(PRICES_USD), statistics.pstdev(PRICES_USD)


def study_losses(variant):
    """Its losses in the shipped study by epoch, each a list over the seeds."""
    rows = [row for row in csv_rows("reproduce/articles/bitcoin_lstm/losses.csv") if row["variant"] == variant]
    return {epoch: [float(row[f"loss_{epoch}"]) for row in rows] for epoch in REPORTED_LOSSES}


# Of the package, by other means


def test_span_is_that_of_the_table(outputs):
    """The days of the file, one by one."""
    assert (outputs["first_day"], outputs["last_day"]) == (min(DAYS).isoformat(), max(DAYS).isoformat())
    whole = {min(DAYS) + timedelta(k) for k in range((max(DAYS) - min(DAYS)).days + 1)}
    assert outputs["missing_days"] == len(whole - set(DAYS))


def test_days_before_are_counted_window_by_window(outputs):
    """As the program cuts the file: rows k … k+6, and row k+7 to predict."""
    before = [sum(day < DAYS[k + 7] for day in DAYS[k : k + 7]) for k in range(len(DAYS) - 7)]
    assert outputs["days_before"] == min(before) == max(before) == 0


def test_split_is_80_percent_of_the_rows_and_not_of_the_windows(outputs):
    """1273 rows, 1266 windows; 3 of each set are in no whole batch of 7."""
    assert (outputs["rows_at_80_percent"], outputs["windows_at_80_percent"]) == (1273 * 8 // 10, 1266 * 8 // 10)
    assert outputs["train_share"] == pytest.approx(1018 / 1266)
    assert (outputs["windows_trained"], outputs["windows_tested"]) == (145 * 7, 35 * 7)
    assert (outputs["train_windows_dropped"], outputs["test_windows_dropped"]) == (1018 % 7, 248 % 7)


def test_scaler_is_fitted_on_all_rows(outputs):
    """So the 1025 rows of the training windows have a mean of their own."""
    assert outputs["scaler_departure"] == 0
    expected = abs(statistics.fmean(PRICES_USD[:1025]) - MEAN) / DEVIATION
    assert outputs["training_mean_distance"] == pytest.approx(expected, rel=1e-9)


def test_network_differs_from_the_equations_as_numpy_says(outputs):
    """Both wirings, and a candidate that reuses the input gate's weights, window by window without TensorFlow."""
    shapes = {"W_x": (1, 8), "W_h": (8, 8), "b_": (8,)}
    generator = np.random.default_rng(0)  # as `agreement.random_weights` draws, in the program's order
    w = {f"{kind}{gate}": generator.normal(0, 0.1, shape) for gate in "ifog" for kind, shape in shapes.items()}
    w |= {"W_hy": generator.normal(0, 0.1, (8, 1)), "b_y": generator.normal(0, 0.1, (1,))}
    reused = w | {"W_xg": w["W_xi"], "W_hg": w["W_hi"], "b_g": w["b_i"]}
    scaled = [[(price - MEAN) / DEVIATION] for price in PRICES_USD]
    windows = [np.array(scaled[k : k + 7]) for k in range(6)]

    def predicted(weights, wiring):
        return np.array([numpy_forward(window, weights, wiring)[0] for window in windows])

    published = predicted(w, "published")
    cell, candidate = (
        np.abs(published - other).max() for other in (predicted(w, "described"), predicted(reused, "published"))
    )
    assert outputs["cell_difference"] == pytest.approx(cell, rel=1e-9)
    assert outputs["candidate_difference"] == pytest.approx(candidate, rel=1e-9)


def test_clipping_has_no_effect_at_all(outputs):
    """Equal bits: the clipped gradients go nowhere."""
    assert outputs["clipping_effect"] == 0


def test_losses_and_their_fall_are_medians_of_the_shipped_seeds(outputs):
    """Forty of them; the fall is epoch 180 over epoch 0, seed by seed."""
    losses = study_losses("published")
    assert {len(of_seeds) for of_seeds in losses.values()} == {40}
    expected = {f"loss_{epoch}": statistics.median(of_seeds) for epoch, of_seeds in losses.items()}
    assert {name: outputs[name] for name in expected} == pytest.approx(expected)
    ratios = [last / first for first, last in zip(losses[0], losses[180], strict=True)]
    assert outputs["loss_fall"] == pytest.approx(statistics.median(ratios))
    rule = next(claim.rule for claim in CLAIMS if claim.output == "loss_fall")
    below = sum(ratio < float(rule.removeprefix("ours < ")) for ratio in ratios)
    assert outputs["loss_fall_p"] == pytest.approx(binomtest(below, 40).pvalue)


def joint_p_value(study, epochs):
    """evidence/bands.py's formula, one number at a time: (1 + seeds that score as high as the article) / (n + 1)."""
    seeds = len(study[0])
    scores = [0.0] * (seeds + 1)
    for epoch in epochs:
        logs = [float(np.log(loss)) for loss in [*study[epoch], REPORTED_LOSSES[epoch]]]
        centre = statistics.median(logs)
        mad = statistics.median(abs(log - centre) for log in logs)
        scores = [max(score, abs(log - centre) / mad) for score, log in zip(scores, logs, strict=True)]
    return (1 + sum(score >= scores[-1] for score in scores[:-1])) / (seeds + 1)


def test_p_values_are_counted_among_the_seeds(outputs):
    """Of each epoch alone, of all jointly, and of the equations' LSTM."""
    published, described = study_losses("published"), study_losses("described")
    expected = {f"p_{epoch}": joint_p_value(published, [epoch]) for epoch in REPORTED_LOSSES}
    expected |= {"p_value": joint_p_value(published, REPORTED_LOSSES)}
    expected |= {"described_p_value": joint_p_value(described, REPORTED_LOSSES)}
    assert {name: outputs[name] for name in expected} == pytest.approx(expected)


def test_skill_is_that_of_the_shipped_table(outputs):
    """Its row of the published variant, and that of a window of 3 days."""
    rows = {row["variant"]: row for row in csv_rows("reproduce/articles/bitcoin_lstm/departures.csv")}
    for name in ("skill", "skill_low", "skill_high"):
        assert outputs[name] == float(rows["published"][name])
    assert outputs["window_3_skill_low"] == float(rows["window-3"]["skill_low"])
    gain = float(rows["window-3"]["skill"]) - float(rows["published"]["skill"])
    assert outputs["skill_gain_of_window_3"] == pytest.approx(gain)
    assert outputs["skill_p"] == float(rows["published"]["dm_p"])
    assert float(rows["window-3"]["skill_low"]) < float(rows["published"]["skill_high"])
    assert outputs["window_3_p"] == 1  # the intervals overlap


def test_pictures_are_shifted_and_run_backwards(outputs):
    """The first training target is row 7, drawn at 0; the first test target row 1018 + 7, drawn at 1019."""
    assert outputs["prediction_plot_offsets"] == [7 - 0, 1025 - 1019]
    assert outputs["price_plot_ends"] == [DAYS[0].isoformat(), DAYS[-1].isoformat()] == ["2018-05-26", "2014-12-01"]
    assert outputs["price_plot_span"] == ["2014-12-01", "2018-05-26"]


# Of runs


@pytest.fixture
def run_with(dataset, tmp_path):
    """A way to finish a run with these losses and these errors of its test predictions."""

    def finish(losses, errors):
        config = RunConfig(Variant(epochs=len(losses)), 0, "compiled", EMBEDDED_SHA256, "bitcoin-lstm")
        directory, (inputs, targets) = Directory(tmp_path, config), dataset.test
        predicted = targets + np.reshape(errors, (-1, 1))
        with directory.opened():
            PRICES.write(directory, load_prices())
            directory.write_losses(np.asarray(losses).tolist())
            write_predictions(directory, prediction_rows(dataset, "testing", dataset.train_windows, predicted))
            errors = prediction_metrics(predicted, targets, persistence(inputs), dataset.unit_usd)
            directory.write_json("metrics.json", {"final_loss": losses[-1]} | errors)
        return directory

    return finish


def test_run_of_full_length_has_its_skill_with_an_interval_and_its_fall(run_with, dataset):
    """By hand: 1 - squared error over that of the nearest price; epoch 180 over epoch 0, not the last one."""
    losses, errors = np.linspace(0.4, 0.2, 200), 0.001 * np.arange(1, 246)
    found = run_outputs(run_with(losses, errors))
    windows, targets = dataset.test
    squares = sum((window[-1][0] - target[0]) ** 2 for window, target in zip(windows, targets, strict=True))
    assert found["skill"] == pytest.approx(1 - sum(error**2 for error in errors) / squares)
    assert found["skill_low"] < found["skill"] < found["skill_high"]
    assert found["loss_fall"] == pytest.approx(losses[180] / 0.4)


@pytest.mark.parametrize(
    ("losses", "errors", "first"),
    [([0.3, 0.2, 0.1], [0.1] * 245, 0.3), ([float("nan")] * 200, [float("nan")] * 245, float("nan"))],
    ids=["too-short", "diverged"],
)
def test_run_that_cannot_tell_leaves_them_open(losses, errors, first, run_with):
    """None, so that their claims are shown as not testable: too few epochs, or predictions that are no numbers."""
    found = run_outputs(run_with(losses, errors))
    assert found["loss_0"] == pytest.approx(first, nan_ok=True)
    open_ = [name for name in TRAINED if name != "loss_180" or len(losses) < 180]
    assert {name: found[name] for name in open_} == dict.fromkeys(open_)


@pytest.mark.parametrize(
    ("keras", "graph", "expected"), [(0.3, 0.2, 0.5), (np.nan, np.nan, None), (0.3, np.nan, np.inf)]
)
def test_agreement_with_keras_is_open_only_where_both_diverged(keras, graph, expected, run_with, tmp_path):
    """Two losses that are no numbers are no evidence; one beside a number is a difference."""
    directory = run_with([graph], [0.1] * 245)
    beside = Directory(tmp_path, RunConfig(Variant(epochs=1), 0, "keras", EMBEDDED_SHA256, "bitcoin-lstm"))
    assert run_outputs(directory)["keras_difference"] is None
    with beside.opened():
        beside.write_losses([keras])
        beside.write_json("metrics.json", {})
    found = run_outputs(directory)["keras_difference"]
    assert found == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("text", ["{}", "[]", '{"rel', ""])
def test_damaged_proof_is_one_line(text, run_with):
    """The file, and what to do."""
    directory = run_with([0.3], [0.1] * 245)
    directory.write_text("proof.json", text)
    with pytest.raises(RunError, match=r"^[^\n]*proof.json: [^\n]*; remove the folder to make the run anew$"):
        run_outputs(directory)


def test_run_that_is_no_draw_of_the_program_is_told_by_its_p_value():
    """A curve of losses ten times the article's; there is none of a run too short, or of too few others."""
    study, far = shipped_curves(Variant(), EMBEDDED_SHA256), np.full(200, 5.0)
    assert p_of_run(study, far) <= 0.05
    assert p_of_run(study, far[:100]) is p_of_run(study[:38], far) is p_of_run(None, far) is None
    assert p_values(study)["p_value"] == judge(losses.TABLE.shipped())[0].p_value
    for variant, sha256 in ((Variant(hidden=8), EMBEDDED_SHA256), (Variant(), "another table's")):
        assert shipped_curves(variant, sha256) is None


def test_run_among_others_of_which_half_diverged_has_no_p_value():
    """Their median is no curve."""
    others = shipped_curves(Variant(), EMBEDDED_SHA256)[1:].copy()  # 39
    others[:19] = np.nan
    assert p_of_run(others, np.full(200, 5.0)) is None


def test_run_is_held_against_other_seeds_alone():
    """Its own row of the table would count as a curve that is as far away."""
    whole, others = (shipped_curves(Variant(), EMBEDDED_SHA256, without) for without in (None, 3))
    np.testing.assert_array_equal(others, np.delete(whole, 3, axis=0))


def test_band_of_a_shorter_run_is_that_of_its_full_length():
    """Three epochs of the published program begin as two hundred do."""
    expected = curves_of(losses.TABLE.shipped())["published"]
    np.testing.assert_array_equal(shipped_curves(Variant(epochs=3), EMBEDDED_SHA256), expected)
