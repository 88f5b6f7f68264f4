"""Forward passes in plain NumPy, float64, one window and one day at a time: second opinions on the Keras networks.

Weights come in the order of Keras's `get_weights`; its gates are i, f, c, o in an LSTM and z, r, h in a GRU.
"""

import numpy as np

from tests.oracles import sigmoid


def lstm_layer(days, kernel, recurrent, bias):
    """Every day's output, (days, units)."""
    units = recurrent.shape[0]
    h, c, outputs = np.zeros(units), np.zeros(units), []
    for x in days:
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.array(outputs)


def simple_rnn_layer(days, kernel, recurrent, bias):
    """Likewise."""
    h, outputs = np.zeros(recurrent.shape[0]), []
    for x in days:
        h = np.tanh(x @ kernel + h @ recurrent + bias)
        outputs.append(h)
    return np.array(outputs)


def gru_layer(days, kernel, recurrent, biases):
    """Likewise; the reset gate scales what the recurrent product and its own bias give (Keras's `reset_after`)."""
    h, outputs = np.zeros(recurrent.shape[0]), []
    for x in days:
        x_z, x_r, x_h = np.split(x @ kernel + biases[0], 3)
        h_z, h_r, h_h = np.split(h @ recurrent + biases[1], 3)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        h = z * h + (1 - z) * np.tanh(x_h + r * h_h)
        outputs.append(h)
    return np.array(outputs)


def mlp_layer(inputs, kernel, bias):
    """A Dense layer with relu."""
    return np.maximum(inputs @ kernel + bias, 0)


def recurrent_forward(layer, days, w):
    """The prediction for one window, (days, 1): the second layer hands on its last output."""
    first = layer(days, *w[:3])
    return layer(first, *w[3:6])[-1] @ w[6] + w[7]


def mlp_forward(days, w):
    """The prediction for one window, (days, 1), flattened."""
    return mlp_layer(mlp_layer(days[:, 0], *w[:2]), *w[2:4]) @ w[4] + w[5]


FORWARDS = {
    "lstm": lambda days, w: recurrent_forward(lstm_layer, days, w),
    "simple-rnn": lambda days, w: recurrent_forward(simple_rnn_layer, days, w),
    "gru": lambda days, w: recurrent_forward(gru_layer, days, w),
    "mlp": mlp_forward,
}
