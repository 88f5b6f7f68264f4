"""What is particular to the Bitcoin article: its outputs, its shipped study, its pictures."""

import csv
import json
from importlib.resources import files

import numpy as np
import pytest
from matplotlib.dates import date2num

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES, figures
from reproduce.articles.bitcoin_lstm.bands import (
    EPOCHS,
    judge_study,
    shipped_losses,
    shipped_losses_of,
    study_losses,
    study_machine,
    table_to_ship,
)
from reproduce.articles.bitcoin_lstm.outputs import p_values
from reproduce.articles.bitcoin_lstm.runs import RunConfig
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.errors import RunError
from reproduce.inputs.prices import EMBEDDED_SHA256
from reproduce.networks.engine import create_engine
from reproduce.runs.environment import describe_environment


def config_of(variant):
    """Seed 0 of a variant on the embedded table."""
    return RunConfig(variant, 0, "compiled", EMBEDDED_SHA256)


def write_study(folder, variant, losses):
    """The table of a finished study of one variant, with each seed's losses."""
    fields = {name: str(value) for name, value in vars(variant).items()}
    lines = [["status", "seed", *fields, *(f"loss_{epoch}" for epoch in range(variant.epochs))]]
    lines += [["finished", str(seed), *fields.values(), *map(repr, map(float, row))] for seed, row in losses.items()]
    (folder / "study.csv").write_text("\n".join(",".join(line) for line in lines) + "\n")


def test_run_that_is_no_draw_of_the_program_is_told_by_its_p_value():
    """A curve of losses ten times the article's."""
    far = np.full(200, 5.0)
    assert p_values(config_of(Variant()), far)["run_p_value"] <= 0.05
    assert "run_p_value" not in p_values(config_of(Variant()), far[:100])


def test_shipped_study_has_forty_seeds_of_each_wiring_with_and_without_clipping():
    """Seven losses each, finite and above zero."""
    losses = shipped_losses()
    assert list(losses) == ["published", "described", "clipping-applied", "described+clipping-applied"]
    for curves in losses.values():
        assert curves.shape == (40, 7)
        assert np.all(np.isfinite(curves) & (curves > 0))


def test_table_to_ship_has_each_run_under_its_own_seed(tmp_path):
    """Two seeds that do not begin at 0, losses of the seven epochs to nine digits."""
    losses = np.random.default_rng(0).random((2, 200))
    write_study(tmp_path, Variant(), {5: losses[0], 6: losses[1]})
    rows = list(csv.DictReader(table_to_ship(tmp_path).splitlines()))
    assert [(row["variant"], row["seed"]) for row in rows] == [("published", "5"), ("published", "6")]
    shipped = [[float(row[f"loss_{epoch}"]) for epoch in (0, 30, 60, 90, 120, 150, 180)] for row in rows]
    np.testing.assert_allclose(shipped, losses[:, ::30], rtol=1e-8)


def test_study_of_two_machines_is_not_shipped(tmp_path):
    """Its bits are not those of either."""
    for name, processor in (("a", "fast"), ("b", "slow")):
        (tmp_path / name).mkdir()
        environment = {"processor": processor, "packages": {"tensorflow": "2", "numpy": "2"}}
        (tmp_path / name / "environment.json").write_text(json.dumps(environment))
    with pytest.raises(RunError, match="its runs are of 2 machines, expected one"):
        study_machine(tmp_path)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("seed", [0, 39])
@pytest.mark.parametrize("name", shipped_losses())
def test_shipped_study_is_what_this_machine_computes(dataset, name, seed):
    """The first epoch, trained anew: equal to 1e-3, which is what float32 sums in another order may do to 145 steps."""
    engine = create_engine("compiled", Variant.parse(name), seed)
    loss = np.mean(engine.train_epoch(*dataset.train).losses)
    assert loss == pytest.approx(shipped_losses()[name][seed, 0], rel=1e-3)


def same_machine():
    """Whether the shipped study ran on this processor with these packages, so that even chaos repeats."""
    there = json.loads((files("reproduce.articles.bitcoin_lstm") / "study.json").read_text(encoding="utf-8"))
    here = describe_environment(1, input_sha256="")
    packages = {name: here["packages"][name] for name in there["packages"]}
    return there == {"processor": here["processor"], "packages": packages}


@pytest.mark.usefixtures("one_thread")
@pytest.mark.skipif(not same_machine(), reason="the shipped study ran on another processor or with other packages")
def test_shipped_study_repeats_to_every_digit_on_the_machine_it_ran_on(dataset):
    """Thirty-one epochs of seed 0: the losses of epochs 0 and 30 to all nine digits."""
    engine = create_engine("compiled", Variant(), seed=0)
    losses = [np.mean(engine.train_epoch(*dataset.train).losses) for _ in range(31)]
    shipped = shipped_losses()["published"][0]
    assert [f"{losses[0]:.9g}", f"{losses[30]:.9g}"] == [f"{shipped[0]:.9g}", f"{shipped[1]:.9g}"]


def test_band_of_a_shorter_run_is_that_of_its_full_length():
    """Three epochs of the published program begin as two hundred do."""
    np.testing.assert_array_equal(shipped_losses_of(Variant(epochs=3), EMBEDDED_SHA256), shipped_losses()["published"])
    assert shipped_losses_of(Variant(window=3), EMBEDDED_SHA256) is None
    assert shipped_losses_of(Variant(), "another table's") is None


def test_p_value_of_one_epoch_is_the_rank_of_its_distance():
    """Epoch 30: (1 + seeds at least as many MADs from the median of all 41) / 41, done here without the package."""
    losses = np.log([*shipped_losses()["described"][:, 1], REPORTED_LOSSES[30]])
    distances = np.abs(losses - np.median(losses))
    expected = (1 + np.sum(distances[:-1] >= distances[-1])) / 41
    assert p_values(config_of(Variant(wiring="described")), np.array([]))["p_30"] == pytest.approx(expected)


def test_article_s_losses_are_consistent_with_the_published_wiring_and_not_with_the_described_one():
    """The joint test of all seven, 40 seeds each; what the README says. Clipping makes no difference to that."""
    assert {verdict.variant: verdict.words for verdict in judge_study(shipped_losses())} == {
        "published": "consistent",
        "described": "excluded",
        "clipping-applied": "consistent",
        "described+clipping-applied": "excluded",
    }
    assert p_values(config_of(Variant()), np.array([]))["p_value"] == judge_study(shipped_losses())[0].p_value
    assert p_values(config_of(Variant(hidden=8)), np.array([])) == {}


@pytest.mark.parametrize(
    ("seeds", "epochs", "message"),
    [
        (38, 200, "38 seeds of published, expected at least 39"),
        (39, 180, "180 epochs of epochs-180, expected more than"),
    ],
)
def test_study_too_small_for_the_band_is_refused(tmp_path, seeds, epochs, message):
    """Too few seeds, or none that reaches epoch 180."""
    write_study(tmp_path, Variant(epochs=epochs), {seed: [0.1] * epochs for seed in range(seeds)})
    with pytest.raises(RunError, match=message):
        study_losses(tmp_path)


def test_picture_by_date_shows_each_prediction_on_its_own_day(dataset):
    """The prediction of window k stands on the day of row k + 7, in USD, time from left to right."""
    training, testing = dataset.targets[:1015, 0], dataset.targets[1018:1263, 0]  # perfect predictions
    whole, tested = figures.predictions_by_date(dataset, training, testing).axes
    actual = dict(zip(dataset.dates.tolist(), dataset.close_usd, strict=True))
    for axes, label, count in ((whole, "training", 1015), (whole, "test", 245), (tested, "test", 245)):
        (line,) = (line for line in axes.get_lines() if label in line.get_label())
        days, usd = line.get_data(orig=True)
        assert len(days) == count
        assert np.all(np.diff(date2num(days)) > 0)
        np.testing.assert_allclose(usd, [actual[day] for day in days.tolist()])


def test_picture_by_date_shows_persistence_beside_the_test_set(dataset):
    """Each day's is the price of the nearest day in its window: newest first, that of the day after."""
    _, tested = figures.predictions_by_date(dataset, dataset.targets[:1015, 0], dataset.targets[1018:1263, 0]).axes
    (line,) = (line for line in tested.get_lines() if "persistence" in line.get_label())
    days, usd = line.get_data(orig=True)
    actual = dict(zip(dataset.dates.tolist(), dataset.close_usd, strict=True))
    day_after = [actual[(day + np.timedelta64(1, "D")).tolist()] for day in days]
    np.testing.assert_allclose(usd, day_after)


@pytest.mark.parametrize(
    ("picture", "inches"),
    [
        (lambda d: figures.prices_as_published(d), (12, 7)),
        (lambda d: figures.predictions_as_published(d, np.zeros(1015), np.zeros(245)), (16, 7)),
    ],
    ids=["prices", "predictions"],
)
def test_published_picture_has_the_article_s_title_and_size(dataset, picture, inches):
    """12x7 and 16x7 inches, one title for both."""
    figure = picture(dataset)
    assert tuple(figure.get_size_inches()) == inches
    assert figure.axes[0].get_title() == "Bitcoin prices from December 2014 to May 2018"


def test_loss_picture_shows_run_band_and_the_reported_points_on_a_log_axis():
    """Seven points at their epochs."""
    (axes,) = figures.loss_curve(np.geomspace(0.3, 0.01, 200), config_of(Variant())).axes
    lines = {line.get_label(): line.get_data() for line in axes.get_lines()}
    assert axes.get_yscale() == "log"
    assert list(lines["the article's figures"][0]) == EPOCHS
    assert list(lines["the article's figures"][1]) == list(REPORTED_LOSSES.values())
    assert len(lines["this run"][1]) == 200
    assert "95% band of 40 seeds" in axes.get_legend_handles_labels()[1]
