"""Whether a plain RNN writes: one of as many weights as the LSTM of the study of dropout. The rule: claims.toml."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reproduce.articles.macbeth.curves import CurveRow, lowest_of
from reproduce.articles.macbeth.dropout import DROPPED
from reproduce.articles.macbeth.epochs import MilestoneRow, trend_of
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.tables import StudyTable
from reproduce.evidence.chance import mean_p

TABLE = StudyTable(__package__, "plain.csv", CurveRow)
PLAIN = Variant(network="simple-rnn", hidden=125, epochs=10, held_out="last-tenth")
RUNS = ((PLAIN, range(100, 102)),)


def pairs_of(rows: Sequence[MilestoneRow]) -> float:
    """What characters counted in pairs give on the held-out text, in nats, by the table of epochs."""
    return trend_of(rows)[0].entropy_1


def plain_outputs(rows: Sequence[CurveRow], lstm: Sequence[CurveRow], pairs: float) -> dict[str, float]:
    """The plain RNN's lowest held-out losses beside the LSTM's and beside pairs counted, by names in claims.toml.

    Args:
        lstm: rows of the study of dropout.
    """
    lowest, of_lstm = lowest_of(rows, PLAIN), lowest_of(lstm, DROPPED)
    less_pairs = [loss - pairs for loss in lowest.values()]
    return {
        "rnn_less_pairs": float(np.mean(less_pairs)),
        "rnn_less_pairs_least": min(less_pairs),
        "rnn_less_lstm_least": min(loss - of_lstm[seed] for seed, loss in lowest.items() if seed in of_lstm),
        "rnn_p": mean_p(less_pairs),
    }
