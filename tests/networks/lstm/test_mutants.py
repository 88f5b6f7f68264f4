"""Deliberate faults in the engines: for each, a check of checks.py fails. Without them all pass (test_engines).

A fault is a patch of one name. The compiled engine's operations run as they are: XLA would take a second for each
fault, and what it makes of them is held to the same checks in test_engines.
"""

from dataclasses import replace
from functools import partial

import keras
import pytest
import tensorflow.compat.v1 as tf

from reproduce.networks import adam
from reproduce.networks.lstm import cell, compiled, graph, network, session, weights
from reproduce.networks.lstm import keras as keras_engine
from reproduce.networks.lstm.create import create_engine
from reproduce.networks.ports import layouts
from tests.networks.checks import CHECKS, WIRINGS

pytestmark = pytest.mark.usefixtures("one_thread", "without_xla")

PAIRS = ["if", "io", "ig", "fo", "fg", "og"]
KINDS = ("W_x", "W_h", "b_")
EITHER_WAY = pytest.mark.parametrize(("wiring", "other"), [WIRINGS, WIRINGS[::-1]])


def new(engine):
    """A way to make engines of that name, for the checks."""
    return partial(create_engine, engine, seed=0, dtype="float64")


def fails(engine, *checks):
    """Whether one of these checks notices, in either wiring."""
    for name in checks:
        for wiring in WIRINGS:
            try:
                CHECKS[name](new(engine), wiring)
            except AssertionError:
                return True
    return False


def with_exchanged(w, kinds, pair):
    """The weights with the gates of `pair` exchanged in the fields that begin with `kinds`."""
    there = {f"{kind}{gate}": getattr(w, f"{kind}{other}") for kind in kinds for gate, other in (pair, pair[::-1])}
    return w._replace(**there)


def exchanging(kinds, pair):
    """The fault of a step that takes two gates' weights for each other's."""
    return lambda step: lambda x, state, w: step(x, state, with_exchanged(w, kinds, pair))


def test_nothing_is_noticed_without_a_fault():
    """Of the compiled engine as it is used here; the others are as in test_engines."""
    assert not fails("compiled", "forward", "gradients", "adam", "clipping")


STEP_FAULTS = {
    **{f"gates-{pair}": exchanging(KINDS, pair) for pair in PAIRS},
    **{f"{kind}-{pair}": exchanging((kind,), pair) for kind in KINDS for pair in ("if", "og")},
    "c-read-out": lambda step: lambda x, state, w: cell.State(*[step(x, state, w).c] * 2),
    "W_hi-transposed": lambda step: lambda x, state, w: step(x, state, w._replace(W_hi=tf.transpose(w.W_hi))),
}


@pytest.mark.parametrize("fault", STEP_FAULTS.values(), ids=STEP_FAULTS)
def test_faulty_step_is_noticed(monkeypatch, fault):
    """Gates exchanged, in all their weights or in one kind; c for h; a square matrix transposed."""
    for wiring, step in list(cell.STEPS.items()):
        monkeypatch.setitem(cell.STEPS, wiring, fault(step))
    assert fails("session", "forward")


@EITHER_WAY
def test_step_wired_otherwise_is_noticed(monkeypatch, wiring, other):
    """h and c exchanged."""
    monkeypatch.setitem(cell.STEPS, wiring, cell.STEPS[other])
    assert fails("session", "forward")


@EITHER_WAY
def test_compiled_engine_wired_otherwise_is_noticed(monkeypatch, wiring, other):
    """Either wiring computed as the other."""
    real, other_of = network.loss_and_gradients, {wiring: other, other: other}
    monkeypatch.setattr(compiled, "loss_and_gradients", lambda w, *rest, **options: real(other_of[w], *rest, **options))
    assert fails("compiled", "gradients")


@pytest.mark.parametrize(("clipping", "check"), [("unused", "clipping"), ("applied", "adam")])
@pytest.mark.parametrize(
    ("engine", "module", "function", "place"),
    [("session", session, "add_training_step", 1), ("compiled", compiled, "train_batches", 0)],
    ids=["session", "compiled"],
)
def test_toggled_clipping_is_noticed(monkeypatch, engine, module, function, place, clipping, check):
    """Always, or never, whatever the settings say."""
    real = getattr(module, function)

    def forced(*arguments):
        settings = replace(arguments[place], clipping=clipping, clip_margin=0.1)
        return real(*arguments[:place], settings, *arguments[place + 1 :])

    monkeypatch.setattr(module, function, forced)
    assert fails(engine, check)


def test_loss_as_a_sum_is_noticed(monkeypatch):
    """Sum for mean over the windows."""
    monkeypatch.setattr(graph.tf, "reduce_mean", tf.reduce_sum)
    assert fails("session", "gradients")


@pytest.mark.parametrize(
    ("setting", "value"), [("epsilon", 1e-7), ("beta1", 0.89), ("beta2", 0.99), ("learning_rate", 0.00101)]
)
def test_moved_setting_of_adam_is_noticed(monkeypatch, setting, value):
    """Keras's epsilon is the likeliest slip of a port."""
    real = tf.train.AdamOptimizer

    def moved(**settings):
        return real(**settings | {setting: tf.constant(value, tf.float64)})

    monkeypatch.setattr(graph.tf.train, "AdamOptimizer", moved)
    assert fails("session", "adam")


def test_adam_rounded_to_float32_is_noticed(monkeypatch):
    """TF1's optimizer does so with plain numbers."""
    monkeypatch.setattr(graph, "adam", lambda rate, dtype: tf.train.AdamOptimizer(rate))  # noqa: ARG005
    assert fails("session", "adam")


@pytest.mark.parametrize(("name", "value"), [("TF1_EPSILON", 1e-7), ("BETA1", 0.89), ("BETA2", 0.99)])
def test_moved_setting_of_the_compiled_engine_s_adam_is_noticed(monkeypatch, name, value):
    """Its Adam is written out, so each constant could slip."""
    monkeypatch.setattr(adam, name, value)
    assert fails("compiled", "adam")


DRAW_FAULTS = {
    "forget-bias-of-one": ("zeros", tf.ones),
    "one-draw-for-all": (
        "truncated_normal",
        lambda shape, seed, **rest: tf.random.truncated_normal(shape, seed=seed * 0, **rest),
    ),
    "untruncated": ("truncated_normal", tf.random.normal),
}


@pytest.mark.parametrize(("function", "fault"), DRAW_FAULTS.values(), ids=DRAW_FAULTS)
def test_faulty_draw_is_noticed(monkeypatch, function, fault):
    """Keras's habit, the same op-level seed everywhere, a plain normal's tails."""
    monkeypatch.setattr(weights.tf, function, fault)
    assert fails("session", "start")


@pytest.mark.parametrize("gates", ["ifog", "fifo", "iofg", "figo"])
def test_gates_in_another_order_than_keras_s_are_noticed(monkeypatch, gates):
    """i, f, candidate, o is Keras's order; the program's is another."""
    monkeypatch.setattr(layouts, "KERAS", gates)
    with pytest.raises((AssertionError, KeyError)):
        CHECKS["forward"](new("keras"), "described")


def test_epsilon_of_keras_is_noticed(monkeypatch):
    """1e-7, its default."""
    monkeypatch.setattr(keras_engine, "TF1_EPSILON", 1e-7)
    assert fails("keras", "adam")


def test_published_cell_wired_as_described_is_noticed(monkeypatch):
    """Keras's own cell in place of ours."""
    monkeypatch.setattr(keras_engine, "PublishedLSTMCell", keras.layers.LSTMCell)
    assert fails("keras", "forward")


@pytest.mark.parametrize("pair", PAIRS)
def test_gates_packed_in_another_order_than_unpacked_are_noticed(monkeypatch, pair):
    """Two gates exchanged on the way into the one matrix."""
    monkeypatch.setattr(compiled, "pack", lambda w: network.pack(with_exchanged(w, KINDS, pair)))
    assert fails("compiled", "forward", "gradients")


@pytest.mark.parametrize("weight", network.Packed._fields)
def test_gradient_of_the_wrong_sign_is_noticed(monkeypatch, weight):
    """One of the four packed gradients negated."""

    def negated(*arguments, **options):
        found = network.loss_and_gradients(*arguments, **options)
        packed = found.of_weights._replace(**{weight: -getattr(found.of_weights, weight)})
        return found._replace(of_weights=packed)

    monkeypatch.setattr(compiled, "loss_and_gradients", negated)
    assert fails("compiled", "gradients")
