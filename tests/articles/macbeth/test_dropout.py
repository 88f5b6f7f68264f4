"""Dropout against none: rows of runs, and the rule on every verdict that it can give."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from reproduce.articles.macbeth.curves import CurveRow, curve_rows
from reproduce.articles.macbeth.dropout import DROPPED, RUNS, TABLE, UNDROPPED, dropout_outputs, gains_of
from reproduce.articles.macbeth.milestones import read_milestones
from reproduce.articles.macbeth.studies import STUDIES
from reproduce.evidence.claims import read_claims
from reproduce.runs.study import Study

(CLAIM,) = [one for one in read_claims("reproduce.articles.macbeth").claims if one.id == "macbeth/dropout-helps"]
(PLAN,) = [plan for plan in STUDIES if plan.name == "macbeth-dropout"]


def rows_of(*gains):
    """A seed a gain: the lowest loss stands at another milestone with dropout than without."""
    rows = []
    for seed, gain in enumerate(gains, start=100):
        lowest = 2.0 + seed / 1000
        curves = {DROPPED: (2.5, 2.25, lowest, 2.2), UNDROPPED: (2.5, lowest + gain, 2.75, 3.0)}
        for variant, losses in curves.items():
            rows += [
                CurveRow(variant.name, seed, epoch, 9.0, loss, 60.0)
                for epoch, loss in zip((1, 2, 5, 10), losses, strict=True)
            ]
    return rows


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        pytest.param((0.03, 0.05), "reproduced", id="in-both"),
        pytest.param((0.01, 0.05), "partly reproduced", id="in-one-too-little"),
        pytest.param((-0.01, 0.05), "not reproduced", id="in-one-alone"),
        pytest.param((-0.3, -0.2), "not reproduced", id="the-opposite"),
    ],
)
def test_dropout_helps_where_it_lowers_the_lowest_loss_in_every_seed(gains, verdict):
    """By more than 0.02 nats; in part, by anything."""
    rows = rows_of(*gains)
    found = dropout_outputs(rows)
    assert CLAIM.judge(found).verdict == verdict
    assert list(gains_of(rows).values()) == pytest.approx(gains)
    assert found["dropout_gain"] == pytest.approx(min(gains))
    assert found["dropout_p"] == pytest.approx(ttest_1samp(gains, 0).pvalue)


@pytest.mark.usefixtures("one_thread")
def test_rows_are_the_milestones_of_the_runs(finished):
    """A row each."""
    directory = finished("macbeth")
    rows = curve_rows(Study(directory.path.parent, (directory.config,)))
    expected = [(one.epoch, one.loss, one.held_out_loss) for one in read_milestones(directory)]
    assert [(row.epoch, row.loss, row.held_out_loss) for row in rows] == expected
    assert {row.seconds for row in rows} == {directory.read_environment()["seconds"]}
    assert {(row.variant, row.seed) for row in rows} == {(directory.config.variant.name, 0)}


def test_study_is_shown_with_the_gain_of_each_seed():
    """A part of its variants has none."""
    _, gained = PLAN.show(rows_of(0.03, -0.05))
    assert [(row["seed"], row["nats"]) for row in gained.texts] == [("100", "0.030"), ("101", "-0.050")]
    assert len(PLAN.show(rows_of(0.03)[:4])) == 1
    assert set(PLAN.draw(rows_of(0.03))) == {"dropout"}
    assert PLAN.draw(rows_of(0.03)[:4]) == {}


def test_shipped_table_has_all_runs():
    """Four milestones each; none diverged."""
    rows = TABLE.shipped()
    assert sorted((row.variant, row.seed, row.epoch) for row in rows) == sorted(
        (variant.name, seed, epoch) for variant, seeds in RUNS for seed in seeds for epoch in (1, 2, 5, 10)
    )
    assert np.isfinite([row.held_out_loss for row in rows]).all()
