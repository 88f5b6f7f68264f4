"""The Macbeth network's bench: contenders on a tiny network, writers that write the same or not, its tables by hand."""

import json
import pickle
import sys
from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import training
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.bench import characters, writing
from reproduce.bench.characters import (
    CALL,
    KERAS,
    OTHER_DRAWS,
    TOLERANCE,
    all_contenders,
    create_problem,
    train_compiled,
    train_keras,
    train_pytorch,
)
from reproduce.bench.characters_table import CharBench
from reproduce.bench.contenders import CORES, THREADS
from reproduce.bench.rounds import Result, check_losses, race, started
from reproduce.bench.writing import (
    CARRIED,
    PREDICT,
    WINDOW,
    Writing,
    WritingProblem,
    all_writers,
    create_writing_problem,
    time_writers,
    write_by_generate,
    write_by_predict,
)
from reproduce.cli import main
from reproduce.networks.characters.generation import generate
from reproduce.networks.characters.keras import initial_weights
from tests.bench.contenders import steady, timed, train_raising, writer
from tests.networks.characters.samples import random_weights

pytestmark = pytest.mark.usefixtures("one_thread")
TINY, CHARACTERS = MacbethVariant(window=6, batch=4, hidden=5, learning_rate=0.02), 7
STEPS = CALL + 3  # so that the compiled engine's last call is shorter
COMPILED, PYTORCH = "compiled engine", "PyTorch nn.LSTM"


def tiny_problem(network=TINY):
    """Weights that no seed draws, each distinct, and large enough that exchanged gates show in the loss."""
    weights = random_weights(network.hidden, CHARACTERS, seed=5, scale=1)
    return replace(create_problem(network, CHARACTERS, steps=STEPS), weights=weights)


# What is trained, and by whom


def test_problem_has_drawn_batches_whose_characters_are_unequal():
    """The k-th comes 1/k as often; another seed draws others; targets are drawn with the windows."""
    problem, again, other = (create_problem(TINY, CHARACTERS, steps=500, seed=seed) for seed in (3, 3, 4))
    assert (problem.inputs.shape, problem.targets.shape, problem.steps) == ((500, 4, 6), (500, 4), 500)
    assert {problem.inputs.dtype, problem.targets.dtype} == {np.dtype("int32")}
    np.testing.assert_array_equal(problem.inputs, again.inputs)
    assert (problem.inputs != other.inputs).any()
    harmonic = np.array([1 / k for k in (1, 2, 3, 4, 5, 6, 7)])
    for drawn in (problem.inputs, problem.targets):
        shares = np.bincount(drawn.ravel(), minlength=CHARACTERS) / drawn.size
        assert shares == pytest.approx(harmonic / harmonic.sum(), abs=0.03)  # four standard deviations of 2000 draws


def test_problem_begins_from_the_weights_of_its_seed():
    """Those that a run with that seed begins from."""
    for mine, theirs in zip(
        create_problem(TINY, CHARACTERS, steps=1, seed=3).weights, initial_weights(TINY, CHARACTERS, 3), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


@pytest.fixture(scope="module")
def keras_losses():
    """Of two epochs of the tiny network, dropout at work."""
    return train_keras(1, tiny_problem())(2)


def test_compiled_trains_what_keras_trains(keras_losses):
    """Two epochs from the problem's weights, dropping the same units; the mean is over steps, not over calls."""
    assert train_compiled(1, tiny_problem())(2) == pytest.approx(keras_losses, rel=1e-6)  # float32, 46 steps
    assert keras_losses[1] < keras_losses[0]


def test_pytorch_without_dropout_trains_what_keras_trains():
    """Its Adam has another place for ε."""
    pytest.importorskip("torch", exc_type=ImportError)
    problem = tiny_problem(replace(TINY, dropout=0))
    assert train_pytorch(1, problem)(2) == pytest.approx(train_keras(1, problem)(2), rel=1e-4)


def test_pytorch_drops_units_in_both_places():
    """Between the layers and after them; what is left grows, as Keras's does."""
    torch = pytest.importorskip("torch", exc_type=ImportError)
    from reproduce.bench.characters_pytorch import CharNetwork

    network = CharNetwork(hidden=300, characters=CHARACTERS, dropout=0.25)
    outputs = network.dropout(torch.ones(1, 300))
    assert {round(value, 4) for value in outputs.flatten().tolist()} == {0, round(1 / 0.75, 4)}
    assert (network.lstm.dropout, network.lstm.num_layers) == (0.25, 2)


def test_contenders_stand_in_the_table_s_order():
    """Each on all cores and on one; only PyTorch may be missing, and only it is held to less than TOLERANCE."""
    assert {one.references for one in all_contenders()} == {(KERAS,)}
    rows = [(one.name, one.threads, one.tolerance, one.package) for one in all_contenders()]
    assert rows == [
        (name, threads, tolerance, package)
        for name, tolerance, package in (
            (KERAS, TOLERANCE, None),
            (COMPILED, TOLERANCE, None),
            (PYTORCH, OTHER_DRAWS, "torch"),
        )
        for threads in sorted(THREADS, reverse=True)
    ]


def test_contenders_and_writers_travel_to_another_process():
    """By name."""
    for one in (*all_contenders(), *all_writers()):
        assert pickle.loads(pickle.dumps(one.build)).args == one.build.args


def test_compiled_is_called_as_a_run_calls_it():
    """As many steps a call."""
    assert CALL == training.STEPS


def test_contenders_train_in_processes_of_their_own():
    """One of each name, on all cores; the losses agree, and the time is that of a step."""
    chosen = [one for one in all_contenders() if one.threads == CORES]
    with started(chosen) as processes:
        results = race(chosen, {"described": tiny_problem()}, processes, 1, on_progress=lambda _: None)
    losses = {result.contender.name: result.first_loss for result in results}
    assert [result.failure for result in results if result.contender.name != PYTORCH] == [None, None]
    assert losses[COMPILED] == pytest.approx(losses[KERAS], rel=1e-6)


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
    tolerances = {one.name: one.tolerance for one in all_contenders()}
    names = (COMPILED, KERAS, name)
    results = [timed(one, [1.0], references=(KERAS,), tolerance=tolerances[one]) for one in names]
    results[0].first_loss, results[2].first_loss = 0.6, loss
    check_losses(results)
    assert [result.is_in for result in results] == [False, True, is_same]


# Writing


@pytest.fixture(scope="module")
def text_problem():
    """A network whose text goes round in no circle (tests/networks/characters/test_generation.py)."""
    network = MacbethVariant(window=9, hidden=24)
    start = np.random.default_rng(1).integers(11, size=9, dtype=np.int32)
    return WritingProblem(network, 11, random_weights(24, 11, seed=60, scale=1), start)


def test_predict_goes_on_from_turn_to_turn(text_problem):
    """Two turns and a third write the text that `generate` with memory window writes in one."""
    write = write_by_predict(6, text_problem)
    first, second = write(2)
    (third,) = write(1)
    (text,) = write_by_generate("window", 18, text_problem)(1)
    assert first + second + third == text
    assert len(set(text)) > 3


@pytest.mark.parametrize("memory", ["window", "carried"])
def test_generate_writes_the_same_text_in_every_turn(text_problem, memory):
    """Greedily, with the memory asked for."""
    greedy = generate(text_problem.weights, text_problem.start, 40, memory=memory, temperature=0, seed=1).tolist()
    assert write_by_generate(memory, 40, text_problem)(2) == [greedy, greedy]


def test_writers_stand_in_the_table_s_order():
    """30 characters of predict on all cores, 1000 of either memory on one thread."""
    assert [(one.name, one.threads, one.build.args) for one in all_writers()] == [
        (PREDICT, CORES, (30,)),
        (WINDOW, 1, ("window", 1000)),
        (CARRIED, 1, ("carried", 1000)),
    ]


def test_writing_problem_writes_many_characters():
    """At the article's size, from a seeded start; equal texts of one character for ever would prove little."""
    problem = create_writing_problem(MacbethVariant(), 43)
    (text,) = write_by_generate("window", 80, problem)(1)
    assert (problem.start.shape, problem.start.dtype) == ((50,), np.dtype("int32"))
    assert len(set(text)) >= 5


def write_all(*writers, rounds=1):
    """Time writers that pretend; results by name, and the whole."""
    done = time_writers(writers, None, rounds, on_progress=lambda _: None)
    return {result.contender.name: result for result in done.results}, done


def test_writers_are_timed_by_the_character():
    """A hundredth of a second each, whatever a turn's length; the turn before the rounds is not timed."""
    seen = []
    writers = [writer(PREDICT, [1] * 20, [2] * 20, [3] * 20), writer(WINDOW, *[[1] * 20 + [2] * 20] * 3)]
    done = time_writers(writers, None, 2, on_progress=seen.append)
    for result in done.results:
        assert (result.failure, len(result.microseconds)) == (None, 2)
        assert all(10_000 <= microseconds < 100_000 for microseconds in result.microseconds)  # a turn sleeps 200 000
        assert result.peak_bytes > 0
    assert done.compared == 40
    assert len(seen) == 3


def test_writer_of_another_text_fails():
    """From the character on at which they part, in a later turn of predict's too; carried memory may write another."""
    results, done = write_all(
        writer(PREDICT, [1, 2], [3, 4]), writer(WINDOW, [1, 2, 3, 5], [1]), writer(CARRIED, [6], [6])
    )
    assert results[WINDOW].failure == "writes another text than Keras predict from character 3 on"
    assert [results[name].failure for name in (PREDICT, CARRIED)] == [None, None]
    assert done.compared == 4


def test_text_is_not_checked_where_predict_wrote_none():
    """Nothing is timed that was not checked."""
    results, _ = write_all(replace(steady(PREDICT), build=train_raising), writer(WINDOW, [1], [1]))
    assert results[PREDICT].failure == "RuntimeError: out of luck"
    assert results[WINDOW].failure == "not checked: Keras predict has written no text to compare with"


def test_writer_that_fails_later_says_so():
    """It has a turn, and no more."""
    results, _ = write_all(writer(PREDICT, [1], [2]), writer(WINDOW, [1]))
    assert results[WINDOW].failure == "RuntimeError: out of words"


# Tables and targets


def bench_of(steps=(), written=(), compared=330):
    """The bench as if measured."""
    return CharBench(create_problem(TINY, CHARACTERS, steps=1), steps, Writing(written, compared))


def test_step_rows_hold_milliseconds_relative_to_the_faster_keras():
    """Median and quartiles of five rounds, one of which was disturbed; the slower row of Keras is no base line."""
    results = [
        timed(KERAS, [50e3, 50e3, 50e3], peak_bytes=3_000_000),
        timed(KERAS, [60e3, 60e3, 60e3]),
        timed(COMPILED, [31e3, 30e3, 900e3, 29e3, 30.5e3]),
    ]
    rows = bench_of(results).step_rows()
    assert [rows[2][key] for key in ("ms_per_step", "lower_quartile", "upper_quartile")] == [30.5, 30, 31]
    assert rows[2]["rounds"] == [31, 30, 900, 29, 30.5]
    assert [row["times_keras"] for row in rows] == pytest.approx([1, 1.2, 0.61])
    assert (rows[0]["peak_memory_mb"], rows[0]["first_loss"], rows[0]["status"]) == (3, 0.5, "timed")


def test_writing_rows_hold_milliseconds_and_how_much_faster_than_predict():
    """60 ms a character against 2 and 0.25; only the window's text is one that predict writes."""
    results = [timed(PREDICT, [60e3]), timed(WINDOW, [2e3]), timed(CARRIED, [250.0])]
    rows = bench_of(written=results).writing_rows()
    assert [row["ms_per_character"] for row in rows] == [60, 2, 0.25]
    assert [row["times_as_fast"] for row in rows] == pytest.approx([1, 30, 240])
    assert [row.get("equal_characters") for row in rows] == [None, 330, None]


def test_texts_have_the_same_columns_in_every_row():
    """A contender without figures says why beneath, with its number of threads."""
    missing = Result(steady(PYTORCH, package="no_such_package"), missing="not here")
    failed, silent = timed(COMPILED, [1.0]), timed(WINDOW, [1.0])
    failed.failure, silent.failure = "it broke", "it was silent"
    done = bench_of([timed(KERAS, [50e3]), failed, missing], [timed(PREDICT, [60e3]), silent])
    assert [len({tuple(text) for text in texts}) for texts in (done.step_texts(), done.writing_texts())] == [1, 1]
    assert [text["status"] for text in done.step_texts()] == ["timed", "FAILED", "missing"]
    assert [text["ms a step"] for text in done.step_texts()] == ["50.0", "", ""]
    assert [text["equal to predict's"] for text in done.writing_texts()] == ["", ""]
    assert done.notes() == [
        "compiled engine, threads 1: it broke",
        "PyTorch nn.LSTM, threads 1: not here",
        "generate, memory window, threads 1: it was silent",
    ]
    assert done.failures == [None, "it broke", None, None, "it was silent"]


def test_targets_are_held_against_the_fastest():
    """Keras 56 ms / 40 ms; predict 60 ms / 3.01 ms. Neither another contender nor the carried memory helps."""
    steps = [
        *(timed(KERAS, [56e3]), timed(KERAS, [70e3])),
        *(timed(COMPILED, [45e3]), timed(COMPILED, [40e3]), timed(PYTORCH, [1e3])),
    ]
    written = [timed(PREDICT, [60e3]), timed(WINDOW, [3010.0]), timed(CARRIED, [100.0])]
    targets = list(bench_of(steps, written).targets())
    assert [(target.bound, target.limit, target.outcome) for target in targets] == [
        ("at least", 1.4, "met"),
        ("at least", 20, "not met"),
    ]
    assert [target.measured for target in targets] == pytest.approx([1.4, 60 / 3.01])
    assert [target.outcome for target in bench_of().targets()] == ["not measured"] * 2


def test_title_tells_the_network():
    """Its sizes, and how far the losses were compared."""
    title = bench_of().title
    assert "4 samples of 6 of 7 characters, two layers of 5 hidden units, dropout 0.2" in title
    assert "mean of the first 1 steps" in title


# The command


def held_to_keras(name, **needs):
    """A contender that does as if it trained, and whose loss must be Keras's."""
    return steady(name, references=(KERAS,), **needs)


@pytest.fixture
def bench_command(monkeypatch, capsys):
    """A way to run `reproduce bench --characters` with contenders that pretend; its exit status, stdout and stderr."""

    def run(contenders, writers, *arguments):
        problem = create_problem(TINY, CHARACTERS, steps=2)
        monkeypatch.setattr(characters, "all_contenders", lambda: contenders)
        monkeypatch.setattr(characters, "create_problem", lambda *_, **__: problem)
        monkeypatch.setattr(writing, "all_writers", lambda: writers)
        monkeypatch.setattr(writing, "create_writing_problem", lambda *_: None)
        monkeypatch.setattr(sys, "argv", ["reproduce", "bench", "--characters", "--rounds", "1", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, *capsys.readouterr()

    return run


def test_bench_characters_prints_three_tables(bench_command):
    """Exit 0, though a package is missing and targets are not met."""
    contenders = [held_to_keras(KERAS), held_to_keras(COMPILED), held_to_keras(PYTORCH, package="no_such_package")]
    status, out, err = bench_command(contenders, [writer(PREDICT, [1], [2]), writer(WINDOW, [1, 2], [1, 2])])
    assert status in (0, None), err
    for shown in ("ms a step", "ms a character", "2 characters", "not met"):
        assert shown in out
    assert (
        "PyTorch nn.LSTM, threads 1: no_such_package is not installed; pip install '.[bench]' in the repository" in err
    )


def test_bench_characters_writes_json_for_programs(bench_command, tmp_path):
    """Contenders, writers and targets in one list; nothing on stdout."""
    writers = [writer(PREDICT, [1], [2]), writer(WINDOW, [1, 2], [1, 2])]
    status, out, err = bench_command([held_to_keras(KERAS)], writers, "--json", str(tmp_path / "bench.json"))
    rows = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["rows"]
    assert (status in (0, None), out) == (True, ""), err
    assert [row[key] for row in rows for key in ("contender", "writer") if key in row] == [KERAS, PREDICT, WINDOW]
    assert [row["outcome"] for row in rows if "target" in row] == ["not measured", "not met"]


@pytest.mark.parametrize(
    ("loss", "text", "told"),
    [
        pytest.param(0.6, [1, 2], "compiled engine, threads 1: trains another network", id="loss"),
        pytest.param(0.5, [1, 3], "generate, memory window, threads 1: writes another text", id="text"),
    ],
)
def test_bench_characters_exits_1_when_one_fails(bench_command, loss, text, told):
    """It says which, once, after the tables."""
    writers = [writer(PREDICT, [1], [2]), writer(WINDOW, text, text)]
    status, out, err = bench_command([held_to_keras(KERAS), held_to_keras(COMPILED, loss=loss)], writers)
    assert status == 1
    assert "FAILED" in out
    assert err.count(told) == 1


@pytest.mark.parametrize("other", ["--scaling", "--throughput"])
def test_bench_does_one_thing_at_a_time(bench_command, other):
    """Each is a bench of its own."""
    status, _, err = bench_command([], [], other)
    assert status == 2
    assert "give one of them" in err
