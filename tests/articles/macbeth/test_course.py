"""How a training of 100 epochs goes step by step: of a tiny network, and of rows as they are."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import course
from reproduce.articles.macbeth.course import CourseRow, Rise, course_rows, rises
from reproduce.articles.macbeth.hundred_pictures import course as picture_of_course
from reproduce.articles.macbeth.hundred_pictures import replays as picture_of_replays
from reproduce.articles.macbeth.record import RECORD
from reproduce.articles.macbeth.studies import STUDIES
from reproduce.runs.study import Study
from tests.articles.macbeth.test_replay import rows_of
from tests.articles.macbeth.test_training import TINY, run

STEPS = 26  # an epoch
ROWS = [CourseRow(seed, 100 * k, k / 30, 3.0 / k, 2.0, 1.0) for seed in (100, 101, 102) for k in range(1, 4)]


@pytest.mark.usefixtures("stand_in")
def test_row_has_the_mean_loss_and_the_largest_norms_of_its_steps(tmp_path, monkeypatch):
    """Two epochs of 26 steps, 20 a row: the last row has the twelve that are left."""
    monkeypatch.setattr(course, "STEPS_OF_MEAN", 20)
    directory = run(tmp_path, replace(TINY, recorded="steps", epochs=2))
    steps = directory.read_arrays(RECORD)["steps"].astype(np.float64)  # (52, 7): loss, three and three norms
    some = [steps[:20], steps[20:40], steps[40:]]
    rows = course_rows(Study(tmp_path, (directory.config,)))
    assert [(row.seed, row.steps) for row in rows] == [(directory.config.seed, end) for end in (20, 40, 52)]
    assert [row.epochs for row in rows] == pytest.approx([20 / STEPS, 40 / STEPS, 2])
    assert [row.loss for row in rows] == pytest.approx([one[:, 0].mean() for one in some])
    for name, columns in (("gradient", slice(1, 4)), ("update", slice(4, 7))):
        norms = [np.linalg.norm(one[:, columns], axis=1).max() for one in some]
        assert [getattr(row, name) for row in rows] == pytest.approx(norms)


def course_of(seed, *losses):
    """Rows of one training: the mean losses of the two halves of each epoch."""
    halves = [loss for epoch in losses for loss in epoch]
    return [CourseRow(seed, 100 * k, k / 2, loss, 2.0, 1.0) for k, loss in enumerate(halves, start=1)]


def test_rises_past_the_rule_are_found_with_whether_the_lowest_loss_returns():
    """0.5 above the epoch before is not past; the first epoch never is; up to where the loss returns it is one rise."""
    losses = [(3, 5), (2, 2), (2.5, 2.5), (3.25, 2.25), (2, 2), (1, 1), (4, 1), (1.75, 3.25), (1.5, 0.75), (3, 1)]
    assert rises(course_of(100, *losses)) == [
        Rise((4,), 3.25, 2.0, 5),
        Rise((7, 8, 10), 4.0, 1.0, None),  # the mean of epoch 9 is 1.125
    ]
    assert rises(course_of(100, *losses, (1, 1), (2, 2))) == [
        Rise((4,), 3.25, 2.0, 5),
        Rise((7, 8, 10), 4.0, 1.0, 11),
        Rise((12,), 2.0, 1.0, None),
    ]
    assert rises(course_of(100, (3, 5), (4.5, 1))) == []


def test_picture_of_the_course_has_a_line_a_seed_in_each_panel():
    """Of the rows' own values."""
    panels = picture_of_course(ROWS).axes
    for axes, name in zip(panels, ("loss", "gradient", "update"), strict=True):
        drawn = [line.get_ydata().tolist() for line in axes.lines]
        assert drawn == [[getattr(row, name) for row in ROWS if row.seed == seed] for seed in (100, 101, 102)]
    assert [text.get_text() for text in panels[0].get_legend().get_texts()] == ["seed 100", "seed 101", "seed 102"]


def test_course_of_any_length_and_seeds_is_told_by_tens_of_epochs():
    """Eleven epochs of a seed and one of another: no seed is left out, and no row is made up."""
    rows = [
        CourseRow(seed, 30 * k, float(k), 1.0 * k, 2.0, 1.0)
        for seed, last in ((7, 11), (8, 1))
        for k in range(1, last + 1)
    ]
    plan = next(one for one in STUDIES if one.name == "macbeth-course")
    (shown,) = plan.show(rows)
    assert [(text["seed"], text["epochs"], text["highest loss"]) for text in shown.texts] == [
        ("7", "1 to 10", "10"),
        ("7", "11 to 11", "11"),
        ("8", "1 to 1", "1"),
    ]


def test_picture_of_replays_counts_those_that_collapse():
    """Four of the five other orders, one of them clipped; the other kinds have one each."""
    (axes,) = picture_of_replays(rows_of()).axes
    collapsed, calm = ([bar.get_width() for bar in bars] for bars in axes.containers)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert dict(zip(labels, zip(collapsed, calm, strict=True), strict=True)) == {
        "from the start, seed 100": (1, 0),
        "as it was, seed 100": (1, 0),
        "other orders, seed 100": (4, 1),
        "as it was, gradients clipped at 1, seed 100": (0, 1),
        "other orders, gradients clipped at 1, seed 100": (1, 4),
        "as it was, Adam's ε 0.0001, seed 100": (1, 0),
        "as it was, learning rate 0.0001, seed 100": (1, 0),
    }
