"""From prices to what the networks read: date order, split, scaler, windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.preprocessing import MinMaxScaler

from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.errors import DataError
from reproduce.inputs.prices import PriceTable


@dataclass(frozen=True)
class Dataset:
    """One table seen by one variant, oldest day first. Window k reads rows k … k+window-1 and predicts row k+window.

    The last `test_days` windows are the test set. Its inputs are the guide's: the last test_days + window prices of the
    whole series, scaled by what the training rows span, cut into windows; the first of them reads training rows only.
    """

    dates: np.ndarray  # (rows,) datetime64[D]
    close_usd: np.ndarray  # (rows,)
    close_scaled: np.ndarray  # (rows,) without unit: (close_usd - low_usd) / (high_usd - low_usd)
    low_usd: float  # the training rows' lowest and highest price
    high_usd: float
    inputs: np.ndarray  # (windows, window, 1), scaled
    targets: np.ndarray  # (windows, 1), scaled
    test_days: int

    @property
    def train(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets that training steps on: those that lie in the training rows whole."""
        return self.inputs[: -self.test_days], self.targets[: -self.test_days]

    @property
    def test(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets that predictions are judged on."""
        return self.inputs[-self.test_days :], self.targets[-self.test_days :]

    @property
    def test_dates(self) -> np.ndarray:
        """The days that the test windows predict, (test_days,)."""
        return self.dates[-self.test_days :]

    @property
    def test_usd(self) -> np.ndarray:
        """The prices of those days, (test_days,)."""
        return self.close_usd[-self.test_days :]

    @property
    def persistence_usd(self) -> np.ndarray:
        """The forecast that nothing changes: each test day's price is that of the day before, (test_days,)."""
        return self.close_usd[-self.test_days - 1 : -1]

    def to_usd(self, scaled: np.ndarray) -> np.ndarray:
        """Undo the scaler."""
        return scaled * (self.high_usd - self.low_usd) + self.low_usd


def prepare(table: PriceTable, variant: Variant) -> Dataset:
    """Order, split, scale and window `table` as `variant` says.

    Raises:
        DataError: too few rows for one training window, or a price that never moves in the training rows.
    """
    dates, close_usd = table.dates[::-1], table.close_usd[::-1]
    train_rows = len(close_usd) - variant.test_days
    least = variant.window + 1
    if train_rows < least:
        raise DataError(
            f"{table.name}: {len(close_usd)} rows leave {max(train_rows, 0)} before the last {variant.test_days}, "
            f"expected at least {least} for one window of {variant.window} days; use a longer table, or a smaller "
            "window or fewer test days"
        )
    scaler = MinMaxScaler().fit(close_usd[:train_rows].reshape(-1, 1))
    if scaler.data_range_[0] == 0:
        raise DataError(f"{table.name}: the price never moves in the {train_rows} training rows; check the table")
    close_scaled = scaler.transform(close_usd.reshape(-1, 1))  # (rows, 1); beyond [0, 1] where test prices are
    return Dataset(
        dates=dates,
        close_usd=close_usd,
        close_scaled=close_scaled[:, 0],
        low_usd=float(scaler.data_min_[0]),
        high_usd=float(scaler.data_max_[0]),
        inputs=sliding_window_view(close_scaled[:-1, 0], variant.window)[:, :, np.newaxis],
        targets=close_scaled[variant.window :],
        test_days=variant.test_days,
    )


def prediction_metrics(dataset: Dataset, predicted: np.ndarray) -> dict[str, float]:
    """The test error of `predicted`, (test_days, 1) scaled, beside persistence's on the same days.

    `mse` is in scaled units, `rmse_usd` in USD; `skill` is 1 - mse/persistence_mse, above 0 where the network beats it.
    """
    inputs, actual = dataset.test
    mse = float(np.mean(np.square(predicted.astype(float) - actual)))
    persistence_mse = float(np.mean(np.square(inputs[:, -1] - actual)))
    span_usd = dataset.high_usd - dataset.low_usd
    return {
        "test_mse": mse,
        "test_rmse_usd": float(np.sqrt(mse)) * span_usd,
        "persistence_mse": persistence_mse,
        "persistence_rmse_usd": float(np.sqrt(persistence_mse)) * span_usd,
        "skill": 1 - mse / persistence_mse if persistence_mse > 0 else np.nan,  # a price that stood still
    }


def persistence_rmse_usd(dataset: Dataset) -> float:
    """The root mean squared error, over the test days, of the forecast that nothing changes."""
    inputs, _ = dataset.test
    return prediction_metrics(dataset, inputs[:, -1])["test_rmse_usd"]
