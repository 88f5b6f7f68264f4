"""What trained gates do: each value by loops that share no code, and every verdict that a table can give."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from reproduce.articles.bitcoin_lstm.memory import SEEDS
from reproduce.articles.bitcoin_lstm.trained_gates import (
    TABLE,
    GateRow,
    gate_counts,
    gate_rows,
    read_gates,
    trained_gate_outputs,
)
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.evidence.claims import read_claims
from reproduce.networks.lstm.weights import random_weights
from reproduce.runs.study import Study
from tests.articles.samples import random_run, table_of
from tests.articles.samples import random_weights as run_weights
from tests.oracles import numpy_forward, ranks_left

CLAIMS = {claim.id: claim for claim in read_claims("reproduce.articles.bitcoin_lstm").claims}
PRICES = [7000.0 + (37 * k * k) % 911 for k in range(80)]
PRICES[70], PRICES[74] = PRICES[69], PRICES[73]  # two days without a move among the tested
DAYS = table_of(PRICES)
WINDOWS = prepare(DAYS, Variant(hidden=4))
W = {name: 20 * array for name, array in random_weights(4, seed=3).items()}
NOTHING = GateRow("published", 100, 0.01, 0.1, 0.01, 0.01, 0.1, 0.5, 0.4, 0.999)  # of which no statement holds
HOLDING = {
    "gates-decide": {"f_deviation": 0.05, "f_correlation": 0.3},
    "forget-gate-extremes": {"f_shut": 0.05, "f_open": 0.05},
    "output-gate-hides": {"o_shut": 0.5},
    "input-gate-keeps-out": {"i_unmoved": 0.39},
    "more-than-a-line": {"line_share": 0.989},
}


def by_loops(wiring):
    """Every value of WINDOWS by the tests' own cell, window by window."""
    read = [numpy_forward(window, W, wiring) for window in WINDOWS.inputs]
    days = [one for _, _, one in read]  # windows of days of gates by name
    last_f = np.array([one[-1]["f"] for one in days])
    prices = WINDOWS.inputs[:, 6, 0]
    moves = abs(prices - WINDOWS.inputs[:, 5, 0])
    left = partial(ranks_left, given=prices)
    later = {gate: np.array([day[gate] for one in days for day in one[1:]]) for gate in "fo"}
    tested = range(WINDOWS.train_windows, WINDOWS.train_windows + WINDOWS.tested)
    i = {has_moved: [days[k][-1]["i"] for k in tested if (moves[k] > 0) == has_moved] for has_moved in (True, False)}
    predictions = np.array([one[0] for one, _, _ in read])
    line = LinearRegression().fit(WINDOWS.inputs[:, :, 0], predictions)
    return {
        "f_deviation": np.median([np.std(last_f[:, unit]) for unit in range(4)]),
        "f_correlation": np.median([abs(np.corrcoef(left(last_f[:, u]), left(moves))[0, 1]) for u in range(4)]),
        "f_shut": np.mean(later["f"] < 0.1),
        "f_open": np.mean(later["f"] > 0.9),
        "o_shut": np.mean(later["o"] < 0.1),
        "i_unmoved": np.mean(i[False]),
        "i_moved": np.mean(i[True]),
        "line_share": line.score(WINDOWS.inputs[:, :, 0], predictions),
    }


@pytest.mark.parametrize("wiring", ["described", "published"])
def test_values_are_those_of_loops_over_windows(wiring):
    """Each of the eight, and none is trivial on this network."""
    expected = by_loops(wiring)
    assert read_gates(W, wiring, WINDOWS) == pytest.approx(expected, rel=1e-9)
    assert all(0 < value < 1 for value in expected.values())


def test_network_that_diverged_has_no_values():
    """All nan, and no statement holds of it."""
    spoilt = {**W, "W_hi": np.full((4, 4), np.nan)}
    values = read_gates(spoilt, "published", WINDOWS)
    assert set(values) == set(by_loops("published"))
    assert np.isnan(list(values.values())).all()
    assert set(trained_gate_outputs([GateRow("published", 100, **values)]).values()) == {0}


def rows_where(fields, published, described):
    """Twenty seeds a wiring, so many of which have these fields."""
    counts = {"published": published, "described": described}
    return [
        replace(NOTHING, wiring=wiring, seed=seed, **(fields if k < count else {}))
        for wiring, count in counts.items()
        for k, seed in enumerate(SEEDS)
    ]


@pytest.mark.parametrize("name", HOLDING)
@pytest.mark.parametrize(
    ("published", "described", "expected"),
    [
        (16, 16, "reproduced"),
        (20, 15, "partly reproduced"),
        (0, 16, "partly reproduced"),
        (15, 15, "not reproduced"),
    ],
)
def test_statement_holds_in_sixteen_seeds_of_both_wirings(name, published, described, expected):
    """In part in one; the others are not moved by it."""
    found = trained_gate_outputs(rows_where(HOLDING[name], published, described))
    verdicts = {other: CLAIMS[f"bitcoin-lstm/{other}"].judge(found).verdict for other in HOLDING}
    assert verdicts == dict.fromkeys(HOLDING, "not reproduced") | {name: expected}


@pytest.mark.parametrize(
    ("name", "field"), [(n, f) for n in ("gates-decide", "forget-gate-extremes") for f in HOLDING[n]]
)
def test_half_of_a_statement_is_not_enough(name, field):
    """Neither f that deviates but follows nothing, nor one that only forgets."""
    found = trained_gate_outputs(rows_where({field: HOLDING[name][field]}, 20, 20))
    assert CLAIMS[f"bitcoin-lstm/{name}"].judge(found).verdict == "not reproduced"


@pytest.mark.usefixtures("one_thread")
def test_table_has_a_row_a_run(tmp_path):
    """From the weights that the run ends with; of the small test's variants by their names, lest two be mixed."""
    configs = [random_run(tmp_path, Variant(hidden=4, wiring=w), DAYS).config for w in ("published", "described")]
    rows = gate_rows(Study(tmp_path, tuple(configs)))
    assert [(row.wiring, row.seed) for row in rows] == [("described+hidden-4", 0), ("hidden-4", 0)]
    for row, wiring in zip(rows, ("described", "published"), strict=True):
        assert row == GateRow(row.wiring, 0, **read_gates(run_weights(4), wiring, WINDOWS))
    assert [Variant(wiring=w).name for w in ("published", "described")] == ["published", "described"]


def test_opposite_that_the_rules_tell_of_is_what_the_shipped_table_shows():
    """The words beside the rules in claims.toml."""
    counts = gate_counts(TABLE.shipped())
    assert all(counts[name].answer.answer.startswith("No, the opposite:") for name in ("deciding", "bent"))
    assert all(row.line_share > 0.99 and row.f_correlation < 0.3 for row in TABLE.shipped())


def test_shipped_table_has_twenty_seeds_of_each_wiring():
    """Shares between 0 and 1."""
    rows = TABLE.shipped()
    assert [(row.wiring, row.seed) for row in rows] == [(w, seed) for w in ("described", "published") for seed in SEEDS]
    assert all(0 <= share <= 1 for row in rows for share in (row.f_shut, row.f_open, row.o_shut, row.line_share))
