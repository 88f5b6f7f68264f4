"""Contenders: from equal weights on equal batches each comes to Keras's losses, for every article."""

import functools
import pickle
from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import training
from reproduce.bench import frameworks
from reproduce.bench.contender import COMPILED, GRAPH, JAX, KERAS, PYTORCH, SESSION, THREADS
from reproduce.bench.frameworks import contenders_of
from reproduce.bench.rounds import started
from tests.bench.problems import TINY, tiny_problem


@functools.cache
def keras_losses(article, **changes):
    """Of two epochs, without dropout if the changes have none."""
    return frameworks.train_keras(1, tiny_problem(article, **changes))(2)


def contender_named(name, article):
    """On one thread."""
    return next(one for one in contenders_of(article) if one.name == name)


@pytest.fixture(scope="module", params=[PYTORCH, JAX])
def library(request):
    """A library's name, and a process of its own: its compiler and TensorFlow's cannot share one."""
    one = contender_named(request.param, "bitcoin-lstm")
    if one.why_missing():
        pytest.skip(one.why_missing())
    with started([one]) as processes:
        yield one.name, processes[one]


def test_compiled_engine_trains_what_keras_trains():
    """The second epoch begins where the first ended."""
    losses = keras_losses("bitcoin-lstm")
    assert frameworks.train_compiled(1, tiny_problem("bitcoin-lstm"))(2) == pytest.approx(losses, rel=1e-5)
    assert losses[1] < losses[0]


@pytest.mark.parametrize("article", ["stacked-lstm", "macbeth"])
def test_compiled_engine_drops_the_units_that_keras_drops(article):
    """So that both can be held to the same loss with dropout at work.

    The mean is over steps, not over calls of the engine; the second epoch begins where the first ended.
    """
    losses = keras_losses(article, dropout=0.3)
    assert frameworks.train_compiled(1, tiny_problem(article, dropout=0.3))(2) == pytest.approx(losses, rel=1e-5)
    assert losses[1] < losses[0]


def test_dropout_moves_the_loss():
    """Of one article; both are handed the variant itself, which says how much is dropped."""
    with_dropout, without = keras_losses("stacked-lstm", dropout=0.3), keras_losses("stacked-lstm")
    assert with_dropout[0] != pytest.approx(without[0], rel=1e-3)


@pytest.mark.parametrize("article", TINY)
def test_library_trains_what_keras_trains(article, library):
    """From one article to the next in the same process, as from one size to the next."""
    name, process = library
    process.ask_to_build(contender_named(name, article).build, tiny_problem(article))
    losses = process.answer().outcomes
    process.ask_to_go_on(1)
    losses += process.answer().outcomes
    assert losses == pytest.approx(keras_losses(article), rel=2e-5)  # float32, 46 steps


def test_published_graph_trains_what_the_session_engine_trains():
    """In the wiring that the program has, which is another than Keras's layer has."""
    problem = tiny_problem("bitcoin-lstm")
    losses = frameworks.train_session(1, problem)(2)
    assert frameworks.train_graph(1, problem)(2) == pytest.approx(losses, rel=1e-5)
    assert losses[0] != pytest.approx(keras_losses("bitcoin-lstm")[0], rel=1e-2)


def test_pytorch_drops_units_after_each_layer():
    """Whether the layers are equally wide or not; what is left grows, as Keras's does."""
    torch = pytest.importorskip("torch", exc_type=ImportError)
    from reproduce.bench.pytorch import Network

    equal, unequal = (Network(tiny_problem(name, dropout=0.25)) for name in ("macbeth", "stacked-lstm"))
    assert [(lstm.num_layers, lstm.dropout) for lstm in equal.lstms] == [(2, 0.25)]
    assert [(lstm.num_layers, lstm.hidden_size) for lstm in unequal.lstms] == [(1, 3), (1, 5)]
    dropped = unequal.dropout(torch.ones(1, 300))
    assert {round(value, 4) for value in dropped.flatten().tolist()} == {0, round(1 / 0.75, 4)}


def test_jax_drops_units_after_each_layer():
    """One unit a layer, one step: the output is of no unit, of the upper layer's alone, or of both layers', doubled."""
    jax = pytest.importorskip("jax", exc_type=ImportError)
    from reproduce.bench.jax_scan import loss_of

    def h(x):  # every gate's weight is 1, and it has no bias and nothing before it
        sigmoid = 1 / (1 + np.exp(-x))
        return sigmoid * np.tanh(sigmoid * np.tanh(x))

    ones = [np.ones((1, 4), np.float32)] * 2 + [np.zeros(4, np.float32)]
    weights = [*ones, *ones, np.ones((1, 1), np.float32), np.zeros(1, np.float32)]
    x, y = np.full((1, 1, 1), 0.9, np.float32), np.zeros((1, 1), np.float32)
    losses = {round(float(loss_of(weights, x, y, 0.5, jax.random.key(seed))), 6) for seed in range(40)}
    assert losses == {0, round((2 * h(2 * h(0.9))) ** 2, 6)}  # the lower one dropped, the upper one reads 0 and gives 0


def test_contenders_stand_in_the_table_s_order():
    """Each on one thread and on all; two need a package, one a file."""
    names = {name: list(dict.fromkeys(one.name for one in contenders_of(name))) for name in TINY}
    libraries = [KERAS, PYTORCH, JAX, COMPILED]
    assert names == {"bitcoin-lstm": [GRAPH, SESSION, *libraries], "stacked-lstm": libraries, "macbeth": libraries}
    rows = contenders_of("bitcoin-lstm")
    assert [one.threads for one in rows] == THREADS * 6
    assert {one.name for one in rows if one.package} == {PYTORCH, JAX}
    assert {one.name for one in rows if one.file} == {GRAPH}


@pytest.mark.parametrize("article", TINY)
def test_contenders_and_problems_travel_to_another_process(article):
    """By name, and with equal arrays."""
    builds = [one.build for one in contenders_of(article)]
    assert [repr(build) for build in pickle.loads(pickle.dumps(builds))] == [repr(build) for build in builds]
    problem = tiny_problem(article)
    sent = pickle.loads(pickle.dumps(problem))
    np.testing.assert_array_equal(sent.inputs, problem.inputs)
    assert replace(sent, weights=0, inputs=0, targets=0) == replace(problem, weights=0, inputs=0, targets=0)


def test_compiled_macbeth_is_called_as_a_run_calls_it():
    """As many steps a call."""
    assert frameworks.STEPS_A_CALL == training.STEPS
