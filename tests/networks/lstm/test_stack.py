"""A layer of a stack taken apart by hand: against Keras and its automatic differentiation, against a loop in NumPy
with finite differences, and against faults put in on purpose.

Sizes differ, every weight is a draw of its own and inputs vary from step to step, so that no transpose, exchange or
shift can hide. Float64 throughout: only rounding is left.
"""

import functools
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from reproduce.networks.lstm import stack
from reproduce.networks.lstm.stack import Layer
from tests.oracles import sigmoid

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE = (5, 3, 2, 4)  # steps, batch, features, hidden
SIZES = [SIZE, (1, 3, 2, 4), (2, 1, 3, 5), (6, 4, 1, 3), (9, 2, 7, 1)]
ALL, LAST = slice(None), slice(-1, None)  # the steps whose outputs the layer above reads
READS = pytest.mark.parametrize("read", [ALL, LAST], ids=["all", "last"])
GATES = "ifgo"


def problem(size):
    """A layer, its inputs, and what the loss multiplies each output with; the loss is the sum of these products."""
    steps, batch, features, hidden = size
    generator = np.random.default_rng(size)
    shapes = ((features, 4 * hidden), (hidden, 4 * hidden), (4 * hidden,), (steps, batch, features))
    *weights, x = (tf.constant(generator.normal(size=shape)) for shape in shapes)
    return Layer(*weights), x, tf.constant(generator.normal(size=(steps, batch, hidden)))


def by_hand(size, read):
    """Outputs, gradient of the weights and of the inputs, as the package computes them."""
    layer, x, d_h = problem(size)
    trace = stack.forward(layer, x)
    dz = stack.backward(layer, trace, d_h[read])
    return trace.h, stack.gradient(x, trace, dz), stack.input_gradient(layer, dz)


@functools.cache
def by_keras(size, steps_read):
    """The same from Keras's layer; the tape differentiates it."""
    layer, x, d_h = problem(size)
    weight_of = np.zeros_like(d_h)
    weight_of[slice(*steps_read)] = d_h[slice(*steps_read)]
    lstm = keras.layers.LSTM(layer.U.shape[0], return_sequences=True, dtype="float64")
    lstm.build((None, None, x.shape[2]))
    lstm.set_weights([array.numpy() for array in layer])
    weights = [variable.value for variable in lstm.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = tf.transpose(lstm(tf.transpose(x, (1, 0, 2))), (1, 0, 2))
        loss = tf.reduce_sum(h * weight_of)
    d_x, *d_weights = tape.gradient(loss, [x, *weights])
    return h, Layer(*d_weights), d_x


def check_outputs(size, read):
    """Every step's output."""
    ours, expected = by_hand(size, read)[0], by_keras(size, (read.start, read.stop))[0]
    np.testing.assert_allclose(ours, expected, rtol=1e-11, atol=1e-14)


def check_gradients(size, read):
    """Of each weight and of the inputs."""
    (_, ours, d_x), (_, expected, expected_d_x) = by_hand(size, read), by_keras(size, (read.start, read.stop))
    for name, gradient, theirs in zip(Layer._fields, ours, expected, strict=True):
        np.testing.assert_allclose(gradient, theirs, rtol=1e-10, atol=1e-13, err_msg=name)
    np.testing.assert_allclose(d_x, expected_d_x, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_outputs_are_keras_s(size):
    """All steps, from a state of zeros."""
    check_outputs(size, ALL)


@READS
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_gradients_are_those_of_automatic_differentiation(size, read):
    """Where the layer above reads every output, and where it reads the last one alone; one step and one sample too."""
    check_gradients(size, read)


def numpy_loss(layer, x, d_h):
    """The sum of products, from a loop that computes a gate, a sample and a step at a time."""
    hidden, total = len(layer.U), 0.0
    for sample in range(x.shape[1]):
        h = c = np.zeros(hidden)
        for step in range(len(x)):
            z = {}
            for place, gate in enumerate(GATES):
                at = slice(place * hidden, (place + 1) * hidden)
                z[gate] = x[step, sample] @ layer.W[:, at] + h @ layer.U[:, at] + layer.b[at]
            c = sigmoid(z["f"]) * c + sigmoid(z["i"]) * np.tanh(z["g"])
            h = sigmoid(z["o"]) * np.tanh(c)
            total += h @ d_h[step, sample]
    return total


def test_gradients_are_slopes_of_the_loss():
    """Central differences of every number; with steps of 1e-6 they are good to some 1e-9."""
    layer, x, d_h = problem(SIZE)
    _, gradient, d_x = by_hand(SIZE, ALL)
    values = [np.array(array) for array in (*layer, x)]
    for name, array, ours in zip(("W", "U", "b", "x"), values, (*gradient, d_x), strict=True):
        slopes = np.empty(array.shape)
        for at in np.ndindex(array.shape):
            losses, there = [], array[at]
            for moved in (there + 1e-6, there - 1e-6):
                array[at] = moved
                losses.append(numpy_loss(Layer(*values[:3]), values[3], np.array(d_h)))
            array[at] = there
            slopes[at] = (losses[0] - losses[1]) / 2e-6
        np.testing.assert_allclose(ours, slopes, rtol=1e-6, atol=1e-8, err_msg=name)


# Deliberate faults: what one of the functions is given, or gives, is changed, and one of the checks above must notice


def is_noticed():
    """Whether a check fails."""
    for check, read in itertools.product((check_outputs, check_gradients), (ALL, LAST)):
        try:
            check(SIZE, read)
        except AssertionError:
            return True
    return False


def columns(array, order):
    """The gates' columns in another order."""
    parts = dict(zip(GATES, tf.split(array, 4, axis=-1), strict=True))
    return tf.concat([parts[gate] for gate in order], axis=-1)


def exchanged(pair):
    """GATES with two of them exchanged."""
    return GATES.translate(str.maketrans(pair, pair[::-1]))


def with_gate_transposed(layer, gate):
    """U with one gate's square block transposed: nothing but its values can tell."""
    blocks = dict(zip(GATES, tf.split(layer.U, 4, axis=1), strict=True))
    blocks[gate] = tf.transpose(blocks[gate])
    return layer._replace(U=tf.concat(list(blocks.values()), axis=1))


def cell_states(trace):
    """c of every step: h = o tanh c and of_c = o (1 - tanh² c) solved for it."""
    o = (trace.of_c + tf.sqrt(trace.of_c**2 + 4 * trace.h**2)) / 2
    return tf.atanh(trace.h / o)


PAIRS = ["if", "ig", "io", "fg", "fo", "go"]

FAULTS = {
    **{
        f"{function}-{part}-{pair}": (
            function,
            lambda f, part=part, pair=pair: (
                lambda layer, *rest: f(layer._replace(**{part: columns(getattr(layer, part), exchanged(pair))}), *rest)
            ),
        )
        for function, part in (("forward", "W"), ("forward", "U"), ("forward", "b"), ("backward", "U"))
        for pair in PAIRS
    },
    **{
        f"{function}-U-transposed-{gate}": (
            function,
            lambda f, gate=gate: lambda layer, *rest: f(with_gate_transposed(layer, gate), *rest),
        )
        for function in ("forward", "backward")
        for gate in GATES
    },
    **{
        f"backward-{one}-for-{other}": (
            "backward",
            lambda f, one=one, other=other: (
                lambda layer, trace, d_h: f(layer, trace._replace(**{other: getattr(trace, one)}), d_h)
            ),
        )
        for one, other in itertools.permutations(("of_i", "of_f", "of_g", "of_o", "of_c", "f"), 2)
    },
    "forward-steps-backwards": ("forward", lambda f: lambda layer, x: f(layer, x[::-1])),
    "forward-samples-exchanged": ("forward", lambda f: lambda layer, x: f(layer, x[:, ::-1])),
    "forward-features-exchanged": ("forward", lambda f: lambda layer, x: f(layer, x[:, :, ::-1])),
    "forward-c-for-h": ("forward", lambda f: lambda *a: (lambda t: t._replace(h=cell_states(t)))(f(*a))),
    "forward-h-a-step-late": ("forward", lambda f: lambda *a: (lambda t: t._replace(h=tf.roll(t.h, 1, 0)))(f(*a))),
    "backward-steps-backwards": ("backward", lambda f: lambda layer, trace, d_h: f(layer, trace, d_h[::-1])),
    "backward-the-last-for-all": ("backward", lambda f: lambda layer, trace, d_h: f(layer, trace, d_h[-1:])),
    "backward-no-carry": (
        "backward",
        lambda f: lambda layer, trace, d_h: f(layer, trace._replace(f=tf.zeros_like(trace.f)), d_h),
    ),
    "backward-dz-backwards": ("backward", lambda f: lambda *a: f(*a)[::-1]),
    "gradient-h-of-the-same-step": (
        "gradient",
        lambda f: lambda x, trace, dz: f(x, trace._replace(h=tf.roll(trace.h, -1, 0)), dz),
    ),
    "gradient-mean-for-sum": (
        "gradient",
        lambda f: lambda x, trace, dz: Layer(*(part / x.shape[1] for part in f(x, trace, dz))),
    ),
    "gradient-of-the-last-step": ("gradient", lambda f: lambda x, t, dz: f(x[-1:], t._replace(h=t.h[-1:]), dz[-1:])),
    **{
        f"gradient-{pair}": (
            "gradient",
            lambda f, pair=pair: lambda x, trace, dz: f(x, trace, columns(dz, exchanged(pair))),
        )
        for pair in PAIRS
    },
    **{
        f"input-gradient-{pair}": (
            "input_gradient",
            lambda f, pair=pair: lambda layer, dz: f(layer, columns(dz, exchanged(pair))),
        )
        for pair in PAIRS
    },
    "input-gradient-features-exchanged": ("input_gradient", lambda f: lambda *a: f(*a)[:, :, ::-1]),
}


@pytest.mark.parametrize(("function", "change"), FAULTS.values(), ids=FAULTS)
def test_fault_is_noticed(function, change, monkeypatch):
    """By the outputs or by a gradient."""
    monkeypatch.setattr(stack, function, change(getattr(stack, function)))
    assert is_noticed()


def test_nothing_is_noticed_where_nothing_is_wrong():
    """Else the faults above would prove nothing."""
    assert not is_noticed()
