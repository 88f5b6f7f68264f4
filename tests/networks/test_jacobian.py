"""R(k) of each network against finite differences of states that share no code with it: Keras's layers, and loops.

Four units, weights all different and so large that each gate matters, six days; float64.
"""

import keras
import numpy as np
import pytest

from reproduce.networks.first_weights import layer_weights, lstm_weights
from reproduce.networks.jacobian import gru_days, lstm_days, reaches, simple_rnn_days, simple_rnn_stack_days
from reproduce.networks.lstm.weights import initial_weights, random_weights
from tests.networks.checks import WIRINGS
from tests.oracles import sigmoid

pytestmark = pytest.mark.usefixtures("one_thread")
HIDDEN, STEP = 4, 1e-6
RNG = np.random.default_rng(2)
WINDOW = RNG.normal(size=(6, 1))
DISTANCES = range(1, 6)
W = {name: 5 * array for name, array in random_weights(HIDDEN, seed=9).items()}
LAYERS = {  # by kind: Keras's class, our days, and the shapes of kernel, recurrent kernel and bias
    "simple-rnn": (keras.layers.SimpleRNN, simple_rnn_days, [(1, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,)]),
    "gru": (keras.layers.GRU, gru_days, [(1, 3 * HIDDEN), (HIDDEN, 3 * HIDDEN), (2, 3 * HIDDEN)]),
}


def lstm_states(wiring):
    """A way from states, (n, 8), h and c side by side, over some days to the states after them, by a loop."""

    def after(states, days):
        h, c = np.split(states, 2, axis=1)
        for x in days:
            read, kept = (h, c) if wiring == "described" else (c, h)
            z = {gate: x @ W[f"W_x{gate}"] + read @ W[f"W_h{gate}"] + W[f"b_{gate}"] for gate in "ifog"}
            c = sigmoid(z["f"]) * kept + sigmoid(z["i"]) * np.tanh(z["g"])
            h = sigmoid(z["o"]) * np.tanh(c)
        return np.concatenate([h, c], axis=1)

    return after


def keras_states(layer, weights):
    """The same of a layer of Keras; its state is h, (n, 4)."""
    built = layer(HIDDEN, dtype="float64")
    built.build((None, None, 1))
    built.set_weights(weights)
    return lambda states, days: np.asarray(
        built(np.repeat(days[np.newaxis], len(states), axis=0), initial_state=keras.ops.convert_to_tensor(states))
    )


def slopes(after, states):
    """R(k) of WINDOW by central differences, for each k of DISTANCES."""
    found, nudges = {}, STEP * np.eye(states)
    for k in DISTANCES:
        begun = after(np.zeros((1, states)), WINDOW[:-k])
        jacobian = (after(begun + nudges, WINDOW[-k:]) - after(begun - nudges, WINDOW[-k:])) / (2 * STEP)
        found[k] = float(np.linalg.svd(jacobian, compute_uv=False)[0])
    return found


@pytest.mark.parametrize("kind", LAYERS)
def test_reach_of_a_keras_layer_is_the_largest_slope_of_its_states(kind):
    """Central differences of every state; with steps of 1e-6 they are good to some 1e-9."""
    layer, days, shapes = LAYERS[kind]
    weights = [RNG.normal(0, 0.7, shape) for shape in shapes]
    expected = slopes(keras_states(layer, weights), HIDDEN)
    assert reaches(days(weights, WINDOW), HIDDEN, DISTANCES) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("wiring", WIRINGS)
def test_reach_of_the_lstm_is_the_largest_slope_of_h_and_c(wiring):
    """Of both together, whichever of them the gates read."""
    expected = slopes(lstm_states(wiring), 2 * HIDDEN)
    assert reaches(lstm_days(W, wiring, WINDOW), 2 * HIDDEN, DISTANCES) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_reach_of_a_stack_is_the_largest_slope_of_both_layers():
    """The second layer, of three units, reads the first one's four."""
    shapes = [*LAYERS["simple-rnn"][2], (HIDDEN, 3), (3, 3), (3,)]
    weights = [RNG.normal(0, 0.7, shape) for shape in shapes]
    days = [keras.layers.SimpleRNN(units, return_sequences=True, dtype="float64") for units in (HIDDEN, 3)]
    for layer, features, mine in zip(days, (1, HIDDEN), (weights[:3], weights[3:]), strict=True):
        layer.build((None, None, features))
        layer.set_weights(mine)

    def after(states, window):
        h = np.repeat(window[np.newaxis], len(states), axis=0)
        begun = np.split(states, [HIDDEN], axis=1)
        last = []
        for layer, state in zip(days, begun, strict=True):
            h = layer(h, initial_state=keras.ops.convert_to_tensor(state))
            last.append(np.asarray(h)[:, -1])
        return np.concatenate(last, axis=1)

    expected = slopes(after, HIDDEN + 3)
    found = reaches(simple_rnn_stack_days(weights, WINDOW), HIDDEN + 3, DISTANCES)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_reach_is_told_of_the_wanted_distances_alone():
    """Whatever the longest is, the others are as they are alone."""
    days = lstm_days(W, "described", WINDOW)
    assert list(reaches(days, 8, (2, 5))) == [2, 5]
    assert reaches(days, 8, (2, 5))[2] == reaches(days, 8, (2,))[2]


def test_keras_draws_orthogonal_kernels_and_open_forget_gates():
    """Each seed others; the LSTM's gates by their names in the reference."""
    kernel, recurrent, bias = layer_weights("simple-rnn", "keras", 8, seed=100)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(8), atol=1e-6)  # Keras makes it in float32
    assert np.abs(kernel).max() <= np.sqrt(6 / 9)
    assert not bias.any()
    assert not np.array_equal(layer_weights("simple-rnn", "keras", 8, seed=101)[1], recurrent)
    lstm = lstm_weights("keras", 8, seed=100)
    joined = np.concatenate([lstm[f"W_h{gate}"] for gate in "ifgo"], axis=1)
    np.testing.assert_allclose(joined @ joined.T, np.eye(8), atol=1e-6)
    assert {gate: set(lstm[f"b_{gate}"]) for gate in "ifog"} == {"i": {0.0}, "f": {1.0}, "o": {0.0}, "g": {0.0}}


@pytest.mark.parametrize("kind", LAYERS)
def test_program_draws_a_truncated_normal_and_no_bias(kind):
    """Deviation 0.05, cut at two of them, which leaves 0.044; the LSTM's are those of the graph."""
    kernel, recurrent, bias = layer_weights(kind, "program", 64, seed=100)
    assert not bias.any()
    assert recurrent.std() == pytest.approx(0.044, abs=0.002)
    assert max(np.abs(kernel).max(), np.abs(recurrent).max()) <= 0.1
    assert not np.array_equal(layer_weights(kind, "program", 64, seed=101)[1], recurrent)


def test_program_s_lstm_is_the_graph_s():
    """To the last bit."""
    ours, graph = lstm_weights("program", 3, seed=100), initial_weights(3, 100, "float64")
    assert all(np.array_equal(ours[name], graph[name]) for name in graph)
