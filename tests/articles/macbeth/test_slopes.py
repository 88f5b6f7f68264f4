"""What the article says of networks at large: gradients against differences and a tape."""

import numpy as np
import pytest
import tensorflow as tf

from reproduce.articles.macbeth import slopes
from reproduce.articles.macbeth.slopes import Dense, days_seen, deep_gradients, dense_derivative, vanishing_ratio
from reproduce.networks.forecasters.keras import build_model
from tests.oracles import sigmoid

pytestmark = pytest.mark.usefixtures("one_thread")


def test_deep_gradients_are_those_of_a_tape():
    """Three layers, every size another but that layers are square."""
    rng = np.random.default_rng(3)
    kernels, inputs, targets = rng.normal(size=(3, 4, 4)), rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    variables = [tf.constant(kernel) for kernel in kernels]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        h = tf.constant(inputs)
        for kernel in variables:
            h = tf.sigmoid(h @ kernel)
        loss = tf.reduce_mean(tf.square(h - targets))
    for ours, theirs in zip(deep_gradients(kernels, inputs, targets), tape.gradient(loss, variables), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-14)


def test_deep_gradients_are_slopes():
    """Central differences of the loss by one number of each kernel."""
    rng = np.random.default_rng(4)
    kernels, inputs, targets = rng.normal(size=(3, 4, 4)), rng.normal(size=(5, 4)), rng.normal(size=(5, 4))

    def loss(changed):
        h = inputs
        for kernel in changed:
            h = sigmoid(h @ kernel)
        return np.mean((h - targets) ** 2)

    for layer, gradient in enumerate(deep_gradients(kernels, inputs, targets)):
        step = np.zeros_like(kernels)
        step[layer, 1, 2] = 1e-6
        assert (loss(kernels + step) - loss(kernels - step)) / 2e-6 == pytest.approx(gradient[1, 2], rel=1e-6)


def test_gradient_shrinks_from_layer_to_layer(monkeypatch):
    """Ten layers lose more than five, five more than two; the ratio is the first one's over the last one's."""
    ratios = []
    for layers in (2, 5, 10):
        monkeypatch.setattr(slopes, "LAYERS", layers)
        ratios.append(vanishing_ratio(100))
    assert 1 > ratios[0] > 10 * ratios[1] > 100 * ratios[2]


def test_derivative_of_the_dense_network_is_that_of_a_tape():
    """By each day, of Keras's own model."""
    model, window = build_model(Dense(), 7), np.random.default_rng(7).random(60)
    x = tf.constant(window[np.newaxis, :, np.newaxis].astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        prediction = model(x, training=False)
    expected = np.ravel(tape.gradient(prediction, x))
    np.testing.assert_allclose(dense_derivative(model.get_weights(), window), expected, rtol=1e-3, atol=1e-6)


def test_prediction_of_dense_layers_depends_on_every_day(monkeypatch):
    """With a first kernel that reads the newest day alone it depends on one."""
    assert days_seen(100) == 60
    build = slopes.build_model

    def reads_one_day(*given):
        model = build(*given)
        kernel, *others = model.get_weights()
        kernel[:-1] = 0
        model.set_weights([kernel, *others])
        return model

    monkeypatch.setattr(slopes, "build_model", reads_one_day)
    assert days_seen(100) == 1
