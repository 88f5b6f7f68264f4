"""What goes on inside a trained network of the guide: the cells of the LSTM, and what any network remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles import layers
from reproduce.articles.layers import Cells
from reproduce.articles.sections import Block, Pair, Paragraph, Picture, Section, shown
from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm.rivals import LSTM
from reproduce.articles.stacked_lstm.training import trained_forecaster
from reproduce.articles.stacked_lstm.variant import LABELS, Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.evidence.memory import memory_figure
from reproduce.networks.engine import Forecaster
from reproduce.runs.directory import Directory

UNITS = 32  # that are drawn


def has_cells(variant: Variant) -> bool:
    """Whether there are two layers of gates to be shown."""
    return (variant.network, variant.layers) == (LSTM, 2)


def read_cells(directory: Directory, forecaster: Forecaster) -> Cells:
    """The trained LSTM's layers, on the last window of the test set and on many; of no other network."""
    windows = prepare(PRICES.read(directory), directory.config.variant)
    inputs = windows.inputs.astype(np.float32)
    last = windows.dates[len(inputs) - 1 : len(inputs) - 1 + windows.window].astype(str)
    cells = layers.read_cells(forecaster.weights(), inputs, inputs[-1:], last.tolist(), UNITS)
    return replace(cells, rows={"price": inputs[-1, :, 0]} | cells.rows)


def memory(directory: Directory, forecaster: Forecaster, title: str = "") -> Figure:
    """How much each day's price moves the prediction, over the test windows."""
    network, slopes = LABELS[directory.config.variant.network], tested_slopes(directory, forecaster)
    return memory_figure({network: slopes}, f"{len(slopes)} test windows of one run", title)


def tested_slopes(directory: Directory, forecaster: Forecaster) -> np.ndarray:
    """The derivative of each test window's prediction by each day's price, (windows, window), both scaled."""
    return forecaster.slopes(prepare(PRICES.read(directory), directory.config.variant).test[0])


def pictures_of(directory: Directory) -> dict[str, Callable[[], Figure]]:
    """What draws each picture, by name; gates are those of an LSTM."""
    variant, trained = directory.config.variant, cache(lambda: trained_forecaster(directory))
    drawn: dict[str, Callable[[], Figure]] = {
        "memory": lambda: memory(directory, trained(), f"How far back the network remembers, variant {variant.name}")
    }
    if has_cells(variant):
        cells = cache(lambda: read_cells(directory, trained()))
        drawn |= {
            "gates": lambda: layers.gates(cells(), f"Inside the second layer, variant {variant.name}"),
            "saturation": lambda: layers.saturation(cells(), "How often gates are nearly shut or open"),
        }
    return drawn


def inside_section(directory: Directory) -> Section:
    """The page's part on it; RunError where a file of the run is damaged."""
    forecaster = trained_forecaster(directory)
    blocks: list[Block] = [_memory(directory, forecaster)]
    if has_cells(directory.config.variant):
        cells = read_cells(directory, forecaster)
        gates = layers.gates_picture(cells, f"the days {cells.steps[0]} to {cells.steps[-1]}")
        blocks = [Pair([gates], [*blocks, layers.saturation_picture(cells.layers)])]
    words = Paragraph("What the trained network computes on its way to a prediction, without dropout.")
    return Section("inside", "Inside the network", "Inside", [words, *blocks])


def _memory(directory: Directory, forecaster: Forecaster) -> Picture:
    median = np.median(np.abs(tested_slopes(directory, forecaster)), axis=0)
    return Picture(
        memory(directory, forecaster),
        0.75,
        f"How much a day's price moves the prediction, on a log axis, by day in the order read: the median is "
        f"{shown(median[0], '.2g')} of the first day, {shown(median[-1], '.2g')} of the last.",
        "The derivative of the prediction by each day's price, both scaled. The band spans this run's test windows.",
    )
