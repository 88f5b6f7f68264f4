"""Both engines of the character network held to each other, and each to what a resumed run needs.

The engines of a test are shared, as a compilation takes seconds; each test begins with `restore`, to their start.
"""

from itertools import pairwise

import numpy as np
import pytest

from reproduce.networks.characters.create import CHAR_ENGINES, create_char_engine
from reproduce.networks.characters.steps import STEP_VALUES
from reproduce.networks.stack.weights import StackWeights, weight_shapes
from tests.networks.characters.samples import Sizes, random_weights
from tests.networks.checks import same_bits
from tests.networks.forecasters import lstm_layer

pytestmark = pytest.mark.usefixtures("one_thread")


NETWORK = Sizes(dropout=0.4, learning_rate=0.01)  # drops many units and learns fast
CHARACTERS, SEED, STEPS = 7, 3, 24
GENERATOR = np.random.default_rng(2)
INPUTS = GENERATOR.integers(CHARACTERS, size=(STEPS, 3, 5)).astype(np.int32)
TARGETS = INPUTS[:, :, -1] * 3 % CHARACTERS  # there is something to learn
SHORT = (INPUTS[:4, :2], TARGETS[:4, :2])  # four batches of two samples, in one call
# Float32 rounds to 6e-8, and sums are taken in other orders; measured over these steps: losses 3e-7, weights 4e-6.
LOSSES, WEIGHTS = {"rtol": 1e-6}, {"rtol": 1e-4, "atol": 1e-5}

each_engine = pytest.mark.parametrize("name", CHAR_ENGINES)


def create(name, network=NETWORK, characters=CHARACTERS, seed=SEED):
    """An engine of the small network."""
    return create_char_engine(name, network, characters, seed)


@pytest.fixture(scope="module")
def shared(one_thread):  # noqa: ARG001
    """An engine of each name, and its state at its start."""
    made = {name: create(name) for name in CHAR_ENGINES}
    starts = {name: engine.state() for name, engine in made.items()}
    yield made, starts
    for engine in made.values():
        engine.close()


@pytest.fixture
def fresh(shared):
    """A way to one of them, back at its start."""
    made, starts = shared

    def get(name):
        engine = made[name]
        engine.restore(starts[name])
        return engine

    return get


def step(engine, number):
    """The loss of training on one batch."""
    return engine.train(INPUTS[number : number + 1], TARGETS[number : number + 1])


@pytest.fixture(scope="module")
def trained(shared):
    """What each engine leaves after STEPS batches and four shorter ones: losses, weights, Adam's moments, its step."""
    made, starts = shared
    left = {}
    for name in CHAR_ENGINES:
        engine = made[name]
        engine.restore(starts[name])
        losses = [*(step(engine, number) for number in range(STEPS)), engine.train(*SHORT)]
        left[name] = losses, engine.weights(), *adam(name, engine.state()), engine.probabilities(INPUTS[0])
    return left


def adam(name, state):
    """First moments, second moments and step out of an engine's state."""
    if name == "compiled":
        m, v = ([state[f"{part}/{weight}"] for weight in StackWeights._fields] for part in "mv")
        return m, v, int(state["step"])
    *_, step_, rate = [state[key] for key in sorted(state)][: -2 * len(StackWeights._fields)]
    assert rate == np.float32(NETWORK.learning_rate)
    slots = [state[key] for key in sorted(state)][-2 * len(StackWeights._fields) :]
    return slots[::2], slots[1::2], int(step_)


# One engine against the other


def test_both_start_from_the_same_weights(fresh):
    """To the bit; and not all from one draw."""
    compiled, keras = (fresh(name).weights() for name in CHAR_ENGINES)
    assert same_bits(compiled._asdict(), keras._asdict())
    assert not np.array_equal(compiled.recurrent_1, compiled.recurrent_2)
    assert [array.shape for array in compiled] == list(weight_shapes((4, 4), CHARACTERS))


def test_weights_start_as_keras_s_layers_do(fresh):
    """Glorot's bounds for the kernels, orthogonal recurrent ones, biases 0 but those of the forget gates."""
    w = fresh("compiled").weights()
    for kernel in (w.kernel_1, w.kernel_2, w.kernel_out):
        assert 0.5 < np.abs(kernel).max() / np.sqrt(6 / sum(kernel.shape)) <= 1
    for recurrent in (w.recurrent_1, w.recurrent_2):
        np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-6)
    for bias in (w.bias_1, w.bias_2):
        assert bias.tolist() == [0] * 4 + [1] * 4 + [0] * 8
    assert not w.bias_out.any()


def test_losses_are_keras_s_step_by_step(trained):
    """Dropout at work; at the end the mean of four shorter batches in one call."""
    compiled, keras = (trained[name][0] for name in CHAR_ENGINES)
    np.testing.assert_allclose(compiled, keras, **LOSSES)
    assert len(set(compiled)) == STEPS + 1


@pytest.mark.parametrize("what", [1, 2, 3], ids=["weights", "first-moments", "second-moments"])
def test_what_training_leaves_is_what_keras_leaves(trained, what):
    """Array by array, none of which is what it was."""
    for name, compiled, keras in zip(StackWeights._fields, *(trained[e][what] for e in CHAR_ENGINES), strict=True):
        np.testing.assert_allclose(compiled, keras, **WEIGHTS, err_msg=name)
        assert np.all(compiled != 0), name


def test_weights_have_moved(trained, fresh):
    """Far more than the engines may differ by."""
    for name, before, after in zip(
        StackWeights._fields, fresh("compiled").weights(), trained["compiled"][1], strict=True
    ):
        assert np.abs(after - before).max() > 0.02, name


def test_steps_are_counted(trained):
    """Shorter batches are steps too."""
    assert {name: left[4] for name, left in trained.items()} == dict.fromkeys(CHAR_ENGINES, STEPS + 4)


def test_probabilities_after_training_are_keras_s(trained):
    """For each sample."""
    compiled, keras = (trained[name][5] for name in CHAR_ENGINES)
    assert compiled.shape == (3, CHARACTERS)
    np.testing.assert_allclose(compiled, keras, rtol=1e-4)


def test_target_that_seems_impossible_costs_what_it_costs_in_keras(fresh):
    """A probability far below 1e-7, where Keras's eager loss would be clipped; `fit` clips nothing."""
    losses, weights = {}, {}
    for name in CHAR_ENGINES:
        engine = fresh(name)
        bias = np.zeros(CHARACTERS, np.float32)
        bias[TARGETS[0, 0]] = -40
        engine.set_weights(engine.weights()._replace(bias_out=bias))
        losses[name], weights[name] = step(engine, 0), engine.weights()
    assert losses["keras"] > 40 / 3
    assert losses["compiled"] == pytest.approx(losses["keras"], rel=1e-6)
    for compiled, keras in zip(weights["compiled"], weights["keras"], strict=True):
        np.testing.assert_allclose(compiled, keras, **WEIGHTS)


# Each engine by itself


def numpy_probabilities(w, window):
    """What comes after a window: float64, a character at a time, each divided by the number of characters."""
    w = StackWeights(*(array.astype(np.float64) for array in w))
    outputs = lstm_layer(window[:, np.newaxis] / CHARACTERS, *w[:3])
    x = lstm_layer(outputs, *w[3:6])[-1]
    likelihoods = np.exp(x @ w.kernel_out + w.bias_out)
    return likelihoods / likelihoods.sum()


@each_engine
def test_probabilities_are_those_of_the_equations(name, fresh):
    """Without dropout, for random weights, biases too."""
    engine, weights = fresh(name), random_weights(4, CHARACTERS, seed=8, scale=1)
    engine.set_weights(weights)
    expected = [numpy_probabilities(weights, window) for window in INPUTS[0]]
    np.testing.assert_allclose(engine.probabilities(INPUTS[0]), expected, rtol=1e-5)


@each_engine
def test_dropout_is_at_work_in_training_alone(name, fresh):
    """The loss is not that of the probabilities, and another one at the next step, the weights put back."""
    engine = fresh(name)
    weights = engine.weights()
    probabilities = engine.probabilities(INPUTS[0])
    without = -np.log(probabilities[np.arange(3), TARGETS[0]]).mean()
    losses = []
    for _ in range(3):
        engine.set_weights(weights)
        losses.append(step(engine, 0))
    assert all(abs(loss - other) > 1e-4 for loss, other in pairwise([without, *losses]))


# Steps that are recorded

LAYERS = {"1": ("kernel_1", "recurrent_1", "bias_1"), "2": ("kernel_2", "recurrent_2", "bias_2")}
LAYERS |= {"out": ("kernel_out", "bias_out")}


FIRST, SECOND = ((INPUTS[k : k + 1], TARGETS[k : k + 1]) for k in (0, 1))


@pytest.mark.parametrize(
    ("name", "calls"), [("compiled", [FIRST, SECOND]), ("keras", [FIRST, SHORT, SECOND])], ids=CHAR_ENGINES
)
def test_recording_moves_no_bit(name, calls, fresh):
    """Calls of one step, and of four shorter batches: losses, and the states after each call.

    The compiled engine's calls of several steps are held in tests/articles/macbeth/test_record.py, in whole runs.
    """
    plain = fresh(name)
    expected = [(plain.train(*call), plain.state()) for call in calls]
    recording = fresh(name)
    for call, (loss, state) in zip(calls, expected, strict=True):
        record = recording.train_steps(*call)
        assert record.dtype == np.float32
        assert np.mean(record[:, 0], dtype=np.float64) == pytest.approx(loss, rel=1e-7)
        assert same_bits(recording.state(), state)


@each_engine
def test_recorded_norms_are_those_of_gradient_and_update(name, fresh):
    """Layer by layer; the gradient is told by Adam's first moment, m' = m + (g - m) / 10, the update by the weights."""
    engine = fresh(name)
    engine.set_weights(random_weights(4, CHARACTERS, seed=6, scale=0.5))
    for number in range(3):
        weights, moments = engine.weights(), StackWeights(*adam(name, engine.state())[0])
        (row,) = engine.train_steps(INPUTS[number : number + 1], TARGETS[number : number + 1])
        after, moments_after = engine.weights(), StackWeights(*adam(name, engine.state())[0])
        found = dict(zip(STEP_VALUES, row, strict=True))
        for layer, fields in LAYERS.items():
            moved = [getattr(after, f).astype(float) - getattr(weights, f) for f in fields]
            m = [(getattr(moments, f).astype(float), getattr(moments_after, f).astype(float)) for f in fields]
            gradient = [old + 10 * (new - old) for old, new in m]
            for value, arrays in ((f"moved_{layer}", moved), (f"gradient_{layer}", gradient)):
                expected = np.linalg.norm(np.concatenate([array.ravel() for array in arrays]))
                assert found[value] == pytest.approx(expected, rel=1e-4), value  # float32 differences of weights
    assert len({float(f"{value:.2g}") for value in row}) == len(STEP_VALUES)


@each_engine
def test_same_seed_starts_from_the_same_bits(name, fresh):
    """In another engine of the same process. That one seed drops the same units is seen where two engines do so."""
    assert same_bits(create(name).state(), fresh(name).state())


@each_engine
def test_same_start_trains_to_the_same_bits(name, fresh):
    """Losses, and all that is left."""
    left = []
    for _ in range(2):
        engine = fresh(name)
        left.append(([step(engine, number) for number in range(3)], engine.state()))
    assert left[0][0] == left[1][0]
    assert same_bits(left[0][1], left[1][1])


@each_engine
def test_restored_state_continues_to_the_same_bits(name, fresh):
    """Whatever was trained meanwhile: losses, weights, moments, steps and dropped units."""
    engine = fresh(name)
    for number in range(4):
        step(engine, number)
    state = engine.state()
    expected, after = [step(engine, number) for number in range(4, 8)], engine.state()
    step(engine, 9)
    engine.restore(state)
    assert [step(engine, number) for number in range(4, 8)] == expected
    assert same_bits(engine.state(), after)
    assert not same_bits(state, after)


@each_engine
def test_weights_may_be_replaced_beside_the_optimizer(name, fresh):
    """Adam's moments and step stay; the weights are the given ones, in their places."""
    engine, weights = fresh(name), random_weights(4, CHARACTERS, seed=9, scale=1)
    step(engine, 0)
    before = adam(name, engine.state())
    engine.set_weights(weights)
    assert same_bits(engine.weights()._asdict(), weights._asdict())
    after = adam(name, engine.state())
    assert before[2] == after[2] == 1
    for there, then in zip(before[0] + before[1], after[0] + after[1], strict=True):
        np.testing.assert_array_equal(there, then)


@each_engine
@pytest.mark.parametrize(
    "change",
    [{"network": NETWORK._replace(hidden=6)}, {"characters": 9}],
    ids=["of-another-width", "of-other-characters"],
)
def test_state_of_another_network_is_refused(name, change, fresh):
    """And the engine is as it was."""
    other, engine = create(name, **change), fresh(name)
    before = engine.state()
    with pytest.raises(ValueError, match=r"\(\d+,.*\(\d+,"):  # the shapes stand in the message
        engine.restore(other.state())
    assert same_bits(engine.state(), before)


@each_engine
@pytest.mark.parametrize("spoil", [lambda s: s.popitem(), lambda s: s.update(more=np.zeros(2))], ids=["less", "more"])
def test_state_of_other_arrays_is_refused(name, spoil, fresh):
    """One too few, one too many."""
    engine = fresh(name)
    state = engine.state()
    spoil(state)
    with pytest.raises(ValueError, match=r"^state h.*expected"):
        engine.restore(state)


@each_engine
def test_two_seeds_differ_in_all_the_weights_they_draw(name, fresh):
    """Kernels and recurrent ones; that dropped units hang on the seed too is seen where both engines drop the same."""
    engine, other = fresh(name), create(name, seed=SEED + 1)
    first, second = engine.weights(), other.weights()
    drawn = [field for field in StackWeights._fields if not field.startswith("bias")]
    assert [field for field in drawn if np.array_equal(getattr(first, field), getattr(second, field))] == []


def test_unknown_engine_is_refused():
    """With those there are."""
    with pytest.raises(ValueError, match=r"^engine is 'session', expected one of compiled, keras$"):
        create("session")
