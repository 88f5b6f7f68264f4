"""The comparison itself: it measures what it says, and it can fail."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce import comparison
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.errors import MismatchError
from reproduce.networks.comparison import FIRST_EPOCH_TOLERANCE, TOLERANCES, compare_with_keras, prove_compiled
from reproduce.networks.lstm.weights import Weights

pytestmark = pytest.mark.usefixtures("one_thread")
SMALL = Variant(hidden=6, epochs=1)


def compared(dataset, engine="session", dtype="float64", wiring="published"):
    variant = replace(SMALL, wiring=wiring)
    return list(compare_with_keras(engine, variant, dataset, dtype=dtype, seed=0, adam_steps=3))


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("wiring", ["published", "described"])
@pytest.mark.parametrize("engine", ["session", "compiled"])
def test_graph_is_within_the_tolerances_of_keras(dataset, engine, wiring, dtype):
    """Forward, fourteen gradients, fourteen weights after Adam steps, and the losses, on the real table."""
    differences = compared(dataset, engine, dtype, wiring)
    assert [difference.quantity for difference in differences] == [
        "forward",
        *(f"gradient of {name}" for name in Weights._fields),
        *(f"weight {name} after 3 steps" for name in Weights._fields),
        "losses of 1 epochs",
    ]
    assert [difference.quantity for difference in differences if not difference.is_within] == []


def test_difference_past_its_tolerance_is_told(dataset, monkeypatch):
    """Keras with its own epsilon: forward and gradients agree, the weights do not."""
    import keras

    real = keras.optimizers.Adam
    monkeypatch.setattr("keras.optimizers.Adam", lambda *a, **settings: real(*a, **settings | {"epsilon": 1e-4}))
    past = {difference.quantity.split()[0] for difference in compared(dataset) if not difference.is_within}
    assert past == {"weight", "losses"}


def test_proof_of_the_compiled_engine_has_both_losses_and_their_difference(dataset):
    """The first epoch's means, equal to float32 rounding."""
    proof = prove_compiled(SMALL, 0, dataset)
    assert proof["relative_difference"] == abs(proof["compiled"] / proof["session"] - 1) < FIRST_EPOCH_TOLERANCE


def test_proof_of_a_training_that_diverges_on_both_is_no_mismatch(dataset):
    """Neither loss is a number, and so neither is their difference."""
    proof = prove_compiled(replace(SMALL, learning_rate=1e30), 0, dataset)
    assert np.isnan([proof["session"], proof["compiled"], proof["relative_difference"]]).all()


def test_proof_refuses_an_engine_that_trains_otherwise(dataset, monkeypatch):
    """The other wiring in place of the compiled engine's."""
    real = comparison.create_engine

    def faulty(name, variant, seed):
        return real(name, replace(variant, wiring="described") if name == "compiled" else variant, seed)

    monkeypatch.setattr(comparison, "create_engine", faulty)
    with pytest.raises(MismatchError, match="train with the session engine instead"):
        prove_compiled(SMALL, 0, dataset)
