"""The Macbeth network's bench: its contenders on a tiny network, and its tables by hand."""

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import training
from reproduce.articles.macbeth.variant import Variant as MacbethVariant
from reproduce.bench import characters
from reproduce.bench.characters import all_contenders
from reproduce.bench.contender import COMPILED, CORES, KERAS, PYTORCH, THREADS
from reproduce.bench.machine import Speed
from reproduce.bench.problem import create_char_problem
from reproduce.bench.results import Result
from reproduce.bench.rounds import check_losses, race, started
from reproduce.bench.work import character_work
from reproduce.bench.writing import CARRIED, PREDICT, WINDOW, all_writers
from reproduce.networks.characters.keras import initial_weights
from tests.bench.contenders import steady, timed
from tests.networks.characters.samples import random_weights

TINY, CHARACTERS = MacbethVariant(window=6, batch=4, hidden=5, learning_rate=0.02), 7
STEPS = characters.CALL + 3  # so that the compiled engine's last call is shorter


def tiny_problem(network=TINY):
    """Weights that no seed draws, each distinct, and large enough that exchanged gates characters.show in the loss."""
    weights = random_weights(network.hidden, CHARACTERS, seed=5, scale=1)
    return replace(create_char_problem(network, CHARACTERS, steps=STEPS), weights=weights)


def test_problem_has_drawn_batches_whose_characters_are_unequal():
    """The k-th comes 1/k as often; another seed draws others; targets are drawn with the windows."""
    problem, again, other = (create_char_problem(TINY, CHARACTERS, steps=500, seed=seed) for seed in (3, 3, 4))
    assert (problem.inputs.shape, problem.targets.shape, problem.steps) == ((500, 4, 6), (500, 4), 500)
    assert {problem.inputs.dtype, problem.targets.dtype} == {np.dtype("int32")}
    np.testing.assert_array_equal(problem.inputs, again.inputs)
    assert (problem.inputs != other.inputs).any()
    harmonic = 1 / np.array([1, 2, 3, 4, 5, 6, 7])
    for drawn in (problem.inputs, problem.targets):
        shares = np.bincount(drawn.ravel()) / drawn.size
        assert shares == pytest.approx(harmonic / harmonic.sum(), abs=0.03)  # four standard deviations of 2000 draws
    for mine, a_run_s in zip(problem.weights, initial_weights(TINY, CHARACTERS, 3), strict=True):
        np.testing.assert_array_equal(mine, a_run_s)


@pytest.fixture(scope="module")
def keras_losses():
    """Of two epochs of the tiny network, dropout at work."""
    return characters.train_keras(1, tiny_problem())(2)


def test_compiled_trains_what_keras_trains(keras_losses):
    """Two epochs from the problem's weights, dropping the same units; the mean is over steps, not over calls."""
    assert characters.train_compiled(1, tiny_problem())(2) == pytest.approx(keras_losses, rel=1e-6)  # float32, 46 steps
    assert keras_losses[1] < keras_losses[0]


def test_pytorch_without_dropout_trains_what_keras_trains():
    """Its Adam has another place for ε. In a process of its own: its compiler and TensorFlow's cannot share one."""
    pytorch = next(one for one in all_contenders() if (one.name, one.threads) == (PYTORCH, 1))
    if pytorch.why_missing():
        pytest.skip(pytorch.why_missing())
    problem = tiny_problem(replace(TINY, dropout=0))
    with started([pytorch]) as processes:
        processes[pytorch].ask_to_build(pytorch.build, problem)
        losses = processes[pytorch].answer().outcomes
        processes[pytorch].ask_to_go_on(1)
        losses += processes[pytorch].answer().outcomes
    assert losses == pytest.approx(characters.train_keras(1, problem)(2), rel=1e-4)


def test_pytorch_drops_units_in_both_places():
    """Between the layers and after them; what is left grows, as Keras's does."""
    torch = pytest.importorskip("torch", exc_type=ImportError)
    from reproduce.bench.pytorch import Network

    w = random_weights(300, CHARACTERS, seed=5, scale=1)
    layers = [(w.kernel_1, w.recurrent_1, w.bias_1), (w.kernel_2, w.recurrent_2, w.bias_2)]
    network = Network(layers, (w.kernel_out, w.bias_out), dropout=0.25)
    outputs = network.dropout(torch.ones(1, 300))
    assert {round(value, 4) for value in outputs.flatten().tolist()} == {0, round(1 / 0.75, 4)}
    assert (network.lstm.dropout, network.lstm.num_layers) == (0.25, 2)


def test_contenders_stand_in_the_table_s_order():
    """Each on all cores and on one; only PyTorch may be missing."""
    assert [(one.name, one.threads, one.package) for one in all_contenders()] == [
        (name, threads, package)
        for name, package in ((KERAS, None), (COMPILED, None), (PYTORCH, "torch"))
        for threads in sorted(THREADS, reverse=True)
    ]


def test_contenders_and_writers_travel_to_another_process():
    """By name."""
    builds = [one.build for one in (*all_contenders(), *all_writers())]
    assert [repr(build) for build in pickle.loads(pickle.dumps(builds))] == [repr(build) for build in builds]


def test_compiled_is_called_as_a_run_calls_it():
    """As many steps a call."""
    assert characters.CALL == training.STEPS


def test_contenders_train_in_processes_of_their_own(keras_losses):
    """Keras's and ours, on all cores; the losses agree. PyTorch's drops other units, so its loss tells nothing here."""
    ours = [one for one in all_contenders() if one.threads == CORES and one.name != PYTORCH]
    with started(ours) as processes:
        problems = dict.fromkeys(ours, tiny_problem())
        results = race(problems, processes, 1, on_progress=lambda _: None, chunk_seconds=0)
    assert [result.failure for result in results] == [None, None]
    assert [result.first_loss for result in results] == pytest.approx([keras_losses[0]] * 2, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "loss", "is_same"),
    [
        pytest.param(COMPILED, 0.500004, True, id="rounding"),
        pytest.param(COMPILED, 0.500006, False, id="past-rounding"),
        pytest.param(KERAS, 0.499994, False, id="one-thread-below"),
        pytest.param(PYTORCH, 0.502, True, id="other-draws"),
        pytest.param(PYTORCH, 0.497, False, id="another-network"),
    ],
)
def test_losses_are_held_to_keras_s(name, loss, is_same):
    """Not to the compiled engine's; within 1e-5, PyTorch's, which drops other units, within half a percent."""
    contenders = {one.name: one for one in all_contenders()}
    losses = (COMPILED, 0.6), (KERAS, 0.5), (name, loss)
    results = [Result(contenders[one], outcomes=[mean]) for one, mean in losses]
    check_losses(results)
    assert [result.is_in for result in results] == [False, True, is_same]


# Tables and targets


def timed_here(name, microseconds, **needs):
    """A result as if measured, of the network's only wiring."""
    return timed(name, microseconds, wiring=None, **needs)


def bench_of(steps=(), written=()):
    """The bench as if measured: its tables of steps, of writing and of targets."""
    writers = {result.contender.name for result in written}
    missing = [Result(one, missing="not here") for one in all_writers() if one.name not in writers]
    problem = create_char_problem(TINY, CHARACTERS, steps=1)
    work = character_work(TINY, CHARACTERS)
    # A step's arithmetic takes 10 ms on one thread, and its bytes no time.
    speeds = [Speed(1, work.operations / 10e-3, dict.fromkeys((stream.through for stream in work.streams), math.inf))]
    return characters.show(steps, [*written, *missing], problem, speeds)


def test_step_rows_hold_milliseconds_relative_to_ours_and_to_the_floor():
    """Median and quartiles of five rounds, one of which was disturbed; both floors stand behind."""
    results = [
        timed_here(KERAS, [50e3, 50e3, 50e3], peak_bytes=3_000_000),
        timed_here(KERAS, [60e3, 60e3, 60e3]),
        timed_here(COMPILED, [31e3, 30e3, 900e3, 29e3, 30.5e3]),
    ]
    rows = bench_of(results).rows
    assert [rows[2][key] for key in ("ms_per_step", "lower_quartile", "upper_quartile")] == [30.5, 30, 31]
    assert rows[2]["rounds"] == [31, 30, 900, 29, 30.5]
    assert [row["times_compiled"] for row in rows[:3]] == pytest.approx([50 / 30.5, 60 / 30.5, 1])
    assert [row["times_floor"] for row in rows[:3]] == pytest.approx([5, 6, 3.05])
    assert [row["ms_per_step"] for row in rows[3:5]] == pytest.approx([10, 0])
    assert (rows[0]["peak_memory_mb"], rows[0]["first_loss"], rows[0]["status"]) == (3, 0.5, "timed")


def test_writing_rows_hold_milliseconds_and_how_much_faster_than_predict():
    """60 ms a character against 2 and 0.25; only the window's text is one that predict writes."""
    results = [timed_here(PREDICT, [60e3]), timed_here(WINDOW, [2e3]), timed_here(CARRIED, [250.0])]
    results[0].outcomes, results[1].outcomes = [[1, 2], [3]], [[1, 2, 3, 4]]
    rows = bench_of(written=results).tables[1].rows
    assert [row["ms_per_character"] for row in rows] == [60, 2, 0.25]
    assert [row["times_as_fast"] for row in rows] == pytest.approx([1, 30, 240])
    assert [row.get("equal_characters") for row in rows] == [None, 3, None]


def test_texts_have_the_same_columns_in_every_row():
    """A contender without numbers says why beneath, with its number of threads; the title tells the network."""
    missing = Result(steady(PYTORCH, wiring=None, package="no_such_package"), missing="not here")
    failed, silent = timed_here(COMPILED, [1.0], failure="it broke"), timed_here(WINDOW, [1.0], failure="it was silent")
    written = [timed_here(PREDICT, [60e3]), silent, timed_here(CARRIED, [1.0])]
    done = bench_of([timed_here(KERAS, [50e3]), failed, missing], written)
    assert [len({tuple(text) for text in table.texts}) for table in done.tables] == [1, 1, 1]
    assert [text["status"] for text in done.tables[0].texts] == ["timed", "FAILED", "missing", "", ""]
    assert [text["ms a step"] for text in done.tables[0].texts] == ["50.0", "", "", "10.0", "0.0"]
    assert [text["equal to predict's"] for text in done.tables[1].texts] == ["", "", ""]
    assert "4 samples of 6 of 7 characters, two layers of 5 hidden units, dropout 0.2" in done.tables[0].title
    assert done.notes == [
        "compiled engine, threads 1: it broke",
        "PyTorch nn.LSTM, threads 1: not here",
        "generate, memory window, threads 1: it was silent",
    ]
    assert done.has_failed


def test_targets_are_held_against_the_fastest():
    """PyTorch 48 ms / 40 ms, which is 4 floors; predict 60 ms / 3.01 ms. The carried memory does not help."""
    times = (KERAS, 56e3), (KERAS, 70e3), (COMPILED, 45e3), (COMPILED, 40e3), (PYTORCH, 48e3)
    texts = (PREDICT, 60e3), (WINDOW, 3010.0), (CARRIED, 100.0)
    steps, written = ([timed_here(name, [time]) for name, time in those] for those in (times, texts))
    for result in written:
        result.outcomes = []
    targets = bench_of(steps, written).tables[2].rows
    assert [(target["bound"], target["limit"], target["outcome"]) for target in targets] == [
        ("at least", 1.2, "met"),
        ("at most", 1.5, "not met"),
        ("at most", 1, "met"),
        ("at least", 20, "not met"),
    ]
    assert [target["measured"] for target in targets] == pytest.approx([1.2, 4, 1, 60 / 3.01])
    assert [target["outcome"] for target in bench_of().tables[2].rows] == ["not measured"] * 4
