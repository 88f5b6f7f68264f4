"""How far a gradient reaches back: R(k) of a plain RNN, a GRU and both wirings of the LSTM. The rules: claims.toml.

R(k) is defined in `reproduce.networks.jacobian`. The article's windows have 7 days; those here have 60, so that a
network can be asked for more than its own week.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from reproduce.articles.bitcoin_lstm.counts import Counted, fewer_and_more
from reproduce.articles.bitcoin_lstm.variant import WIRINGS
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.sources import PRICES
from reproduce.articles.tables import StudyTable
from reproduce.errors import DataError
from reproduce.inputs.windows import cut
from reproduce.networks.jacobian import Back, gru_days, lstm_days, reaches, simple_rnn_days
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

SEEDS = range(100, 120)
DAYS = 60  # of the window
DISTANCES = (1, 6, 20, 40, 59)  # days; 6 are those within the article's window
FADED = 0.01  # of R(59)
NETWORKS = ("simple-rnn", "gru", *WIRINGS)
TRAINED = "trained"  # in place of a draw
DRAWN = {"keras": "Keras's draw", "program": "the program's draw"}
LASTING = {"gru": "a GRU's", "published": "the published wiring's", "described": "an LSTM's"}


@dataclass(frozen=True)
class MemoryRow:  # its fields are the columns of memory.csv
    """R(k) of one network with one set of weights; nan where its training diverged."""

    network: str  # of NETWORKS; of a study of other variants the variant's name
    weights: str  # how they were drawn, of `first_weights.DRAWS`, or `trained`
    seed: int
    over_1: float
    over_6: float
    over_20: float
    over_40: float
    over_59: float


TABLE = StudyTable(__package__, "memory.csv", MemoryRow)


def memory_rows(study: Study) -> list[MemoryRow]:
    """Every network as each seed of a study draws it, by both draws, and every run of the study as trained.

    Raises:
        RunError: a run is not finished.
    """
    directories = study.directories
    for directory in directories:
        directory.require_finished()
    with threadpool_limits(1, "blas"):  # as many processes as there are cores may do this at once
        by_seed = {directory.config.seed: directory for directory in reversed(directories)}
        untrained = [row for seed in sorted(by_seed) for row in _untrained(by_seed[seed])]
        trained = [_trained(directory) for directory in directories]
    names = dict.fromkeys([*NETWORKS, *(row.network for row in trained)])
    order = {network: place for place, network in enumerate(names)}
    return sorted([*untrained, *trained], key=lambda row: (row.weights, order[row.network], row.seed))


def _untrained(directory: Directory) -> Iterator[MemoryRow]:
    from reproduce.networks.first_weights import DRAWS, layer_weights, lstm_weights

    hidden, seed, window = directory.config.variant.hidden, directory.config.seed, window_of(directory)
    for draw in DRAWS:
        plain, gated = (layer_weights(kind, draw, hidden, seed) for kind in ("simple-rnn", "gru"))
        yield _row("simple-rnn", draw, seed, simple_rnn_days(plain, window), hidden)
        yield _row("gru", draw, seed, gru_days(gated, window), hidden)
        lstm = lstm_weights(draw, hidden, seed)
        for wiring in WIRINGS:
            yield _row(wiring, draw, seed, lstm_days(lstm, wiring, window), 2 * hidden)


def _trained(directory: Directory) -> MemoryRow:
    from reproduce.articles.bitcoin_lstm.inside import trained_weights
    from reproduce.articles.bitcoin_lstm.training import require_network

    require_network(directory, "lstm")
    variant, seed = directory.config.variant, directory.config.seed
    weights = {name: array.astype(np.float64) for name, array in trained_weights(directory).items()}
    if not all(np.isfinite(array).all() for array in weights.values()):
        return MemoryRow(variant.name, TRAINED, seed, *[np.nan] * len(DISTANCES))
    days = lstm_days(weights, variant.wiring, window_of(directory))
    return _row(variant.name, TRAINED, seed, days, 2 * variant.hidden)


def _row(network: str, weights: str, seed: int, days: Sequence[Back], states: int) -> MemoryRow:
    found = reaches(days, states, DISTANCES)
    return MemoryRow(network, weights, seed, *(found[k] for k in DISTANCES))


def window_of(directory: Directory) -> np.ndarray:
    """The window of a run's prices that its seed reads, (DAYS, 1), scaled; SEEDS go evenly through all.

    Raises:
        DataError: the table is too short for a window of DAYS.
    """
    table = PRICES.read(directory)
    prices = prepare(table, directory.config.variant).close_scaled  # (rows,)
    if len(prices) <= DAYS:
        raise DataError(f"{table.name}: {len(prices)} rows, expected more than {DAYS} for R({DAYS - 1}); add rows")
    windows, _ = cut(prices[:, np.newaxis], DAYS)
    return windows[(directory.config.seed - SEEDS[0]) % len(SEEDS) * (len(windows) - 1) // (len(SEEDS) - 1)]


def memory_counts(rows: Sequence[MemoryRow]) -> dict[str, Counted]:
    """Of how many seeds each statement holds, by our value's name in claims.toml; nan holds nothing."""
    reached = reached_of(rows, "over_59")
    draws = sorted({weights for _, weights in reached} - {TRAINED})
    named = [DRAWN[draw] for draw in draws]
    plain, seeds = [reached["simple-rnn", draw] for draw in draws], len({row.seed for row in rows})
    is_known = not any(np.isnan(values).any() for values in reached.values())

    def counted(question: str, opposite: str, arms: Sequence[str], holds: Sequence[np.ndarray]) -> Counted:
        counts = {arm: int(np.count_nonzero(held)) for arm, held in zip(arms, holds, strict=True)}
        return Counted(question, opposite, counts, seeds, is_known)

    found = {
        "simple_rnn_fading": counted(
            "Does a plain RNN's gradient fade with distance?",
            "more than a hundredth of it is left after 59 days.",
            named,
            [one < FADED for one in plain],
        )
    }
    for network, name in LASTING.items():
        found[f"{network}_lasting"] = counted(
            f"Does {name} gradient last, untrained?",
            "less than a hundredth of it is left after 59 days.",
            named,
            [reached[network, draw] >= FADED for draw in draws],
        )
    found["described_above_simple_rnn"] = counted(
        "Does an LSTM's gradient fade less than a plain RNN's of the same seed?",
        "it fades more.",
        named,
        [reached["described", draw] > one for draw, one in zip(draws, plain, strict=True)],
    )
    found["trained_lasting"] = counted(
        "Does a trained network's gradient last?",
        "less than a hundredth of it is left after 59 days.",
        [f"the {wiring} wiring" for wiring in WIRINGS],
        [reached[wiring, TRAINED] >= FADED for wiring in WIRINGS],
    )
    return found


def memory_outputs(rows: Sequence[MemoryRow]) -> dict[str, int]:
    """The counts of the arm that has fewer and of the one that has more, by the names in claims.toml."""
    counts = memory_counts(rows)
    of_trained = {"trained_lasting": counts.pop("trained_lasting")}
    return fewer_and_more(counts, "draw") | fewer_and_more(of_trained, "wiring")


def reached_of(rows: Sequence[MemoryRow], column: str) -> Mapping[tuple[str, str], np.ndarray]:
    """One of the columns of R(k) by network and weights, (seeds,), in the order of the seeds."""
    values: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in rows:
        values.setdefault((row.network, row.weights), []).append((row.seed, getattr(row, column)))
    return {name: np.array([value for _, value in sorted(pairs)]) for name, pairs in values.items()}
