"""What is read of two stacked layers, held to Keras."""

import keras
import numpy as np
import pytest

from reproduce.networks.layers import leading_units, read_layers

pytestmark = pytest.mark.usefixtures("one_thread")


def test_layers_are_keras_s_step_by_step():
    """h and c of both after every step, of layers of three and four units over six steps, from random weights."""
    generator = np.random.default_rng(2)
    inputs = generator.normal(size=(2, 6, 1))
    first, second = (keras.layers.LSTM(n, return_sequences=True, return_state=True, dtype="float64") for n in (3, 4))
    output = keras.layers.Dense(2, dtype="float64")
    h_1, *_ = first(inputs)
    output(second(h_1)[0])
    weights = {}
    for place, layer in (("1", first), ("2", second), ("out", output)):
        layer.set_weights([generator.normal(size=array.shape) for array in layer.get_weights()])
        for kind, array in zip(
            ("kernel", "recurrent", "bias") if place != "out" else ("kernel", "bias"), layer.get_weights(), strict=True
        ):
            weights[f"{kind}_{place}"] = array
    found = read_layers(weights, inputs)
    for steps in range(1, 7):
        h_1, last_1, c_1 = first(inputs[:, :steps])
        _, last_2, c_2 = second(h_1)
        for rows, h, c in zip(found, (last_1, last_2), (c_1, c_2), strict=True):
            np.testing.assert_allclose(rows["h"][:, steps - 1], h, rtol=1e-9)
            np.testing.assert_allclose(rows["c"][:, steps - 1], c, rtol=1e-9)


def test_gates_make_c_and_h():
    """c = f c + i g and h = o tanh(c), each gate between 0 and 1; so none stands in another's place."""
    generator = np.random.default_rng(3)
    shapes = {"kernel_1": (1, 12), "recurrent_1": (3, 12), "bias_1": (12,), "kernel_2": (3, 16), "recurrent_2": (4, 16)}
    shapes |= {"bias_2": (16,), "kernel_out": (4, 2), "bias_out": (2,)}
    weights = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    for rows in read_layers(weights, generator.normal(size=(2, 6, 1))):
        before = np.pad(rows["c"], [(0, 0), (1, 0), (0, 0)])[:, :-1]
        np.testing.assert_allclose(rows["c"], rows["f"] * before + rows["i"] * rows["g"], rtol=1e-12)
        np.testing.assert_allclose(rows["h"], rows["o"] * np.tanh(rows["c"]), rtol=1e-12)
        assert all(0 < rows[gate].min() < rows[gate].max() < 1 for gate in "ifo")


def test_leading_units_are_those_the_prediction_takes_most_from():
    """By the size of weight times output, neither alone; whatever the sign."""
    weight, h = np.array([0.5, -3.0, 0.1, 2.0]), np.array([0.9, 0.25, -1.0, -0.05])  # 0.45, 0.75, 0.1, 0.1
    assert leading_units(weight, h, 3).tolist() == [1, 0, 2]
    assert len(leading_units(weight, h, 9)) == 4
