"""The order in which an epoch takes its samples, where a program lets Keras's `fit` shuffle them."""

from __future__ import annotations

import numpy as np


def epoch_order(seed: int, epoch: int, samples: int) -> np.ndarray:
    """A random order of that many samples, (samples,), which hangs on seed and epoch alone.

    Keras shuffles from a generator that a resumed run could not put back in its place.
    """
    return np.random.default_rng((seed, epoch)).permutation(samples)
