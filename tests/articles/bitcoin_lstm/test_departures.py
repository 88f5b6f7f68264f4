"""Deviations from the text undone: which variants, the row of each, and the words that follow from the values."""

import csv
import math
from dataclasses import asdict, fields, replace
from importlib.resources import files

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import losses as losses_module
from reproduce.articles.bitcoin_lstm.answers import answers
from reproduce.articles.bitcoin_lstm.departures import (
    ALONE,
    LADDER,
    STEPS,
    TABLE,
    DepartureRow,
    baseline_values,
    by_variant,
    departure_rows,
)
from reproduce.articles.bitcoin_lstm.findings import findings
from reproduce.articles.bitcoin_lstm.losses import BandVerdict
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.forecasts import prediction_rows, write_predictions
from reproduce.articles.sources import PRICES
from reproduce.errors import RunError
from reproduce.inputs.prices import load_prices
from reproduce.runs.config import RunConfig
from reproduce.runs.study import Study

NAMES = [variant.name for _, variant in STEPS]
ROW = DepartureRow(
    **{field.name: 0.5 for field in fields(DepartureRow)}
    | {"variant": "published", "seeds": 20, "diverged": 0, "moved_days": 200}
)
SMALL = Variant(hidden=4, epochs=2)
UNDONE = Variant(  # what deviates from the text, but for what moves no error much; its window of 7 is the text's own
    wiring="described", clipping="applied", row_order="oldest-first", scaler_rows="training", remainder="kept"
)


def table_of(**changed):
    """Every variant with a dull row; `published=`, `short=` … give some of them other values."""
    variants = {"published": Variant(), "ordered": ALONE["rows in date order"], "short": ALONE["window of 3 days"]}
    variants |= {"clipped": ALONE["clipping applied"], "undone": UNDONE}
    table = {name: replace(ROW, variant=name) for name in NAMES}
    for key, values in changed.items():
        table[variants[key].name] = replace(table[variants[key].name], **values)
    return table


def answer_to(question, table, bands=()):
    """The one answer whose question has that word."""
    (found,) = (one for one in answers(table, list(bands)) if question in one.question)
    return found


def study_of(root, predictions, losses):
    """A study of one variant whose finished runs have these test predictions, (windows,), and last losses, by seed."""
    table, windows = load_prices(), prepare(load_prices(), SMALL)
    configs = [RunConfig(SMALL, seed, "compiled", table.sha256, "bitcoin-lstm") for seed in range(len(predictions))]
    study = Study(root, tuple(configs))
    for directory, predicted, loss in zip(study.directories, predictions, losses, strict=True):
        with directory.opened():
            PRICES.write(directory, table)
            directory.write_losses([0.9, loss])
            trained = prediction_rows(windows, "training", 0, np.zeros((3, 1)))
            tested = prediction_rows(windows, "testing", windows.train_windows, predicted[:, np.newaxis])
            write_predictions(directory, trained, tested)
            directory.write_json("metrics.json", {})
    return study


def changes_of(variant):
    """The fields in which it is not the published one, with their values."""
    return {name: value for name, value in asdict(variant).items() if value != asdict(Variant())[name]}


def test_each_step_undoes_one_deviation_and_the_ladder_keeps_them_all():
    """Six alone; rung k has the first k."""
    assert len(ALONE) == len(LADDER) == 6
    changed = {}
    for alone, rung in zip(ALONE.values(), LADDER.values(), strict=True):
        changes = changes_of(alone)
        assert len(changes) == 1
        changed |= changes
        assert changes_of(rung) == changed
    assert len(changed) == 6
    assert len(set(NAMES)) == len(NAMES) == 12


def test_row_is_computed_from_the_test_predictions_of_every_seed(dataset, tmp_path):
    """Errors and skill by a loop over days; the last epoch's loss is the median's."""
    actual, nearest = dataset.targets[1018:1263, 0], dataset.inputs[1018:1263, -1, 0]
    drawn = [actual + offset for offset in (0.001, 0.004, -0.002)]
    (row,) = departure_rows(study_of(tmp_path, drawn, [0.3, 0.1, 0.15]))
    squares = [(p - a) ** 2 for predicted in drawn for p, a in zip(predicted, actual, strict=True)]
    persistence = [(p - a) ** 2 for p, a in zip(nearest, actual, strict=True)]
    assert (row.seeds, row.diverged) == (3, 0)
    assert row.final_loss == pytest.approx(0.15)
    assert row.test_mse == pytest.approx(sum(squares) / len(squares))
    assert row.test_rmse_usd == pytest.approx(row.test_mse**0.5 * np.std(load_prices().close_usd))
    assert row.persistence_mse == pytest.approx(sum(persistence) / 245)
    assert row.skill == pytest.approx(1 - row.test_mse / row.persistence_mse)
    assert row.skill_median == pytest.approx(1 - 0.002**2 / row.persistence_mse)
    assert row.median_rmse_usd == pytest.approx(0.002 * np.std(load_prices().close_usd))
    assert row.moved_days == sum(p != a for p, a in zip(nearest, actual, strict=True))
    assert row.best_lag == 0


@pytest.mark.parametrize("loss", [0.5, np.nan], ids=["predicts-nan", "loss-is-nan"])
def test_diverged_seeds_are_counted_and_left_out(loss, dataset, tmp_path):
    """One of two; where all have, there is nothing to judge."""
    actual = dataset.targets[1018:1263, 0]
    lost = actual * np.nan if loss == 0.5 else actual
    (row,) = departure_rows(study_of(tmp_path / "one", [lost, actual + 0.001], [loss, 0.5]))
    assert (row.seeds, row.diverged, row.final_loss) == (1, 1, 0.5)
    assert row.test_mse == pytest.approx(1e-6)
    with pytest.raises(RunError, match=r"every run of hidden-4\+epochs-2 diverged"):
        departure_rows(study_of(tmp_path / "all", [lost], [loss]))


# What the package ships


def test_shipped_table_has_every_variant_over_twenty_seeds():
    """In the order of the steps."""
    table = by_variant(TABLE.shipped())
    assert list(table) == NAMES
    assert all(row.seeds + row.diverged >= 20 for row in table.values())


@pytest.mark.parametrize("name", NAMES)
def test_shipped_table_has_the_baselines_that_this_machine_computes(name):
    """What needs no training: persistence, drift, linear autoregression, the days that moved; and it hangs together."""
    row, windows = by_variant(TABLE.shipped())[name], prepare(load_prices(), Variant.parse(name))
    for value_name, value in baseline_values(windows).items():
        assert getattr(row, value_name) == pytest.approx(value, rel=1e-6), value_name
    assert row.skill == pytest.approx(1 - row.test_mse / row.persistence_mse, rel=1e-6)
    assert row.skill_low < row.skill < row.skill_high
    assert row.test_rmse_usd == pytest.approx(row.test_mse**0.5 * windows.unit_usd, rel=1e-6)


def test_shipped_table_agrees_with_the_shipped_losses():
    """Median final losses are near those of epoch 180 in the study of the same program: same seeds, 19 epochs later."""
    text = (files("reproduce.articles.bitcoin_lstm") / "losses.csv").read_text(encoding="utf-8")
    losses = [float(r["loss_180"]) for r in csv.DictReader(text.splitlines()) if r["variant"] == "published"]
    assert np.min(losses[:20]) < by_variant(TABLE.shipped())["published"].final_loss < np.max(losses[:20])


# The words that follow


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((0.1, 0.3), "Yes"),
        ((-0.3, -0.1), "No"),
        ((-0.1, 0.1), "It cannot be told: the interval"),
        ((math.nan, math.nan), "It cannot be told: the price moved on too few days"),
    ],
)
@pytest.mark.parametrize(
    ("key", "question"), [("published", "as published"), ("ordered", "in date order"), ("undone", "five deviations")]
)
def test_model_beats_persistence_where_the_interval_is_above_zero(key, question, interval, words):
    """Each question reads its own row."""
    low, high = interval
    table = table_of(**{key: {"skill_low": low, "skill_high": high}})
    assert answer_to(question, table).answer.startswith(words)


OTHER = {"skill": 0.5, "skill_low": 0.4, "skill_high": 0.6}  # the published one's, whose final loss is 0.5


@pytest.mark.parametrize(
    ("question", "key", "values", "words"),
    [
        pytest.param("window of 3", "short", {"skill": 0.8, "skill_low": 0.7}, "Yes.", id="window-improves"),
        pytest.param(
            "window of 3", "short", {"skill": 0.2, "skill_high": 0.3}, "No, it makes it worse.", id="window-is-worse"
        ),
        pytest.param("window of 3", "short", {"skill": 0.55}, "Not significantly: it is better", id="window-better"),
        pytest.param("window of 3", "short", {"skill": 0.45}, "Not significantly: it is worse", id="window-worse"),
        pytest.param(
            *("does clipping", "clipped", {"skill_low": 0.7, "final_loss": 0.4}),
            *("The test error falls; the final training loss is lower.",),
            id="clipping-improves",
        ),
        pytest.param(
            *("does clipping", "clipped", {"skill_high": 0.3, "final_loss": 0.6}),
            *("The test error grows; the final training loss is higher.",),
            id="clipping-is-worse",
        ),
        pytest.param(
            *("does clipping", "clipped", {"final_loss": 0.4}),
            *("The test error does not change significantly; the final training loss is lower.",),
            id="clipping-changes-little",
        ),
        pytest.param(
            *("window of 3", "short", {"skill_low": math.nan, "skill_high": math.nan}),
            *("It cannot be told: the price moved on too few days",),
            id="window-without-an-interval",
        ),
        pytest.param(
            *("does clipping", "clipped", {"skill_low": math.nan, "skill_high": math.nan, "final_loss": 0.4}),
            *("Whether the test error changes cannot be told; the final training loss is lower.",),
            id="clipping-without-an-interval",
        ),
    ],
)
def test_two_variants_differ_where_their_intervals_do(question, key, values, words):
    """Where they have no value in common."""
    assert answer_to(question, table_of(published=OTHER, **{key: OTHER | values})).answer.startswith(words)


def test_window_of_three_that_only_fails_less_is_said_to():
    """Above the published interval, yet below persistence."""
    table = table_of(published={"skill_high": -0.6}, short={"skill_low": -0.5})
    assert answer_to("window of 3", table).answer == "Yes, though not above persistence."


@pytest.mark.parametrize(
    ("published", "ordered", "words"), [(0.6, 0.6, "Yes"), (0.6, 0.55, "Not in both"), (0.56, 0.4, "No")]
)
def test_direction_is_foreseen_beyond_two_standard_errors(published, ordered, words):
    """Two standard errors of 200 days are 7 points; the more frequent direction has 50 %."""
    table = table_of(published={"direction_accuracy": published}, ordered={"direction_accuracy": ordered})
    assert answer_to("rises or falls", table).answer.startswith(words)


def test_direction_of_a_price_that_never_moved_cannot_be_told():
    """Also where it moved in the other order alone."""
    still = {"moved_days": 0, "direction_accuracy": math.nan, "majority_share": math.nan}
    assert (
        answer_to("rises or falls", table_of(ordered=still)).answer
        == "It cannot be told: the price did not move on the tested days."
    )


BANDS = [BandVerdict("published", 40, 0.7, 0), BandVerdict("described", 40, 0.02, 30)]


def test_programs_that_the_losses_exclude_are_named():
    """By the level of the test; without its verdicts the question is not asked."""
    found = answer_to("seven reported losses", table_of(), BANDS)
    assert found.answer == "Consistent: published; excluded: described."
    assert "described: p = 0.020, 40 seeds" in found.evidence
    assert not any("seven reported" in one.question for one in answers(table_of(), []))


def test_findings_of_losses_and_departures_follow_the_tables(monkeypatch, ship):
    """Each headline turns round with its values."""
    worse = {"skill": -9.0, "skill_low": -10.0, "skill_high": -8.0, "test_rmse_usd": 99.0, "persistence_rmse_usd": 30.0}
    worse["skill_median"] = -3.0
    monkeypatch.setattr(losses_module, "judge", lambda _: BANDS)
    ship(TABLE, list(table_of(published=worse).values()))
    of_study = {(one.study, one.claims[0]): one for one in findings()}
    ordered = of_study["bitcoin-departures", "bitcoin-lstm/previous-days"]
    published = of_study["bitcoin-departures", "bitcoin-lstm/accurate"]
    losses = of_study["bitcoin-losses", "bitcoin-lstm/loss-curve"]
    assert "are consistent with the program, and not consistent with the LSTM" in losses.headline
    assert "of 0.700 for the program" in losses.text
    assert published.headline == "As published, the model is worse than persistence."
    assert "is 99 USD over all 20 seeds and 60 USD in the median, where repeating" in published.text
    assert "gives 30 USD" in published.text
    assert ordered.headline.endswith("it is better than persistence.")
    ship(TABLE, list(table_of(ordered=worse).values()))
    assert findings()[0].headline.endswith("it is worse than persistence.")
