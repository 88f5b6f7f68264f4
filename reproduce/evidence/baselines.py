"""Simple forecasts of a test set, beside which a network is judged; the simplest is `skill.persistence`.

All return (windows, 1), scaled. "Next" is the row after, in the order in which the rows are read: in the published row
order of the Bitcoin article it is the day before.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LinearRegression

from reproduce.evidence.skill import persistence


def drift(training_prices: np.ndarray, test_inputs: np.ndarray) -> np.ndarray:
    """Predict that the price goes on as it went, on average, in training: ŷ[t] = y[t-1] + mean of y[r] - y[r-1].

    Args:
        training_prices: (rows,), scaled, all that a training window reads or predicts, in the order in which they are
            read; those of a dropped remainder (D6) included.
        test_inputs: (windows, window, 1), scaled.
    """
    return persistence(test_inputs) + np.diff(training_prices).mean()


def linear_autoregression(inputs: np.ndarray, targets: np.ndarray, test_inputs: np.ndarray) -> np.ndarray:
    """Predict by ordinary least squares from the prices of the window: ŷ[t] = a + b_1 y[t-1] + … + b_w y[t-w].

    The order w is the window's length, so it reads just what the network reads.

    Args:
        inputs: (training windows, window, 1), scaled, on which a and b are fitted.
        targets: (training windows, 1), scaled.
        test_inputs: (windows, window, 1), scaled.
    """
    regression = LinearRegression().fit(inputs[:, :, 0], targets)  # (windows, window) → (windows, 1)
    return regression.predict(test_inputs[:, :, 0])
