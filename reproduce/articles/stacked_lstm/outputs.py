"""Our values that the guide's claims are judged by, under the names claims.toml uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reproduce.articles.article import Shown
from reproduce.articles.forecasts import result_of
from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm import advice, memory, rivals, settings
from reproduce.articles.stacked_lstm.cells import cell_outputs
from reproduce.articles.stacked_lstm.pictures import predictions_as_published
from reproduce.articles.stacked_lstm.rivals import (
    LSTM,
    RivalRow,
    compare,
    errors_by_network,
    shipped_persistence_usd,
)
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.evidence.chance import mean_p
from reproduce.evidence.pairs import pair_seeds
from reproduce.inputs.prices import load_prices
from reproduce.inputs.windows import Windows
from reproduce.networks.forecasters.keras import describe_model
from reproduce.runs.directory import Directory


def run_outputs(directory: Directory) -> dict[str, Any]:
    """What a finished run shows: all that its settings decide, and its skill; None where it diverged."""
    variant = directory.config.variant
    windows = prepare(PRICES.read(directory), variant)
    return settings_outputs(windows, variant) | {"run_skill": directory.read_metrics()["skill"]}


def own_result(directory: Directory) -> Shown:
    """What a run says of its own prices."""
    return result_of(directory, prepare(PRICES.read(directory), directory.config.variant))


def audit_outputs() -> dict[str, Any]:
    """Every value by the table in the package; None where nothing here can tell."""
    return {
        "data_confirmed": None,  # A1
        **settings_outputs(prepare(load_prices(), Variant()), Variant()),
        **cell_outputs(),
        **rival_outputs(rivals.TABLE.shipped(), shipped_persistence_usd()),
        **memory.memory_outputs(memory.TABLE.shipped()),
        **settings.setting_outputs(settings.TABLE.shipped()),
        **advice.advice_outputs(advice.TABLE.shipped()),
    }


def settings_outputs(windows: Windows, variant: Variant) -> dict[str, Any]:
    """What needs no training: windows, scaler, network, picture."""
    return {
        "epochs": variant.epochs,
        "batch": variant.batch,
        **describe_model(variant),
        **_window_outputs(windows),
        **_scaler_outputs(windows),
        **_picture_outputs(windows, variant),
    }


def _window_outputs(windows: Windows) -> dict[str, int]:
    days, window = len(windows.dates), windows.window
    read = sliding_window_view(np.arange(days - 1), window)  # (windows, window), rows
    before = windows.dates[read] < windows.dates[window:, np.newaxis]
    first_tested = windows.train_windows
    return {
        "days_before": int(before.sum(axis=1).min()),  # of the window that has the fewest
        "test_prices": days - int(read[first_tested, 0]),
        "test_days": windows.tested,
    }


def _scaler_outputs(windows: Windows) -> dict[str, Any]:
    training = windows.close_scaled[: windows.train_windows + windows.window]
    return {
        "training_span": [round(float(end), 12) for end in (training.min(), training.max())],
        "usd_departure": float(np.abs(windows.to_usd(windows.close_scaled) - windows.close_usd).max()),
    }


def _picture_outputs(windows: Windows, variant: Variant) -> dict[str, Any]:
    """What a reader sees in the picture; the predictions, which do not matter to it, are persistence's."""
    figure = predictions_as_published(windows, windows.close_usd[windows.test_rows - 1], variant.network)
    (axes,) = figure.axes
    words = [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
    has_grid = all(line.get_visible() for line in (*axes.get_xgridlines(), *axes.get_ygridlines()))
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    return {
        "plot_size": [*figure.get_size_inches().tolist(), figure.dpi],
        "plot_curves": [f"{label} {line.get_color()}" for label, line in zip(labels, axes.get_lines(), strict=True)],
        "plot_words": [*words, "grid"] if has_grid else words,
    }


def rival_outputs(rows: Sequence[RivalRow], persistence_usd: float) -> dict[str, float]:
    """What the study tells of the LSTM and each other network, and persistence; USD, above 0 where the LSTM is better.

    Args:
        persistence_usd: its root mean squared error on the same days.
    """
    errors = errors_by_network(rows)[LSTM]
    naive = pair_seeds("persistence", dict.fromkeys(errors, persistence_usd), errors)
    pairs = {one.rival.replace("-", "_"): one for one in (*compare(rows), naive)}
    published = [pairs["simple_rnn"], pairs["mlp"]]
    p_values = {f"{name}_p": mean_p(one.differences) for name, one in pairs.items()}
    return {
        **{f"{name}_mean": one.mean for name, one in pairs.items()},
        **{f"{name}_low": one.low for name, one in pairs.items()},
        **p_values,
        "rivals_p": max(p_values["simple_rnn_p"], p_values["mlp_p"]),  # as sure as the less sure of the two
        "rivals_low": min(one.low for one in published),
        "rivals_partly": max(*(one.low for one in published), min(one.mean for one in published)),
    }
