"""The pictures: what a reader sees of the article's two, where the predictions by date stand, and what studies show."""

import numpy as np
import pytest
from matplotlib.dates import date2num

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES, departures, losses, pictures
from reproduce.articles.bitcoin_lstm.departures import ALONE, LADDER
from reproduce.articles.bitcoin_lstm.losses import curves_of


def lines(axes):
    """Every curve's x and y by its label."""
    return {line.get_label(): line.get_data(orig=True) for line in axes.get_lines()}


def test_picture_by_date_shows_each_prediction_on_its_own_day(dataset):
    """The prediction of window k stands on the day of row k + 7, in USD, time from left to right."""
    training, testing = dataset.targets[:1015, 0], dataset.targets[1018:1263, 0]  # perfect predictions
    whole, tested = pictures.predictions_by_date(dataset, training, testing).axes
    actual = dict(zip(dataset.dates.tolist(), dataset.close_usd, strict=True))
    for axes, which, count in ((whole, "training", 1015), (whole, "test", 245), (tested, "test", 245)):
        days, usd = lines(axes)[f"prediction, {which} set"]
        assert len(days) == count
        assert np.all(np.diff(date2num(days)) > 0)
        np.testing.assert_allclose(usd, [actual[day] for day in days.tolist()])


def test_picture_by_date_shows_persistence_beside_the_test_set(dataset):
    """Each day's is the price of the nearest day in its window: newest first, that of the day after."""
    _, tested = pictures.predictions_by_date(dataset, dataset.targets[:1015, 0], dataset.targets[1018:1263, 0]).axes
    days, usd = lines(tested)["persistence: the nearest day the network reads"]
    actual = dict(zip(dataset.dates.tolist(), dataset.close_usd, strict=True))
    np.testing.assert_allclose(usd, [actual[(day + np.timedelta64(1, "D")).tolist()] for day in days])


@pytest.mark.parametrize(
    ("picture", "inches"),
    [
        (lambda d: pictures.prices_as_published(d), (12, 7)),
        (lambda d: pictures.predictions_as_published(d, np.zeros(1015), np.zeros(245)), (16, 7)),
    ],
    ids=["prices", "predictions"],
)
def test_published_picture_has_the_article_s_title_and_size(dataset, picture, inches):
    """12x7 and 16x7 inches, one title for both."""
    figure = picture(dataset)
    assert tuple(figure.get_size_inches()) == inches
    assert figure.axes[0].get_title() == "Bitcoin prices from December 2014 to May 2018"


def test_loss_picture_shows_run_study_and_the_reported_points_on_a_log_axis():
    """Seven points at their epochs; every seed faintly, their median, and what most of them span."""
    study, run = curves_of(losses.TABLE.shipped())["published"], np.geomspace(0.3, 0.01, 200)
    (axes,) = pictures.losses("Training loss", study, run).axes
    drawn = lines(axes)
    assert axes.get_yscale() == "log"
    assert [values.tolist() for values in map(np.array, drawn["the article's values"])] == [
        list(REPORTED_LOSSES),
        list(REPORTED_LOSSES.values()),
    ]
    assert drawn["this run"][1].tolist() == run.tolist()
    np.testing.assert_allclose(drawn["their median"][1], np.median(study, axis=0))
    assert "5 to 95 % of 40 seeds" in axes.get_legend_handles_labels()[1]
    seeds = [line.get_ydata() for line in axes.get_lines() if line.get_label().startswith("_")]
    np.testing.assert_array_equal(seeds, study)


def test_loss_picture_without_a_study_shows_the_run_alone():
    """Of other data than the article's there is none."""
    (axes,) = pictures.losses("Training loss", None, np.array([0.5, 0.25])).axes
    assert set(lines(axes)) == {"this run", "the article's values"}


def test_engines_are_drawn_apart_from_the_first():
    """Losses above, below how far each is from the first, as a share of it."""
    curves = {"compiled": np.array([0.5, 0.25]), "keras": np.array([0.5, 0.3]), "session": np.array([0.4, 0.25])}
    above, below = pictures.engines_apart(curves, None).axes
    assert {label: values.tolist() for label, (_, values) in lines(above).items()} == {
        name: losses.tolist() for name, losses in curves.items()
    }
    apart = lines(below)
    np.testing.assert_allclose(apart["keras from compiled"][1], [0, 0.2])
    np.testing.assert_allclose(apart["session from compiled"][1], [0.2, 0])


def test_departures_are_drawn_with_their_intervals():
    """A row a variant, each alone above and one after another below; 0 is persistence."""
    table = departures.by_variant(departures.TABLE.shipped())
    for axes, variants in zip(pictures.departures(table).axes, (ALONE, LADDER), strict=True):
        rows = [table["published"], *(table[variant.name] for variant in variants.values())]
        (zero, skills), (intervals,) = axes.get_lines(), axes.collections
        assert list(zero.get_xdata()) == [0, 0]
        assert skills.get_xdata().tolist() == [row.skill for row in rows]
        ends = [segment[:, 0].tolist() for segment in intervals.get_segments()]
        assert ends == [[row.skill_low, row.skill_high] for row in rows]
        labels = [text.get_text().removeprefix("+ ") for text in axes.get_yticklabels()]
        assert labels == ["as published", *variants]
        low, high = axes.get_xlim()
        assert low <= min(row.skill_low for row in rows)
        assert high == 1
