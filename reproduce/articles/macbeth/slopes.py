"""What the text says of networks at large: derivatives and steps. Values of ours by their names in claims.toml."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from threadpoolctl import threadpool_limits

from reproduce.networks.characters.paths import path_length
from reproduce.networks.forecasters.keras import build_model
from reproduce.networks.reference import sigmoid

SEEDS = range(100, 120)
LAYERS, UNITS, SAMPLES = 10, 50, 64  # of the deep network
THOUSANDTH = 0.001  # of the loss


@dataclass(frozen=True)
class Dense:
    """The two-layer network of Dense layers, as the package has it for 60 prices."""

    network: str = "mlp"
    window: int = 60
    first: int = 50
    second: int = 100
    dropout: float = 0.2
    batch: int = 64
    layers: int = 2
    optimizer: str = "rmsprop"


@functools.cache
def slope_outputs() -> Mapping[str, float]:
    """Every value; worked out once in a process."""
    found = {
        "days_seen": min(days_seen(seed) for seed in SEEDS),
        "vanishing_ratio": max(vanishing_ratio(seed) for seed in SEEDS),
        "thousandth_path": path_length(THOUSANDTH, SEEDS[0]) / path_length(1.0, SEEDS[0]),
    }
    return MappingProxyType(found)


def days_seen(seed: int) -> int:
    """On how many of its days a prediction of the Dense network depends, by its derivative; of one random window."""
    window = np.random.default_rng(seed).random(Dense.window)
    return int(np.count_nonzero(dense_derivative(build_model(Dense(), seed).get_weights(), window)))


def dense_derivative(weights: list[np.ndarray], window: np.ndarray) -> np.ndarray:
    """The derivative of relu(relu(x W + b) W + b) w + b by x, (days,), nothing dropped.

    Args:
        weights: kernel and bias of each of the three layers; window: x, (days,).
    """
    kernel_1, bias_1, kernel_2, bias_2, kernel_out, _ = weights
    z_1 = window @ kernel_1 + bias_1  # (first,)
    z_2 = np.maximum(z_1, 0) @ kernel_2 + bias_2  # (second,)
    return kernel_1 @ ((z_1 > 0) * (kernel_2 @ ((z_2 > 0) * kernel_out[:, 0])))


@threadpool_limits.wrap(limits=1, user_api="blas")
def vanishing_ratio(seed: int) -> float:
    """The norm of the first layer's gradient over that of the last one's, LAYERS layers of sigmoids, one step."""
    rng = np.random.default_rng(seed)
    limit = np.sqrt(6 / (UNITS + UNITS))  # Glorot's uniform draw
    kernels = rng.uniform(-limit, limit, (LAYERS, UNITS, UNITS))
    inputs, targets = rng.random((SAMPLES, UNITS)), rng.random((SAMPLES, UNITS))
    norms = [np.linalg.norm(gradient) for gradient in deep_gradients(kernels, inputs, targets)]
    return float(norms[0] / norms[-1])


def deep_gradients(kernels: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The derivative of the mean squared error by each layer's kernel; h = σ(h before · kernel), no biases.

    Args:
        kernels: (layers, units, units); inputs and targets: (samples, units).
    """
    outputs = [inputs]
    for kernel in kernels:
        outputs.append(sigmoid(outputs[-1] @ kernel))
    d_h = 2 * (outputs[-1] - targets) / targets.size
    gradients = np.empty_like(kernels)
    for layer in reversed(range(len(kernels))):
        d_z = d_h * outputs[layer + 1] * (1 - outputs[layer + 1])
        gradients[layer] = outputs[layer].T @ d_z
        d_h = d_z @ kernels[layer].T
    return gradients
