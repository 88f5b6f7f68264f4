"""Whether the forget gate of a trained network falls where a full stop is read. The rule: claims.toml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reproduce.articles.macbeth.hundred import HUNDRED, HUNDRED_SEEDS
from reproduce.articles.macbeth.record import state_name
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.sources import TEXTS
from reproduce.articles.tables import StudyTable
from reproduce.errors import RunError
from reproduce.evidence.chance import mean_p
from reproduce.inputs.text import code
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

RUNS = ((HUNDRED, HUNDRED_SEEDS[:1]),)
EPOCH = 20  # after which the gates are read
STOP, COMMA = ".", ","
WINDOWS, AT_ONCE = 1000, 50
RESAMPLES = 2000


@dataclass(frozen=True)
class StopRow:  # its fields are the columns of stops.csv
    """One unit's forget gate, means over readings of the held-out text."""

    seed: int
    layer: int
    unit: int
    f_stop: float  # where a full stop is read
    f_other: float  # where any other character is
    f_comma: float  # where a comma is, which ends no sentence; nan in a text without


TABLE = StudyTable(__package__, "stops.csv", StopRow)


def stop_rows(study: Study) -> list[StopRow]:
    """A row a unit of each run; RunError where a run is not finished, and as `rows_of`."""
    rows = []
    for directory in study.directories:
        directory.require_finished()
        rows += rows_of(directory)
    return rows


def rows_of(directory: Directory) -> list[StopRow]:
    """Those of one run, which need be no further than EPOCH epochs.

    Raises:
        RunError: the run keeps no states, or has not come so far, or its held-out text has no full stop.
    """
    if not (directory.path / state_name(EPOCH)).exists():
        raise RunError(
            f"{directory.path}: has no state of epoch {EPOCH}, whose gates are read; train a variant with "
            f"recorded-steps, for {EPOCH} epochs at least"
        )
    text, variant, state = TEXTS.read(directory), directory.config.variant, directory.read_arrays(state_name(EPOCH))
    weights = {name.removeprefix("weights/"): array for name, array in state.items() if name.startswith("weights/")}
    _, judged = parts(text, variant)
    chosen = judged.inputs[np.linspace(0, len(judged) - 1, min(WINDOWS, len(judged))).astype(int)]  # (windows, window)
    read = chosen[:, variant.window // 2 :]
    is_stop, is_comma = (
        np.isin(read, [k for k, one in enumerate(text.vocabulary) if one == sign]) for sign in (STOP, COMMA)
    )
    if not is_stop.any():
        raise RunError(f"{directory.path}: no full stop is read in the held-out text, expected one; use another text")
    kinds = np.stack([is_stop, ~is_stop, is_comma])
    means = mean_forget_gates(weights, code(chosen, len(text.vocabulary), variant.coding), kinds)
    return [
        StopRow(directory.config.seed, layer, unit, *(float(value) for value in of_kinds))
        for layer, units in enumerate(means, start=1)
        for unit, of_kinds in enumerate(units)
    ]


def mean_forget_gates(weights: dict[str, np.ndarray], inputs: np.ndarray, kinds: np.ndarray) -> list[np.ndarray]:
    """Each layer's mean f of each unit over the readings of each kind, (units, kinds); nan where there is none.

    Args:
        weights: as `reproduce.networks.layers.read_layers` takes them.
        inputs: (windows, window, features), as the network reads them.
        kinds: (kinds, windows, the last steps of each window), whether a reading is of the kind.
    """
    from reproduce.networks.layers import read_layers

    counted, steps = kinds.astype(float), kinds.shape[2]
    sums = None
    for first in range(0, len(inputs), AT_ONCE):
        part = slice(first, first + AT_ONCE)
        gates = [rows["f"][:, -steps:] for rows in read_layers(weights, inputs[part])]
        found = [np.einsum("kws,wsu->uk", counted[:, part], f) for f in gates]
        sums = found if sums is None else [old + new for old, new in zip(sums, found, strict=True)]
    readings = counted.sum(axis=(1, 2))
    return [np.where(readings > 0, one / np.maximum(readings, 1), np.nan) for one in sums]


def changes_of(rows: Sequence[StopRow], column: str = "f_stop") -> np.ndarray:
    """f where a full stop is read, or a comma by `f_comma`, minus f at all that is no full stop, of each unit."""
    return np.array([getattr(row, column) - row.f_other for row in rows])


def stop_outputs(rows: Sequence[StopRow]) -> dict[str, float]:
    """The mean change over units, the upper end of its 95 % interval, and its p, by their names in claims.toml."""
    changes = changes_of(rows)
    return {"stop_change": float(changes.mean()), "stop_high": interval(changes)[1], "stop_p": mean_p(changes)}


def interval(changes: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the mean of changes, (units,): percentiles over RESAMPLES bootstraps of units."""
    drawn = np.random.default_rng(0).integers(len(changes), size=(RESAMPLES, len(changes)))
    low, high = np.percentile(changes[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
