"""From prices to what the network reads: row order, scaler, windows, split. Steps 1 to 3 of the Bitcoin program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.preprocessing import StandardScaler

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.errors import DataError
from reproduce.inputs.prices import PriceTable

TRAIN_SHARE = 0.8


@dataclass(frozen=True)
class Dataset:
    """One table seen by one variant. Rows are in the variant's order; windows are numbered as they are cut.

    Window k reads the scaled prices of rows k … k+window-1 and predicts row k+window.
    """

    dates: np.ndarray  # (rows,) datetime64[D]
    close_usd: np.ndarray  # (rows,)
    close_scaled: np.ndarray  # (rows,) without unit: (close_usd - mean_usd) / deviation_usd
    mean_usd: float
    deviation_usd: float
    inputs: np.ndarray  # (windows, window, 1), scaled
    targets: np.ndarray  # (windows, 1), scaled
    train_windows: int  # the first ones by position; the others are the test set
    batch: int
    keeps_remainder: bool

    @property
    def train(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets that training steps on, whole batches unless the remainder is kept."""
        stop = self._used(self.train_windows)
        return self.inputs[:stop], self.targets[:stop]

    @property
    def test(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets that predictions are judged on."""
        stop = self.train_windows + self._used(len(self.inputs) - self.train_windows)
        return self.inputs[self.train_windows : stop], self.targets[self.train_windows : stop]

    def target_rows(self, first_window: int, count: int) -> np.ndarray:
        """The rows, (count,), that `count` windows from `first_window` on predict."""
        return np.arange(first_window, first_window + count) + self.inputs.shape[1]

    def to_usd(self, scaled: np.ndarray) -> np.ndarray:
        """Undo the scaler."""
        return scaled * self.deviation_usd + self.mean_usd

    def _used(self, windows: int) -> int:
        return windows if self.keeps_remainder else windows - windows % self.batch  # D6


def prepare(table: PriceTable, variant: Variant) -> Dataset:
    """Order, scale, window and split `table` as `variant` says.

    Raises:
        DataError: too few rows for one window and one batch on each side of the split, or a price that never moves.
    """
    first = 1 if variant.newest_row == "dropped" else 0  # D11
    step = 1 if variant.row_order == "newest-first" else -1  # D1
    dates, close_usd = table.dates[first:][::step], table.close_usd[first:][::step]
    rows, windows = len(close_usd), len(close_usd) - variant.window

    train_windows = int(TRAIN_SHARE * (rows if variant.split_of == "rows" else windows))  # D5
    least = 1 if variant.remainder == "kept" else variant.batch
    if min(train_windows, windows - train_windows) < least:
        raise DataError(
            f"{table.name}: {rows} rows give {max(windows, 0)} windows of {variant.window} days, {train_windows} for "
            f"training; expected at least {least} on each side of the split; use a longer table or a smaller window or "
            "batch"
        )
    scaler_rows = rows if variant.scaler_rows == "all" else train_windows + variant.window  # D4
    scaler = StandardScaler().fit(close_usd[:scaler_rows].reshape(-1, 1))
    if scaler.var_[0] == 0:
        raise DataError(
            f"{table.name}: the price never moves in the {scaler_rows} rows the scaler reads; check the table"
        )
    close_scaled = scaler.transform(close_usd.reshape(-1, 1))  # (rows, 1)

    return Dataset(
        dates=dates,
        close_usd=close_usd,
        close_scaled=close_scaled[:, 0],
        mean_usd=float(scaler.mean_[0]),
        deviation_usd=float(scaler.scale_[0]),
        inputs=sliding_window_view(close_scaled[:-1, 0], variant.window)[:, :, np.newaxis],
        targets=close_scaled[variant.window :],
        train_windows=train_windows,
        batch=variant.batch,
        keeps_remainder=variant.remainder == "kept",
    )
