"""What the text says of LSTM and GRU cells: values of ours by their names in claims.toml."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy.optimize import brentq
from threadpoolctl import threadpool_limits

from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.inputs.prices import load_prices
from reproduce.networks.engine import SEEDS_A_RUN
from reproduce.networks.first_weights import truncated
from reproduce.networks.forecasters.keras import build_model
from reproduce.networks.jacobian import reaches, simple_rnn_stack_days

SEEDS = range(100, 120)
WINDOWS = 64
CLOSED = -1000.0  # a bias at which a sigmoid is 0 to the last bit
FADED = 0.01  # of R(59)
LEAST = 0.001  # of a second derivative that lasts
FARTHEST = 50.0  # both are far below LEAST there


@functools.cache
def cell_outputs() -> Mapping[str, Any]:
    """Every value; worked out once in a process."""
    lstm, gru = (build_model(Variant(network=network), seed=SEEDS[0]) for network in ("lstm", "gru"))
    found = {
        "closed_input_effect": max(
            closed_input_effect(lstm, build_model(Variant(), seed).get_weights(), seed) for seed in SEEDS
        ),
        "tanh_reach": reach(tanh_bend, 1.0),
        "sigmoid_reach": reach(sigmoid_bend, 2.0),
        "lstm_parameters": lstm.count_params(),
        "gru_parameters": gru.count_params(),
        "lstm_states": states(lstm),
        "gru_states": states(gru),
        **fading_outputs(),
        "first_layer_inputs": lstm.layers[0].get_weights()[0].shape[0],
    }
    return MappingProxyType(found)


def closed_input_effect(model: Any, weights: list[np.ndarray], seed: int) -> float:
    """The largest difference of predictions from WINDOWS random windows to those from as many others, with i at 0.

    Args:
        model: a Keras model of two LSTM layers, which is given these weights with the input gates closed.
    """
    *layers, kernel, bias = weights
    model.set_weights([*map(close_input_gate, layers), kernel, bias])
    windows = np.random.default_rng(seed).random((2 * WINDOWS, Variant().window, 1), dtype=np.float32)
    first, second = np.split(model.predict_on_batch(windows), 2)
    return float(np.abs(first - second).max())


def close_input_gate(array: np.ndarray) -> np.ndarray:
    """A weight of an LSTM layer with the part of its input gate, the first of four, at 0, or in a bias at CLOSED."""
    closed = array.copy()
    closed[..., : array.shape[-1] // 4] = CLOSED if array.ndim == 1 else 0
    return closed


@threadpool_limits.wrap(limits=1, user_api="blas")  # the products are small: two threads take longer than one
def fading_outputs() -> dict[str, int]:
    """How many seeds of each draw have faded, of the draw that has fewer and of the one that has more."""
    windows = prepare(load_prices(), Variant()).inputs
    chosen = windows[np.linspace(0, len(windows) - 1, len(SEEDS)).astype(int)]
    left = np.array([stack_reaches(seed, window) for seed, window in zip(SEEDS, chosen, strict=True)])  # (seeds, 2)
    return dict(zip(("fading", "fading_in_a_draw"), sorted(np.sum(left < FADED, axis=0).tolist()), strict=True))


def stack_reaches(seed: int, window: np.ndarray) -> list[float]:
    """R over all but the first day of a window, (days, 1), of the guide's stack of SimpleRNNs, in the two draws."""
    *drawn, _, _ = build_model(Variant(network="simple-rnn"), seed).get_weights()
    narrow = [
        truncated(w.shape, SEEDS_A_RUN * seed + k) if w.ndim == 2 else np.zeros_like(w) for k, w in enumerate(drawn)
    ]
    units, farthest = Variant().first + Variant().second, len(window) - 1
    return [
        reaches(simple_rnn_stack_days([w.astype(float) for w in weights], window), units, (farthest,))[farthest]
        for weights in (drawn, narrow)
    ]


def states(model: Any) -> int:
    """How many vectors the first layer's cell hands from one day to the next."""
    size = model.layers[0].cell.state_size
    return len(size) if isinstance(size, (list, tuple)) else 1


def tanh_bend(x: float) -> float:
    """|tanh''(x)| = 2 tanh(x) (1 - tanh²(x)), for x of at least 0."""
    t = np.tanh(x)
    return 2 * t / np.cosh(x) ** 2


def sigmoid_bend(x: float) -> float:
    """|σ''(x)| = σ(x) (1 - σ(x)) (2 σ(x) - 1), for x of at least 0; σ(x) = ½ + ½ tanh(x / 2)."""
    t = np.tanh(x / 2)
    return t / (4 * np.cosh(x / 2) ** 2)


def reach(bend: Callable[[float], float], beyond: float) -> float:
    """The largest x at which a second derivative is LEAST, given a place between its top and that x."""
    return float(brentq(lambda x: bend(x) - LEAST, beyond, FARTHEST, xtol=1e-12))
