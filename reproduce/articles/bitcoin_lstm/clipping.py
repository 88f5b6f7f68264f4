"""Whether clipping prevents trainings that collapse. What a collapse is, and the rules: claims.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reproduce.articles.article import of_seeds
from reproduce.articles.bitcoin_lstm.counts import Counted
from reproduce.articles.bitcoin_lstm.memory import SEEDS
from reproduce.articles.bitcoin_lstm.training import RECORD
from reproduce.articles.bitcoin_lstm.variant import WIRINGS, Variant
from reproduce.articles.tables import StudyTable
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

EPOCHS = 40  # that are judged
COLLAPSED = 3.0  # times the lowest mean loss of an earlier epoch
MARGINS = (4.0, 1.0)  # the article's, and another
FEW = range(100, 105)  # seeds of the LSTM
NORMED = range(100, 102)  # seeds of which the LSTM's gradients are recorded; no verdict rests on them
PLAIN_RNN = "simple-rnn"
UNCLIPPED = {
    "published": Variant(),
    "described": Variant(wiring="described"),
    PLAIN_RNN: Variant(network=PLAIN_RNN, recorded="steps"),
}
CLIPPED = {
    (network, margin): replace(variant, clipping="applied", clip_margin=margin, epochs=EPOCHS)
    for network, variant in UNCLIPPED.items()
    for margin in MARGINS
}
NORMS = {wiring: Variant(wiring=wiring, recorded="steps", epochs=EPOCHS) for wiring in WIRINGS}
_JUDGED = dict.fromkeys(WIRINGS, FEW) | {PLAIN_RNN: SEEDS}
RUNS = (
    *((variant, _JUDGED[network]) for network, variant in UNCLIPPED.items()),
    *((variant, _JUDGED[network]) for (network, _), variant in CLIPPED.items()),
    *of_seeds(NORMS.values(), NORMED),
)


@dataclass(frozen=True)
class ClippingRow:  # its fields are the columns of clipping.csv
    """The first EPOCHS epochs of one run; the gradients' norms are those before clipping, nan where not recorded."""

    variant: str
    seed: int
    collapse: float  # the first epoch of a collapse; nan where there is none
    lowest_loss: float  # of an epoch, the mean of its batches, scaled units
    highest_loss: float
    last_loss: float
    largest_gradient: float  # the norm over all weights
    above_4: float  # share of the steps
    above_1: float


TABLE = StudyTable(__package__, "clipping.csv", ClippingRow)


def clipping_rows(study: Study) -> list[ClippingRow]:
    """A row a run, a variant after the other; RunError where one is not finished."""
    return [
        _row(variant, directory) for variant, directories in study.of_variants().items() for directory in directories
    ]


def _row(variant: str, directory: Directory) -> ClippingRow:
    directory.require_finished()
    losses, norms = directory.read_losses()[:EPOCHS], np.array([np.nan])
    if directory.config.variant.recorded == "steps":
        norms = directory.read_arrays(RECORD)["steps"][:EPOCHS, :, 1].ravel()  # (steps,)
    shares = [np.nan if np.isnan(norms).any() else float(np.mean(norms > margin)) for margin in MARGINS]
    spans = (float(losses.min()), float(losses.max()), float(losses[-1]), float(norms.max()))
    return ClippingRow(variant, directory.config.seed, collapse_of(losses), *spans, *shares)


def collapse_of(losses: np.ndarray) -> float:
    """The first of two epochs running whose mean losses are above COLLAPSED times the lowest before; nan if none is.

    Args:
        losses: (epochs,).
    """
    lowest = np.fmin.accumulate(losses)[:-1]  # before each epoch but the first
    is_above = ~(losses[1:] <= COLLAPSED * lowest)  # so of nan too
    both = np.flatnonzero(is_above[:-1] & is_above[1:])
    return float(both[0] + 1) if both.size else np.nan


def collapses(rows: Sequence[ClippingRow]) -> Mapping[str, Mapping[int, bool]]:
    """Whether each run collapses, by variant and seed."""
    found: dict[str, dict[int, bool]] = {}
    for row in rows:
        found.setdefault(row.variant, {})[row.seed] = not np.isnan(row.collapse)
    return found


def saved_of(rows: Sequence[ClippingRow]) -> Mapping[tuple[str, float], list[bool]]:
    """Whether each seed collapses without clipping and does not with it, by network and margin."""
    found = collapses(rows)
    return {
        (network, margin): [
            found[UNCLIPPED[network].name][seed] and not collapsed for seed, collapsed in found[variant.name].items()
        ]
        for (network, margin), variant in CLIPPED.items()
    }


def clipping_counts(rows: Sequence[ClippingRow]) -> dict[str, Counted]:
    """Of how many seeds each statement holds: by margin for the plain RNN, by wiring for the LSTM."""
    saved = saved_of(rows)

    def counted(question: str, arms: Mapping[str, tuple[str, float]]) -> Counted:
        seeds = max(len(saved[arm]) for arm in arms.values())
        return Counted(question, "", {name: sum(saved[arm]) for name, arm in arms.items()}, seeds)

    at_margins = {f"margin {margin:g}": (PLAIN_RNN, margin) for margin in MARGINS}
    counts = {PLAIN_RNN: counted("Does clipping prevent a plain RNN's collapse?", at_margins)}
    for margin in MARGINS:
        of_wirings = {f"the {wiring} wiring": (wiring, margin) for wiring in WIRINGS}
        counts[f"lstm_{margin:g}"] = counted(f"Does clipping at {margin:g} prevent an LSTM's?", of_wirings)
    return counts


def clipping_outputs(rows: Sequence[ClippingRow]) -> dict[str, int]:
    """The counts, by the names in claims.toml; of the LSTM those of the wiring that has fewer."""
    counts = clipping_counts(rows)
    at_4, at_1 = counts[PLAIN_RNN].arms.values()
    of_lstm = {"lstm_saved": counts["lstm_4"].fewer, "lstm_saved_at_1": counts["lstm_1"].fewer}
    return {"simple_rnn_saved": at_4, "simple_rnn_saved_at_1": at_1} | of_lstm
