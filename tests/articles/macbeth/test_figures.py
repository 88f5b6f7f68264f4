"""The picture of how a training went: what is drawn, against what, and how it is labelled."""

from dataclasses import replace

import numpy as np

from reproduce.articles.macbeth import figures
from reproduce.articles.macbeth.figures import Baselines
from reproduce.articles.macbeth.milestones import Milestone, text_repeat_rate
from reproduce.articles.macbeth.study import TREND
from reproduce.articles.macbeth.training import parts
from reproduce.evidence.measures import entropy_of_order
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING, save_figure
from reproduce.inputs.text import number_characters
from tests.articles.macbeth.samples import HELD_OUT, REPEATS, TINY, study_rows, tiny_text

MEASURED = [Milestone(1, 2.75, 2.5, 0.75), Milestone(2, 2.5, 2.375, 0.5), Milestone(5, 2.25, 2.625, 0.625)]
COUNTED = Baselines(entropy_0=3.0, entropy_1=2.4375, repeat_rate=0.125)


def lines(axes):
    """The curves and horizontal lines of a picture by their labels: x and y."""
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.get_lines()}


def test_cross_entropy_is_drawn_above_and_repeat_rate_below():
    """By epochs; each beside what counted characters reach, and the text itself."""
    above, below = figures.milestones(MEASURED, COUNTED).axes
    assert lines(above) == {
        "training, with dropout": ([1, 2, 5], [2.75, 2.5, 2.25]),
        "held-out text": ([1, 2, 5], [2.5, 2.375, 2.625]),
        "characters counted alone": ([0, 1], [3.0, 3.0]),
        "counted in pairs": ([0, 1], [2.4375, 2.4375]),
    }
    assert list(lines(below).values()) == [([1, 2, 5], [0.75, 0.5, 0.625]), ([0, 1], [0.125, 0.125])]


def test_axes_are_labelled_with_their_units():
    """Nats, epochs; the measured ones are named on a logarithmic axis; a rate is between 0 and 1."""
    above, below = figures.milestones(MEASURED, COUNTED).axes
    assert above.get_ylabel() == "Cross-entropy (nats a character)"
    assert (below.get_xlabel(), below.get_ylabel()) == ("Epochs", "Repeat rate (10 characters)")
    for axes in (above, below):
        assert axes.get_xscale() == "log"
        assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "5"]
        assert {text.get_text() for text in axes.get_legend().get_texts()} == set(lines(axes))
    low, high = below.get_ylim()
    assert low < 0
    assert high > 1


def test_curves_are_told_apart():
    """By colour or by dashes."""
    above, below = figures.milestones(MEASURED, COUNTED).axes
    for axes, curves in ((above, 4), (below, 2)):
        assert len({(line.get_color(), line.get_linestyle()) for line in axes.get_lines()}) == curves


def test_nothing_held_out_has_no_curve_of_it(tmp_path):
    """One epoch, one point; the picture can be saved."""
    picture = figures.milestones([Milestone(1, 2.75, float("nan"), 0.75)], COUNTED)
    assert "held-out text" not in lines(picture.axes[0])
    save_figure(picture, tmp_path, "milestones")
    assert {path.name for path in tmp_path.iterdir()} == {"milestones.png", "milestones.svg"}


def test_baselines_are_counted_over_what_trains_for_what_judges():
    """Entropies of the held-out characters, and how much these repeat themselves."""
    training, judged = parts(tiny_text(), TINY)
    counted = figures.baselines(training, judged, 9)
    entropies = [entropy_of_order(training, judged, order, 9) for order in (0, 1)]
    assert [counted.entropy_0, counted.entropy_1] == entropies
    assert not np.isclose(*entropies)
    assert counted.repeat_rate == 0  # six characters
    twice = number_characters(tiny_text().characters * 2, sha256="", name="twice.txt")
    _, judged = parts(twice, replace(TINY, held_out="none"))
    assert figures.baselines(training, judged, 9).repeat_rate == text_repeat_rate(judged) > 0.4


def test_trend_of_a_study_is_that_of_its_first_seed():
    """Epochs, losses, rates and base lines are those of its rows."""
    above, below = figures.trend(study_rows()).axes
    epochs = list(HELD_OUT)
    held_out = [HELD_OUT[epoch][0] for epoch in epochs]
    assert lines(above) == {
        "training, with dropout": (epochs, [loss + 0.125 for loss in held_out]),
        "held-out text": (epochs, held_out),
        "characters counted alone": ([0, 1], [3.125, 3.125]),
        "counted in pairs": ([0, 1], [2.625, 2.625]),
    }
    assert lines(below)["greedy text of the network"] == (epochs, [REPEATS[epoch][0] for epoch in epochs])


def test_trend_without_the_first_seeds_is_that_of_the_next():
    """Seeds need not begin at 0."""
    rows = [row for row in study_rows() if (row.variant, row.seed) != (TREND.name, 0)]
    above, _ = figures.trend(rows).axes
    assert lines(above)["held-out text"][1] == [pair[1] for pair in HELD_OUT.values()]


def test_trend_s_repeat_rate_is_beside_that_of_the_text():
    """Which the rows have too."""
    _, below = figures.trend(study_rows()).axes
    assert lines(below)["the text itself"] == ([0, 1], [0.125, 0.125])


def test_only_measured_epochs_have_ticks():
    """A logarithmic axis would else add its own, and their labels, between them."""
    for axes in figures.milestones(MEASURED, COUNTED).axes:
        assert axes.get_xticks().tolist() == [1, 2, 5]
        assert axes.get_xticks(minor=True).tolist() == []


def test_run_that_diverged_keeps_its_held_out_curve():
    """Up to where it did."""
    diverged = [*MEASURED[:2], replace(MEASURED[2], held_out_loss=float("nan"))]
    (x, y) = lines(figures.milestones(diverged, COUNTED).axes[0])["held-out text"]
    assert x == [1, 2, 5]
    assert y[:2] == [2.5, 2.375]


def test_curves_have_the_colours_of_every_picture():
    """Training, testing, what was there, and what needs no network."""
    above, below = figures.milestones(MEASURED, COUNTED).axes
    assert [line.get_color() for line in above.get_lines()] == [TRAINING, TESTING, ACTUAL, ACTUAL]
    assert [line.get_color() for line in below.get_lines()] == [TESTING, PERSISTENCE]
