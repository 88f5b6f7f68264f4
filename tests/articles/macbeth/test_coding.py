"""Numbers for characters against one-hot input: the rule on every verdict that it can give."""

from dataclasses import replace

import pytest
from scipy.stats import ttest_1samp

from reproduce.articles.macbeth import epochs
from reproduce.articles.macbeth.coding import ONE_HOT, TABLE, coding_outputs, numbers_gains
from reproduce.articles.macbeth.curves import CurveRow
from reproduce.articles.macbeth.studies import STUDIES
from reproduce.articles.macbeth.variant import Variant
from reproduce.evidence.claims import read_claims
from tests.articles.macbeth.samples import study_rows

(CLAIM,) = [one for one in read_claims("reproduce.articles.macbeth").claims if one.id == "macbeth/integers-help"]
(PLAN,) = [plan for plan in STUDIES if plan.name == "macbeth-coding"]
NUMBERS = (2.75, 2.5, 2.875)  # losses of the sample study's seeds 0 to 2


def rows_of(*gains):
    """Losses with one-hot input, so much above those with numbers; and of a seed that the study of epochs has not."""
    losses = [numbers + gain for numbers, gain in zip(NUMBERS, gains, strict=False)]
    return [CurveRow(ONE_HOT.name, seed, 1, loss, float("nan"), 60.0) for seed, loss in enumerate([*losses, 9.0])]


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        pytest.param((0.1, 0.2, 0.3), "reproduced", id="in-all"),
        pytest.param((-0.1, 0.2, 0.3), "partly reproduced", id="in-the-mean"),
        pytest.param((-0.3, 0.2, -0.1), "not reproduced", id="not-in-the-mean"),
        pytest.param((-0.3, -0.2, -0.1), "not reproduced", id="the-opposite"),
    ],
)
def test_numbers_help_where_the_loss_with_them_is_lower_in_every_seed(gains, verdict):
    """Seed by seed, against the published program's runs."""
    rows = rows_of(*gains)
    found = coding_outputs(rows, study_rows())
    assert CLAIM.judge(found).verdict == verdict
    assert numbers_gains(rows, study_rows()) == pytest.approx(dict(enumerate(gains)))
    assert (found["numbers_gain"], found["numbers_gain_least"]) == pytest.approx((sum(gains) / 3, min(gains)))
    assert found["numbers_p"] == pytest.approx(ttest_1samp(gains, 0).pvalue)


def test_shipped_table_has_all_runs():
    """Three seeds of one epoch, of which the study of epochs has the losses with numbers."""
    rows = TABLE.shipped()
    assert [(row.variant, row.seed, row.epoch) for row in rows] == [(ONE_HOT.name, seed, 1) for seed in range(3)]
    assert len(numbers_gains(rows, epochs.TABLE.shipped())) == 3


def test_networks_differ_in_what_they_read_alone():
    """The published program's, but for that."""
    assert replace(ONE_HOT, coding="numbers") == Variant()


def test_study_is_shown_and_drawn_by_seed():
    """Each beside the shipped one of its seed."""
    curves, gained = PLAN.show(rows_of(0.1, 0.2, 0.3))
    assert [row["held-out loss"] for row in curves.texts] == ["-"] * 4
    assert [row["seed"] for row in gained.texts] == ["0", "1", "2", "3"]
    (axes,) = PLAN.draw(rows_of(0.1, 0.2, 0.3)[:3])["coding"].axes
    joined = [list(line.get_xdata()) for line in axes.get_lines()[:3]]
    assert [right for _, right in joined] == pytest.approx([2.85, 2.7, 3.175])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a number", "one-hot"]
    assert PLAN.draw([replace(row, variant="hidden-8+coding-one-hot") for row in rows_of(0.1)]) == {}
