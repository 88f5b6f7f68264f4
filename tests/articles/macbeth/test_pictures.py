"""The picture of how a training went: what is drawn, against what, and how it is labelled."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import pictures
from reproduce.articles.macbeth.hundred import HUNDRED
from reproduce.articles.macbeth.milestones import Milestone, text_repeat_rate
from reproduce.articles.macbeth.pictures import Baselines
from reproduce.articles.macbeth.training import parts
from reproduce.articles.sources import TEXTS
from reproduce.evidence.measures import best_counted, entropy_of_order
from reproduce.evidence.pictures import ACTUAL, PERSISTENCE, TESTING, TRAINING
from reproduce.inputs.text import number_characters
from reproduce.runs.directory import Directory
from tests.articles.macbeth.samples import HELD_OUT, REPEATS, study_rows
from tests.articles.samples import VARIANTS, config_of, tiny_text

MEASURED = [Milestone(1, 2.75, 2.5, 0.75), Milestone(2, 2.5, 2.375, 0.5), Milestone(5, 2.25, 2.625, 0.625)]
COUNTED = Baselines(entropy_0=3.0, entropy_1=2.4375, order=4.0, entropy=1.875, repeat_rate=0.125)


def lines(axes):
    """The curves and horizontal lines of a picture by their labels: x and y."""
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.get_lines()}


def test_cross_entropy_is_drawn_above_and_repeat_rate_below():
    """By epochs; each beside what counted characters reach, and the text itself; in colours that mean the same."""
    above, below = pictures.milestones(MEASURED, COUNTED).axes
    assert lines(above) == {
        "training, with dropout": ([1, 2, 5], [2.75, 2.5, 2.25]),
        "held-out text": ([1, 2, 5], [2.5, 2.375, 2.625]),
        "characters counted alone": ([0, 1], [3.0, 3.0]),
        "counted in pairs": ([0, 1], [2.4375, 2.4375]),
        "counted after the 4 before": ([0, 1], [1.875, 1.875]),
    }
    assert list(lines(below).values()) == [([1, 2, 5], [0.75, 0.5, 0.625]), ([0, 1], [0.125, 0.125])]
    assert [line.get_color() for line in above.get_lines()] == [TRAINING, TESTING, ACTUAL, ACTUAL, PERSISTENCE]
    assert [line.get_color() for line in below.get_lines()] == [TESTING, PERSISTENCE]
    styles = [{(line.get_color(), line.get_linestyle()) for line in axes.get_lines()} for axes in (above, below)]
    assert [len(of_axes) for of_axes in styles] == [5, 2]


def test_axes_are_labelled_with_their_units():
    """Nats, epochs; only the measured ones have ticks on a logarithmic axis; a rate is between 0 and 1."""
    above, below = pictures.milestones(MEASURED, COUNTED).axes
    assert above.get_ylabel() == "Cross-entropy (nats a character)"
    assert (below.get_xlabel(), below.get_ylabel()) == ("Epochs", "Repeat rate (10 characters)")
    for axes in (above, below):
        assert axes.get_xscale() == "log"
        assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "5"]
        assert (axes.get_xticks().tolist(), axes.get_xticks(minor=True).tolist()) == ([1, 2, 5], [])
        assert {text.get_text() for text in axes.get_legend().get_texts()} == set(lines(axes))
    low, high = below.get_ylim()
    assert low < 0
    assert high > 1


def test_held_out_curve_is_drawn_where_something_was_held_out():
    """Not where nothing was; of a run that diverged later, up to where it did."""
    nan = float("nan")
    nothing = pictures.milestones([Milestone(1, 2.75, nan, 0.75)], COUNTED._replace(order=nan, entropy=nan))
    assert not any("held-out" in label for label in lines(nothing.axes[0]))
    diverged = [*MEASURED[:2], replace(MEASURED[2], held_out_loss=float("nan"))]
    (x, y) = lines(pictures.milestones(diverged, COUNTED).axes[0])["held-out text"]
    assert (x, y[:2]) == ([1, 2, 5], [2.5, 2.375])


@pytest.mark.parametrize(("times", "held_out"), [(1, "last-tenth"), (2, "none")])
def test_baselines_are_counted_over_what_trains_for_what_judges(times, held_out, tmp_path):
    """Entropies of what judges, and how much that repeats itself: six characters not at all, a text twice does."""
    text = number_characters(tiny_text().characters * times, tiny_text().sha256, "tiny.txt")
    variant = replace(VARIANTS["macbeth"], held_out=held_out)
    directory = Directory(tmp_path, config_of("macbeth", variant=variant))
    directory.path.mkdir()
    TEXTS.write(directory, text)
    counted, (training, judged) = pictures.baselines(directory), parts(text, variant)
    entropies = [entropy_of_order(training, judged, order, 9) for order in (0, 1)]
    assert [counted.entropy_0, counted.entropy_1] == entropies
    if_held_out = best_counted(training, judged, 9) if held_out == "last-tenth" else (np.nan, np.nan)
    np.testing.assert_array_equal((counted.order, counted.entropy), if_held_out)
    assert not np.isclose(*entropies)
    assert counted.repeat_rate == text_repeat_rate(judged)
    assert (counted.repeat_rate > 0.4) == (times == 2)


def test_trend_of_a_study_is_drawn_from_its_rows():
    """Epochs, losses, rates and base lines: of one seed."""
    above, below = pictures.trend([row for row in study_rows() if row.seed == 0]).axes
    epochs = list(HELD_OUT)
    held_out = [HELD_OUT[epoch][0] for epoch in epochs]
    assert lines(above) == {
        "training, with dropout": (epochs, [loss + 0.125 for loss in held_out]),
        "held-out text": (epochs, held_out),
        "characters counted alone": ([0, 1], [3.125, 3.125]),
        "counted in pairs": ([0, 1], [2.625, 2.625]),
        "counted after the 4 before": ([0, 1], [1.75, 1.75]),
    }
    assert lines(below)["greedy text of the network"] == (epochs, [REPEATS[epoch][0] for epoch in epochs])
    assert lines(below)["the text itself"] == ([0, 1], [0.125, 0.125])


def test_several_seeds_are_drawn_faintly_beside_their_means():
    """Of the trend, and of 100 epochs; the title says how many."""
    above, below = pictures.trend(study_rows()).axes
    epochs, held_out = list(HELD_OUT), [np.mean(pair) for pair in HELD_OUT.values()]
    assert lines(above)["held-out text"] == (epochs, held_out)
    assert lines(below)["greedy text of the network"] == (epochs, [np.mean(pair) for pair in REPEATS.values()])
    faint = [list(line.get_ydata()) for line in below.get_lines() if line.get_alpha()]
    assert faint == [[pair[seed] for pair in REPEATS.values()] for seed in (0, 1)]
    hundred = [replace(row, variant=HUNDRED.name, epoch=5 * row.epoch) for row in study_rows() if row.epoch > 1]
    figure = pictures.hundred(hundred)
    assert lines(figure.axes[0])["held-out text"] == ([10, 25, 50, 100], held_out[1:])
    assert figure.get_suptitle() == "100 epochs, a tenth of the text held out: the mean of 2 seeds, and each"
