"""A Keras model's whole state: what is in it, that it carries over, and what is refused."""

import keras
import numpy as np
import pytest

from reproduce.networks.keras_state import model_state, restore_model

pytestmark = pytest.mark.usefixtures("one_thread")


def small_model(units=3, optimizer="adam"):
    """A Dense layer with dropout, compiled."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units), keras.layers.Dropout(0.5, seed=4)])
    model.compile(loss="mean_squared_error", optimizer=optimizer)
    return model


def step(model, number):
    """Train on a batch of five that `number` draws; return the loss."""
    generator = np.random.default_rng(number)
    return float(model.train_on_batch(generator.normal(size=(5, 2)), generator.normal(size=(5, 3))))


def test_state_holds_weights_generator_and_optimizer():
    """Two weights, the dropout's counter, and Adam's step, rate and two slots a weight."""
    model = small_model()
    state = model_state(model, model.optimizer)
    shapes = [(2, 3), (3,), (2,), (), (), (2, 3), (2, 3), (3,), (3,)]
    assert [array.shape for array in state.values()] == shapes


def test_state_is_a_copy():
    """Training on does not change what was saved."""
    model = small_model()
    state = model_state(model, model.optimizer)
    before = {name: array.copy() for name, array in state.items()}
    step(model, 0)
    for name, array in state.items():
        np.testing.assert_array_equal(array, before[name])
    assert not np.array_equal(model_state(model, model.optimizer)["000"], before["000"])


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_restored_model_goes_on_to_the_same_bits(optimizer):
    """Also where its weights were drawn otherwise and it has trained on something else."""
    first, second = small_model(optimizer=optimizer), small_model(optimizer=optimizer)
    step(first, 0)
    step(second, 9)
    restore_model(second, second.optimizer, model_state(first, first.optimizer))
    first.reset_metrics()
    second.reset_metrics()
    assert step(first, 1) == step(second, 1)
    theirs = model_state(second, second.optimizer)
    for name, array in model_state(first, first.optimizer).items():
        np.testing.assert_array_equal(array, theirs[name])


@pytest.mark.parametrize(
    ("other", "told"),
    [
        pytest.param(
            {"units": 4}, r"state holds 9 arrays, expected 9; the first that differs is 000: .*\(2, 4\)", id="size"
        ),
        pytest.param(
            {"optimizer": "rmsprop"}, "state holds 7 arrays, expected 9; the first that differs is 006", id="slots"
        ),
    ],
)
def test_state_of_another_model_is_refused_before_anything_changes(other, told):
    """With the first array that does not fit."""
    model = small_model()
    before, another = model_state(model, model.optimizer), small_model(**other)
    with pytest.raises(ValueError, match=told):
        restore_model(model, model.optimizer, model_state(another, another.optimizer))
    after = model_state(model, model.optimizer)
    for name, array in before.items():
        np.testing.assert_array_equal(array, after[name])
