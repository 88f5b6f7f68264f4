"""The four networks against NumPy, their training against Keras's own steps, and what their seeds decide."""

import json
import re
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from reproduce.errors import MismatchError
from reproduce.networks.forecasters import create
from reproduce.networks.forecasters.create import create_forecaster
from reproduce.networks.forecasters.keras import build_model, describe_model
from tests.networks.checks import same_bits
from tests.networks.forecasters import FORWARDS, lstm_layer

pytestmark = pytest.mark.usefixtures("one_thread")
NETWORKS = ("lstm", "simple-rnn", "gru", "mlp")


def stack_of(network, **changed):
    """A small network, all sizes different."""
    sizes = {"window": 5, "first": 3, "second": 4, "dropout": 0.25, "batch": 6, "layers": 2, "optimizer": "rmsprop"}
    return SimpleNamespace(network=network, **sizes | changed)


LSTM = stack_of("lstm", batch=7)


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


@pytest.mark.parametrize(("optimizer", "rate"), [("adam", 0.001), ("sgd", 0.01)])
def test_optimizer_without_a_decay_has_none(optimizer, rate):
    """Keras's defaults."""
    assert describe_model(stack_of("lstm", optimizer=optimizer))["optimizer"] == [optimizer, rate, None]


@pytest.mark.parametrize(("layers", "units"), [(1, [4]), (2, [3, 4]), (3, [3, 3, 4])])
def test_layers_are_chained_and_the_last_hands_on_its_last_output(layers, units):
    """As NumPy chains them, from distinct random weights; the wide one is the last."""
    model = build_model(stack_of("lstm", layers=layers), seed=0, dtype="float64")
    generator = np.random.default_rng(3)
    weights = [generator.normal(size=weight.shape) for weight in model.weights]
    model.set_weights(weights)
    assert [layer.units for layer in model.layers if hasattr(layer, "units")] == [*units, 1]
    assert sum(isinstance(layer, keras.layers.Dropout) for layer in model.layers) == layers
    window = generator.normal(size=(5, 1))
    outputs = window
    for place in range(layers):
        outputs = lstm_layer(outputs, *weights[3 * place : 3 * place + 3])
    expected = outputs[-1] @ weights[-2] + weights[-1]
    np.testing.assert_allclose(model(window[np.newaxis], training=False)[0], expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "step"),
    [
        ("sgd", lambda g: -0.01 * g),
        # Both means are corrected; ε stands beside a root that is not yet, of a thousandth of g².
        ("adam", lambda g: -0.001 * g / (np.abs(g) + 1e-7 / np.sqrt(0.001))),
        ("rmsprop", lambda g: -0.001 * g / np.sqrt(0.1 * g**2 + 1e-7)),  # of its mean of squares a tenth is new
    ],
)
def test_optimizer_takes_the_step_of_its_equations(optimizer, step):
    """The first one, from Keras's own gradient of the mean squared error; at the rate that Keras gives it."""
    model, (inputs, targets) = build_model(stack_of("mlp", dropout=0, optimizer=optimizer), seed=2), problem(windows=6)
    before = model.get_weights()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(inputs) - targets))
    gradients = tape.gradient(loss, model.trainable_variables)
    model.train_on_batch(inputs, targets)
    for old, new, gradient in zip(before, model.get_weights(), gradients, strict=True):
        np.testing.assert_allclose(new, old + step(np.asarray(gradient)), rtol=1e-4, atol=2e-7)  # float32


def test_unknown_network_is_refused():
    """With those there are."""
    with pytest.raises(ValueError, match="network is 'transformer', expected one of lstm, simple-rnn, gru, mlp"):
        build_model(stack_of("transformer"), seed=0)


@pytest.mark.parametrize(
    ("network", "layers", "draws"),
    [("lstm", 2, 9), ("simple-rnn", 2, 7), ("gru", 2, 9), ("mlp", 2, 5), ("lstm", 1, 5), ("lstm", 3, 13)],
)
def test_no_two_draws_share_a_seed(network, layers, draws):
    """Neither within a run nor between neighbouring ones; none is left to chance."""
    seeds = [seed for run in (0, 1, 2) for seed in seeds_in(build_model(stack_of(network, layers=layers), run))]
    assert len(seeds) == len(set(seeds)) == 3 * draws
    assert "null" not in seeds


def test_epoch_steps_through_the_drawn_order():
    """Keras's own `train_on_batch` on the same slices leaves the same weights: 2 whole batches and one of 3."""
    stack, (inputs, targets) = stack_of("mlp"), problem(windows=15)
    forecaster, model = create_forecaster("keras", stack, seed=5), build_model(stack, seed=5)
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
    forecaster = create_forecaster("keras", stack_of("mlp", dropout=0.9), seed=1)
    forecaster.train_epoch(0, inputs, targets)
    weights = [array for array in forecaster.state().values() if array.dtype == "float32"][:6]
    expected = [FORWARDS["mlp"](window, weights) for window in inputs]
    np.testing.assert_allclose(forecaster.predict(inputs.astype(float)), expected, rtol=1e-5)  # float32


def test_weights_of_any_number_of_layers_are_named():
    """By the layer's place."""
    weights = create_forecaster("keras", stack_of("mlp", layers=3), seed=6).weights()
    assert list(weights) == [
        *(f"{part}_{place}" for place in "123" for part in ("kernel", "bias")),
        "kernel_out",
        "bias_out",
    ]


@pytest.mark.parametrize("network", FORWARDS)
def test_named_weights_are_all_that_a_forward_pass_needs(network):
    """In Keras's order, layer by layer; an mlp has no recurrent ones."""
    inputs, _ = problem(windows=4)
    forecaster = create_forecaster("keras", stack_of(network), seed=6)
    weights = forecaster.weights()
    parts = ("kernel", "bias") if network == "mlp" else ("kernel", "recurrent", "bias")
    assert list(weights) == [*(f"{part}_{place}" for place in "12" for part in parts), "kernel_out", "bias_out"]
    expected = [FORWARDS[network](window, list(weights.values())) for window in inputs]
    np.testing.assert_allclose(forecaster.predict(inputs), expected, rtol=1e-4, atol=1e-6)  # float32


def test_keras_continues_from_a_state_to_the_same_bits():
    """In another model of the same process; an epoch later all is equal, the dropout's draws too."""
    stack, data = stack_of("mlp"), problem(windows=12)
    first, second = (create_forecaster("keras", stack, 2) for _ in range(2))
    first.train_epoch(0, *data)
    second.restore(first.state())
    assert first.train_epoch(1, *data) == second.train_epoch(1, *data)
    assert same_bits(first.state(), second.state())


# The compiled engine, held to Keras's


@pytest.fixture(scope="module")
def trained(one_thread, tmp_path_factory):  # noqa: ARG001
    """Both engines after two epochs of two whole batches and one of 3: losses, weights, predictions, squares' means.

    Also what each has saved for Keras.
    """
    inputs, targets = problem(windows=17)
    left, folder = {}, tmp_path_factory.mktemp("saved")
    for engine in ("keras", "compiled"):
        forecaster = create_forecaster(engine, LSTM, seed=5)
        start = forecaster.weights()
        losses = [forecaster.train_epoch(epoch, inputs, targets) for epoch in range(2)]
        state, weights = forecaster.state(), forecaster.weights()
        if engine == "keras":
            squares = [state[key] for key in sorted(state)][-8:]
        else:
            squares = [state[f"v/{weight}"] for weight in weights]
        left[engine] = SimpleNamespace(
            start=start,
            losses=losses,
            weights=weights,
            squares=squares,
            predictions=forecaster.predict(inputs),
            slopes=forecaster.slopes(inputs),
            forecaster=forecaster,
            saved=folder / f"{engine}.keras",
        )
        forecaster.save(left[engine].saved)
    return left, (inputs, targets)


@pytest.fixture(scope="module")
def whole_and_parts(trained):
    """The compiled engine, and one that splits each batch of seven into parts of three and four; and whole batches."""
    parts = create_forecaster("compiled", LSTM, seed=5, threads=2)
    return {"whole": trained[0]["compiled"].forecaster, "parts": parts}, problem(windows=14)


def test_compiled_trains_what_keras_trains(trained):
    """From the same weights, dropping the same units: losses, weights, means of squares."""
    ours, theirs = (trained[0][name] for name in ("compiled", "keras"))
    np.testing.assert_allclose(ours.losses, theirs.losses, rtol=1e-6)
    for weight, array in theirs.weights.items():
        np.testing.assert_array_equal(ours.start[weight], theirs.start[weight], err_msg=weight)
        np.testing.assert_allclose(ours.weights[weight], array, rtol=1e-4, atol=1e-6, err_msg=weight)
        assert np.abs(array - theirs.start[weight]).max() > 1e-3, weight
    for mine, square in zip(ours.squares, theirs.squares, strict=True):
        np.testing.assert_allclose(mine, square, rtol=1e-4)


def test_compiled_predicts_what_keras_predicts(trained):
    """And as steep: how each prediction moves with each price."""
    ours, theirs = (trained[0][name] for name in ("compiled", "keras"))
    np.testing.assert_allclose(ours.predictions, theirs.predictions, rtol=1e-4)
    assert ours.slopes.shape == (17, 5)
    np.testing.assert_allclose(ours.slopes, theirs.slopes, rtol=1e-3, atol=1e-6)


def test_batches_in_parts_train_the_same(whole_and_parts):
    """Losses, weights and means of squares after two epochs, to the order of float32's sums."""
    (whole, parts), data = whole_and_parts[0].values(), whole_and_parts[1]
    whole.restore(parts.state())
    losses = [[one.train_epoch(epoch, *data) for epoch in range(2)] for one in (whole, parts)]
    np.testing.assert_allclose(*losses, rtol=1e-6)
    ours, theirs = parts.state(), whole.state()
    for name, array in theirs.items():
        np.testing.assert_allclose(ours[name], array, rtol=1e-4, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", ["whole", "parts"])
def test_compiled_continues_from_a_state_to_the_same_bits(whole_and_parts, name):
    """Whatever it trained meanwhile; an epoch later all is equal, the dropout's draws too."""
    forecaster, data = whole_and_parts[0][name], whole_and_parts[1]
    start = forecaster.state()
    expected = forecaster.train_epoch(2, *data), forecaster.state()
    assert forecaster.train_epoch(3, *data) != expected[0]
    forecaster.restore(start)
    assert forecaster.train_epoch(2, *data) == expected[0]
    assert same_bits(forecaster.state(), expected[1])


def test_saved_model_trains_on_as_keras_would(trained):
    """Predictions now, and the weights after a step on each: the optimizer's memory is in the file."""
    left, (inputs, _) = trained
    model, theirs = (keras.models.load_model(left[engine].saved) for engine in ("compiled", "keras"))
    np.testing.assert_allclose(model(inputs, training=False), left["compiled"].predictions, rtol=1e-5)
    assert int(model.optimizer.iterations) == 6
    gradients = [np.full(weight.shape, 0.01, np.float32) for weight in model.trainable_variables]
    for one in (model, theirs):
        one.optimizer.apply(gradients, one.trainable_variables)
    for ours, weight in zip(model.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours, weight, rtol=1e-4, atol=1e-6)


def test_compiled_has_the_lstm_alone():
    """The others are Keras's."""
    with pytest.raises(ValueError, match="network is 'gru', expected lstm; the engine keras has the others"):
        create_forecaster("compiled", stack_of("gru"), seed=0)


@pytest.mark.parametrize("changed", [{"layers": 3}, {"optimizer": "adam"}], ids=lambda one: next(iter(one)))
def test_compiled_has_the_guide_s_layers_and_optimizer_alone(changed):
    """It would else train another network without a word."""
    with pytest.raises(ValueError, match="expected 2 and rmsprop; the engine keras has the others"):
        create_forecaster("compiled", stack_of("lstm", **changed), seed=0)


def test_unknown_engine_is_refused():
    """With those there are."""
    with pytest.raises(ValueError, match="engine is 'torch', expected one of keras, compiled"):
        create_forecaster("torch", stack_of("lstm"), seed=0)


def test_proof_holds_both_engines_side_by_side(monkeypatch):
    """On the first twenty batches; a machine where they differ is refused before it trains."""
    asked, losses = [], {"keras": 0.5, "compiled": 0.500001}

    def pretender(name, stack, seed, threads):
        def train_epoch(epoch, inputs, targets):
            asked.append((name, stack.network, seed, threads, epoch, len(inputs), len(targets)))
            return losses[name]

        return SimpleNamespace(train_epoch=train_epoch, close=lambda: asked.append(name))

    monkeypatch.setattr(create, "create_forecaster", pretender)
    proof = create.prove_compiled(stack_of("lstm"), 5, 2, *problem(windows=130))
    assert proof == {**losses, "relative_difference": pytest.approx(2e-6)}
    assert asked == [one for name in losses for one in ((name, "lstm", 5, 2, 0, 120, 120), name)]
    losses["compiled"] = 0.51
    with pytest.raises(
        MismatchError, match=r"the first 12 windows is 0\.51 on the compiled engine and 0\.5 on the keras"
    ):
        create.prove_compiled(stack_of("lstm"), 5, 1, *problem(windows=12))
