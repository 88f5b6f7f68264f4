"""The price network in NumPy, to be read: the cell, the network, its loss, every gradient by hand, and two Adams.

Nothing here is fast, and no engine uses it; each of them is held to it. Weights are a dict of arrays by name, and so
are gradients. With H hidden units:

    gate i (input), f (forget), o (output), g (candidate):    W_x* (1, H)    W_h* (H, H)    b_* (H,)
    output layer:                                             W_hy (H, 1)    b_y (1,)

All arrays of one dtype, float64 or float32, and the results have it too. A batch has n windows of some days.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Arrays = dict[str, np.ndarray]


class State(NamedTuple):
    """What one day hands to the next; both (n, H), no unit."""

    h: np.ndarray  # hidden output
    c: np.ndarray  # cell state


class Day(NamedTuple):
    """What the cell computed on one day; each (n, H) but x. Backpropagation needs it all."""

    x: np.ndarray  # (n, 1), that day's scaled prices
    read: np.ndarray  # what the gates read of the day before
    kept: np.ndarray  # what the forget gate keeps some of
    i: np.ndarray
    f: np.ndarray
    o: np.ndarray
    g: np.ndarray
    after: State


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + e⁻ᶻ), written with tanh, which overflows nowhere."""
    return (1 + np.tanh(z / 2)) / 2


def step(w: Arrays, wiring: str, x: np.ndarray, before: State) -> Day:
    """Advance the cell by one day: the article's six equations, one a line.

    Args:
        wiring: `described`: the gates read h and the forget gate scales c, as the text says. `published`: the program
            hands the cell its two vectors in each other's place (D2), so the gates read c and the forget gate scales h.
        x: (n, 1).
    """
    read, kept = (before.h, before.c) if wiring == "described" else (before.c, before.h)
    i = sigmoid(x @ w["W_xi"] + read @ w["W_hi"] + w["b_i"])
    f = sigmoid(x @ w["W_xf"] + read @ w["W_hf"] + w["b_f"])
    o = sigmoid(x @ w["W_xo"] + read @ w["W_ho"] + w["b_o"])
    g = np.tanh(x @ w["W_xg"] + read @ w["W_hg"] + w["b_g"])
    c = f * kept + i * g
    h = o * np.tanh(c)
    return Day(x, read, kept, i, f, o, g, State(h, c))


def read_days(w: Arrays, wiring: str, inputs: np.ndarray) -> list[Day]:
    """Read each window day by day from a state of zeros.

    Args:
        inputs: (n, window, 1), scaled prices.
    """
    zeros = np.zeros((len(inputs), len(w["b_i"])), inputs.dtype)
    state, days = State(h=zeros, c=zeros), []
    for t in range(inputs.shape[1]):
        days.append(step(w, wiring, inputs[:, t], state))
        state = days[-1].after
    return days


def forward(w: Arrays, wiring: str, inputs: np.ndarray) -> tuple[np.ndarray, list[Day]]:
    """Predict from the last h: predictions, (n, 1), scaled, and the days; inputs as `read_days` takes them."""
    days = read_days(w, wiring, inputs)
    return days[-1].after.h @ w["W_hy"] + w["b_y"], days


def loss_and_gradients(w: Arrays, wiring: str, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, Arrays]:
    """The mean squared error of a batch, and its derivative by each of the 14 weights: backpropagation through time.

    For each line of the forward pass, from the last to the first, the chain rule. `d_a` is the loss's derivative by a.

    Args:
        inputs: (n, window, 1); targets: (n, 1).
    """
    predictions, days = forward(w, wiring, inputs)
    error = predictions - targets  # (n, 1)
    loss = float(np.mean(error**2))

    gradients = {name: np.zeros_like(array) for name, array in w.items()}
    d_prediction = 2 * error / len(error)
    gradients["W_hy"] += days[-1].after.h.T @ d_prediction
    gradients["b_y"] += d_prediction.sum(axis=0)
    d = State(h=d_prediction @ w["W_hy"].T, c=np.zeros_like(days[-1].after.c))
    for day in reversed(days):
        d = _step_back(w, wiring, day, d, gradients)
    return loss, gradients


def day_back(day: Day, d: State) -> tuple[Arrays, np.ndarray]:
    """Undo one `step` to the sums in its gates: the loss's derivative by each, and by what the forget gate scales.

    Args:
        d: the derivative by the state after it, as later days use that.

    Returns:
        By gate, (n, H), and (n, H).
    """
    tanh_c = np.tanh(day.after.c)
    d_c = d.c + d.h * day.o * (1 - tanh_c**2)  # c acts on later days by itself, and through h = o tanh(c)
    d_z = {
        "i": d_c * day.g * day.i * (1 - day.i),  # σ' = σ (1 - σ)
        "f": d_c * day.kept * day.f * (1 - day.f),
        "o": d.h * tanh_c * day.o * (1 - day.o),
        "g": d_c * day.i * (1 - day.g**2),  # tanh' = 1 - tanh²
    }
    return d_z, d_c * day.f


def _step_back(w: Arrays, wiring: str, day: Day, d: State, gradients: Arrays) -> State:
    """Undo one `step`: add its part to the gradients, and return the loss's derivative by the state before it."""
    d_z, d_kept = day_back(day, d)
    for gate, d_gate in d_z.items():
        gradients[f"W_x{gate}"] += day.x.T @ d_gate
        gradients[f"W_h{gate}"] += day.read.T @ d_gate
        gradients[f"b_{gate}"] += d_gate.sum(axis=0)
    d_read = sum(d_gate @ w[f"W_h{gate}"].T for gate, d_gate in d_z.items())
    return State(h=d_read, c=d_kept) if wiring == "described" else State(h=d_kept, c=d_read)


class TF1Adam(NamedTuple):
    """What TF1's Adam remembers: means of the gradients and of their squares, and the powers of its two β."""

    m: Arrays
    v: Arrays
    beta1_power: float  # β₁ at the first step, β₁² at the second, …, each the product of the one before and β₁
    beta2_power: float


class KerasAdam(NamedTuple):
    """What Keras's Adam remembers: the same means, and the number of steps taken."""

    m: Arrays
    v: Arrays
    steps: int


def begin_tf1(w: Arrays) -> TF1Adam:
    """The memory before the first step."""
    return TF1Adam(_zeros(w), _zeros(w), beta1_power=0.9, beta2_power=0.999)


def begin_keras(w: Arrays) -> KerasAdam:
    """The memory before the first step."""
    return KerasAdam(_zeros(w), _zeros(w), steps=0)


def tf1_step(w: Arrays, gradients: Arrays, memory: TF1Adam, learning_rate: float = 0.001) -> tuple[Arrays, TF1Adam]:
    """One step of TF1's Adam, which the program takes: w -= lr·√(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v + 1e-8)."""
    m = {name: 0.9 * memory.m[name] + 0.1 * g for name, g in gradients.items()}
    v = {name: 0.999 * memory.v[name] + 0.001 * g**2 for name, g in gradients.items()}
    rate = learning_rate * (1 - memory.beta2_power) ** 0.5 / (1 - memory.beta1_power)
    moved = {name: w[name] - rate * m[name] / (np.sqrt(v[name]) + 1e-8) for name in w}
    return moved, TF1Adam(m, v, memory.beta1_power * 0.9, memory.beta2_power * 0.999)


def keras_step(
    w: Arrays, gradients: Arrays, memory: KerasAdam, learning_rate: float = 0.001
) -> tuple[Arrays, KerasAdam]:
    """One step of Keras's Adam: the same means, the power taken from the step's number, and 1e-7 for 1e-8."""
    t = memory.steps + 1
    m = {name: memory.m[name] + (g - memory.m[name]) * (1 - 0.9) for name, g in gradients.items()}
    v = {name: memory.v[name] + (g**2 - memory.v[name]) * (1 - 0.999) for name, g in gradients.items()}
    rate = learning_rate * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
    moved = {name: w[name] - rate * m[name] / (np.sqrt(v[name]) + 1e-7) for name in w}
    return moved, KerasAdam(m, v, steps=t)


def _zeros(w: Arrays) -> Arrays:
    return {name: np.zeros_like(array) for name, array in w.items()}
