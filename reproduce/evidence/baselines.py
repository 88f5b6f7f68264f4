"""Simple forecasts of the test set, beside which the network is judged; the simplest is `metrics.persistence`.

All return (windows, 1), scaled, for the windows of `dataset.test`. In the published row order "next" is the day before.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LinearRegression

from reproduce.articles.bitcoin_lstm.metrics import persistence
from reproduce.articles.bitcoin_lstm.windows import Dataset


def drift(dataset: Dataset) -> np.ndarray:
    """Predict that the price goes on as it went, on average, in training: ŷ[t] = y[t-1] + mean of y[r] - y[r-1].

    The mean is over neighbouring training rows in the variant's order: rows 0 … train_windows+window-1, all that a
    training window reads or predicts, those of a dropped remainder (D6) included.
    """
    inputs, _ = dataset.test
    training_rows = dataset.train_windows + dataset.inputs.shape[1]
    return persistence(inputs) + np.diff(dataset.close_scaled[:training_rows]).mean()


def linear_autoregression(dataset: Dataset) -> np.ndarray:
    """Predict by ordinary least squares from the prices of the window: ŷ[t] = a + b_1 y[t-1] + … + b_w y[t-w].

    The order w is the window's length, so it reads just what the network reads; a and b are fitted on `dataset.train`.
    """
    inputs, targets = dataset.train
    test_inputs, _ = dataset.test
    regression = LinearRegression().fit(inputs[:, :, 0], targets)  # (windows, window) → (windows, 1)
    return regression.predict(test_inputs[:, :, 0])
