"""Both Adams, in TensorFlow and in the NumPy reference, against the optimizers of TensorFlow 1 and of Keras.

Gradients are random, one of them as small as epsilon, so that its place and size can tell. Float64: the optimizers get
their settings in it.
"""

from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from reproduce.networks import adam, reference

pytestmark = pytest.mark.usefixtures("one_thread")
RATE, STEPS = 0.01, 5
GENERATOR = np.random.default_rng(6)
WEIGHTS = {"W": GENERATOR.normal(size=(2, 3)), "b": GENERATOR.normal(size=4)}
GRADIENTS = [{"W": GENERATOR.normal(size=(2, 3)), "b": 1e-7 * GENERATOR.normal(size=4)} for _ in range(STEPS)]


def by_tf1():
    """The weights after each step of `AdamOptimizer`."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        variables = {name: v1.Variable(array, use_resource=True) for name, array in WEIGHTS.items()}
        given = {name: v1.placeholder("float64", array.shape) for name, array in WEIGHTS.items()}
        settings = [tf.constant(value, tf.float64) for value in (RATE, 0.9, 0.999, 1e-8)]
        update = v1.train.AdamOptimizer(*settings).apply_gradients([(given[name], variables[name]) for name in WEIGHTS])
        session.run(v1.global_variables_initializer())
        after = []
        for gradients in GRADIENTS:
            session.run(update, {given[name]: array for name, array in gradients.items()})
            after.append(session.run(variables))
        return after


def by_keras():
    """The weights after each step of `keras.optimizers.Adam`, whose epsilon is left."""
    variables = {name: keras.Variable(array, dtype="float64") for name, array in WEIGHTS.items()}
    optimizer = keras.optimizers.Adam(RATE, beta_1=np.float64(0.9), beta_2=np.float64(0.999))
    optimizer.build(list(variables.values()))
    for gradients in GRADIENTS:
        optimizer.apply([tf.constant(array) for array in gradients.values()])
        yield {name: variable.numpy() for name, variable in variables.items()}


def by_package(step, memory):
    """The weights after each step of one of the package's, in NumPy or in TensorFlow."""
    weights = WEIGHTS
    for gradients in GRADIENTS:
        weights, memory = step(weights, gradients, memory, RATE)
        yield weights


class Pair(NamedTuple):
    """The weights, as the package's TensorFlow steps take them."""

    W: tf.Tensor
    b: tf.Tensor


def on_tensors(step):
    """A step over NamedTuples of tensors as one over dicts of arrays."""

    def step_over_dicts(weights, gradients, memory, rate):
        tensors = [Pair(**{name: tf.constant(array) for name, array in d.items()}) for d in (weights, gradients)]
        moved, memory = step(*tensors, memory, rate)
        return {name: tensor.numpy() for name, tensor in moved._asdict().items()}, memory

    return step_over_dicts


def tf1_memory():
    """Of tensors, before the first step."""
    powers = (tf.constant(power, tf.float64) for power in (adam.BETA1, adam.BETA2))
    return adam.TF1Memory(*[Pair(*map(tf.zeros_like, WEIGHTS.values()))] * 2, *powers)


def keras_memory():
    """Likewise."""
    return adam.KerasMemory(*[Pair(*map(tf.zeros_like, WEIGHTS.values()))] * 2, tf.constant(0, tf.int64))


CASES = {
    "tf1-tensors": (by_tf1, on_tensors(adam.tf1_step), tf1_memory),
    "tf1-numpy": (by_tf1, reference.tf1_step, lambda: reference.begin_tf1(WEIGHTS)),
    "keras-tensors": (by_keras, on_tensors(adam.keras_step), keras_memory),
    "keras-numpy": (by_keras, reference.keras_step, lambda: reference.begin_keras(WEIGHTS)),
}
TOLERANCE = {by_tf1: 1e-13, by_keras: 1e-8}  # Keras keeps its rate in float32: 6e-8 of a step of 0.01


@pytest.mark.parametrize(("theirs", "step", "memory"), CASES.values(), ids=CASES)
def test_steps_are_those_of_the_library(theirs, step, memory):
    """Five steps, each held."""
    for ours, expected in zip(by_package(step, memory()), theirs(), strict=True):
        for name in WEIGHTS:
            np.testing.assert_allclose(ours[name], expected[name], atol=TOLERANCE[theirs], rtol=0, err_msg=name)


def test_the_two_adams_differ_where_gradients_are_small():
    """By their epsilon: far more than the tolerances above."""
    (tf1, keras_), *_ = zip(by_tf1(), by_keras(), strict=True)
    assert np.abs(tf1["b"] - keras_["b"]).max() > 1e-3
    np.testing.assert_allclose(tf1["W"], keras_["W"], atol=1e-6)
