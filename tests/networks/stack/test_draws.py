"""The first weights, held to those that Keras draws."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from reproduce.networks.engine import MAX_SEED
from reproduce.networks.stack.draws import initial_weights
from reproduce.networks.stacked import layers_of, output_layer

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize(
    ("units", "outputs", "seed", "inputs"),
    [
        ((5, 6), 7, 0, 1),
        ((6, 5), 1, 3, 1),
        ((1, 2), 1, 4, 1),
        ((50, 100), 1, MAX_SEED, 1),
        ((300, 300), 43, 100, 1),
        ((5, 6), 7, 0, 7),
    ],
    ids=["small", "narrowing", "one-unit", "stacked-lstm", "macbeth", "one-hot"],
)
def test_weights_are_those_that_keras_draws(units, outputs, seed, inputs):
    """To the last bit, from the same seed."""
    layers = [*layers_of("lstm", units, 0.1, seed, "float32"), output_layer(outputs, seed, "float32")]
    drawn = keras.Sequential([keras.Input((4, inputs)), *layers]).get_weights()
    for ours, theirs in zip(initial_weights(units, outputs, seed, inputs), drawn, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def test_the_compiled_engines_train_without_keras():
    """In a process of its own, because this one has Keras: it would be a hundred megabytes, and seconds."""
    program = """if True:
        import sys
        import numpy as np
        from reproduce.articles.macbeth.variant import Variant as Macbeth
        from reproduce.articles.stacked_lstm.variant import Variant as Stacked
        from reproduce.networks.characters.create import create_char_engine
        from reproduce.networks.forecasters.create import create_forecaster
        from reproduce.runs.process import limit_threads

        limit_threads(1)
        from reproduce.networks import graph_engine

        graph_engine.compiled = lambda function: function  # XLA takes a second, and is not what is asked
        create_char_engine("compiled", Macbeth(hidden=2, window=2, batch=2), 3, 0)
        forecaster = create_forecaster("compiled", Stacked(first=2, second=3, window=2, batch=2), 0)
        forecaster.train_epoch(0, np.zeros((2, 2, 1)), np.zeros((2, 1)))
        print("keras" in sys.modules)
    """
    run = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True)
    assert run.stdout == "False\n"
