"""What the gates of trained networks do, and whether their predictions are more than a line. The rules: claims.toml.

A reading is a gate of one unit on one day of one window. Networks are read by `reproduce.networks.reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from threadpoolctl import threadpool_limits

from reproduce.articles.bitcoin_lstm.counts import Counted, fewer_and_more
from reproduce.articles.bitcoin_lstm.variant import WIRINGS
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.sources import PRICES
from reproduce.articles.tables import StudyTable
from reproduce.errors import RunError
from reproduce.evidence.ranks import line_share, partial_rank_correlation
from reproduce.evidence.saturation import saturated_shares
from reproduce.inputs.windows import Windows
from reproduce.networks.reference import Arrays, forward
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

DEVIATION = 0.05  # of f over days, the least of a gate that decides
CORRELATION = 0.3  # of f with the price move, the least of a gate that decides
REACHED = 0.05  # of the readings of f, the least at either end
HIDDEN = 0.5  # of the readings of o, the least below 0.1
LINE = 0.99  # R² from which predictions are a line


@dataclass(frozen=True)
class GateRow:  # its fields are the columns of gates.csv
    """One trained network; nan where its training diverged."""

    wiring: str  # of a study of other variants the variant's name
    seed: int
    f_deviation: float  # standard deviation of f over the windows' last days, the median of units
    f_correlation: float  # size of the partial rank correlation of that f with |price move|, the median of units
    f_shut: float  # share of the readings from the second day on that are below 0.1
    f_open: float  # above 0.9
    o_shut: float
    i_unmoved: float  # mean i on the test windows' last days, where the price is that of the day read before
    i_moved: float  # where it is not
    line_share: float  # R² of a line through the predictions of all windows


TABLE = StudyTable(__package__, "gates.csv", GateRow)


def gate_rows(study: Study) -> list[GateRow]:
    """A row a run; RunError where one is not finished."""
    from reproduce.articles.bitcoin_lstm.inside import trained_weights
    from reproduce.articles.bitcoin_lstm.training import require_network

    rows = []
    for directory in study.directories:
        directory.require_finished()
        require_network(directory, "lstm")
        variant, windows = directory.config.variant, _windows_of(directory)
        if variant.window < 2:
            raise RunError(f"{directory.path}: a window of 1 day has no price move, expected 2 days or more")
        values = read_gates(trained_weights(directory), variant.wiring, windows)
        rows.append(GateRow(variant.name, directory.config.seed, **values))
    return sorted(rows, key=lambda row: (row.wiring, row.seed))


def _windows_of(directory: Directory) -> Windows:
    return prepare(PRICES.read(directory), directory.config.variant)


@threadpool_limits.wrap(limits=1, user_api="blas")
def read_gates(w: Arrays, wiring: str, windows: Windows) -> dict[str, float]:
    """All of a `GateRow` that follows from a network's weights."""
    if not all(np.isfinite(array).all() for array in w.values()):
        return dict.fromkeys([field.name for field in fields(GateRow)][2:], np.nan)
    inputs = windows.inputs.astype(w["W_hy"].dtype)
    predictions, days = forward(w, wiring, inputs)
    prices, moves = inputs[:, -1, 0], np.abs(inputs[:, -1, 0] - inputs[:, -2, 0])  # (windows,)
    f = days[-1].f.astype(float)  # (windows, units)
    # Every unit has as many readings, so that the mean of their shares is the share of all readings.
    f_shut, f_open = (share.mean() for share in saturated_shares(np.stack([day.f for day in days[1:]])))
    o_shut, _ = (share.mean() for share in saturated_shares(np.stack([day.o for day in days[1:]])))
    tested = slice(windows.train_windows, windows.train_windows + windows.tested)
    i, has_moved = days[-1].i[tested].astype(float), moves[tested] > 0
    return {
        "f_deviation": float(np.median(f.std(axis=0))),
        "f_correlation": float(np.median(np.abs(partial_rank_correlation(f, moves, prices)))),
        "f_shut": float(f_shut),
        "f_open": float(f_open),
        "o_shut": float(o_shut),
        "i_unmoved": _mean(i[~has_moved]),
        "i_moved": _mean(i[has_moved]),
        "line_share": line_share(windows.inputs[:, :, 0], predictions[:, 0].astype(float)),
    }


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else np.nan


HOLDS: dict[str, tuple[str, str, Callable[[GateRow], bool]]] = {  # what is asked of a network; never so of nan
    "deciding": (
        "Does the network decide how long to keep, by the price move?",
        "the forget gates hardly vary, or do not follow the price move.",
        lambda row: row.f_deviation >= DEVIATION and row.f_correlation >= CORRELATION,
    ),
    "extreme_f": (
        "Does the forget gate forget, and keep?",
        "it is hardly ever near 0, or hardly ever near 1.",
        lambda row: row.f_shut >= REACHED and row.f_open >= REACHED,
    ),
    "hiding_o": (
        "Does the output gate hide all but the relevant?",
        "it lets through at most times.",
        lambda row: row.o_shut >= HIDDEN,
    ),
    "keeping_out": (
        "Does the input gate keep out a day without a price move?",
        "it is open wider, or as wide, on such a day.",
        lambda row: row.i_unmoved < row.i_moved,
    ),
    "bent": (
        "Are its predictions more than a line through its seven prices?",
        "a line explains 99 % of them or more.",
        lambda row: row.line_share < LINE,
    ),
}


def gate_counts(rows: Sequence[GateRow]) -> dict[str, Counted]:
    """Of how many seeds of each wiring each statement holds, by our value's name in claims.toml."""
    seeds = len({row.seed for row in rows})
    is_known = not any(np.isnan(row.f_deviation) for row in rows)
    return {
        name: Counted(
            question,
            opposite,
            {f"the {w} wiring": sum(holds(row) for row in rows if row.wiring == w) for w in sorted(WIRINGS)},
            seeds,
            is_known,
        )
        for name, (question, opposite, holds) in HOLDS.items()
    }


def trained_gate_outputs(rows: Sequence[GateRow]) -> dict[str, int]:
    """The counts of the wiring that has fewer and of the one that has more, by the names in claims.toml."""
    return fewer_and_more(gate_counts(rows), "wiring")
