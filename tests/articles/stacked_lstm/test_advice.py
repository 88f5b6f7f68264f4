"""Other optimizers, layers and another series: distances of loss curves, and the rules on every verdict."""

import doctest
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from reproduce.articles.stacked_lstm import advice, findings
from reproduce.articles.stacked_lstm.advice import (
    PUBLISHED,
    RUNS,
    SEEDS,
    SETTINGS,
    TABLE,
    AdviceRow,
    advice_outputs,
    advice_rows,
    apart,
    is_whole,
)
from reproduce.articles.stacked_lstm.studies import STUDIES
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.evidence.claims import read_claims
from reproduce.runs.study import Study

CLAIMS = {claim.id: claim for claim in read_claims("reproduce.articles.stacked_lstm").claims}
(PLAN,) = [plan for plan in STUDIES if plan.name == "stacked-advice"]
WAVER = (0.0, 0.11, -0.07)  # logs, another one for each seed


def rows_of(shifts, epochs=3):
    """Curves of log losses that fall by 1 an epoch: the published ones so far apart, a setting's shifted by so much.

    A setting that has no shift is the published training of its seed, to the bit.
    """
    made = []
    for label, variant in (("published", PUBLISHED), *SETTINGS.items()):
        for k, (seed, waver) in enumerate(zip(SEEDS, WAVER, strict=True)):
            shift = shifts.get(label, 0) * (1 + k / 100)
            losses = [float(np.exp(waver - epoch + shift)) for epoch in range(epochs)]
            made += [AdviceRow(variant.name, seed, e, loss, -1 - k, 9.0 + k) for e, loss in enumerate(losses)]
    return made


def verdict(kind, rows):
    return CLAIMS[f"stacked-lstm/other-{kind}"].judge(advice_outputs(rows)).verdict


@pytest.mark.parametrize(
    ("shifts", "optimizers", "layers", "series"),
    [
        pytest.param({}, "not reproduced", "not reproduced", "not reproduced", id="the-same-trainings"),
        pytest.param(dict.fromkeys(SETTINGS, 2.0), "reproduced", "reproduced", "reproduced", id="all-far"),
        pytest.param(dict.fromkeys(SETTINGS, -2.0), "reproduced", "reproduced", "reproduced", id="far-below"),
        pytest.param(
            {"SGD": 2.0, "3 layers": 2.0}, "partly reproduced", "partly reproduced", "not reproduced", id="one"
        ),
        pytest.param(dict.fromkeys(SETTINGS, 0.1), "not reproduced", "not reproduced", "not reproduced", id="as-seeds"),
    ],
)
def test_setting_makes_a_difference_beyond_that_of_seeds(shifts, optimizers, layers, series):
    """Whichever way it shifts the curve; in part, where one of two settings does."""
    rows = rows_of(shifts)
    assert [verdict(kind, rows) for kind in ("optimizers", "layers", "series")] == [optimizers, layers, series]


def test_differences_are_distances_by_hand():
    """Of curves that are parallel: the shift, minus the mean distance of a seed's level from the others'."""
    found = apart(rows_of({"Adam": 0.5}))
    between = [np.mean([abs(one - other) for j, other in enumerate(WAVER) if j != k]) for k, one in enumerate(WAVER)]
    np.testing.assert_allclose(found["Adam"].differences, [0.5 * (1 + k / 100) - b for k, b in enumerate(between)])
    np.testing.assert_allclose(found["SGD"].differences, [-b for b in between], atol=1e-12)
    assert np.mean(between) == pytest.approx(np.mean([abs(a - b) for a, b in combinations(WAVER, 2)]))


def test_distance_takes_all_epochs():
    """The last one counts as much as the first."""
    rows = rows_of({}, epochs=4)
    bent = [
        replace(row, loss=row.loss * np.exp(4)) if (row.variant, row.epoch) == ("epochs-20+optimizer-adam", 3) else row
        for row in rows
    ]
    assert apart(bent)["Adam"].mean - apart(rows)["Adam"].mean == pytest.approx(1)


def test_p_value_is_that_of_the_less_sure_setting():
    """By scipy's test of one sample."""
    rows = rows_of({"SGD": 0.2, "Adam": 0.14})
    p_values = [ttest_1samp(apart(rows)[label].differences, 0).pvalue for label in ("SGD", "Adam")]
    assert p_values[0] < p_values[1]
    assert advice_outputs(rows)["optimizers_p"] == pytest.approx(p_values[1])


def test_settings_differ_from_the_published_one_in_one_field():
    """All of as many epochs."""
    assert [variant.name for variant in (PUBLISHED, *SETTINGS.values())] == [
        "epochs-20",
        "epochs-20+optimizer-sgd",
        "epochs-20+optimizer-adam",
        "epochs-20+layers-1",
        "epochs-20+layers-3",
        "epochs-20+series-shuffled",
    ]
    assert replace(Variant(), epochs=20) == PUBLISHED


@pytest.mark.usefixtures("one_thread")
def test_row_of_an_epoch_has_its_loss_and_the_run_s_skill(finished):
    """An epoch after the other."""
    directory = finished("stacked-lstm")
    rows = advice_rows(Study(directory.path.parent, (directory.config,)))
    assert [row.loss for row in rows] == directory.read_losses().tolist()
    assert [row.epoch for row in rows] == list(range(directory.config.variant.epochs))
    assert {row.skill for row in rows} == {directory.read_metrics()["skill"]}
    assert {row.seconds for row in rows} == {directory.read_environment()["seconds"]}


def test_study_is_shown_with_its_distances_where_it_is_whole():
    """A row a setting; a part shows its medians alone, and no picture."""
    rows = rows_of({"SGD": 2.0})
    table, distances = PLAN.show(rows)
    assert [row["setting"] for row in table.rows] == ["published", *SETTINGS]
    assert {row["skill"] for row in table.rows} == {-2}
    assert [row["setting"] for row in distances.texts] == list(SETTINGS)
    assert [row["so"] for row in distances.texts] == ["changes more than a seed", *["changes less than a seed"] * 4]
    assert set(PLAN.draw(rows)) == {"stacked_advice"}
    part = [row for row in rows if row.variant != PUBLISHED.name or row.seed != SEEDS[0]]
    assert not is_whole(part)
    assert len(PLAN.show(part)) == 1
    assert PLAN.draw(part) == {}


@pytest.mark.parametrize(
    ("shifts", "words"),
    [
        ({}, "0 change its training more than another seed does."),
        (dict.fromkeys(SETTINGS, 2.0), "5 change its training more than another seed does."),
        ({"SGD": 2.0, "1 layer": 2.0}, "2 change its training more than another seed does: SGD and 1 layer."),
    ],
)
def test_finding_names_the_settings_that_change_more_than_a_seed(shifts, words, ship):
    """Where it is some of them; the skills are medians of the seeds."""
    ship(TABLE, rows_of(shifts))
    (finding,) = [one for one in findings.findings() if one.study == "stacked-advice"]
    assert finding.headline == f"Of 5 other settings of the guide's network, {words}"
    assert "-2.0 with RMSprop and 2 layers, -2.0 with SGD" in finding.more


def test_shipped_table_has_all_runs():
    """Twenty epochs of each; none diverged."""
    rows = TABLE.shipped()
    assert [(row.variant, row.seed, row.epoch) for row in rows] == [
        (variant.name, seed, epoch) for variant, seeds in RUNS for seed in seeds for epoch in range(20)
    ]
    assert np.isfinite([(row.loss, row.skill) for row in rows]).all()


def test_example_holds():
    """That of the docstring."""
    assert doctest.testmod(advice) == doctest.TestResults(failed=0, attempted=1)
