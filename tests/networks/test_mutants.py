"""Deliberate faults in the package: for each, a check of the suite fails. Without them all pass (test_engines).

A fault is a patch of one public name; the checks are those of checks.py, and for data the ones below.
"""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow.compat.v1 as tf

from reproduce import windows
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.inputs.prices import load_prices
from reproduce.networks.lstm import bptt, cell, compiled_engine, graph, weights
from tests.checks import CHECKS, WIRINGS

pytestmark = pytest.mark.usefixtures("one_thread")

PAIRS = ["if", "io", "ig", "fo", "fg", "og"]


def fails_a_check(engine, checks=tuple(CHECKS)):
    """Whether one of these checks notices, in either wiring."""
    for name in checks:
        for wiring in WIRINGS:
            try:
                CHECKS[name](engine, wiring)
            except AssertionError:
                return True
    return False


def patch_steps(monkeypatch, change):
    """Replace both wirings' step by `change(step)`."""
    for wiring, step in list(cell.STEPS.items()):
        monkeypatch.setitem(cell.STEPS, wiring, change(step))


def with_exchanged(w, kinds, pair):
    """The weights with the gates of `pair` exchanged in the fields that begin with `kinds`."""
    there = {f"{kind}{gate}": getattr(w, f"{kind}{other}") for kind in kinds for gate, other in (pair, pair[::-1])}
    return w._replace(**there)


@pytest.mark.parametrize("pair", PAIRS)
def test_exchanged_gates_are_noticed(monkeypatch, pair):
    """All three weights of two gates exchanged."""
    patch_steps(
        monkeypatch, lambda step: lambda x, state, w: step(x, state, with_exchanged(w, ("W_x", "W_h", "b_"), pair))
    )
    assert fails_a_check("session", ["forward"])


@pytest.mark.parametrize("kind", ["W_x", "W_h", "b_"])
@pytest.mark.parametrize("pair", ["if", "og"])
def test_one_weight_given_to_the_wrong_gate_is_noticed(monkeypatch, kind, pair):
    """Only the input weights, the recurrent weights or the biases of two gates exchanged."""
    patch_steps(monkeypatch, lambda step: lambda x, state, w: step(x, state, with_exchanged(w, (kind,), pair)))
    assert fails_a_check("session", ["forward"])


@pytest.mark.parametrize(("wiring", "other"), [WIRINGS, WIRINGS[::-1]])
def test_h_and_c_exchanged_are_noticed(monkeypatch, wiring, other):
    """Either wiring computed as the other."""
    monkeypatch.setitem(cell.STEPS, wiring, cell.STEPS[other])
    assert fails_a_check("session", ["forward"])


def test_prediction_from_the_cell_state_is_noticed(monkeypatch):
    """c read out in place of h."""
    patch_steps(monkeypatch, lambda step: lambda x, state, w: cell.State(*[step(x, state, w).c] * 2))
    assert fails_a_check("session", ["forward"])


def test_transposed_recurrent_weight_is_noticed(monkeypatch):
    """W_hi is square: nothing but its values can tell."""
    patch_steps(monkeypatch, lambda step: lambda x, state, w: step(x, state, w._replace(W_hi=tf.transpose(w.W_hi))))
    assert fails_a_check("session", ["forward"])


@pytest.mark.parametrize("clipping", ["unused", "applied"])
def test_toggled_clipping_is_noticed(monkeypatch, clipping):
    """Clipping always, or never, whatever the variant says."""
    real = graph.add_training_step

    def forced(network, variant, windows):
        return real(network, replace(variant, clipping=clipping, clip_margin=0.1), windows)

    monkeypatch.setattr("reproduce.networks.lstm.session.add_training_step", forced)
    assert fails_a_check("session", ["adam", "clipping"])


def test_loss_as_a_sum_is_noticed(monkeypatch):
    """Sum for mean over the windows."""
    monkeypatch.setattr(graph.tf, "reduce_mean", tf.reduce_sum)
    assert fails_a_check("session", ["gradients"])


@pytest.mark.parametrize(
    ("setting", "value"),
    [("epsilon", 1e-7), ("beta1", 0.89), ("beta2", 0.99), ("learning_rate", 0.00101)],
)
def test_moved_setting_of_adam_is_noticed(monkeypatch, setting, value):
    """Keras's epsilon is the likeliest slip of a port."""
    real = tf.train.AdamOptimizer

    def adam(**settings):
        return real(**settings | {setting: tf.constant(value, tf.float64)})

    monkeypatch.setattr(graph.tf.train, "AdamOptimizer", adam)
    assert fails_a_check("session", ["adam"])


def test_adam_rounded_to_float32_is_noticed(monkeypatch):
    """TF1's optimizer does so with plain numbers."""
    monkeypatch.setattr("reproduce.networks.lstm.graph.adam", lambda rate, dtype: tf.train.AdamOptimizer(rate))  # noqa: ARG005
    assert fails_a_check("session", ["adam"])


def test_forget_bias_of_one_is_noticed(monkeypatch):
    """Keras's habit."""
    monkeypatch.setattr(weights.tf, "zeros", tf.ones)
    assert fails_a_check("session", ["start"])


def test_one_draw_for_all_weights_is_noticed(monkeypatch):
    """The same op-level seed everywhere."""
    real = tf.truncated_normal
    monkeypatch.setattr(weights.tf, "truncated_normal", lambda shape, **rest: real(shape, **rest | {"seed": 1}))
    assert fails_a_check("session", ["start"])


def test_untruncated_draw_is_noticed(monkeypatch):
    """A plain normal has the wrong tails."""
    real = tf.random.normal
    monkeypatch.setattr(weights.tf, "truncated_normal", real)
    assert fails_a_check("session", ["start"])


@pytest.mark.parametrize("gates", ["ifog", "fifo", "iofg", "figo"])
def test_gates_in_another_order_than_keras_s_are_noticed(monkeypatch, gates):
    """i, f, candidate, o is Keras's order; the program's is another."""
    monkeypatch.setattr("reproduce.networks.lstm.keras.KERAS_GATES", tuple(gates))
    with pytest.raises((AssertionError, KeyError)):
        CHECKS["forward"]("keras", "described")


def test_epsilon_of_keras_is_noticed(monkeypatch):
    """1e-7, its default."""
    import keras

    real = keras.optimizers.Adam
    monkeypatch.setattr("keras.optimizers.Adam", lambda *a, **settings: real(*a, **settings | {"epsilon": 1e-7}))
    assert fails_a_check("keras", ["adam"])


def test_published_cell_wired_as_described_is_noticed(monkeypatch):
    """Keras's own cell in place of ours."""
    import keras

    monkeypatch.setattr("reproduce.networks.lstm.keras.PublishedLSTMCell", keras.layers.LSTMCell)
    assert fails_a_check("keras", ["forward"])


DATA_FAULTS = {
    "window shifted by one": lambda d: d | {"inputs": np.roll(d["inputs"], 1, axis=0)},
    "targets off by one": lambda d: d | {"targets": np.roll(d["targets"], -1, axis=0)},
    "split off by one": lambda d: d | {"train_windows": d["train_windows"] + 1},
    "window reversed": lambda d: d | {"inputs": d["inputs"][:, ::-1]},
    "scaler fitted on other rows": lambda d: d | {"inputs": d["inputs"] * 1.001, "targets": d["targets"] * 1.001},
}


def check_data(dataset):
    """The windows, targets and split of the published variant, from the table itself."""
    close = load_prices().close_usd
    scaled = (close - close.mean()) / close.std()
    for k in (0, 500, 1265):
        np.testing.assert_allclose(dataset.inputs[k, :, 0], scaled[k : k + 7], rtol=1e-9)
        np.testing.assert_allclose(dataset.targets[k], scaled[k + 7], rtol=1e-9)
    assert dataset.train_windows == 1018


def test_check_of_the_data_passes_without_a_fault(dataset):
    """Or the test below would show nothing."""
    check_data(dataset)


@pytest.mark.parametrize("fault", DATA_FAULTS.values(), ids=DATA_FAULTS)
def test_fault_in_the_data_is_noticed(monkeypatch, fault):
    """Windows, targets, split and scaler."""
    real = windows.Dataset
    monkeypatch.setattr(windows, "Dataset", lambda **fields: real(**fault(fields)))
    faulty = windows.prepare(load_prices(), Variant())
    with pytest.raises(AssertionError):
        check_data(faulty)


@pytest.mark.parametrize(
    ("name", "value"), [("EPSILON", 1e-7), ("BETA1", 0.89), ("BETA2", 0.99)], ids=["epsilon", "beta1", "beta2"]
)
def test_moved_setting_of_the_compiled_engine_s_adam_is_noticed(monkeypatch, name, value):
    """Its Adam is written out, so each constant could slip."""
    monkeypatch.setattr(compiled_engine, name, value)
    assert fails_a_check("compiled", ["adam"])


@pytest.mark.parametrize("pair", PAIRS)
def test_gates_packed_in_another_order_than_unpacked_are_noticed(monkeypatch, pair):
    """Two gates exchanged on the way into the one matrix."""
    kinds = ("W_x", "W_h", "b_")
    monkeypatch.setattr(compiled_engine, "pack", lambda w: bptt.pack(with_exchanged(w, kinds, pair)))
    assert fails_a_check("compiled", ["forward", "gradients"])


@pytest.mark.parametrize("weight", ["W_in", "W_h", "W_y", "b_y"])
def test_gradient_of_the_wrong_sign_is_noticed(monkeypatch, weight):
    """One of the four packed gradients negated."""

    def negated(*arguments):
        found = bptt.loss_and_gradients(*arguments)
        packed = found.of_weights._replace(**{weight: -getattr(found.of_weights, weight)})
        return found._replace(of_weights=packed)

    monkeypatch.setattr(compiled_engine, "loss_and_gradients", negated)
    assert fails_a_check("compiled", ["gradients"])
    assert fails_a_check("compiled", ["adam"])


@pytest.mark.parametrize("clipping", ["unused", "applied"])
def test_toggled_clipping_of_the_compiled_engine_is_noticed(monkeypatch, clipping):
    """Always, or never, whatever the variant says."""
    real = compiled_engine.train_batches

    def forced(variant, *arguments):
        return real(replace(variant, clipping=clipping, clip_margin=0.1), *arguments)

    monkeypatch.setattr(compiled_engine, "train_batches", forced)
    assert fails_a_check("compiled", ["adam", "clipping"])


@pytest.mark.parametrize(("wiring", "other"), [WIRINGS, WIRINGS[::-1]])
def test_compiled_engine_wired_otherwise_is_noticed(monkeypatch, wiring, other):
    """Either wiring computed as the other."""
    real = bptt.loss_and_gradients
    other_of = {wiring: other, other: other}
    monkeypatch.setattr(compiled_engine, "loss_and_gradients", lambda w, *rest: real(other_of[w], *rest))
    assert fails_a_check("compiled", ["gradients"])
