"""The four networks against NumPy, their training against Keras's own steps, and what their seeds decide."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.networks.forecasters import Forecaster, build_model, describe_model
from tests.networks.forecasters import FORWARDS

pytestmark = pytest.mark.usefixtures("one_thread")
NETWORKS = ("lstm", "simple-rnn", "gru", "mlp")


def stack_of(network, **changed):
    """A small network, all sizes different."""
    sizes = {"window": 5, "first": 3, "second": 4, "dropout": 0.25, "batch": 6}
    return SimpleNamespace(network=network, **sizes | changed)


def problem(windows):
    """Inputs (windows, 5, 1) and targets (windows, 1), float32 and fixed."""
    generator = np.random.default_rng(7)
    shapes = (windows, 5, 1), (windows, 1)
    return tuple(generator.normal(size=shape).astype("float32") for shape in shapes)


def seeds_in(model):
    """Every seed that a layer or an initialiser of the model was given, as JSON writes it."""
    return re.findall(r'"seed": (\w+)', json.dumps(model.get_config()))


@pytest.mark.parametrize("network", NETWORKS)
def test_network_predicts_what_numpy_does(network):
    """Distinct random weights, biases too; float64 on both sides, so that only rounding is left."""
    model = build_model(stack_of(network), seed=0, dtype="float64")
    generator = np.random.default_rng(3)
    weights = [generator.normal(size=weight.shape) for weight in model.weights]
    model.set_weights(weights)
    inputs = generator.normal(size=(2, 5, 1))
    expected = [FORWARDS[network](window, weights) for window in inputs]
    np.testing.assert_allclose(model(inputs, training=False), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("network", "layers", "parameters"),
    [  # gates · (units · (inputs + units) + biases), by hand
        ("lstm", ["LSTM", "Dropout", "LSTM", "Dropout", "Dense"], [10400, 60400, 101]),
        ("simple-rnn", ["SimpleRNN", "Dropout", "SimpleRNN", "Dropout", "Dense"], [2600, 15100, 101]),
        ("gru", ["GRU", "Dropout", "GRU", "Dropout", "Dense"], [7950, 45600, 101]),
        ("mlp", ["Flatten", "Dense", "Dropout", "Dense", "Dropout", "Dense"], [3050, 5100, 101]),
    ],
)
def test_network_of_the_guide_s_sizes(network, layers, parameters):
    """Windows of 60, layers of 50 and 100; loss and optimizer as published."""
    described = describe_model(stack_of(network, window=60, first=50, second=100, dropout=0.2))
    assert described == {
        "layers": layers,
        "units": [50, 100, 1],
        "parameters": parameters,
        "dropouts": [0.2, 0.2],
        "loss": "mean_squared_error",
        "optimizer": ["rmsprop", 0.001, 0.9],
    }


def test_unknown_network_is_refused():
    """With those there are."""
    with pytest.raises(ValueError, match="network is 'transformer', expected one of lstm, simple-rnn, gru, mlp"):
        build_model(stack_of("transformer"), seed=0)


@pytest.mark.parametrize(("network", "draws"), [("lstm", 9), ("simple-rnn", 7), ("gru", 9), ("mlp", 5)])
def test_no_two_draws_share_a_seed(network, draws):
    """Neither within a run nor between neighbouring ones; none is left to chance."""
    seeds = [seed for run in (0, 1, 2) for seed in seeds_in(build_model(stack_of(network), run))]
    assert len(seeds) == len(set(seeds)) == 3 * draws
    assert "null" not in seeds


def test_epoch_steps_through_the_drawn_order():
    """Keras's own `train_on_batch` on the same slices leaves the same weights: 2 whole batches and one of 3."""
    stack, (inputs, targets) = stack_of("mlp"), problem(windows=15)
    forecaster, model = Forecaster(stack, seed=5), build_model(stack, seed=5)
    loss = forecaster.train_epoch(1, inputs, targets)
    order = np.random.default_rng((5, 1)).permutation(15)
    losses = []
    for batch in (order[:6], order[6:12], order[12:]):
        losses.append(float(model.train_on_batch(inputs[batch], targets[batch])))
        model.reset_metrics()
    assert loss == pytest.approx(np.average(losses, weights=[6, 6, 3]), rel=1e-6)  # float32
    np.testing.assert_allclose(forecaster.predict(inputs), model(inputs, training=False), rtol=1e-6)


def test_predictions_drop_nothing():
    """Training has left no trace of dropout: twice the same, and as NumPy says of the weights."""
    inputs, targets = problem(windows=6)
    forecaster = Forecaster(stack_of("mlp", dropout=0.9), seed=1)
    forecaster.train_epoch(0, inputs, targets)
    weights = [array for array in forecaster.state().values() if array.dtype == "float32"][:6]
    expected = [FORWARDS["mlp"](window, weights) for window in inputs]
    np.testing.assert_allclose(forecaster.predict(inputs.astype(float)), expected, rtol=1e-5)  # float32


@pytest.mark.parametrize("network", FORWARDS)
def test_named_weights_are_all_that_a_forward_pass_needs(network):
    """In Keras's order, layer by layer; an mlp has no recurrent ones."""
    inputs, _ = problem(windows=4)
    forecaster = Forecaster(stack_of(network), seed=6)
    weights = forecaster.weights()
    parts = ("kernel", "bias") if network == "mlp" else ("kernel", "recurrent", "bias")
    assert list(weights) == [*(f"{part}_{place}" for place in "12" for part in parts), "kernel_out", "bias_out"]
    expected = [FORWARDS[network](window, list(weights.values())) for window in inputs]
    np.testing.assert_allclose(forecaster.predict(inputs), expected, rtol=1e-4, atol=1e-6)  # float32


def test_forecaster_continues_from_a_state_to_the_same_bits():
    """In another model of the same process; an epoch later all is equal, the dropout's draws too."""
    stack, data = stack_of("mlp"), problem(windows=12)
    first, second = Forecaster(stack, seed=2), Forecaster(stack, seed=2)
    first.train_epoch(0, *data)
    second.restore(first.state())
    assert first.train_epoch(1, *data) == second.train_epoch(1, *data)
    ours, theirs = first.state(), second.state()
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)
