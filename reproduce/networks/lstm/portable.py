"""The trained price network as others can open it: a Keras model of Keras's own layers, and a TF1 checkpoint."""

from __future__ import annotations

import errno
from pathlib import Path

import keras
import numpy as np
import tensorflow.compat.v1 as tf

from reproduce.networks.engine import Settings
from reproduce.networks.lstm.keras import build_model
from reproduce.networks.lstm.weights import Weights
from reproduce.networks.ports.layouts import to_keras


def portable_model(settings: Settings, weights: dict[str, np.ndarray]) -> keras.Model:
    """The network with these weights: (n, window, 1) → (n, 1). It opens where there is nothing but Keras.

    The described wiring is Keras's LSTM. The published one no layer of Keras has: its days stand side by side.
    """
    if settings.wiring == "published":
        return _unrolled(settings, weights)
    model = build_model(settings)
    model.set_weights(to_keras(weights))
    return model


def _unrolled(settings: Settings, weights: dict[str, np.ndarray]) -> keras.Model:
    """The published wiring (D2), day after day: the gates read c, and the forget gate scales h.

    The days share nine Dense layers: `x_i`, which has W_xi and b_i, `read_i`, which has W_hi, and so on, and `output`.
    """
    hidden, window, layers = settings.hidden, settings.window, keras.layers
    of_x = {gate: layers.Dense(hidden, name=f"x_{gate}") for gate in "ifog"}
    of_read = {gate: layers.Dense(hidden, use_bias=False, name=f"read_{gate}") for gate in "ifog"}
    output = layers.Dense(1, name="output")
    act = {gate: layers.Activation("tanh" if gate == "g" else "sigmoid") for gate in "ifog"}
    tanh = layers.Activation("tanh")
    inputs = keras.Input((window, 1))
    h = c = None  # zeros, which neither a gate nor a sum has to read on the first day
    for day in range(window):
        x = layers.Flatten()(layers.Cropping1D((day, window - 1 - day))(inputs))  # (n, 1)
        z = {gate: of_x[gate](x) for gate in "ifog"}  # (n, hidden) each, as all below
        if c is not None:
            z = {gate: layers.Add()([z[gate], of_read[gate](c)]) for gate in "ifog"}
        new = layers.Multiply()([act["i"](z["i"]), act["g"](z["g"])])
        c = new if h is None else layers.Add()([layers.Multiply()([act["f"](z["f"]), h]), new])
        h = layers.Multiply()([act["o"](z["o"]), tanh(c)])
    model = keras.Model(inputs, output(h))
    output.set_weights([weights["W_hy"], weights["b_y"]])
    for gate in "ifog":
        of_x[gate].set_weights([weights[f"W_x{gate}"], weights[f"b_{gate}"]])
        if of_read[gate].built:  # there is a day to read from
            of_read[gate].set_weights([weights[f"W_h{gate}"]])
    return model


def published_names() -> dict[str, str]:
    """Each weight's name in the graph of original_code/bitcoin_lstm.py, which gives them none: TensorFlow numbers them.

    >>> list(published_names().items())[:2]
    [('W_xi', 'Variable'), ('W_hi', 'Variable_1')]
    """
    return {name: f"Variable_{number}" if number else "Variable" for number, name in enumerate(Weights._fields)}


def save_checkpoint(weights: dict[str, np.ndarray], prefix: Path) -> None:
    """Write `prefix`.index and its data for `tf.train.Saver(tf.trainable_variables())` in the published graph.

    Raises:
        OSError: they cannot be written.
    """
    with tf.Graph().as_default(), tf.Session() as session:
        variables = [tf.Variable(weights[name], name=there) for name, there in published_names().items()]
        session.run(tf.variables_initializer(variables))
        try:
            tf.train.Saver(variables).save(session, str(prefix), write_meta_graph=False, write_state=False)
        except tf.errors.OpError as error:
            raise OSError(errno.EIO, "TensorFlow could not write it", str(prefix)) from error
