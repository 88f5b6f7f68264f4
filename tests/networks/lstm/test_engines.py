"""Every engine trains the same network: held to NumPy, and to one another."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from reproduce.networks.lstm.create import ENGINES, create_engine
from tests.networks.checks import CHECKS, TINY, WIRINGS, engine_with, small_problem, started

pytestmark = pytest.mark.usefixtures("one_thread")
# Windows long enough for the loop of days, and batches that are filled up to eight, as the published ones are.
WIDE = replace(TINY, window=5, batch=7)
# What a wiring changes is in loss and gradients. Of training, whole weights are held in either wiring, with clipping in
# one of them; the rest needs one wiring each.
HELD_TO = [
    *((check, wiring) for check in ("forward", "gradients") for wiring in WIRINGS),
    *(("adam", "published"), ("clipping", "described"), ("remainder", "published"), ("start", "published")),
]


@pytest.fixture(scope="module")
def make(one_thread):  # noqa: ARG001
    """A way to an engine at its start, in float64; each is built, and what it computes compiled, once. Two of a kind,
    if asked for both, are two engines.
    """

    @functools.cache
    def build(name, settings, twin):  # noqa: ARG001
        engine = create_engine(name, settings, seed=0, dtype="float64")
        return engine, {key: np.copy(value) for key, value in engine.state().items()}

    def get(name, settings, twin=False):
        engine, start = build(name, settings, twin)
        engine.restore(start)
        return engine

    return get


def long_losses(engine, **options):
    """Of three batches of WIDE, random and fixed, so that each begins with the weights that the one before has left."""
    days = np.random.default_rng(5).normal(size=(3 * WIDE.batch, WIDE.window + 1, 1))
    inputs, targets = days[:, :-1], days[:, -1]
    _, _, weights = small_problem()
    return engine_with(weights, engine, WIDE, **options).train_epoch(inputs, targets).losses


@pytest.mark.parametrize(("check", "wiring"), HELD_TO)
@pytest.mark.parametrize("engine", ENGINES)
def test_engine_passes_check(engine, check, wiring, make):
    """Forward, gradients, Adam, clipping, remainder and start against NumPy; each check says what it holds to."""
    CHECKS[check](functools.partial(make, engine), wiring)


def test_engines_train_as_the_session_engine_in_float64():
    """Every batch's loss to 1e-9 relative.

    At the published size the compiled engine is held to the shipped losses of the session engine, in
    tests/articles/bitcoin_lstm/test_losses.py.
    """
    expected = long_losses("session")
    for engine in ("compiled", "keras"):
        np.testing.assert_allclose(long_losses(engine), expected, rtol=1e-9, err_msg=engine)


def test_parts_of_the_compiled_step_move_no_bit():
    """W_h is cut between sums, never through one, also into parts of unequal size."""
    np.testing.assert_array_equal(long_losses("compiled", threads=3), long_losses("compiled"))


@pytest.mark.parametrize("engine", ENGINES)
def test_engine_starts_from_the_same_bits_as_the_others(engine):
    """One seed, one draw, whatever executes it; another seed draws other weights."""
    expected, other = (create_engine("session", TINY, seed=seed).weights() for seed in (3, 4))
    for name, value in create_engine(engine, TINY, seed=3).weights().items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name)
        assert name.startswith("b_") or not np.any(value == other[name])


@pytest.mark.parametrize("engine", ENGINES)
def test_engine_gives_back_the_weights_it_was_given(engine, make):
    """Exactly, whatever shape it keeps them in."""
    _, _, weights = small_problem()
    for name, value in started(functools.partial(make, engine), weights).weights().items():
        np.testing.assert_array_equal(value, weights[name], err_msg=name)


@pytest.mark.parametrize("engine", ENGINES)
def test_engine_repeats_its_bits_for_the_same_seed(engine, make):
    """Two engines of one seed, two epochs, one thread: equal to the last bit."""
    inputs, targets, _ = small_problem()
    first, second = (make(engine, TINY, twin) for twin in (False, True))
    for _ in range(2):
        expected = first.train_epoch(inputs, targets).losses
        np.testing.assert_array_equal(second.train_epoch(inputs, targets).losses, expected)


@pytest.mark.parametrize("engine", ENGINES)
def test_engine_continues_from_its_state_to_the_same_bits(engine, make):
    """State saved after one epoch and put into an engine that has trained on something else gives the second epoch."""
    inputs, targets, weights = small_problem()
    undisturbed, resumed = (make(engine, TINY, twin) for twin in (False, True))
    undisturbed.train_epoch(inputs, targets)
    state = {name: np.copy(value) for name, value in undisturbed.state().items()}
    resumed.set_weights(weights)
    resumed.train_epoch(inputs, targets)
    resumed.restore(state)
    for expected, got in zip(
        undisturbed.train_epoch(inputs, targets), resumed.train_epoch(inputs, targets), strict=True
    ):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("engine", ENGINES)
def test_engine_predictions_do_not_depend_on_the_other_windows_of_a_batch(engine, make):
    """A window alone is predicted as in company."""
    inputs, _, weights = small_problem(windows=3)
    trained = started(functools.partial(make, engine), weights)
    alone = np.concatenate([trained.predict(inputs[k : k + 1]) for k in range(3)])
    np.testing.assert_allclose(trained.predict(inputs), alone, rtol=1e-12)


def test_compiled_engine_continues_a_training_of_the_session_engine(make):
    """Their states have the same names: one epoch each, as two of the session engine, to float64 rounding."""
    inputs, targets, weights = small_problem()
    session, compiled = (started(functools.partial(make, name), weights) for name in ("session", "compiled"))
    session.train_epoch(inputs, targets)
    compiled.restore(session.state())
    losses = compiled.train_epoch(inputs, targets).losses
    np.testing.assert_allclose(losses, session.train_epoch(inputs, targets).losses, rtol=1e-10)


def test_unknown_engine_is_refused():
    """With those there are."""
    with pytest.raises(ValueError, match=r"^engine is 'torch', expected one of compiled, session, keras$"):
        create_engine("torch", TINY, 0)
