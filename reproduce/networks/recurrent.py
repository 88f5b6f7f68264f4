"""One recipe for any recurrent layer: Keras's layers, trained a whole epoch at a time by XLA.

The program's own network has engines of its own, in `reproduce.networks.lstm`. This one trains a plain RNN and a GRU
too, and tells of every step how long its gradient is. Loss, Adam and clipping are the program's, and so is the draw of
the weights unless it is to be Keras's.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import keras
import numpy as np
import tensorflow as tf

from reproduce.networks.engine import SEEDS_A_RUN, Epoch, Settings
from reproduce.networks.first_weights import layer_weights, truncated, uniform
from reproduce.networks.graph_engine import compiled
from reproduce.networks.keras_state import model_state, restore_model
from reproduce.networks.lstm.keras import build_model, build_optimizer
from reproduce.networks.lstm.weights import initial_weights
from reproduce.networks.ports.layouts import from_keras, to_keras

# The columns of a record, (steps, 3) float32: a batch's loss before its own update, scaled units; the Euclidean norm of
# its gradient over all weights, before clipping; and that of the update which Adam makes of it.
STEP_VALUES = ("loss", "gradient", "moved")
WRITTEN_OUT = 7  # days; of more, a loop takes XLA seconds less to compile, and is no slower
_OUTPUT_DRAW = 8  # of a run's nine seeds; a layer has drawn with the first ones
_LAYERS = {"simple-rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU}
_NAMES = ("W_x", "W_h", "b", "W_hy", "b_y")  # of a layer that is no LSTM


class Recipe(Settings, Protocol):
    """What decides the network and its training steps, beside the seed."""

    network: str  # simple-rnn, gru or lstm; its wiring counts for an lstm alone
    draw: str  # of the first weights, one of `first_weights.DRAWS`


class Recorded(NamedTuple):
    """An epoch, and the values of its steps."""

    epoch: Epoch
    steps: np.ndarray  # (batches, 3) float32, the columns of STEP_VALUES


class RecurrentEngine:
    """See `reproduce.networks.engine.Engine` for what each method promises; batches are whole."""

    def __init__(self, recipe: Recipe, seed: int, *, dtype: str = "float32") -> None:
        self._recipe, self._dtype = recipe, dtype
        self._model = _model(recipe, dtype)
        self._optimizer = build_optimizer(recipe, dtype)
        self._optimizer.build(self._model.trainable_variables)
        self._untrained = [variable.numpy() for variable in self._optimizer.variables]
        self.restart(recipe.draw, seed)
        self._forward, self._train = compiled(self._model), compiled(self._train_batches)

    def restart(self, draw: str, seed: int) -> None:
        """Begin a training anew, with what is compiled already: weights that the seed draws, Adam as it starts."""
        self._model.set_weights(_drawn(self._recipe, draw, seed, self._dtype))
        for variable, value in zip(self._optimizer.variables, self._untrained, strict=True):
            variable.assign(value)

    def train_epoch(self, inputs: np.ndarray, targets: np.ndarray) -> Epoch:
        return self.train_recorded(inputs, targets).epoch

    def train_recorded(self, inputs: np.ndarray, targets: np.ndarray) -> Recorded:
        """Do what `train_epoch` does, and tell of its steps.

        Raises:
            ValueError: the last batch is not whole.
        """
        batch, (windows, days, _) = self._recipe.batch, inputs.shape
        if windows % batch:
            raise ValueError(f"{windows} windows, expected whole batches of {batch}")
        x = tf.constant(np.reshape(inputs, (-1, batch, days, 1)), self._dtype)  # (batches, batch, window, 1)
        predictions, steps = self._train(x, tf.constant(np.reshape(targets, (-1, batch, 1)), self._dtype))
        told = steps.numpy().astype(np.float32)
        return Recorded(Epoch(steps.numpy()[:, 0], predictions.numpy().reshape(-1, 1)), told)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        return self._forward(tf.constant(inputs, self._dtype)).numpy()

    def weights(self) -> dict[str, np.ndarray]:
        """Those of an LSTM by the program's names; of others W_x, W_h, b, in Keras's shapes, W_hy and b_y."""
        arrays = self._model.get_weights()
        return from_keras(arrays) if self._recipe.network == "lstm" else dict(zip(_NAMES, arrays, strict=True))

    def set_weights(self, weights: dict[str, np.ndarray]) -> None:
        is_lstm = self._recipe.network == "lstm"
        self._model.set_weights(to_keras(weights) if is_lstm else [weights[name] for name in _NAMES])

    def state(self) -> dict[str, np.ndarray]:
        return model_state(self._model, self._optimizer)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        restore_model(self._model, self._optimizer, state)

    def close(self) -> None:
        """Nothing is held that garbage collection does not free."""

    def _train_batches(self, x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Train on batch after batch: predictions, (batches, batch, 1), and the values of STEP_VALUES, (batches, 3)."""
        batches, variables = x.shape[0], self._model.trainable_variables

        def body(k, predictions, steps):
            before = [tf.identity(variable.value) for variable in variables]
            with tf.GradientTape() as tape:
                predicted = self._model(x[k], training=True)  # (batch, 1)
                loss = tf.reduce_mean(tf.square(predicted - y[k]))
            gradients = tape.gradient(loss, [variable.value for variable in variables])
            self._optimizer.apply(gradients)
            moved = [variable.value - old for variable, old in zip(variables, before, strict=True)]
            told = tf.stack([loss, tf.linalg.global_norm(gradients), tf.linalg.global_norm(moved)])
            return k + 1, predictions.write(k, predicted), steps.write(k, told)

        predictions = tf.TensorArray(x.dtype, batches, element_shape=y.shape[1:])
        steps = tf.TensorArray(x.dtype, batches, element_shape=(len(STEP_VALUES),))
        loop = (0, predictions, steps)
        _, predictions, steps = tf.while_loop(lambda k, *_: k < batches, body, loop, parallel_iterations=1)
        return predictions.stack(), steps.stack()


def _model(recipe: Recipe, dtype: str) -> keras.Model:
    """(batch, window, 1) scaled prices → (batch, 1); the days are written out, as in the program, if they are few."""
    unroll = recipe.window <= WRITTEN_OUT
    if recipe.network == "lstm":
        return build_model(recipe, dtype, unroll=unroll)
    # The seed is that of a dropout inside the layer, which is off.
    layer = _LAYERS[recipe.network](recipe.hidden, unroll=unroll, seed=0, dtype=dtype)
    return keras.Sequential([keras.Input((recipe.window, 1), dtype=dtype), layer, keras.layers.Dense(1, dtype=dtype)])


def _drawn(recipe: Recipe, draw: str, seed: int, dtype: str) -> list[np.ndarray]:
    """Kernel, recurrent kernel, bias, W_hy and b_y that the seed draws, in Keras's shapes and order of gates."""
    if recipe.network == "lstm" and draw == "program":
        return to_keras(initial_weights(recipe.hidden, seed, dtype))
    output = uniform if draw == "keras" else truncated
    layer = layer_weights(recipe.network, draw, recipe.hidden, seed)
    return [*layer, output((recipe.hidden, 1), SEEDS_A_RUN * seed + _OUTPUT_DRAW), np.zeros(1)]
