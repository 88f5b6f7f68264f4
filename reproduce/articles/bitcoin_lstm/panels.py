"""The picture of many variants' loss curves: a panel each, the published program's curves behind them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.evidence.bands import envelope
from reproduce.evidence.pictures import ACTUAL, REPORTED, TRAINING

_COLUMNS = 3


def panels(curves: Mapping[str, np.ndarray]) -> Figure:
    """What the seeds of each variant, (seeds, epochs), span; 10 inches wide and 2.3 a row.

    Median and 5 to 95 % in colour, the published program's 5 to 95 % in grey, and the article's values as points.
    """
    rows = -(-len(curves) // _COLUMNS)
    figure = Figure(figsize=(10, 2.3 * rows + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, _COLUMNS, sharex=True, sharey=True, squeeze=False)
    published = curves.get(Variant().name)
    for axes, (variant, losses) in zip(grid.flat, curves.items(), strict=False):
        epochs = np.arange(losses.shape[1])
        if published is not None:
            low, _, high = envelope(published)
            axes.fill_between(epochs, low, high, color=ACTUAL, alpha=0.15, linewidth=0, label="published, 5 to 95 %")
        low, median, high = envelope(losses)
        axes.fill_between(epochs, low, high, color=TRAINING, alpha=0.3, linewidth=0, label="the variant, 5 to 95 %")
        axes.plot(epochs, median, color=TRAINING, linewidth=1.2, label="its median")
        known = [epoch for epoch in REPORTED_LOSSES if epoch < len(epochs)]
        values = [REPORTED_LOSSES[epoch] for epoch in known]
        axes.plot(known, values, "o", color=REPORTED, markersize=5, label="the article's values")
        axes.set_yscale("log")
        axes.set_title(variant, fontsize=8)
        axes.grid(True, which="major", alpha=0.2)
    for axes in list(grid.flat)[len(curves) :]:
        axes.set_visible(False)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=9)
    figure.supxlabel("Epoch, counted from 0", fontsize=10)
    figure.supylabel("Mean squared error of an epoch's batches (scaled prices)", fontsize=10)
    return figure
