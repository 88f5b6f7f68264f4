"""A student's cell, with two gates exchanged: the input gate's weights are in the forget gate, and the other way round.

reproduce compare examples/ports/student.py
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cell(weights, x, h, c):
    h, c = c, h  # the published program hands them over like this
    i = sigmoid(x @ weights["W_xf"] + h @ weights["W_hf"] + weights["b_f"])
    f = sigmoid(x @ weights["W_xi"] + h @ weights["W_hi"] + weights["b_i"])
    o = sigmoid(x @ weights["W_xo"] + h @ weights["W_ho"] + weights["b_o"])
    g = np.tanh(x @ weights["W_xg"] + h @ weights["W_hg"] + weights["b_g"])
    c = f * c + i * g
    return o * np.tanh(c), c


def predict(weights, inputs):
    h = c = np.zeros((len(inputs), len(weights["b_i"])))
    for t in range(inputs.shape[1]):
        h, c = cell(weights, inputs[:, t], h, c)
    return h @ weights["W_hy"] + weights["b_y"]
