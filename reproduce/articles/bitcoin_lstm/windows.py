"""From prices to what the network reads: row order, scaler, windows, split. Steps 1 to 3 of the Bitcoin program."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.errors import DataError
from reproduce.evidence.tally import counted
from reproduce.inputs.prices import PriceTable
from reproduce.inputs.windows import Windows, cut

TRAIN_SHARE = 0.8


def prepare(table: PriceTable, variant: Variant) -> Windows:
    """Order, scale, window and split `table` as `variant` says.

    Raises:
        DataError: the variant reads no prices; too few rows for one window and one batch on each side of the split; a
            price that never moves; or a split by date of rows that are not in date order.
    """
    if variant.task != "prices":
        raise DataError(f"{variant.name} reads random numbers, not prices; reproduce study bitcoin-recall tells of it")
    first = 1 if variant.newest_row == "dropped" else 0  # D11
    step = 1 if variant.row_order == "newest-first" else -1  # D1
    dates, close_usd = table.dates[first:][::step], table.close_usd[first:][::step]
    rows, windows = len(close_usd), len(close_usd) - variant.window

    train_windows = _train_windows(dates, variant)
    least = 1 if variant.remainder == "kept" else variant.batch
    if min(train_windows, windows - train_windows) < least:
        raise DataError(
            f"{table.name}: {counted(rows, 'row')}, enough for {counted(max(windows, 0), 'window')} of "
            f"{counted(variant.window, 'day')}, {train_windows} for training; expected at least {least} on each side "
            "of the split; use a longer table or a smaller window or batch"
        )
    scaler_rows = rows if variant.scaler_rows == "all" else train_windows + variant.window  # D4
    read = close_usd[:scaler_rows].reshape(-1, 1)  # (rows the scaler reads, 1)
    if variant.scaling == "standard":
        scaler = StandardScaler().fit(read)
        zero_usd, unit_usd, spread = scaler.mean_[0], scaler.scale_[0], scaler.var_[0]
    else:
        scaler = MinMaxScaler().fit(read)
        zero_usd, unit_usd, spread = scaler.data_min_[0], scaler.data_range_[0], scaler.data_range_[0]
    if spread == 0:
        raise DataError(
            f"{table.name}: the price never moves in the {scaler_rows} rows the scaler reads; check the table"
        )
    close_scaled = scaler.transform(close_usd.reshape(-1, 1))  # (rows, 1)
    inputs, targets = cut(close_scaled, variant.window)

    def used(part: int) -> int:
        return part if variant.remainder == "kept" else part - part % variant.batch  # D6

    return Windows(
        dates=dates,
        close_usd=close_usd,
        close_scaled=close_scaled[:, 0],
        zero_usd=float(zero_usd),
        unit_usd=float(unit_usd),
        inputs=inputs,
        targets=targets,
        train_windows=train_windows,
        trained=used(train_windows),
        tested=used(windows - train_windows),
    )


def _train_windows(dates: np.ndarray, variant: Variant) -> int:
    """How many of the windows of rows (rows,) are for training, the first ones."""
    windows = len(dates) - variant.window
    if variant.split_of in ("rows", "windows"):
        return int(TRAIN_SHARE * (len(dates) if variant.split_of == "rows" else windows))  # D5
    if variant.row_order == "newest-first":
        raise DataError(f"{variant.name}: a split by date needs the days in date order; add row-order-oldest-first")
    return int(np.sum(dates[variant.window :] <= np.datetime64(variant.split_of)))
