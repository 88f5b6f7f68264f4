"""What the text says of gates: each value on small networks, by loops that share no code, and the faults it notices."""

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import gates
from reproduce.articles.bitcoin_lstm.gates import (
    c_left,
    change_by_closing,
    difference_to_h,
    effect_left,
    forced,
    kept_change,
    readings_outside,
)
from reproduce.networks import reference
from reproduce.networks.lstm.weights import random_weights
from tests.oracles import numpy_forward, sigmoid

pytestmark = pytest.mark.usefixtures("one_thread")
W = {name: 3 * array for name, array in random_weights(4, seed=5).items()}
INPUTS = np.random.default_rng(8).normal(size=(3, 7, 1))


def gate_values(x, read):
    """The gates and the candidate of a day, by name."""
    z = {gate: x @ W[f"W_x{gate}"] + read @ W[f"W_h{gate}"] + W[f"b_{gate}"] for gate in "ifog"}
    return {gate: np.tanh(value) if gate == "g" else sigmoid(value) for gate, value in z.items()}


def last_state(days, forget=None):
    """h and c of the equations after these days of one window; with a forget gate of that value."""
    h = c = np.zeros(4)
    for x in days:
        z = gate_values(x, h)
        c = (z["f"] if forget is None else forget) * c + z["i"] * z["g"]
        h = z["o"] * np.tanh(c)
    return h, c


def test_forced_gate_is_open_or_closed_whatever_it_reads():
    """To the last bit; the others are as they were."""
    (_, days), (_, plain) = (reference.forward(w, "described", INPUTS) for w in (forced(W, f=1, i=0), W))
    assert all((day.f == 1).all() and (day.i == 0).all() for day in days)
    np.testing.assert_array_equal(days[0].o, plain[0].o)
    np.testing.assert_array_equal(days[0].g, plain[0].g)


def test_open_forget_gate_keeps_c_in_the_equations():
    """To the last bit."""
    assert kept_change(W, "described", INPUTS) == 0


def test_open_forget_gate_replaces_c_by_h_as_published():
    """Each day c becomes the h of the day before, and the gates read c."""
    changes = []
    for window in INPUTS:
        _, _, days = numpy_forward(window[:3], W, "published")
        c = days[-1]["c"]
        h = days[-1]["o"] * np.tanh(c)
        for x in window[3:]:
            o = gate_values(x, c)["o"]
            changes.append(np.abs(h - c).max())
            c, h = h, o * np.tanh(h)
    assert kept_change(W, "published", INPUTS) == pytest.approx(max(changes), rel=1e-12)


def test_effect_that_is_left_is_that_of_reversed_days():
    """Means over windows, with f at 0 over with its own f: days 1 to 6 reversed, day 7 in its place."""

    def effect(forget):
        pairs = [(window, [*window[5::-1], window[6]]) for window in INPUTS]
        return np.mean([abs(np.diff([last_state(d, forget)[0] @ W["W_hy"] for d in pair], axis=0)) for pair in pairs])

    assert effect_left(W, INPUTS) == pytest.approx(effect(0) / effect(None), rel=1e-9)


def test_closed_forget_gate_forgets_c_itself(monkeypatch):
    """Whatever c was; the network's own does not."""
    assert c_left(W, INPUTS) == 0
    monkeypatch.setattr(gates, "forced", lambda w, **_: w)
    (h, c), (_, other) = last_state(INPUTS[0][:-1]), last_state(INPUTS[2][:-1])
    assert c_left(W, INPUTS) >= np.abs(gate_values(INPUTS[0][-1], h)["f"] * (c - other)).max() > 0.01


def test_candidate_passes_the_input_gate_and_no_other():
    """Closed on the last day, the input gate takes i·g from c; the output gate takes nothing."""
    expected = []
    for window in INPUTS:
        z = gate_values(window[-1], last_state(window[:-1])[0])
        expected.append(np.abs(z["i"] * z["g"]).max())
    assert change_by_closing(W, INPUTS, "i") == pytest.approx(max(expected), rel=1e-12)
    assert change_by_closing(W, INPUTS, "o") == 0


@pytest.mark.parametrize(
    ("gate", "value", "count"), [("i", 1.5, 84), ("f", -0.1, 84), ("o", 2, 84), ("g", -1.2, 84), ("g", -0.9, 0)]
)
def test_readings_outside_are_counted(gate, value, count, monkeypatch):
    """One unit of 3 windows on 7 days, 21, by two sets of weights in two wirings."""
    real = reference.forward

    def spoilt(w, wiring, inputs):
        predictions, days = real(w, wiring, inputs)
        for day in days:
            getattr(day, gate)[:, 2] = value
        return predictions, days

    assert readings_outside(W, INPUTS) == 0
    monkeypatch.setattr(gates, "forward", spoilt)
    assert readings_outside(W, INPUTS) == count


@pytest.mark.parametrize("wiring", ["described", "published"])
def test_graph_predicts_from_h(wiring, monkeypatch):
    """From c it would predict something else."""
    assert difference_to_h(wiring, INPUTS) < 1e-12
    real = reference.forward

    def with_c_for_h(w, wiring, inputs):
        predictions, days = real(w, wiring, inputs)
        last = days[-1]._replace(after=reference.State(h=days[-1].after.c, c=days[-1].after.h))
        return predictions, [*days[:-1], last]

    monkeypatch.setattr(gates, "forward", with_c_for_h)
    assert difference_to_h(wiring, INPUTS) > 1e-3
