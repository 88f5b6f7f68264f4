"""How much of a recurrent network's state goes back to its state some days before, in NumPy.

    R(k) = ‖∂s_T / ∂s_(T-k)‖, the spectral norm: the largest factor by which k days change a small difference of states

s is all that a day hands to the next: h, and of an LSTM h and c side by side. With d the derivative of something by the
state after a day, (n, states), each network's `…_back` is the derivative by the state before it. From d = 1, the unit
matrix, and the last day on, that gives the whole Jacobian.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

import numpy as np

from reproduce.networks.reference import Arrays, Day, State, day_back, read_days, sigmoid

Back = Callable[[np.ndarray], np.ndarray]  # (n, states) → (n, states)


def reaches(days: Sequence[Back], states: int, distances: Collection[int]) -> dict[int, float]:
    """R(k) of a window for each k of `distances`, all at least 1 and below the number of days.

    Args:
        days: the window's, in the order read.
        states: how many numbers a state has.
    """
    d, found = np.eye(states), {}
    for k, back in enumerate(reversed(days[-max(distances) :]), start=1):
        d = back(d)
        if k in distances:
            found[k] = float(np.linalg.norm(d, 2))
    return found


def simple_rnn_days(weights: Sequence[np.ndarray], window: np.ndarray) -> list[Back]:
    """Keras's SimpleRNN, h = tanh(x W + h U + b), over a window, (days, 1), from h = 0.

    Args:
        weights: W (1, H), U (H, H), b (H,).
    """
    W, U, b = weights
    h, days = np.zeros(len(U)), []
    for x in window:
        h = np.tanh(x @ W + h @ U + b)
        days.append(partial(_simple_rnn_back, U, h))
    return days


def _simple_rnn_back(U: np.ndarray, h: np.ndarray, d: np.ndarray) -> np.ndarray:
    return (d * (1 - h**2)) @ U.T  # tanh' = 1 - tanh²


def simple_rnn_stack_days(weights: Sequence[np.ndarray], window: np.ndarray) -> list[Back]:
    """Two SimpleRNN layers, the second one reading the first one's h, over a window, (days, 1); a state is both h.

    Args:
        weights: those of the first layer, and of the second, whose W is (H of the first, H).
    """
    (W_1, U_1, b_1), (W_2, U_2, b_2) = weights[:3], weights[3:]
    h_1, h_2, days = np.zeros(len(U_1)), np.zeros(len(U_2)), []
    for x in window:
        h_1 = np.tanh(x @ W_1 + h_1 @ U_1 + b_1)
        h_2 = np.tanh(h_1 @ W_2 + h_2 @ U_2 + b_2)
        days.append(partial(_simple_rnn_stack_back, (U_1, W_2, U_2), (h_1, h_2)))
    return days


def _simple_rnn_stack_back(weights: Sequence[np.ndarray], after: Sequence[np.ndarray], d: np.ndarray) -> np.ndarray:
    (U_1, W_2, U_2), (h_1, h_2) = weights, after
    d_1, d_2 = np.split(d, [len(h_1)], axis=1)
    d_z_2 = d_2 * (1 - h_2**2)
    d_z_1 = (d_1 + d_z_2 @ W_2.T) * (1 - h_1**2)
    return np.concatenate([d_z_1 @ U_1.T, d_z_2 @ U_2.T], axis=1)


def gru_days(weights: Sequence[np.ndarray], window: np.ndarray) -> list[Back]:
    """Keras's GRU over a window, (days, 1), from h = 0; the reset gate scales h U + b of the candidate.

    Args:
        weights: W (1, 3H), U (H, 3H), b (2, 3H), of inputs and of h; update gate z, reset gate r, candidate g.
    """
    W, U, (b_x, b_h) = weights
    h, days = np.zeros(len(U)), []
    for x in window:
        (x_z, x_r, x_g), (h_z, h_r, h_g) = np.split(x @ W + b_x, 3), np.split(h @ U + b_h, 3)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        g = np.tanh(x_g + r * h_g)
        days.append(partial(_gru_back, U, h, (z, r, g, h_g)))
        h = z * h + (1 - z) * g
    return days


def _gru_back(U: np.ndarray, before: np.ndarray, day: Sequence[np.ndarray], d: np.ndarray) -> np.ndarray:
    z, r, g, h_g = day
    d_g = d * (1 - z) * (1 - g**2)
    d_sums = (d * (before - g) * z * (1 - z), d_g * h_g * r * (1 - r), d_g * r)  # σ' = σ (1 - σ)
    return d * z + np.concatenate(d_sums, axis=1) @ U.T


def lstm_days(w: Arrays, wiring: str, window: np.ndarray) -> list[Back]:
    """The LSTM in a wiring of the reference over a window, (days, 1); a state is h and c side by side."""
    W_h = np.concatenate([w[f"W_h{gate}"] for gate in "ifog"], axis=1)  # (H, 4H)
    return [partial(_lstm_back, W_h, wiring, day) for day in read_days(w, wiring, window[np.newaxis])]


def _lstm_back(W_h: np.ndarray, wiring: str, day: Day, d: np.ndarray) -> np.ndarray:
    d_sums, d_kept = day_back(day, State(*np.split(d, 2, axis=1)))
    d_read = np.concatenate([d_sums[gate] for gate in "ifog"], axis=1) @ W_h.T
    return np.concatenate([d_read, d_kept] if wiring == "described" else [d_kept, d_read], axis=1)  # h and c
