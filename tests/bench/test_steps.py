"""The table of a race and what was aimed at, by hand."""

import math

import pytest

from reproduce.bench.contender import COMPILED, JAX, KERAS, PYTORCH
from reproduce.bench.machine import Speed
from reproduce.bench.results import Result
from reproduce.bench.steps import Target, show
from reproduce.bench.work import work_of
from tests.bench.contenders import steady, timed
from tests.bench.problems import TASK, tiny_problem


def bench_of(*results, article="stacked-lstm"):
    """A bench whose step takes 2 ms of arithmetic on one thread and 1 on two, and whose bytes take no time."""
    problem = tiny_problem(article)
    work = work_of(problem)
    free = dict.fromkeys((stream.through for stream in work.streams), math.inf)
    speeds = [Speed(1, work.operations / 2e-3, free), Speed(2, work.operations / 1e-3, free)]
    return show(TASK[article], results, problem, speeds)


def test_row_has_the_faster_number_of_threads():
    """Median and quartiles in milliseconds of five rounds, one of which was disturbed; both tries for programs."""
    results = [
        timed(KERAS, [12e3, 12e3], peak_bytes=4_000_000),
        timed(KERAS, [8e3, 7e3, 9e3, 900e3, 8.5e3], threads=2, peak_bytes=2_000_000),
        timed(COMPILED, [4e3, 4e3], peak_bytes=3_000_000),
    ]
    first, second = bench_of(*results).tables[0].rows[:2]
    assert [first[key] for key in ("threads", "ms", "lower_quartile_ms", "upper_quartile_ms")] == [2, 8.5, 8, 9]
    assert (first["rounds_ms"], first["tried_ms"]) == ([8, 7, 9, 900, 8.5], {"1": 12, "2": 8.5})
    assert [first[key] for key in ("times_ours", "times_floor")] == pytest.approx([8.5 / 4, 8.5])
    assert [second[key] for key in ("times_ours", "times_floor", "times_keras_memory")] == pytest.approx([1, 2, 1.5])
    assert (second["peak_memory_mb"], second["first_loss"], second["article"]) == (3, 0.5, "stacked-lstm")


def test_rows_end_with_both_floors_on_each_number_of_threads():
    """And say which of the two binds."""
    rows = bench_of(timed(KERAS, [1.0])).tables[0].rows[1:]
    assert [(row["contender"], row["threads"], row["binds"]) for row in rows] == [
        ("floor: arithmetic", 1, True),
        ("floor: bytes", 1, False),
        ("floor: arithmetic", 2, True),
        ("floor: bytes", 2, False),
    ]
    assert [row["ms"] for row in rows] == pytest.approx([2, 0, 1, 0])
    assert rows[0]["told"].startswith("binds; ")


def test_texts_have_the_same_columns_in_every_row():
    """A contender without times says why beneath, once for all its threads; only a failed one fails the bench."""
    missing = [Result(steady(JAX, threads, package="no_such_package"), missing="not here") for threads in (1, 2)]
    done = bench_of(timed(COMPILED, [4e3]), *missing)
    texts = done.tables[0].texts
    assert len({tuple(text) for text in texts}) == 1
    assert [text["status"] for text in texts[:2]] == ["", "missing"]
    assert [text["ms a step"] for text in texts] == ["4", "", "2", "0", "1", "0"]
    assert (done.notes, done.has_failed) == (["JAX scan: not here"], False)
    failed = bench_of(Result(steady(KERAS), failure="it broke"))
    assert failed.tables[0].texts[0]["status"] == "FAILED"
    assert (failed.notes, failed.has_failed) == (["Keras fit, threads 1: it broke"], True)


def test_title_names_the_network_and_the_processor(monkeypatch):
    """Ratios differ between processors."""
    monkeypatch.setattr("reproduce.bench.steps.processor", lambda: "Abacus 7")
    title = bench_of().tables[0].title
    assert title.startswith("Stacked LSTM guide, one training step: batch 4, window 6, 3 and 5 hidden units")
    assert "Abacus 7" in title


def test_targets_are_held_against_the_fastest():
    """Ours takes 4 ms on two threads, the best of the others 3; a failed contender does not help."""
    results = [
        timed(COMPILED, [5e3], peak_bytes=4),
        timed(COMPILED, [4e3], threads=2, peak_bytes=5),
        timed(KERAS, [16e3], peak_bytes=4),
        timed(JAX, [3e3]),
        timed(PYTORCH, [1e3], failure="trains another network"),
    ]
    targets = {t["target"]: (t["measured"], t["outcome"]) for t in bench_of(*results).tables[1].rows}
    assert targets == {
        "time of the best of Keras, PyTorch and JAX / ours": (0.75, "not met"),
        "time of Keras / ours": (4, "met"),
        "time of ours / floor of its threads": (pytest.approx(4), "not met"),
        "peak memory of ours / Keras's": (1.25, "not met"),
    }
    assert {target["outcome"] for target in bench_of(article="macbeth").tables[1].rows} == {"not measured"}


@pytest.mark.parametrize(
    ("bound", "measured", "outcome"),
    [
        pytest.param("at least", 4.0, "met", id="at-least-equal"),
        pytest.param("at least", 3.99, "not met", id="at-least-below"),
        pytest.param("at most", 4.0, "met", id="at-most-equal"),
        pytest.param("at most", 4.01, "not met", id="at-most-above"),
        pytest.param("at most", None, "not measured", id="nothing"),
    ],
)
def test_target_is_met_up_to_its_limit(bound, measured, outcome):
    """The limit itself is good enough."""
    assert Target("time", bound, 4, measured).outcome == outcome
