"""April and May 2018, after a training on all days before: an LSTM, a plain RNN and persistence.

The rule: claims.toml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reproduce.articles.article import of_seeds
from reproduce.articles.bitcoin_lstm.clipping import PLAIN_RNN, collapse_of
from reproduce.articles.bitcoin_lstm.variant import WIRINGS, Variant
from reproduce.articles.endings import ending_of
from reproduce.articles.tables import StudyTable
from reproduce.evidence.chance import mean_p
from reproduce.evidence.pairs import Pairs, pair_seeds
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

SEEDS = range(100, 105)
PUBLISHED = Variant(
    row_order="oldest-first",
    scaler_rows="training",
    split_of="2018-03-31",
    clipping="applied",
    clip_margin=1,
    learning_rate=0.0001,
)
NETWORKS = {
    "published": PUBLISHED,
    "described": replace(PUBLISHED, wiring="described"),
    PLAIN_RNN: replace(PUBLISHED, network=PLAIN_RNN),
}
RUNS = of_seeds(NETWORKS.values(), SEEDS)


@dataclass(frozen=True)
class MonthsRow:  # its fields are the columns of months.csv
    """One run; nan where its training diverged."""

    network: str  # the LSTM's wiring, or simple-rnn
    seed: int
    collapse: float  # the first epoch of a collapse of its training; nan where there is none
    loss: float  # mean training loss of the last epoch, scaled units
    test_rmse_usd: float
    persistence_usd: float  # that of persistence, on the same days


TABLE = StudyTable(__package__, "months.csv", MonthsRow)


def months_rows(study: Study) -> list[MonthsRow]:
    """A row a run, a network after the other; RunError where one is not finished."""
    names = {variant.name: network for network, variant in NETWORKS.items()}
    return [
        _row(names.get(variant, variant), directory)
        for variant, directories in study.of_variants().items()
        for directory in directories
    ]


def _row(network: str, directory: Directory) -> MonthsRow:
    ending = ending_of(directory)
    collapse, persistence = collapse_of(directory.read_losses()), directory.read_metrics()["persistence_rmse_usd"]
    return MonthsRow(network, directory.config.seed, collapse, *ending, persistence)


def errors_of(rows: Sequence[MonthsRow], network: str) -> dict[int, float]:
    """A network's test errors in USD, by seed."""
    return {row.seed: row.test_rmse_usd for row in rows if row.network == network}


def against_rnn(rows: Sequence[MonthsRow]) -> Mapping[str, Pairs]:
    """The plain RNN's error minus that of each LSTM of the same seed; above 0 where the LSTM is better."""
    plain = errors_of(rows, PLAIN_RNN)
    return {wiring: pair_seeds(PLAIN_RNN, plain, errors_of(rows, wiring)) for wiring in WIRINGS}


def against_persistence(rows: Sequence[MonthsRow]) -> Mapping[str, Pairs]:
    """Persistence's error less each network's; above 0 where the network is better."""
    naive = {row.seed: row.persistence_usd for row in rows}
    return {network: pair_seeds("persistence", naive, errors_of(rows, network)) for network in NETWORKS}


def months_outputs(rows: Sequence[MonthsRow]) -> dict[str, float]:
    """The least margins in USD, and the p-value of the least sure comparison, by their names in claims.toml."""
    lead, naive = against_rnn(rows), against_persistence(rows)
    of_lstms = [*lead.values(), *(naive[wiring] for wiring in WIRINGS)]
    lowest = min(one.low for one in of_lstms)
    return {
        "months_margin": float(np.minimum(lowest, -naive[PLAIN_RNN].low)),
        "months_lead": min(one.low for one in lead.values()),
        "months_p": max(mean_p(one.differences) for one in of_lstms),
    }
