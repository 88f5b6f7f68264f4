"""The published Bitcoin program against the package, and against what is known of it."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import tensorflow.compat.v1 as tf

from reproduce.articles.bitcoin_lstm.pictures import predictions_as_published, prices_as_published
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.evidence.program import load_program, program_path
from reproduce.inputs.prices import load_prices
from reproduce.networks.graph_engine import session_config
from reproduce.networks.lstm.create import create_engine
from reproduce.networks.lstm.weights import Weights
from tests.original_code.museum import describe, run_as_script

PROGRAM = program_path("bitcoin_lstm")
ROOT = PROGRAM.parents[1]
# As published, but for a graph of 9 cells in place of 49; of the script it is seen that all 49 train alike.
SMALL = Variant(window=3, batch=3)

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def program():
    """The program as a module, its main part not run."""
    return load_program("bitcoin_lstm")


@pytest.fixture(scope="module")
def samples():
    """A hundred batches of SMALL, inputs and targets."""
    inputs, targets = prepare(load_prices(), SMALL).train
    return [
        (inputs[k : k + SMALL.batch], targets[k : k + SMALL.batch]) for k in range(0, 100 * SMALL.batch, SMALL.batch)
    ]


@pytest.fixture(scope="module")
def train_program(samples):
    """A way to train the published graph of that size, seed 4: its first weights, and every batch's loss, by epoch."""
    program = load_program("bitcoin_lstm")
    program.batch_size, program.window_size = SMALL.batch, SMALL.window

    def train(epochs, threads=1):
        with tf.Graph().as_default() as graph, tf.Session(config=session_config(threads)) as session:
            inputs, targets, _, loss, update = program.build_graph(seed=4)
            session.run(tf.global_variables_initializer())
            weights = session.run(tf.trainable_variables())
            losses = [
                [session.run([loss, update], {inputs: x, targets: y})[0] for x, y in samples] for _ in range(epochs)
            ]
        return graph, weights, np.array(losses)

    return train


@pytest.fixture(scope="module")
def published_run(train_program):
    """Two epochs of it."""
    _, weights, losses = train_program(epochs=2)
    return losses, weights


@pytest.fixture(scope="module")
def our_run(samples):
    """The same of the session engine."""
    engine = create_engine("session", SMALL, seed=4)
    weights = engine.weights()
    inputs, targets = map(np.concatenate, zip(*samples, strict=True))
    return np.array([engine.train_epoch(inputs, targets).losses for _ in range(2)]), weights


def test_program_starts_from_the_weights_of_the_package(published_run, our_run):
    """The same seed draws the same bits, weight by weight in the order of creation."""
    for name, expected in zip(Weights._fields, published_run[1], strict=True):
        np.testing.assert_array_equal(our_run[1][name], expected, err_msg=name)


def test_session_engine_has_the_losses_of_the_program(published_run, our_run):
    """Same seed, two epochs, every batch: equal to the last bit, where 1e-6 relative was asked for."""
    np.testing.assert_array_equal(our_run[0], published_run[0])


def test_program_on_reference_variables_differs_less_than_another_seed(train_program, published_run):
    """TF1's own variables let the backward pass read weights that Adam has moved already; it matters little.

    The output weights' update need not wait for the product that sends the error back through them. The first epoch's
    mean loss moves by some tenths of a percent; between seeds it moves by tens of percent.
    """
    tf.disable_resource_variables()
    try:
        graph, _, losses = train_program(epochs=1, threads=2)
    finally:
        tf.enable_resource_variables()
    assert "VariableV2" in {operation.type for operation in graph.get_operations()}
    assert np.mean(losses) == pytest.approx(published_run[0][0].mean(), rel=0.02)


def test_program_windows_are_those_of_the_package(program, dataset):
    """Same windows, same targets, same split."""
    inputs, targets = program.window_data(dataset.close_scaled.reshape(-1, 1), 7)
    np.testing.assert_array_equal(inputs, dataset.inputs)
    np.testing.assert_array_equal(targets, dataset.targets)
    assert dataset.train_windows == program.TRAIN_WINDOWS


def test_program_prints_what_it_printed(tmp_path, monkeypatch):
    """The four shapes, then epoch 0 and its mean loss, for seed 0 the session engine's in docs/; two pictures.

    To what another processor rounds; that the engine has the program's losses to the last bit is seen above.
    """
    lines = run_as_script(monkeypatch, "bitcoin_lstm", "--epochs", 1, "--seed", 0, "--out", tmp_path).splitlines()
    assert lines[:4] == [
        "training inputs (1018, 7, 1)",
        "training targets (1018, 1)",
        "test inputs (248, 7, 1)",
        "test targets (248, 1)",
    ]
    assert len(lines) == 5
    words, loss = lines[4].rsplit(maxsplit=1)
    assert words == "Epoch 0/1"
    assert float(loss) == pytest.approx(pd.read_csv(ROOT / "docs" / "losses-session.csv")["loss"][0], rel=1e-4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["predictions.png", "prices.png"]


@pytest.mark.usefixtures("kept_figures")
def test_price_picture_is_drawn_as_the_program_draws_it(program, dataset, tmp_path):
    """Size, title, axis labels, legend, colours, and the curve's every point."""
    program.plot_prices(dataset.close_scaled, tmp_path)
    assert describe(prices_as_published(dataset)) == describe(plt.gcf())


@pytest.mark.usefixtures("kept_figures")
def test_prediction_picture_is_drawn_as_the_program_draws_it(program, dataset, tmp_path):
    """Size, title, axis labels, legend, colours, and the three curves, the shift by 7 and by 6 days included."""
    training, testing = np.linspace(0, 1, 1015), np.linspace(1, 2, 245)
    program.plot_predictions(dataset.close_scaled, training, testing, tmp_path)
    assert describe(predictions_as_published(dataset, training, testing)) == describe(plt.gcf())
