"""What the published program does before and beside training: its table, windows, scaler, network and pictures.

Values of ours by their names in claims.toml. What the network is asked needs a tiny one, and a moment.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.lib.stride_tricks import sliding_window_view

from reproduce.articles.bitcoin_lstm.pictures import predictions_as_published, prices_as_published
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import TRAIN_SHARE, prepare
from reproduce.inputs.prices import PriceTable, load_prices
from reproduce.inputs.windows import Windows
from reproduce.networks.engine import Engine
from reproduce.networks.lstm.create import create_engine
from reproduce.networks.lstm.weights import random_weights

PROBE = Variant(hidden=8, batch=2)  # what the network is asked here does not depend on its size
SMALL_MARGIN = 0.001  # below any gradient's norm at the start, so that clipping would show
PROBE_BATCHES = 3  # Adam's first step has one size whatever the gradient's; from the second on a clipped one differs


def program_outputs() -> dict[str, Any]:
    """Every value that needs no training; None where nothing here can tell."""
    table = load_prices()
    windows = prepare(table, Variant())
    return {
        **windows_outputs(windows, Variant().batch),
        **_table_outputs(table),
        **_setting_outputs(),
        **_window_outputs(windows),
        **_scaler_outputs(windows),
        **_network_outputs(windows),
        **_picture_outputs(table, windows),
    }


def windows_outputs(windows: Windows, batch: int) -> dict[str, Any]:
    """Rows, windows, shapes and batches, which depend on the table and the variant alone."""
    split = windows.train_windows
    return {
        "rows": len(windows.close_usd),
        "windows": len(windows.inputs),
        "train_inputs_shape": list(windows.inputs[:split].shape),
        "train_targets_shape": list(windows.targets[:split].shape),
        "test_inputs_shape": list(windows.inputs[split:].shape),
        "test_targets_shape": list(windows.targets[split:].shape),
        "train_batches": windows.trained // batch,
        "test_batches": windows.tested // batch,
    }


def _table_outputs(table: PriceTable) -> dict[str, Any]:
    first, last = table.dates.min(), table.dates.max()
    return {
        "first_day": str(first),
        "last_day": str(last),
        "missing_days": int((last - first).astype(int)) + 1 - len(np.unique(table.dates)),
        "source_confirmed": None,
        "partial_days": None,
    }


def _setting_outputs() -> dict[str, Any]:
    published = Variant()
    return {
        "batch_size": published.batch,
        "window_size": published.window,
        "hidden_layer": published.hidden,
        "clip_margin": published.clip_margin,
        "learning_rate": published.learning_rate,
        "epochs": published.epochs,
    }


def _window_outputs(windows: Windows) -> dict[str, Any]:
    rows, cut, training = len(windows.dates), len(windows.inputs), windows.train_windows
    length = windows.window
    read = sliding_window_view(windows.dates[:-1], length)  # (windows, window)
    predicted = windows.dates[length:, np.newaxis]  # (windows, 1)
    trained, tested = windows.trained, windows.tested
    return {
        "days_before": int(np.sum(read < predicted, axis=1).min()),  # of the window that has the fewest
        "train_windows": training,
        "train_share": training / cut,
        "windows_at_80_percent": int(TRAIN_SHARE * cut),
        "rows_at_80_percent": int(TRAIN_SHARE * rows),
        "windows_trained": trained,
        "windows_tested": tested,
        "train_windows_dropped": training - trained,
        "test_windows_dropped": cut - training - tested,
    }


def _scaler_outputs(windows: Windows) -> dict[str, float]:
    scaled = windows.close_scaled
    training_rows = windows.train_windows + windows.inputs.shape[1]
    return {
        "scaler_departure": rounded(max(abs(scaled.mean()), abs(scaled.std() - 1))),
        "training_mean_distance": float(abs(scaled[:training_rows].mean())),
    }


def _network_outputs(windows: Windows) -> dict[str, float]:
    """What cell, loss and clipping do, on PROBE in float64, from random weights."""
    weights = random_weights(PROBE.hidden, seed=0)
    reused = weights | {f"{kind}g": weights[f"{kind}i"] for kind in ("W_x", "W_h", "b_")}  # D9
    inputs, targets = (part[: PROBE_BATCHES * PROBE.batch] for part in windows.train)
    with closing(_probe(PROBE, reused)) as engine:
        with_reused = engine.predict(inputs)
        engine.set_weights(weights)
        predicted = engine.predict(inputs)  # (windows, 1), as each prediction here
        error = float(engine.train_epoch(inputs, targets).losses[0])  # of the first batch
        moved = engine.weights()
    with closing(_probe(replace(PROBE, wiring="described"), weights)) as engine:
        described = engine.predict(inputs)
    with closing(_probe(replace(PROBE, clip_margin=SMALL_MARGIN), weights)) as engine:
        engine.train_epoch(inputs, targets)
        clipped = engine.weights()

    batch = slice(PROBE.batch)
    mean_squared_error = np.mean(np.square(predicted[batch] - targets[batch]))
    return {
        "cell_difference": largest(predicted - described),
        "candidate_difference": largest(predicted - with_reused),
        "loss_departure": rounded(abs(error / mean_squared_error - 1)),
        "clipping_effect": max(largest(clipped[name] - moved[name]) for name in moved),
    }


def _probe(variant: Variant, weights: dict[str, np.ndarray]) -> Engine:
    """A network with these weights."""
    engine = create_engine("session", variant, seed=0, dtype="float64")
    engine.set_weights(weights)
    return engine


def rounded(value: float) -> float:
    """To 12 decimals: what lies below is float64's rounding, and another machine's is another."""
    return round(float(value), 12)


def largest(difference: np.ndarray) -> float:
    """The size of the largest of all differences."""
    return float(np.abs(difference).max())


def _picture_outputs(table: PriceTable, windows: Windows) -> dict[str, Any]:
    """What a reader sees in the two pictures; the predictions, which do not matter to it, are zeros."""
    prices = prices_as_published(windows)
    drawn = windows.to_usd(prices.axes[0].get_lines()[0].get_ydata())
    both_ways = ((table.close_usd[::step], table.dates[::step]) for step in (1, -1))
    days = next(dates for close_usd, dates in both_ways if np.allclose(drawn, close_usd))
    ends = [str(days[0]), str(days[-1])]

    predictions = predictions_as_published(windows, *(np.zeros(len(part[0])) for part in (windows.train, windows.test)))
    starts = _starts(predictions.axes[0])
    offsets = [
        int(windows.target_rows(first, 1)[0] - starts[label])
        for first, label in ((0, "Training data"), (windows.train_windows, "Testing data"))
    ]
    return {
        "price_plot_title": prices.axes[0].get_title(),
        "price_plot_inches": prices.get_size_inches().tolist(),
        "price_plot_ends": ends,
        "price_plot_span": sorted(ends),
        "prediction_plot_inches": predictions.get_size_inches().tolist(),
        "prediction_plot_curves": list(starts),
        "prediction_plot_offsets": offsets,
    }


def _starts(axes: Axes) -> dict[str, float]:
    """Where each curve of a picture begins, by its label."""
    return {str(line.get_label()): line.get_xdata()[0] for line in axes.get_lines()}
