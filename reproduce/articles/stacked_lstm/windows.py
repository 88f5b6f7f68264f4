"""From prices to what the networks read: date order, split, scaler, windows."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import MinMaxScaler

from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.errors import DataError
from reproduce.evidence.tally import counted
from reproduce.inputs.prices import PriceTable
from reproduce.inputs.windows import Windows, cut

ORDER = 0  # the seed of the shuffled series' order, which is no run's own


def prepare(table: PriceTable, variant: Variant) -> Windows:
    """Order, split, scale and window `table` as `variant` says, oldest day first.

    The last `test_days` windows are the test set. Its inputs are the guide's: the last test_days + window prices of the
    whole series, scaled by what the training rows span, cut into windows; the first of them reads training rows only.

    Raises:
        DataError: too few rows for one training window, or a price that never moves in the training rows.
    """
    dates, close_usd = table.dates[::-1], table.close_usd[::-1]
    if variant.series == "shuffled":
        close_usd = shuffled(close_usd)
    train_rows = len(close_usd) - variant.test_days
    least = variant.window + 1
    if train_rows < least:
        raise DataError(
            f"{table.name}: {counted(len(close_usd), 'row')}, {max(train_rows, 0)} before the last "
            f"{variant.test_days}, expected at least {least} for one window of {variant.window} days; use a longer "
            "table, or a smaller window or fewer test days"
        )
    scaler = MinMaxScaler().fit(close_usd[:train_rows].reshape(-1, 1))
    if scaler.data_range_[0] == 0:
        raise DataError(f"{table.name}: the price never moves in the {train_rows} training rows; check the table")
    close_scaled = scaler.transform(close_usd.reshape(-1, 1))  # (rows, 1); beyond [0, 1] where test prices are
    inputs, targets = cut(close_scaled, variant.window)
    low_usd, high_usd = float(scaler.data_min_[0]), float(scaler.data_max_[0])
    return Windows(
        dates=dates,
        close_usd=close_usd,
        close_scaled=close_scaled[:, 0],
        zero_usd=low_usd,
        unit_usd=high_usd - low_usd,
        inputs=inputs,
        targets=targets,
        train_windows=len(inputs) - variant.test_days,
        trained=len(inputs) - variant.test_days,
        tested=variant.test_days,
    )


def shuffled(close_usd: np.ndarray) -> np.ndarray:
    """A series with the same moves from day to day, as shares of the price, in another order: the same one each time.

    Its first and last price are the same too; what a move was like tells nothing of the next.

    Args:
        close_usd: (days,), oldest first.
    """
    moves = np.random.default_rng(ORDER).permutation(np.diff(np.log(close_usd)))
    return close_usd[0] * np.exp(np.cumsum([0, *moves]))
