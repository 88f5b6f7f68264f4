"""How good predictions are, and how good they would be if tomorrow were today."""

from __future__ import annotations

import numpy as np

from reproduce.articles.bitcoin_lstm.windows import Dataset


def persistence(inputs: np.ndarray) -> np.ndarray:
    """The forecast that nothing changes: the last price of each window, (windows, window, 1) → (windows, 1)."""
    return inputs[:, -1]


def prediction_metrics(dataset: Dataset, predicted: np.ndarray) -> dict[str, float]:
    """The test error of `predicted`, (windows, 1) scaled, beside persistence's on the same windows.

    `mse` is in scaled units, `rmse_usd` in USD; `skill` is 1 - mse/persistence_mse, above 0 where the model beats it.
    """
    inputs, actual = dataset.test
    mse = float(np.mean(np.square(predicted - actual)))
    persistence_mse = float(np.mean(np.square(persistence(inputs) - actual)))
    return {
        "test_mse": mse,
        "test_rmse_usd": float(np.sqrt(mse)) * dataset.deviation_usd,
        "persistence_mse": persistence_mse,
        "persistence_rmse_usd": float(np.sqrt(persistence_mse)) * dataset.deviation_usd,
        "skill": 1 - mse / persistence_mse if persistence_mse > 0 else np.nan,  # a price that stood still
    }
