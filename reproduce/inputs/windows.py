"""Scaled prices cut into windows, each with the price after it, and split into what trains and what tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


@dataclass(frozen=True)
class Windows:
    """One table seen by one variant, its rows in the variant's order. Window k reads rows k … k+window-1 and predicts
    row k+window. The first windows train, the others test; either part may leave out a few at its end.
    """

    dates: np.ndarray  # (rows,) datetime64[D]
    close_usd: np.ndarray  # (rows,)
    close_scaled: np.ndarray  # (rows,) without unit: (close_usd - zero_usd) / unit_usd
    zero_usd: float  # the price that is scaled to 0
    unit_usd: float  # the difference of prices that is scaled to 1
    inputs: np.ndarray  # (windows, window, 1), scaled
    targets: np.ndarray  # (windows, 1), scaled
    train_windows: int  # the number of the first window that is not for training
    trained: int  # windows that training steps on, the first ones
    tested: int  # windows that predictions are judged on, from train_windows on

    @property
    def window(self) -> int:
        """Rows that a window reads."""
        return self.inputs.shape[1]

    @property
    def reads_backwards(self) -> bool:
        """Whether the rows run newest first."""
        return bool(self.dates[0] > self.dates[-1])

    @property
    def train(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets that training steps on."""
        return self.inputs[: self.trained], self.targets[: self.trained]

    @property
    def test(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets that predictions are judged on."""
        stop = self.train_windows + self.tested
        return self.inputs[self.train_windows : stop], self.targets[self.train_windows : stop]

    @property
    def last(self) -> np.ndarray:
        """The window of the last rows, which is no input as it has no row after it, (1, window, 1), scaled."""
        return self.close_scaled[np.newaxis, -self.window :, np.newaxis]

    @property
    def test_rows(self) -> np.ndarray:
        """The rows that the tested windows predict, (tested,)."""
        return self.target_rows(self.train_windows, self.tested)

    def target_rows(self, first_window: int, count: int) -> np.ndarray:
        """The rows, (count,), that `count` windows from `first_window` on predict."""
        return np.arange(first_window, first_window + count) + self.window

    def to_usd(self, scaled: np.ndarray) -> np.ndarray:
        """Undo the scaler."""
        return scaled * self.unit_usd + self.zero_usd


def cut(close_scaled: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Every window of `close_scaled`, (rows, 1), and the price after it: (windows, window, 1) and (windows, 1)."""
    return sliding_window_view(close_scaled[:-1, 0], window)[:, :, np.newaxis], close_scaled[window:]
