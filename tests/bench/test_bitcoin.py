"""The Bitcoin network's bench: its contenders on a tiny network, a cheat among them, and its table by hand."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench.bitcoin import PROGRAM, WIRINGS, all_contenders, show, train_engine
from reproduce.bench.contender import Contender
from reproduce.bench.machine import Speed
from reproduce.bench.problem import create_problem
from reproduce.bench.results import Result
from reproduce.bench.rounds import race, started
from tests.bench.contenders import steady, timed, train_described_as_published

# The rate is high, so that an epoch of thirty batches takes the wirings' losses four hundredths apart.
TINY, STEPS = Variant(window=4, batch=3, hidden=8, learning_rate=0.02), 30


@pytest.fixture(scope="module")
def problems():
    """The tiny network's, by wiring."""
    return {wiring: create_problem(replace(TINY, wiring=wiring), steps=STEPS) for wiring in WIRINGS}


@pytest.fixture(scope="module")
def session_losses(problems):
    """The session engine's loss of the first epoch of the tiny network, by wiring."""
    return {wiring: train_engine("session", 1, problem)(1)[0] for wiring, problem in problems.items()}


@pytest.fixture(scope="module")
def results(problems, session_losses):
    """Of the contenders, one of each name, and a cheat among them; by name. Only the session engine pretends."""
    sessions = [steady("session engine", loss=loss, wiring=wiring) for wiring, loss in session_losses.items()]
    others = {contender.name: contender for contender in all_contenders() if contender.name != "session engine"}
    cheat = Contender("cheat", "described", 1, train_described_as_published)
    chosen = [*sessions, *others.values(), cheat]
    with started(chosen) as processes:
        of_each = {one: problems[one.wiring] for one in chosen}
        done = race(of_each, processes, 2, on_progress=lambda _: None, chunk_seconds=0)  # an epoch a round
    return {result.contender.name: result for result in done}


@pytest.mark.parametrize(
    ("name", "rounding"),
    [
        pytest.param("original_code's graph", 1e-5, id="original"),
        pytest.param("compiled engine", 1e-5, id="compiled"),
        pytest.param("Keras fit", 1e-5, id="keras"),
        pytest.param("PyTorch nn.LSTM", 2e-4, id="pytorch"),  # its Adam has another place for ε
        pytest.param("JAX scan", 1e-5, id="jax"),
    ],
)
def test_contender_trains_the_same_network_in_every_round(results, session_losses, name, rounding):
    """From the session engine's weights to its loss, float32."""
    result = results[name]
    if result.missing:
        pytest.skip(result.missing)
    assert (result.failure, len(result.microseconds)) == (None, 2)
    assert result.first_loss == pytest.approx(session_losses[result.contender.wiring], rel=rounding)


def test_contender_that_trains_another_wiring_is_not_timed(results):
    """Its loss gives it away."""
    assert results["cheat"].failure.startswith("trains another network: first epoch's loss ")
    assert results["cheat"].microseconds == []


def test_all_contenders_stand_in_the_table_s_order():
    """All three of the house in both wirings, the published program in its own, the libraries in theirs."""
    rows = list(dict.fromkeys((contender.name, contender.wiring) for contender in all_contenders()))
    house = ["session engine", "compiled engine", "Keras fit"]
    assert rows == [
        ("original_code's graph", "published"),
        *((name, wiring) for wiring in WIRINGS for name in house),
        ("PyTorch nn.LSTM", "described"),
        ("JAX scan", "described"),
    ]


def test_original_graph_is_the_museum_s():
    """Found from the checkout's root, whatever the current folder."""
    assert Path(__file__).resolve().parents[2] / "original_code" / "bitcoin_lstm.py" == PROGRAM


# The table and the targets


def bench_of(*results):
    """A bench of the smallest network, 262 operations a step, which cannot take less than 2 µs on one thread."""
    return show(results, Variant(window=2, batch=1, hidden=1), [Speed(1, 131e6, {16: math.inf, 224: math.inf})])


def test_rows_hold_median_quartiles_ratios_and_memory():
    """Of five rounds, one of which was disturbed; ratios to the compiled engine of the same wiring."""
    results = [
        timed("compiled engine", [4.0, 4.0, 4.0]),
        timed("compiled engine", [5.0, 5.0, 5.0], wiring="published"),
        timed("Keras fit", [11.0, 12.0, 10.0, 900.0, 13.0], peak_bytes=3_000_000),
    ]
    row = bench_of(*results).rows[2]
    assert [row[key] for key in ("us_per_step", "lower_quartile", "upper_quartile")] == [12, 11, 13]
    assert [row[key] for key in ("times_compiled", "times_floor", "peak_memory_mb")] == pytest.approx([3, 6, 3])
    assert (row["rounds"], row["first_epoch_loss"]) == ([11, 12, 10, 900, 13], 0.5)


def test_rows_end_with_both_floors():
    """And what the first follows from."""
    arithmetic, moved = bench_of().tables[0].rows[-2:]
    assert (arithmetic["contender"], arithmetic["us_per_step"]) == ("floor: arithmetic", pytest.approx(2))
    assert (arithmetic["operations"], arithmetic["operations_per_second"]) == (262, 131e6)
    assert (moved["contender"], moved["us_per_step"], moved["binds"]) == ("floor: bytes", 0, "arithmetic")


def test_texts_have_the_same_columns_in_every_row():
    """A contender without numbers says why beneath; only a failed one makes the bench fail."""
    missing = Result(steady("JAX scan", package="no_such_package"), missing="not here")
    done = bench_of(timed("compiled engine", [4.0]), missing)
    texts = done.tables[0].texts
    assert len({tuple(text) for text in texts}) == 1
    assert [text["status"] for text in texts] == ["timed", "missing", "", ""]
    assert [text["µs a step"] for text in texts] == ["4", "", "2", "0"]
    assert (done.notes, done.has_failed) == (["JAX scan, described, threads 1: not here"], False)
    failed = bench_of(Result(steady("Keras fit"), failure="it broke"))
    assert failed.tables[0].texts[0]["status"] == "FAILED"
    assert (failed.notes, failed.has_failed) == (["Keras fit, described, threads 1: it broke"], True)


def test_targets_are_held_against_the_fastest_and_the_leanest():
    """Compiled takes 4 µs and 5 bytes; a second number of threads, or a failed contender, does not help."""
    results = [
        timed("compiled engine", [4.0], peak_bytes=5),
        timed("Keras fit", [16.0], peak_bytes=5),
        timed("Keras fit", [20.0], peak_bytes=4),
        timed("JAX scan", [3.0]),
        timed("PyTorch nn.LSTM", [1.0], failure="trains another network"),
    ]
    targets = bench_of(*results).tables[1].rows
    measured = {t["target"]: (t["measured"], t["outcome"]) for t in targets if t["wiring"] == "described"}
    assert measured == {
        "time of Keras fit / compiled": (4, "met"),
        "time of the best of PyTorch and JAX / compiled": (0.75, "not met"),
        "peak memory of compiled / Keras fit": (1.25, "not met"),
        "time of compiled / floor": (pytest.approx(2), "not met"),
    }
    assert {target["outcome"] for target in targets if target["wiring"] == "published"} == {"not measured"}
