"""One day of the recurrent cell: the article's six equations, and the program's way of calling them."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow.compat.v1 as tf

from reproduce.networks.lstm.weights import GATE_SCOPES, Weights

STATE_SCOPES = {"c": "cell_state", "h": "hidden_output"}


class State(NamedTuple):
    """What one day hands to the next; both (batch, hidden)."""

    h: tf.Tensor  # hidden output
    c: tf.Tensor  # cell state


def step_described(x: tf.Tensor, state: State, w: Weights) -> State:
    """Advance by one day as the text's equations say.

    Args:
        x: (batch, 1), one day's scaled price.
        state: that of the day before.
        w: weights, of the dtype of `x`.
    """
    h, c = state
    with tf.name_scope(GATE_SCOPES["i"]):
        i = tf.sigmoid(x @ w.W_xi + h @ w.W_hi + w.b_i)  # (batch, hidden), as are all below
    with tf.name_scope(GATE_SCOPES["f"]):
        f = tf.sigmoid(x @ w.W_xf + h @ w.W_hf + w.b_f)
    with tf.name_scope(GATE_SCOPES["o"]):
        o = tf.sigmoid(x @ w.W_xo + h @ w.W_ho + w.b_o)
    with tf.name_scope(GATE_SCOPES["g"]):
        g = tf.tanh(x @ w.W_xg + h @ w.W_hg + w.b_g)  # D9: the text prints W_xi, W_hi, b_i here
    with tf.name_scope(STATE_SCOPES["c"]):
        c = c * f + i * g
    with tf.name_scope(STATE_SCOPES["h"]):
        h = o * tf.tanh(c)
    return State(h, c)


def step_published(x: tf.Tensor, state: State, w: Weights) -> State:
    """Advance by one day as the program does (D2): it hands the cell its two vectors in each other's place.

    So the gates read the cell state of the day before, and the forget gate scales the hidden output of the day before:
    c = f·h + i·g. `step_described` otherwise.
    """
    return step_described(x, State(h=state.c, c=state.h), w)


STEPS = {"published": step_published, "described": step_described}
