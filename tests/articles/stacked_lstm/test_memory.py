"""How far back trained networks remember: lengths counted by hand, and the rule on every verdict it can give."""

import doctest

import numpy as np
import pytest

from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm import memory
from reproduce.articles.stacked_lstm.memory import (
    TABLE,
    MemoryRow,
    lengths_of,
    memory_length,
    memory_outputs,
    memory_rows,
)
from reproduce.articles.stacked_lstm.studies import STUDIES
from reproduce.articles.stacked_lstm.training import trained_forecaster
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.evidence.claims import read_claims
from reproduce.runs.study import Study

(CLAIM,) = [one for one in read_claims("reproduce.articles.stacked_lstm").claims if "remembers" in one.id]
(PLAN,) = [plan for plan in STUDIES if plan.name == "stacked-memory"]


def test_example_holds():
    """That of the docstring."""
    assert doctest.testmod(memory) == doctest.TestResults(failed=0, attempted=1)


@pytest.mark.usefixtures("one_thread")
def test_slopes_are_how_predictions_change(finished):
    """By finite differences of each day's price, over the test windows; the nearest day is the last one read."""
    directory = finished("stacked-lstm")
    rows = memory_rows(Study(directory.path.parent, (directory.config,)))
    predict = trained_forecaster(directory).predict
    inputs, _ = prepare(PRICES.read(directory), directory.config.variant).test
    step, window = 0.02, directory.config.variant.window
    name = directory.config.variant.name  # it is small; the guide's own goes by its network
    assert [(row.network, row.seed, row.days_back) for row in rows] == [(name, 0, back) for back in range(1, 6)]
    for row in rows:
        moved = np.zeros((1, window, 1))
        moved[0, window - row.days_back] = step
        change = np.abs(predict(inputs + moved) - predict(inputs - moved)) / (2 * step)
        assert row.slope == pytest.approx(change.mean(), rel=5e-3)  # float32, and a step that is no infinitesimal one


@pytest.mark.parametrize(
    ("slopes", "days"),
    [
        pytest.param([1, 0, 0, 0], 1, id="the-nearest-day-alone"),
        pytest.param([1] * 4, 4, id="all-alike"),
        pytest.param([0, 0, 0, 1], 4, id="the-farthest-alone"),
        pytest.param([94, 1, 4, 1], 2, id="just-enough"),
        pytest.param([94, 0.5, 4.5, 1], 3, id="a-little-less"),
        pytest.param([1, float("nan"), 0, 0], float("nan"), id="diverged"),
    ],
)
def test_length_counts_the_days_that_hold_95_percent(slopes, days):
    """From the nearest on."""
    assert memory_length(np.array(slopes, dtype=float)) == pytest.approx(days, nan_ok=True)


def rows_of(lstm, rnn):
    """Networks of a window of 8 days whose memory has these lengths, by seed; 0 is one that diverged."""
    rows = []
    for network, lengths in (("lstm", lstm), ("simple-rnn", rnn)):
        for seed, length in enumerate(lengths):
            slopes = [1.0 if back <= length else 0.0 for back in range(1, 9)] if length else [float("nan")] * 8
            rows += [MemoryRow(network, seed, back, slope) for back, slope in enumerate(slopes, start=1)]
    return rows[::-1]  # the order of the table does not count


@pytest.mark.parametrize(
    ("lstm", "rnn", "longer", "verdict"),
    [
        pytest.param([6] * 10, [3] * 10, 10, "reproduced", id="all"),
        pytest.param([6] * 8 + [2] * 2, [3] * 10, 8, "reproduced", id="eight"),
        pytest.param([6] * 7 + [2] * 3, [3] * 10, 7, "not reproduced", id="seven"),
        pytest.param([3] * 10, [3] * 10, 0, "not reproduced", id="as-long"),
        pytest.param([0, 0, 0] + [6] * 7, [3] * 10, 7, "not reproduced", id="three-diverged"),
    ],
)
def test_lstm_remembers_longer_where_eight_seeds_of_ten_do(lstm, rnn, longer, verdict):
    """Seed by seed."""
    found = memory_outputs(rows_of(lstm, rnn))
    assert found == {"lstm_longer": longer}
    assert CLAIM.judge(found).verdict == verdict


def test_study_is_shown_by_network():
    """The median length, and that of each seed."""
    (shown,) = PLAN.show(rows_of([6, 5, 7], [3, 2, 1]))
    assert [(row["network"], row["days"], row["of the seeds"]) for row in shown.texts] == [
        ("simple-rnn", "2", "1 2 3"),
        ("lstm", "6", "7 5 6"),
    ]
    assert set(PLAN.draw(rows_of([6, 5], [3, 2]))) == {"stacked_memory"}


def test_shipped_table_has_all_days_of_all_runs():
    """Those of the plan; none diverged."""
    rows = TABLE.shipped()
    runs = [(variant.network, seed) for variant, seeds in PLAN.runs for seed in seeds]
    assert sorted((row.network, row.seed, row.days_back) for row in rows) == sorted(
        (*run, back) for run in runs for back in range(1, 61)
    )
    assert np.isfinite([length for mine in lengths_of(rows).values() for length in mine.values()]).all()
