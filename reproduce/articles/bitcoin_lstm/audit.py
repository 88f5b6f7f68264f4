"""The article's claims judged by what the package ships: its tables, and what a small network shows in a moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.lib.stride_tricks import sliding_window_view

from reproduce.articles.bitcoin_lstm.ablation import shipped_ablation
from reproduce.articles.bitcoin_lstm.bands import EPOCHS, shipped_losses
from reproduce.articles.bitcoin_lstm.figures import predictions_as_published, prices_as_published
from reproduce.articles.bitcoin_lstm.outputs import dataset_outputs, p_values
from reproduce.articles.bitcoin_lstm.runs import RunConfig
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import TRAIN_SHARE, Dataset, prepare
from reproduce.evidence.claims import Judgement, judge_all, load_claims
from reproduce.inputs.prices import EMBEDDED_SHA256, PriceTable, load_prices
from reproduce.networks.comparison import random_weights
from reproduce.networks.engine import create_engine

ARTICLE = "bitcoin-lstm"
PROBE = Variant(hidden=8, batch=2)  # what the network is asked here does not hang on its size
SMALL_MARGIN = 0.001  # below any gradient's norm at the start, so that clipping would show
PROBE_BATCHES = 3  # Adam's first step has one size whatever the gradient's; from the second on a clipped one differs


def audit() -> list[Judgement]:
    """Judge every claim of the article, in the order of claims.toml.

    Raises:
        ClaimsError: a claim's rule names a figure that is none of `audit_outputs`.
    """
    claims = [claim for claim in load_claims(__package__) if claim.id.startswith(f"{ARTICLE}/")]
    return judge_all(claims, audit_outputs())


def audit_outputs() -> dict[str, Any]:
    """Every figure of ours by its name in claims.toml; None where nothing here can tell."""
    table = load_prices()
    dataset = prepare(table, Variant())
    return {
        **dataset_outputs(dataset),
        **_table_outputs(table),
        **_setting_outputs(),
        **_window_outputs(dataset),
        **_scaler_outputs(dataset),
        **_network_outputs(dataset),
        **_loss_outputs(),
        **_skill_outputs(),
        **_picture_outputs(table, dataset),
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


def _window_outputs(dataset: Dataset) -> dict[str, Any]:
    rows, windows, training = len(dataset.dates), len(dataset.inputs), dataset.train_windows
    length = dataset.inputs.shape[1]
    read = sliding_window_view(dataset.dates[:-1], length)  # (windows, window)
    predicted = dataset.dates[length:, np.newaxis]  # (windows, 1)
    trained, tested = len(dataset.train[0]), len(dataset.test[0])
    return {
        "days_before": int(np.sum(read < predicted, axis=1).min()),  # of the window that has the fewest
        "train_windows": training,
        "train_share": training / windows,
        "windows_at_80_percent": int(TRAIN_SHARE * windows),
        "rows_at_80_percent": int(TRAIN_SHARE * rows),
        "windows_trained": trained,
        "windows_tested": tested,
        "train_windows_dropped": training - trained,
        "test_windows_dropped": windows - training - tested,
    }


def _scaler_outputs(dataset: Dataset) -> dict[str, float]:
    scaled = dataset.close_scaled
    training_rows = dataset.train_windows + dataset.inputs.shape[1]
    return {
        "scaler_departure": _rounded(max(abs(scaled.mean()), abs(scaled.std() - 1))),
        "training_mean_distance": float(abs(scaled[:training_rows].mean())),
    }


def _network_outputs(dataset: Dataset) -> dict[str, float]:
    """What cell, loss and clipping do, on PROBE in float64, from random weights."""
    weights = random_weights(PROBE.hidden, seed=0)
    inputs, targets = (part[: PROBE_BATCHES * PROBE.batch] for part in dataset.train)
    predicted, error, moved = _probe(PROBE, weights, inputs, targets)
    described, _, _ = _probe(replace(PROBE, wiring="described"), weights, inputs, targets)
    _, _, clipped = _probe(replace(PROBE, clip_margin=SMALL_MARGIN), weights, inputs, targets)
    reused = weights | {f"{kind}g": weights[f"{kind}i"] for kind in ("W_x", "W_h", "b_")}  # D9
    with_reused, _, _ = _probe(PROBE, reused, inputs, targets)

    batch = slice(PROBE.batch)
    mean_squared_error = np.mean(np.square(predicted[batch] - targets[batch]))
    return {
        "cell_difference": _largest(predicted - described),
        "candidate_difference": _largest(predicted - with_reused),
        "loss_departure": _rounded(abs(error / mean_squared_error - 1)),
        "clipping_effect": max(_largest(clipped[name] - moved[name]) for name in moved),
    }


def _probe(
    variant: Variant, weights: dict[str, np.ndarray], inputs: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, float, dict[str, np.ndarray]]:
    """Predictions, (windows, 1), and the first batch's loss from `weights`, and the weights after training on all."""
    engine = create_engine("session", variant, seed=0, dtype="float64")
    engine.set_weights(weights)
    predicted = engine.predict(inputs)
    losses = engine.train_epoch(inputs, targets).losses
    moved = engine.weights()
    engine.close()
    return predicted, float(losses[0]), moved


def _rounded(value: float) -> float:
    """To 12 decimals: what lies below is float64's rounding, and another machine's is another."""
    return round(float(value), 12)


def _largest(difference: np.ndarray) -> float:
    return float(np.abs(difference).max())


def _loss_outputs() -> dict[str, float]:
    """The losses of the shipped study, each the median over its seeds, and the article's p-values among them."""
    losses = shipped_losses()["published"]  # (seeds, 7)
    medians = np.median(losses, axis=0)
    none = np.array([])
    published, described = (
        p_values(RunConfig(variant, 0, "compiled", EMBEDDED_SHA256), none)
        for variant in (Variant(), Variant(wiring="described"))
    )
    return {
        **{f"loss_{epoch}": float(median) for epoch, median in zip(EPOCHS, medians, strict=True)},
        **published,
        "described_p_value": described["p_value"],
        "loss_fall": float(np.median(losses[:, -1] / losses[:, 0])),
    }


def _skill_outputs() -> dict[str, float]:
    ablation = shipped_ablation()
    published, short = ablation[Variant().name], ablation[Variant(window=3).name]
    return {
        "skill": published.skill,
        "skill_low": published.skill_low,
        "skill_high": published.skill_high,
        "window_3_skill_low": short.skill_low,
        "skill_gain_of_window_3": short.skill - published.skill,
    }


def _picture_outputs(table: PriceTable, dataset: Dataset) -> dict[str, Any]:
    """What a reader sees in the two pictures; the predictions, which do not matter to it, are zeros."""
    prices = prices_as_published(dataset)
    drawn = dataset.to_usd(prices.axes[0].get_lines()[0].get_ydata())
    both_ways = ((table.close_usd[::step], table.dates[::step]) for step in (1, -1))
    days = next(dates for close_usd, dates in both_ways if np.allclose(drawn, close_usd))
    ends = [str(days[0]), str(days[-1])]

    predictions = predictions_as_published(dataset, *(np.zeros(len(part[0])) for part in (dataset.train, dataset.test)))
    starts = _starts(predictions.axes[0])
    offsets = [
        int(dataset.target_rows(first, 1)[0] - starts[label])
        for first, label in ((0, "Training data"), (dataset.train_windows, "Testing data"))
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
