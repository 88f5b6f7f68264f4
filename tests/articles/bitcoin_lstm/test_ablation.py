"""The ablation: which variants, what is told of each, and the words that follow from the figures."""

import csv
from dataclasses import asdict, fields, replace
from importlib.resources import files

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm.ablation import (
    ALONE,
    LADDER,
    STEPS,
    AblationRow,
    ablation_table,
    baseline_figures,
    shipped_ablation,
)
from reproduce.articles.bitcoin_lstm.answers import answers
from reproduce.articles.bitcoin_lstm.bands import BandVerdict
from reproduce.articles.bitcoin_lstm.findings import findings
from reproduce.articles.bitcoin_lstm.runs import PredictingProgress, RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.study import Study
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.errors import RunError
from reproduce.inputs.prices import load_prices
from reproduce.runs.tidy import table_text

NAMES = [variant.name for _, variant in STEPS]
ROW = AblationRow(
    **{field.name: 0.5 for field in fields(AblationRow)}
    | {"variant": "published", "seeds": 20, "diverged": 0, "moved_days": 200}
)


def table_of(**changed):
    """Every variant with a dull row; `published=`, `alone_window=` … give some of them other figures."""
    variants = {"published": Variant(), "ordered": ALONE["rows in date order"], "short": ALONE["window of 3 days"]}
    variants |= {"clipped": ALONE["clipping applied"], "sound": list(LADDER.values())[-1]}
    table = {name: replace(ROW, variant=name) for name in NAMES}
    for key, figures in changed.items():
        table[variants[key].name] = replace(table[variants[key].name], **figures)
    return table


def answer_to(question, table, bands=()):
    """The one answer whose question has that word."""
    (found,) = (one for one in answers(table, list(bands)) if question in one.question)
    return found


def departures_of(variant):
    """The fields in which it is not the published one, with their values."""
    return {name: value for name, value in asdict(variant).items() if value != asdict(Variant())[name]}


def finished_run(study, variant, seed, predicted, loss=0.25):
    """A run directory as a training would leave it, with these test predictions, (windows,)."""
    dataset = prepare(study.table, variant)
    config = RunConfig(variant, seed, study.engine, study.table.sha256)
    directory = RunDirectory(study.root, config)
    with directory.opened(force=False):
        progress = PredictingProgress([loss] * 2, predictions=np.zeros((3, 1)))
        directory.write_results(progress, predicted[:, np.newaxis], dataset, {"final_loss": loss})


def test_each_departure_changes_one_field_and_the_ladder_keeps_them_all():
    """Six alone; rung k has the first k."""
    assert len(ALONE) == len(LADDER) == 6
    changed = {}
    for alone, rung in zip(ALONE.values(), LADDER.values(), strict=True):
        departures = departures_of(alone)
        assert len(departures) == 1
        changed |= departures
        assert departures_of(rung) == changed
    assert len(changed) == 6
    assert len(set(NAMES)) == len(NAMES) == 12


def test_row_is_computed_from_the_test_predictions_of_every_seed(tmp_path):
    """Errors and skill by a loop over days; the last epoch's loss is the median's."""
    variant = Variant(hidden=4, epochs=2)
    study = Study(tmp_path, (variant,), range(3), load_prices())
    dataset = prepare(study.table, variant)
    actual, nearest = dataset.targets[1018:1263, 0], dataset.inputs[1018:1263, -1, 0]
    drawn = [actual + offset for offset in (0.001, 0.004, -0.002)]
    for seed, predicted in enumerate(drawn):
        finished_run(study, variant, seed, predicted, loss=[0.3, 0.1, 0.2][seed])
    (row,) = ablation_table(study)
    squares = [(p - a) ** 2 for predicted in drawn for p, a in zip(predicted, actual, strict=True)]
    persistence = [(p - a) ** 2 for p, a in zip(nearest, actual, strict=True)]
    assert row.seeds == 3
    assert row.final_loss == pytest.approx(0.2)
    assert row.test_mse == pytest.approx(sum(squares) / len(squares))
    assert row.test_rmse_usd == pytest.approx(row.test_mse**0.5 * np.std(study.table.close_usd))
    assert row.persistence_mse == pytest.approx(sum(persistence) / 245)
    assert row.skill == pytest.approx(1 - row.test_mse / row.persistence_mse)
    assert row.skill_median == pytest.approx(1 - 0.002**2 / row.persistence_mse)
    assert row.moved_days == sum(p != a for p, a in zip(nearest, actual, strict=True))
    assert row.best_lag == 0


def test_diverged_seeds_are_counted_and_left_out(tmp_path):
    """One of two predicts nan."""
    variant = Variant(hidden=4, epochs=2)
    study = Study(tmp_path, (variant,), range(2), load_prices())
    actual = prepare(study.table, variant).targets[1018:1263, 0]
    finished_run(study, variant, 0, actual * np.nan)
    finished_run(study, variant, 1, actual + 0.001)
    (row,) = ablation_table(study)
    assert (row.seeds, row.diverged) == (1, 1)
    assert row.test_mse == pytest.approx(1e-6)


def test_variant_whose_runs_all_diverged_is_refused(tmp_path):
    """There is nothing to judge."""
    variant = Variant(hidden=4, epochs=2)
    study = Study(tmp_path, (variant,), range(1), load_prices())
    finished_run(study, variant, 0, np.full(245, np.nan))
    with pytest.raises(RunError, match=r"every run of hidden-4\+epochs-2 diverged"):
        ablation_table(study)


def test_unfinished_run_is_named(tmp_path):
    """And the way on."""
    study = Study(tmp_path, (Variant(epochs=2),), range(1), load_prices())
    with pytest.raises(RunError, match=r"bitcoin-lstm-epochs-2-s0-compiled: the run is not finished"):
        ablation_table(study)


def test_table_reads_back_as_it_was_written(tmp_path, monkeypatch):
    """Nine digits of every figure."""
    rows = [replace(ROW, variant=name, skill=-1 / 3, best_lag=float("nan")) for name in NAMES]
    (tmp_path / "ablation.csv").write_text(table_text(AblationRow, rows))
    monkeypatch.setattr("reproduce.articles.bitcoin_lstm.ablation.files", lambda _: tmp_path)
    read = shipped_ablation()
    assert list(read) == NAMES
    assert read["published"].skill == pytest.approx(-1 / 3, rel=1e-8)
    assert read["published"].seeds == 20
    assert np.isnan(read["published"].best_lag)


def test_shipped_table_has_every_variant_over_twenty_seeds():
    """In the order of the steps."""
    table = shipped_ablation()
    assert list(table) == NAMES
    assert all(row.seeds + row.diverged >= 20 for row in table.values())
    text = (files("reproduce.articles.bitcoin_lstm") / "ablation.csv").read_text(encoding="utf-8")
    assert table_text(AblationRow, list(table.values())) == text


@pytest.mark.parametrize("name", NAMES)
def test_shipped_table_has_the_baselines_that_this_machine_computes(name):
    """What needs no training: persistence, drift, linear autoregression, the days that moved; and it hangs together."""
    row, dataset = shipped_ablation()[name], prepare(load_prices(), Variant.parse(name))
    for figure, value in baseline_figures(dataset).items():
        assert getattr(row, figure) == pytest.approx(value, rel=1e-6), figure
    assert row.skill == pytest.approx(1 - row.test_mse / row.persistence_mse, rel=1e-6)
    assert row.skill_low < row.skill < row.skill_high
    assert row.test_rmse_usd == pytest.approx(row.test_mse**0.5 * dataset.deviation_usd, rel=1e-6)


def test_shipped_table_agrees_with_the_shipped_study():
    """Median final losses are near those of epoch 180 in the study of the same program: same seeds, 19 epochs later."""
    text = (files("reproduce.articles.bitcoin_lstm") / "study.csv").read_text(encoding="utf-8")
    losses = [float(r["loss_180"]) for r in csv.DictReader(text.splitlines()) if r["variant"] == "published"]
    assert np.min(losses[:20]) < shipped_ablation()["published"].final_loss < np.max(losses[:20])


@pytest.mark.parametrize(
    ("interval", "words"),
    [((0.1, 0.3), "Yes"), ((-0.3, -0.1), "No"), ((-0.1, 0.1), "It cannot be told")],
)
@pytest.mark.parametrize(
    ("key", "question"), [("published", "as published"), ("ordered", "in date order"), ("sound", "every departure")]
)
def test_model_beats_persistence_where_the_interval_is_above_zero(key, question, interval, words):
    """Each question reads its own row."""
    low, high = interval
    table = table_of(**{key: {"skill_low": low, "skill_high": high}})
    assert answer_to(question, table).answer.startswith(words)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"skill": 0.8, "skill_low": 0.7}, "Yes."),
        ({"skill": 0.2, "skill_high": 0.3}, "No, it makes it worse."),
        ({"skill": 0.55}, "Not told apart: it is better"),
        ({"skill": 0.45}, "Not told apart: it is worse"),
    ],
)
def test_window_of_three_improves_where_the_intervals_are_apart(figures, words):
    """The published one's interval is 0.4 to 0.6."""
    seven = {"skill": 0.5, "skill_low": 0.4, "skill_high": 0.6}
    table = table_of(published=seven, short=seven | figures)
    assert answer_to("window of 3", table).answer.startswith(words)


def test_window_of_three_that_only_fails_less_is_said_to():
    """Above the published interval, yet below persistence."""
    table = table_of(published={"skill_high": -0.6}, short={"skill_low": -0.5})
    assert answer_to("window of 3", table).answer == "Yes, though not above persistence."


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"skill_low": 0.7, "final_loss": 0.4}, "The test error falls; the final training loss is lower."),
        ({"skill_high": 0.3, "final_loss": 0.6}, "The test error grows; the final training loss is higher."),
        ({"final_loss": 0.4}, "Nothing that the test error tells apart; the final training loss is lower."),
    ],
)
def test_clipping_does_what_the_intervals_tell_apart(figures, words):
    """The published one's interval is 0.4 to 0.6, its final loss 0.5."""
    other = {"skill_low": 0.4, "skill_high": 0.6}
    table = table_of(published=other, clipped=other | figures)
    assert answer_to("clipping", table).answer == words


@pytest.mark.parametrize(
    ("published", "ordered", "words"), [(0.6, 0.6, "Yes"), (0.6, 0.55, "Not in both"), (0.56, 0.4, "No")]
)
def test_direction_is_foreseen_beyond_two_standard_errors(published, ordered, words):
    """Two standard errors of 200 days are 7 points; the commoner direction has 50 %."""
    table = table_of(published={"direction_accuracy": published}, ordered={"direction_accuracy": ordered})
    assert answer_to("rises or falls", table).answer.startswith(words)


def test_findings_follow_the_tables():
    """Each headline turns round with its figures."""
    bands = [BandVerdict("published", 40, 0.7, 0), BandVerdict("described", 40, 0.02, 30)]
    worse = {"skill": -9.0, "skill_low": -10.0, "skill_high": -8.0, "test_rmse_usd": 99.0, "persistence_rmse_usd": 30.0}
    losses, published, ordered = findings(table_of(published=worse), bands)
    assert "are consistent with the program, and not consistent with the LSTM" in losses.headline
    assert "of 0.700 for the program" in losses.text
    assert published.headline == "As published, the model is worse than persistence."
    assert "99 USD" in published.text
    assert "30 USD" in published.text
    assert ordered.headline.endswith("it is better than persistence.")
    assert findings(table_of(ordered=worse), bands)[2].headline.endswith("it is worse than persistence.")


def test_programs_that_the_losses_exclude_are_named():
    """By the level of the band; without bands the question is not asked."""
    bands = [BandVerdict("published", 40, 0.7, 0), BandVerdict("described", 40, 0.02, 30)]
    found = answer_to("seven reported losses", table_of(), bands)
    assert found.answer == "Consistent: published; excluded: described."
    assert "described: p = 0.020, 40 seeds" in found.evidence
    assert not any("seven reported" in one.question for one in answers(table_of(), []))
