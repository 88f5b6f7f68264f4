"""Any recurrent layer by the article's recipe: held to NumPy, finite differences and the engine of the LSTM."""

from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.networks.lstm.keras import KerasEngine
from reproduce.networks.lstm.weights import initial_weights
from reproduce.networks.recurrent import RecurrentEngine
from tests.networks.forecasters import gru_layer

pytestmark = pytest.mark.usefixtures("one_thread")
RNG = np.random.default_rng(7)
INPUTS, TARGETS = RNG.normal(size=(6, 3, 1)), RNG.normal(size=(6, 1))  # three batches of 2 windows of 3 days
LONGER = RNG.normal(size=(6, 9, 1))  # so many days that they go round in a loop
RNN = {"W_x": (1, 4), "W_h": (4, 4), "b": (4,), "W_hy": (4, 1), "b_y": (1,)}  # names of weights, and their shapes


def recipe_of(network="simple-rnn", wiring="published", **more):
    """Small; every size is another one."""
    sizes = {"window": 3, "batch": 2, "hidden": 4, "learning_rate": 0.01}
    chosen = {"clipping": "unused", "clip_margin": 4.0, "draw": "program"}
    return SimpleNamespace(network=network, wiring=wiring, **chosen | sizes | more)


def random_rnn():
    """Weights of a plain RNN, each another draw."""
    generator = np.random.default_rng(11)
    return {name: generator.normal(0, 0.5, shape) for name, shape in RNN.items()}


def rnn_loss(w, inputs, targets):
    """Of h = tanh(x W_x + h W_h + b), day by day."""
    h = np.zeros((len(inputs), 4))
    for t in range(inputs.shape[1]):
        h = np.tanh(inputs[:, t] @ w["W_x"] + h @ w["W_h"] + w["b"])
    return float(np.mean((h @ w["W_hy"] + w["b_y"] - targets) ** 2))


def slopes(w, inputs, targets, step=1e-6):
    """The derivative of that loss by each weight, from its values on either side."""
    found = {name: np.zeros(shape) for name, shape in RNN.items()}
    for name, slope in found.items():
        for place in np.ndindex(slope.shape):
            ends = [{**w, name: w[name].copy()} for _ in range(2)]
            for one, sign in zip(ends, (1, -1), strict=True):
                one[name][place] += sign * step
            high, low = (rnn_loss(one, inputs, targets) for one in ends)
            slope[place] = (high - low) / (2 * step)
    return found


def norm_of(arrays):
    return float(np.sqrt(sum(np.sum(array**2) for array in arrays)))


@pytest.mark.parametrize(
    ("clipping", "margin", "inputs", "clipped"),
    [("unused", 0.1, INPUTS, 0), ("applied", 4.0, INPUTS, 2), ("applied", 0.1, LONGER, 3)],
    ids=["unclipped", "clipped-where-above", "loop"],
)
def test_steps_of_a_plain_rnn_are_those_of_its_equations(clipping, margin, inputs, clipped):
    """Loss, gradient norm before clipping, and TF1's Adam by hand, which sees the clipped gradient."""
    recipe = recipe_of(clipping=clipping, clip_margin=margin, window=inputs.shape[1])
    engine = RecurrentEngine(recipe, seed=0, dtype="float64")
    w, scales = random_rnn(), []
    engine.set_weights(w)
    steps = engine.train_recorded(inputs, TARGETS).steps
    m, v = ({name: np.zeros(shape) for name, shape in RNN.items()} for _ in range(2))
    for t, told in enumerate(steps, start=1):
        batch = slice(2 * (t - 1), 2 * t)
        gradients, before = slopes(w, inputs[batch], TARGETS[batch]), w
        norm = norm_of(gradients.values())
        assert told[:2] == pytest.approx([rnn_loss(w, inputs[batch], TARGETS[batch]), norm], rel=1e-6)
        scale = min(1, margin / norm) if clipping == "applied" else 1
        scales.append(scale)
        rate = 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        m = {name: 0.9 * m[name] + 0.1 * scale * g for name, g in gradients.items()}
        v = {name: 0.999 * v[name] + 0.001 * (scale * g) ** 2 for name, g in gradients.items()}
        w = {name: w[name] - rate * m[name] / (np.sqrt(v[name]) + 1e-8) for name in w}
        assert told[2] == pytest.approx(norm_of([w[name] - before[name] for name in w]), rel=1e-5)
    for name, array in engine.weights().items():
        np.testing.assert_allclose(array, w[name], rtol=1e-5, atol=1e-7)
    assert sum(scale < 1 for scale in scales) == clipped, scales


@pytest.mark.parametrize(
    ("wiring", "inputs"),
    [("published", INPUTS), ("described", LONGER)],
    ids=["published-written-out", "described-loop"],
)
def test_lstm_trains_as_the_engine_of_its_own(wiring, inputs):
    """From the weights that the seed draws for the other engines; float64, so that only sums' orders differ."""
    recipe = recipe_of("lstm", wiring, window=inputs.shape[1])
    ours, own = (engine(recipe, 3, dtype="float64") for engine in (RecurrentEngine, KerasEngine))
    for name, array in initial_weights(4, 3, "float64").items():
        np.testing.assert_array_equal(ours.weights()[name], array)
    for one, other in zip(ours.train_epoch(inputs, TARGETS), own.train_epoch(inputs, TARGETS), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)
    np.testing.assert_allclose(ours.predict(inputs), own.predict(inputs), rtol=1e-9)


@pytest.mark.parametrize("inputs", [INPUTS, LONGER], ids=["written-out", "loop"])
def test_gru_predicts_what_its_equations_do(inputs):
    """One window and one day at a time, with distinct random weights."""
    engine = RecurrentEngine(recipe_of("gru", window=inputs.shape[1]), seed=0, dtype="float64")
    w = {name: RNG.normal(0, 0.5, array.shape) for name, array in engine.weights().items()}
    engine.set_weights(w)
    last = [gru_layer(window, w["W_x"], w["W_h"], w["b"])[-1] for window in inputs]
    np.testing.assert_allclose(engine.predict(inputs), np.array(last) @ w["W_hy"] + w["b_y"], rtol=1e-10)


@pytest.mark.parametrize("network", ["simple-rnn", "gru"])
def test_every_weight_is_a_draw_of_its_own_as_the_program_draws(network):
    """Below twice the deviation of 0.05, biases 0, another one for each seed, the same each time."""
    first, again, other = (RecurrentEngine(recipe_of(network, hidden=50), seed).weights() for seed in (0, 0, 1))
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
        assert name.startswith("b") == (not array.any())
        assert name.startswith("b") or (np.abs(array).max() <= 0.1 and 0.03 < array.std() < 0.06)
        assert name.startswith("b") or np.mean(np.isin(other[name], array)) < 0.01  # float32 meets by chance
    assert not np.isin(first["W_hy"], first["W_x"]).any()


@pytest.mark.parametrize("network", ["simple-rnn", "lstm"])
def test_weights_are_drawn_as_keras_draws_them(network):
    """Glorot's uniform kernels, orthogonal recurrent ones, biases 0 but an LSTM's forget gates'; all of the seed."""
    recipe = recipe_of(network, "described", hidden=50, draw="keras")
    first, again, other = (RecurrentEngine(recipe, seed).weights() for seed in (0, 0, 1))
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
        assert name.startswith("b") or not np.isin(other[name], array).all()
    recurrent = np.concatenate([array for name, array in first.items() if name.startswith("W_h") and name != "W_hy"], 1)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(50), atol=1e-5)  # float32
    gates = recurrent.shape[1] // 50
    entering = np.concatenate([array.ravel() for name, array in first.items() if name.startswith("W_x")])
    for array, limit in ((entering, (6 / (1 + 50 * gates)) ** 0.5), (first["W_hy"], (6 / 51) ** 0.5)):
        assert 0.9 * limit < np.abs(array).max() <= limit
    assert {name: array.mean() for name, array in first.items() if name.startswith("b") and array.any()} == (
        {"b_f": 1} if network == "lstm" else {}
    )


def test_engine_begins_anew_with_nothing_of_a_training_before():
    """The state of an engine that has trained nothing, in either draw: weights and Adam's memory are new."""
    used = RecurrentEngine(recipe_of(), seed=0)
    used.train_epoch(INPUTS, TARGETS)
    for draw in ("keras", "program"):
        used.restart(draw, seed=1)
        ours, fresh = used.state(), RecurrentEngine(recipe_of(draw=draw), seed=1).state()
        assert ours.keys() == fresh.keys()
        for name, array in ours.items():
            np.testing.assert_array_equal(array, fresh[name], err_msg=name)


def test_engine_goes_on_from_its_state_to_the_same_bits():
    """Adam's moments and its step are in it; what was trained meanwhile leaves nothing."""
    engine = RecurrentEngine(recipe_of("gru"), seed=0)
    engine.train_epoch(INPUTS, TARGETS)
    state = engine.state()
    expected = engine.train_epoch(INPUTS, TARGETS)
    engine.restore(state)
    for one, other in zip(engine.train_epoch(INPUTS, TARGETS), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_batch_that_is_not_whole_is_refused():
    """With both numbers."""
    with pytest.raises(ValueError, match="5 windows, expected whole batches of 2"):
        RecurrentEngine(recipe_of(), seed=0).train_epoch(INPUTS[:5], TARGETS[:5])
