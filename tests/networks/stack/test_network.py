"""The stack's loss, gradient and outputs: against Keras's layers and a tape that differentiates them, and
against faults put in on purpose. `reproduce.networks.lstm.backpropagation` is held to it here in Keras's gate order.

Float64, so that only rounding is left; every size differs, every weight is a draw of its own, and inputs vary from step
to step, so that no transpose, exchange or shift can hide. All outputs of the first layer are read, of the second the
last one alone.
"""

import functools
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from reproduce.networks.characters.network import cross_entropy, probabilities
from reproduce.networks.forecasters.compiled import squared_error
from reproduce.networks.stack import network
from reproduce.networks.stack.network import GATES, Layer, Masks, by_step, loss_and_gradients
from reproduce.networks.stack.weights import StackWeights, weight_shapes

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE = (5, 3, 4, 6, 7)  # window, batch, units of both layers, characters
FAULTY = (3, 2, 4, 6, 7)  # smaller, where a fault is looked for
SIZES = [SIZE, FAULTY, (1, 3, 4, 4, 7), (2, 1, 5, 3, 3), (9, 2, 1, 2, 4)]


@functools.cache
def problem(size, rate):
    """Weights, inputs, targets, and masks that drop that share, other units on each step and in each sample."""
    window, batch, *units, characters = size
    generator = np.random.default_rng(size)
    weights = StackWeights(*(generator.normal(size=shape) for shape in weight_shapes(units, characters)))
    inputs = generator.integers(characters, size=(batch, window)) / characters
    targets = generator.integers(characters, size=batch).astype(np.int32)
    shapes = (window, batch, units[0]), (batch, units[1])
    masks = Masks(*((generator.random(shape) >= rate) / (1 - rate) for shape in shapes))
    return weights, inputs, targets, masks


def layers_with(weights):
    """Two LSTM layers of Keras and a Dense one without its softmax."""
    (H, _), (K, characters) = weights.kernel_2.shape, weights.kernel_out.shape
    first = keras.layers.LSTM(H, return_sequences=True, dtype="float64")
    second, logits = keras.layers.LSTM(K, dtype="float64"), keras.layers.Dense(characters, dtype="float64")
    for layer, shape, part in zip(
        (first, second, logits), ((None, None, 1), (None, None, H), (None, K)), (0, 3, 6), strict=True
    ):
        layer.build(shape)
        layer.set_weights(weights[part : part + 3])
    return first, second, logits


def by_hand(weights, inputs, targets, masks, loss_of=cross_entropy):
    """Loss and gradient, as the package computes them."""
    w, x, y, m = tf.nest.map_structure(tf.constant, (weights, inputs, targets, masks))
    return loss_and_gradients(loss_of, w, by_step(x), y, m, len(inputs))


def keras_cross_entropy(targets, logits):
    """The character network's."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits))


def by_keras(weights, inputs, targets, masks, loss_of=keras_cross_entropy):
    """Loss and gradient; the masks stand where the program has its dropout layers."""
    first, second, logits = layers_with(weights)
    with tf.GradientTape() as tape:
        h_1 = first(inputs[:, :, tf.newaxis]) * tf.transpose(masks.between, (1, 0, 2))
        z = logits(second(h_1) * masks.last)
        loss = loss_of(targets, z)
    variables = [variable.value for layer in (first, second, logits) for variable in layer.trainable_variables]
    return loss, tape.gradient(loss, variables)


def assert_equal(ours, expected):
    """Loss and all eight gradients."""
    np.testing.assert_allclose(ours[0], expected[0], rtol=1e-12)
    for name, gradient, theirs in zip(StackWeights._fields, ours[1], expected[1], strict=True):
        np.testing.assert_allclose(gradient, theirs, rtol=1e-9, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("rate", [0.4, 0.0], ids=["dropout", "no-dropout"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_loss_and_gradients_are_those_of_automatic_differentiation(size, rate):
    """One step, one sample and one unit too."""
    assert_equal(by_hand(*problem(size, rate)), by_keras(*problem(size, rate)))


def test_squared_error_is_differentiated_too():
    """The price network's: of one output, and of several a mean over samples and a sum over outputs."""
    weights, inputs, _, masks = problem(SIZE, 0.4)
    targets = np.random.default_rng(1).normal(size=(3, 7))
    expected = by_keras(weights, inputs, targets, masks, lambda y, z: tf.reduce_sum((z - y) ** 2) / 3)
    assert_equal(by_hand(weights, inputs, targets, masks, squared_error), expected)


def test_parts_of_a_batch_add_up_to_it():
    """Loss and gradient of the first sample and of the two others, each its share of the mean over three."""
    weights, inputs, targets, masks = problem(SIZE, 0.4)
    parts = []
    for rows in (slice(0, 1), slice(1, 3)):
        w, x, y, between, last = tf.nest.map_structure(
            tf.constant, (weights, inputs[rows], targets[rows], masks.between[:, rows], masks.last[rows])
        )
        parts.append(loss_and_gradients(cross_entropy, w, by_step(x), y, Masks(between, last), samples=3))
    added = tf.nest.map_structure(lambda one, other: one + other, *parts)
    assert_equal(added, by_keras(weights, inputs, targets, masks))


@pytest.mark.parametrize("bias", [-60.0, 60.0], ids=["impossible", "certain"])
def test_no_probability_is_too_small_or_too_large(bias):
    """A target that the network thinks impossible costs 60 nats and more, and pulls; Keras clips nothing in `fit`."""
    weights, inputs, _, masks = problem(SIZE, 0.4)
    targets = np.array([2, 6, 2], dtype=np.int32)
    weights = weights._replace(bias_out=weights.bias_out + bias * np.eye(7)[2])
    ours = by_hand(weights, inputs, targets, masks)
    assert float(ours[0]) > 15
    assert_equal(ours, by_keras(weights, inputs, targets, masks))


def test_probabilities_are_those_of_keras_without_dropout():
    """Each sample's sum is 1."""
    weights, inputs, *_ = problem(SIZE, 0.4)
    first, second, logits = layers_with(weights)
    found = probabilities(*tf.nest.map_structure(tf.constant, (weights, inputs)))
    expected = tf.nn.softmax(logits(second(first(inputs[:, :, tf.newaxis]))))
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    np.testing.assert_allclose(np.sum(found, axis=1), 1, rtol=1e-14)


# Deliberate faults: what one of the functions is given, or gives, is changed, and loss or a gradient must notice

PAIRS = ["if", "ig", "io", "fg", "fo", "go"]
FACTORS = ("i", "f", "g", "o", "h", "kept")  # of one step, side by side


def columns(array, pair):
    """The gates' columns with those of two exchanged."""
    parts = dict(zip(GATES, tf.split(array, 4, axis=-1), strict=True))
    return tf.concat([parts[gate] for gate in GATES.translate(str.maketrans(pair, pair[::-1]))], axis=-1)


def turned(W_h, gate):
    """W_h with one gate's square block transposed: nothing but its values can tell."""
    blocks = dict(zip(GATES, tf.split(W_h, 4, axis=1), strict=True))
    return tf.concat([tf.transpose(block) if name == gate else block for name, block in blocks.items()], axis=1)


def with_factor(factors, other, one):
    """The factors with `one` standing in for `other`; none where it is the zeros."""
    parts = dict(zip(FACTORS, tf.split(factors, 6, axis=2), strict=True))
    parts[other] = tf.zeros_like(parts[other]) if one is None else parts[one]
    return tf.concat(list(parts.values()), axis=2)


def reading_c(trace):
    """c of every step read in place of h: h = o tanh c and its factor o (1 - tanh² c) solved for it."""
    of_h = tf.split(trace.factors, 6, axis=2)[FACTORS.index("h")]
    o = (of_h + tf.sqrt(of_h**2 + 4 * trace.reads**2)) / 2
    c = tf.atanh(trace.reads / o)
    return trace._replace(h=c[-1], reads=c)


def in_run(change):
    """A fault in what the forward pass is given."""
    return "run", lambda f: lambda layer, x: f(*change(layer, x))


def in_backward(change):
    """A fault in what the backward pass is given."""
    return "backward", lambda f: lambda gates, *rest: f(gates, *change(*rest))


def in_gradient(change):
    """A fault in what the weights' gradient is made of."""
    return "gradient", lambda f: lambda *given: f(*change(*given))


FAULTS = {
    "run-steps-backwards": in_run(lambda layer, x: (layer, x[::-1])),
    "run-samples-exchanged": in_run(lambda layer, x: (layer, x[:, ::-1])),
    "run-features-exchanged": in_run(lambda layer, x: (layer, x[:, :, ::-1])),
    "run-c-for-h": ("run", lambda f: lambda *a: reading_c(f(*a))),
    "run-h-a-step-late": ("run", lambda f: lambda *a: (lambda t: t._replace(reads=tf.roll(t.reads, 1, 0)))(f(*a))),
    "backward-steps-backwards": in_backward(lambda W, t, d: (W, t, d[::-1])),
    "backward-the-last-for-all": in_backward(lambda W, t, d: (W, t, d[-1:])),
    "backward-no-carry": in_backward(lambda W, t, d: (W, with_factor(t, "kept", None), d)),
    "backward-dz-backwards": ("backward", lambda f: lambda *a: f(*a)[::-1]),
    "gradient-h-of-the-same-step": in_gradient(lambda x, t, dz: (x, t._replace(reads=tf.roll(t.reads, -1, 0)), dz)),
    "gradient-of-the-last-step": in_gradient(lambda x, t, dz: (x[-1:], t._replace(reads=t.reads[-1:]), dz[-1:])),
    "gradient-mean-for-sum": ("gradient", lambda f: lambda *a: Layer(*(part / 3 for part in f(*a)))),
    "input-gradient-features-exchanged": ("input_gradient", lambda f: lambda *a: f(*a)[:, :, ::-1]),
}
for p in PAIRS:
    for kind in Layer._fields:
        FAULTS[f"run-{kind}-{p}"] = in_run(
            lambda layer, x, kind=kind, p=p: (layer._replace(**{kind: columns(getattr(layer, kind), p)}), x)
        )
    FAULTS[f"backward-{p}"] = in_backward(lambda W, t, d, p=p: (columns(W, p), t, d))
    FAULTS[f"gradient-{p}"] = in_gradient(lambda x, t, dz, p=p: (x, t, columns(dz, p)))
    FAULTS[f"input-{p}"] = "input_gradient", lambda f, p=p: lambda layer, dz: f(layer, columns(dz, p))
for g in GATES:
    FAULTS[f"run-transposed-{g}"] = in_run(lambda layer, x, g=g: (layer._replace(W_h=turned(layer.W_h, g)), x))
    FAULTS[f"backward-transposed-{g}"] = in_backward(lambda W, t, d, g=g: (turned(W, g), t, d))
for one, other in itertools.permutations(FACTORS, 2):
    FAULTS[f"backward-{one}-for-{other}"] = in_backward(
        lambda W, t, d, one=one, other=other: (W, with_factor(t, other, one), d)
    )


@pytest.fixture(scope="module")
def expected(one_thread):  # noqa: ARG001
    """What Keras says."""
    return by_keras(*problem(FAULTY, 0.4))


@pytest.mark.parametrize(("function", "change"), FAULTS.values(), ids=FAULTS)
def test_fault_is_noticed(function, change, monkeypatch, expected):
    """By the loss or by a gradient; without a fault both hold, as the first test shows."""
    monkeypatch.setattr(network, function, change(getattr(network, function)))
    with pytest.raises(AssertionError):
        assert_equal(by_hand(*problem(FAULTY, 0.4)), expected)
