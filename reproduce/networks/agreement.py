"""How far apart two trainings of the same network are."""

from __future__ import annotations

import math


def relative_difference(loss: float, reference: float) -> float:
    """|loss / reference - 1|; inf where one of the two diverged, and nan where both did, which tells nothing."""
    diverged = [not math.isfinite(one) for one in (loss, reference)]
    if any(diverged):
        return math.nan if all(diverged) else math.inf
    return abs(loss / reference - 1)


import numpy as np
from reproduce.networks.lstm.weights import weight_shapes


def random_weights(hidden: int, seed: int) -> dict[str, np.ndarray]:
    """Weights by name, each a draw of its own, normal with deviation 0.1, float64."""
    generator = np.random.default_rng(seed)
    return {name: generator.normal(0, 0.1, shape) for name, shape in weight_shapes(hidden)._asdict().items()}
