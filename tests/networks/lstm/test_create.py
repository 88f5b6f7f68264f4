"""An engine held against another: it is measured what is said, and the comparison and the proof can fail."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from reproduce.errors import MismatchError
from reproduce.networks.agreement import TOLERANCES
from reproduce.networks.lstm import create
from reproduce.networks.lstm.create import FIRST_EPOCH_TOLERANCE, prove_compiled
from reproduce.networks.lstm.weights import Weights
from tests.networks.checks import WIRINGS, Settings

pytestmark = pytest.mark.usefixtures("one_thread")
SMALL = Settings(hidden=6, window=3, batch=2)
HOW = {"seed": 0, "adam_steps": 3, "epochs": 1}


@pytest.fixture(scope="module")
def small_table(table):
    """The first 60 windows, of the three days before each target."""
    inputs, targets = table
    return inputs[:60, -3:], targets[:60]


@pytest.mark.parametrize(("dtype", "wiring"), [("float64", "published"), ("float32", "described")])
def test_graph_is_within_the_tolerances_of_keras(dtype, wiring, small_table):
    """Forward, fourteen gradients, fourteen weights after Adam steps, and the losses; each dtype, each wiring.

    That both engines are the same network in float64 and either wiring is seen where they are held to NumPy.
    """
    settings = replace(SMALL, wiring=wiring)
    differences = list(create.compare_with_keras("session", settings, *small_table, dtype=dtype, **HOW))
    quantities = [
        "forward",
        *(f"gradient of {name}" for name in Weights._fields),
        *(f"weight {name} after 3 steps" for name in Weights._fields),
        "losses of 1 epochs",
    ]
    assert [(one.dtype, one.wiring, one.quantity) for one in differences] == [
        (dtype, wiring, quantity) for quantity in quantities
    ]
    assert [one for one in differences if not one.is_within] == []


def test_all_are_both_wirings_in_both_dtypes(monkeypatch):
    """In this order, each with the engine, the table and the rest as given."""

    def pretender(engine, settings, inputs, targets, *, dtype, **how):
        yield engine, settings, inputs, targets, dtype, how

    monkeypatch.setattr(create, "compare_with_keras", pretender)
    assert list(create.compare_all("session", SMALL, "inputs", "targets", **HOW)) == [
        ("session", replace(SMALL, wiring=wiring), "inputs", "targets", dtype, HOW)
        for dtype in TOLERANCES
        for wiring in WIRINGS
    ]


def test_engine_that_is_named_is_the_one_compared(small_table, monkeypatch):
    """With Keras; that each agrees is tested with the engines, so here the session engine stands for both."""
    asked, real = [], create.create_engine
    monkeypatch.setattr(
        create, "create_engine", lambda name, *given, **how: asked.append(name) or real("session", *given, **how)
    )
    differences = list(create.compare_with_keras("compiled", SMALL, *small_table, dtype="float64", **HOW))
    assert set(asked) == {"compiled", "keras"}
    assert {one.largest_relative for one in differences} == {0}


def test_difference_past_its_tolerance_is_told(small_table, monkeypatch):
    """Keras with an epsilon of its own: forward and gradients agree, the weights do not."""
    real = keras.optimizers.Adam
    monkeypatch.setattr("keras.optimizers.Adam", lambda *a, **settings: real(*a, **settings | {"epsilon": 1e-4}))
    differences = create.compare_with_keras("session", SMALL, *small_table, dtype="float64", **HOW)
    assert {one.quantity.split()[0] for one in differences if not one.is_within} == {"weight", "losses"}


def test_proof_of_the_compiled_engine_has_both_losses_and_their_difference(small_table):
    """The first epoch's means, equal to float32 rounding; in the order of a run's proof.json."""
    proof = prove_compiled(SMALL, 0, 1, *small_table)
    assert list(proof) == ["session", "compiled", "relative_difference"]
    assert proof["relative_difference"] == abs(proof["compiled"] / proof["session"] - 1) < FIRST_EPOCH_TOLERANCE


def test_proof_is_on_the_threads_of_the_training(small_table, monkeypatch):
    """Of the compiled engine; the session engine, which it is held against, keeps to one, whose bits repeat."""
    real, seen = create.create_engine, {}

    def watched(name, settings, seed, threads):
        seen[name] = threads
        return real(name, settings, seed, threads=threads)

    monkeypatch.setattr(create, "create_engine", watched)
    assert prove_compiled(SMALL, 0, 2, *small_table)["relative_difference"] < FIRST_EPOCH_TOLERANCE
    assert seen == {"session": 1, "compiled": 2}


@pytest.mark.usefixtures("without_xla")
def test_proof_of_a_training_that_diverges_on_both_is_no_mismatch(small_table):
    """Neither loss is a number, and so neither is their difference."""
    assert np.isnan(list(prove_compiled(replace(SMALL, learning_rate=1e30), 0, 1, *small_table).values())).all()


@pytest.mark.usefixtures("without_xla")
def test_proof_refuses_an_engine_that_trains_otherwise(small_table, monkeypatch):
    """The other wiring in place of the compiled engine's."""
    real = create.create_engine

    def faulty(name, settings, seed, threads):
        return real(
            name, replace(settings, wiring="described") if name == "compiled" else settings, seed, threads=threads
        )

    monkeypatch.setattr(create, "create_engine", faulty)
    fast = replace(SMALL, learning_rate=0.05)  # so that thirty steps tell the wirings apart
    with pytest.raises(MismatchError, match=r"the first epoch is .* train with the session engine instead"):
        prove_compiled(fast, 0, 1, *small_table)
