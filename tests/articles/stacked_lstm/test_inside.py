"""What is drawn of the guide's trained networks: which days and units, and how much each price moves the prediction."""

import numpy as np
import pytest

from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm import inside
from reproduce.articles.stacked_lstm.training import trained_forecaster
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.networks.layers import read_layers

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def run(finished):
    """A small trained run, its windows and its network."""
    directory = finished("stacked-lstm")
    return directory, prepare(PRICES.read(directory), directory.config.variant), trained_forecaster(directory)


def test_gates_are_those_of_the_newest_window(run):
    """Its days oldest first, with their prices; the units that the prediction takes most from on top."""
    directory, windows, forecaster = run
    cells = inside.read_cells(directory, forecaster)
    assert cells.steps == windows.dates[-6:-1].astype(str).tolist()
    np.testing.assert_allclose(cells.rows["price"], windows.close_scaled[-6:-1], rtol=1e-6)
    last = read_layers(forecaster.weights(), windows.inputs[-1:].astype(np.float32))[1]["h"][0, -1]
    order = np.argsort(-np.abs(forecaster.weights()["kernel_out"][:, 0] * last))
    np.testing.assert_allclose(cells.rows["h"][-1], last[order])


def test_layers_predict_what_the_network_predicts(run):
    """So the gates are those of the trained network, dropout aside."""
    _, windows, forecaster = run
    weights, inputs = forecaster.weights(), windows.inputs.astype(np.float32)
    _, second = read_layers(weights, inputs)
    predicted = second["h"][:, -1] @ weights["kernel_out"] + weights["bias_out"]
    np.testing.assert_allclose(predicted, forecaster.predict(windows.inputs), rtol=1e-4, atol=1e-6)


def test_slopes_are_what_a_small_step_of_each_price_moves(run):
    """Of every test window and day; by differences in float32, so roughly."""
    directory, windows, forecaster = run
    slopes, (inputs, _), step = inside.tested_slopes(directory, forecaster), windows.test, 1e-2
    assert slopes.shape == (6, 5)
    for day in range(5):
        move = step * (np.arange(5) == day)[:, np.newaxis]
        up, down = (forecaster.predict(inputs + sign * move)[:, 0] for sign in (1, -1))
        np.testing.assert_allclose(slopes[:, day], (up - down) / (2 * step), rtol=0.02, atol=1e-4)
