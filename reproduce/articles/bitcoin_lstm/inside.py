"""What goes on inside a trained Bitcoin network, and inside the same weights wired the other way (D2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.bitcoin_lstm.training import require_network, trained_engine
from reproduce.articles.bitcoin_lstm.variant import WIRINGS
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.sources import PRICES
from reproduce.evidence.gates import GATE_NAMES, gates_figure
from reproduce.evidence.graph import graph_figure
from reproduce.evidence.memory import memory_figure
from reproduce.evidence.saturation import saturation_figure
from reproduce.evidence.wiring import wiring_figure
from reproduce.networks.layers import leading_units
from reproduce.networks.lstm import events
from reproduce.networks.lstm.gates import Inside, read_inside, window_graph
from reproduce.networks.lstm.weights import Weights
from reproduce.runs.directory import Arrays, Directory

UNITS = 32  # that are drawn
WINDOWS = 60  # over which shares and bands are taken


@dataclass(frozen=True, eq=False)
class Cells:
    """One set of trained weights in both wirings."""

    wiring: str  # the one that the weights were trained in
    days: np.ndarray  # (window,) of the window that is shown, as the network reads them
    prices: np.ndarray  # (window,) scaled
    units: np.ndarray  # those that are drawn, by what the prediction takes from them
    shown: dict[str, Inside]  # by wiring, of the one window
    many: dict[str, Inside]  # by wiring, of WINDOWS evenly from the whole table

    def label(self, wiring: str) -> str:
        """A wiring's name, and whether the weights are its own."""
        return f"{wiring}, as trained" if wiring == self.wiring else f"{wiring}, the same weights"


def trained_weights(directory: Directory) -> Arrays:
    """The weights that a finished run ends with, by name; RunError where its checkpoint is damaged."""
    if directory.config.engine == "keras" or directory.config.variant.is_of_studies:
        engine = trained_engine(directory)
        weights = engine.weights()
        engine.close()
        return weights
    with directory.reading("checkpoint.npz"):  # names in it are those of the graph, such as forget_gate/W_xf
        named = {name.rpartition("/")[2]: array for name, array in directory.read_state().items()}
        return {name: named[name] for name in Weights._fields}


def read_cells(directory: Directory) -> Cells:
    """Read both wirings off the graph, with the weights that a finished run ends with.

    The window that is shown is the one whose prices move most.

    Raises:
        RunError: a file of the run is damaged, or its network is no LSTM.
    """
    require_network(directory, "lstm")
    variant, windows = directory.config.variant, prepare(PRICES.read(directory), directory.config.variant)
    weights, inputs = trained_weights(directory), windows.inputs
    moved = int(np.argmax(np.ptp(inputs[:, :, 0], axis=1)))
    chosen = np.linspace(0, len(inputs) - 1, min(WINDOWS, len(inputs))).round().astype(int)
    read = {
        wiring: read_inside(replace(variant, wiring=wiring), weights, inputs[[moved, *chosen]]) for wiring in WIRINGS
    }
    shown = {wiring: Inside(*(array[0] for array in one)) for wiring, one in read.items()}
    return Cells(
        wiring=variant.wiring,
        days=windows.dates[moved : moved + windows.window],
        prices=inputs[moved, :, 0],
        units=leading_units(weights["W_hy"][:, 0], shown[variant.wiring].h[-1], UNITS),
        shown=shown,
        many={wiring: Inside(*(array[1:] for array in one)) for wiring, one in read.items()},
    )


def gates(cells: Cells, title: str = "") -> Figure:
    """The window's days, gate by gate, in both wirings."""
    published, described = (
        {"price": cells.prices} | {name: getattr(cells.shown[wiring], name)[:, cells.units] for name in "ifogch"}
        for wiring in WIRINGS
    )
    return gates_figure(cells.days.astype(str), published, described, title)


def many_gates(cells: Cells) -> dict[str, dict[str, np.ndarray]]:
    """The gates on many windows, in both wirings by their labels."""
    return {cells.label(wiring): {gate: getattr(cells.many[wiring], gate) for gate in GATE_NAMES} for wiring in WIRINGS}


def memory(cells: Cells, title: str = "") -> Figure:
    """How much each day's price moves the prediction, in both wirings."""
    slopes = {cells.label(wiring): cells.many[wiring].slopes for wiring in WIRINGS}
    return memory_figure(slopes, f"{len(cells.many[cells.wiring].slopes)} windows of one run", title)


def graph(directory: Directory) -> Figure:
    """One window of the run's graph, in the wiring that it was trained in."""
    return graph_figure(window_graph(directory.config.variant))


def pictures_of(directory: Directory) -> dict[str, Callable[[], Figure]]:
    """What draws each picture, by name; the network is read once, when the first that needs it is drawn."""
    cells, name = cache(lambda: read_cells(directory)), directory.config.variant.name
    return {
        "gates": lambda: gates(cells(), f"Inside the cell, with the weights of variant {name}"),
        "saturation": lambda: saturation_figure(
            many_gates(cells()), f"How often gates are nearly shut or open, variant {name}"
        ),
        "memory": lambda: memory(cells(), f"How far back the network remembers, variant {name}"),
        "wiring": wiring_figure,
        "graph": lambda: graph(directory),
    }


def write_events(directory: Directory, to: Path) -> None:
    """Write for TensorBoard into a folder: graph, losses and gates of a finished run in its own wiring."""
    config, cells = directory.config, read_cells(directory)
    events.write_events(to, config.variant, config.seed, directory.read_losses(), cells.many[cells.wiring])
