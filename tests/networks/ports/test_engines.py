"""Our engines as ports: they agree, and the faults that the suite knows of them are named, or given no wrong name."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow.compat.v1 as tf

from reproduce.networks import adam
from reproduce.networks.lstm import cell, compiled, graph
from reproduce.networks.lstm import keras as keras_engine
from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.price import price_target
from reproduce.networks.ports.price_questions import ask
from tests.networks.checks import SMALL, WIRINGS, engine_with
from tests.networks.lstm.test_mutants import STEP_FAULTS
from tests.networks.ports.slipped import names

pytestmark = pytest.mark.usefixtures("one_thread", "without_xla")
QUESTIONS = ask(hidden=3)


STEPS = ("one step", "one step, small", "six steps")
ALL = ("forward 7", "gradients", "one step", "one step, small", "six steps", "two epochs")


def compared(engine, wiring, asked_for=ALL):
    """What an engine answers, in float64, to these questions, whose windows have as many days."""
    asked = [one for one in QUESTIONS if one.name in asked_for]
    days = asked[0].arguments["inputs"].shape[1]
    settings = replace(SMALL, wiring=wiring, window=days, hidden=3)
    started = engine_with(QUESTIONS[0].arguments["weights"], engine, settings)
    answers, untrained = {}, None
    for question in asked:  # those that train come last
        if question.function == "train":
            untrained = untrained or started.state()
            started.restore(untrained)
        started.set_weights(question.arguments["weights"])
        answer = answer_of(started, question.function, **question.arguments)
        answers[question.name] = {name: np.asarray(value, "float64") for name, value in answer.items()}
    started.close()
    return compare(price_target(wiring), asked, answers, "float64")


def answer_of(engine, function, inputs, weights, targets=None, batch=3, epochs=1):  # noqa: ARG001
    """One answer of an engine that has the weights."""
    if function == "predict":
        return {"predictions": engine.predict(inputs)}
    if function == "loss_and_gradients":
        loss, gradients = engine.loss_and_gradients(inputs, targets)
        return {"loss": loss} | {f"gradients/{name}": gradient for name, gradient in gradients.items()}
    whole = len(inputs) - len(inputs) % batch  # whoever calls an engine drops the remainder
    losses = [engine.train_epoch(inputs[:whole], targets[:whole]).losses for _ in range(epochs)]
    return {"losses": losses} | {f"weights/{name}": array for name, array in engine.weights().items()}


@pytest.mark.parametrize(
    ("engine", "wiring"),
    [("session", "published"), ("session", "described"), ("compiled", "published"), ("keras", "published")],
)
def test_engine_agrees(engine, wiring):
    """The others' described wiring is held to the session engine's in tests/networks/lstm."""
    assert compared(engine, wiring).agrees


def exchanged(first, second):
    """The order i f o g with two gates in each other's place."""
    return "ifog".translate(str.maketrans(first + second, second + first))


NAMED = {
    **{f"gates-{pair}": f"gate-order-{exchanged(*pair)}" for pair in ("if", "io", "ig", "fo", "fg", "og")},
    **{f"W_x-{pair}": f"exchanged-w-x{pair[0]}-w-x{pair[1]}" for pair in ("if", "og")},
    **{f"W_h-{pair}": f"exchanged-w-h{pair[0]}-w-h{pair[1]}" for pair in ("if", "og")},
    **{f"b_-{pair}": f"exchanged-b{pair[0]}-b{pair[1]}" for pair in ("if", "og")},
    "c-read-out": "c-returned",
    "W_hi-transposed": "recurrent-transposed-i",
}


@pytest.mark.parametrize("fault", STEP_FAULTS)
def test_fault_of_the_session_engine_s_cell_is_named(fault, monkeypatch):
    """Gates exchanged, c for h, a matrix transposed."""
    for wiring, step in list(cell.STEPS.items()):
        monkeypatch.setitem(cell.STEPS, wiring, STEP_FAULTS[fault](step))
    found = names(compared("session", "published", ("forward 2",)))
    assert found == [(NAMED[fault],)]


@pytest.mark.parametrize(
    ("setting", "value", "title"),
    [
        ("epsilon", 1e-7, "Adam's epsilon is 1e-7; the program's is 1e-8"),
        ("learning_rate", 0.00101, "the learning rate is 0.00101; the program's is 0.001"),
    ],
)
def test_moved_setting_of_the_session_engine_s_adam_is_named(setting, value, title, monkeypatch):
    """With the value that it has; Adam's two beta are found like the rate, in test_slips.py."""
    real = tf.train.AdamOptimizer

    def moved(**settings):
        return real(**settings | {setting: tf.constant(value, tf.float64)})

    monkeypatch.setattr(graph.tf.train, "AdamOptimizer", moved)
    assert [slip.title for slips in compared("session", "published", STEPS).explanations for slip in slips] == [title]


def test_session_engine_s_loss_as_a_sum_is_named(monkeypatch):
    """Sum for mean over the windows."""
    monkeypatch.setattr(graph.tf, "reduce_mean", tf.reduce_sum)
    assert names(compared("session", "published", ("gradients",))) == [("loss-sum",)]


@pytest.mark.parametrize(("wiring", "other"), [WIRINGS, WIRINGS[::-1]])
def test_session_engine_wired_otherwise_is_named(wiring, other, monkeypatch):
    """h and c exchanged, in either program."""
    monkeypatch.setitem(cell.STEPS, wiring, cell.STEPS[other])
    assert names(compared("session", wiring, ("forward 2",))) == [("wiring",)]


@pytest.mark.parametrize(
    ("name", "value", "asked_for", "slip"),
    [
        ("TF1_EPSILON", 1e-7, ("one step", "one step, small"), "adam-epsilon-keras"),
        ("BETA2", 0.99, ("six steps",), "adam-beta2"),
    ],
)
def test_moved_setting_of_the_compiled_engine_s_adam_is_named(name, value, asked_for, slip, monkeypatch):
    """Its Adam is written out."""
    for module in (adam, compiled):
        monkeypatch.setattr(module, name, value, raising=False)
    assert names(compared("compiled", "published", asked_for)) == [(slip,)]


def test_keras_engine_s_epsilon_is_named(monkeypatch):
    """1e-7, its default."""
    monkeypatch.setattr(keras_engine, "TF1_EPSILON", 1e-7)
    assert names(compared("keras", "published", ("one step", "one step, small"))) == [("adam-epsilon-keras",)]
