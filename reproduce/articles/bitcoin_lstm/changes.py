"""How much of its memory a trained network changes on a day. The rule: claims.toml."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from reproduce.articles.article import of_seeds
from reproduce.articles.bitcoin_lstm.clipping import PLAIN_RNN, UNCLIPPED
from reproduce.articles.bitcoin_lstm.counts import Counted
from reproduce.articles.bitcoin_lstm.memory import SEEDS
from reproduce.articles.bitcoin_lstm.variant import WIRINGS
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.sources import PRICES
from reproduce.articles.tables import StudyTable
from reproduce.errors import RunError
from reproduce.networks.reference import Arrays, forward
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

LITTLE = 0.1  # of a change, below which it is a little
WHOLE = 0.5  # from which the memory is changed as a whole
RUNS = of_seeds(UNCLIPPED.values(), SEEDS)


@dataclass(frozen=True)
class ChangeRow:  # its fields are the columns of changes.csv
    """One trained network; nan where its training diverged."""

    network: str  # the LSTM's wiring, or simple-rnn
    seed: int
    change: float  # |s(7) - s(6)| / |s(7)|, the median of all windows


TABLE = StudyTable(__package__, "changes.csv", ChangeRow)


def change_rows(study: Study) -> list[ChangeRow]:
    """A row a run, a variant after the other; RunError where one is not finished."""
    names = {variant.name: network for network, variant in UNCLIPPED.items()}
    with threadpool_limits(1, "blas"):  # as many processes as there are cores may do this at once
        return [
            ChangeRow(names.get(variant, variant), directory.config.seed, _change(directory))
            for variant, directories in study.of_variants().items()
            for directory in directories
        ]


def _change(directory: Directory) -> float:
    from reproduce.articles.bitcoin_lstm.inside import trained_weights
    from reproduce.articles.bitcoin_lstm.training import require_network

    directory.require_finished()
    require_network(directory, "lstm", PLAIN_RNN)
    variant, w = directory.config.variant, trained_weights(directory)
    if variant.window < 2:
        raise RunError(f"{directory.path}: in a window of 1 day no memory changes, expected 2 days or more")
    inputs = prepare(PRICES.read(directory), variant).inputs.astype(np.float32)
    return change_of(lstm_memory(w, variant.wiring, inputs) if variant.network == "lstm" else rnn_memory(w, inputs))


def change_of(memory: tuple[np.ndarray, np.ndarray]) -> float:
    """The median over windows of how far the second memory is from the first, over its length; (windows, units)."""
    before, after = (np.asarray(one, dtype=float) for one in memory)
    lengths = np.linalg.norm(after, axis=1)  # (windows,)
    return float(np.median(np.linalg.norm(after - before, axis=1) / lengths)) if lengths.all() else np.nan


def lstm_memory(w: Arrays, wiring: str, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """c after the last day but one, and after the last, (windows, units) each."""
    _, days = forward(w, wiring, inputs)
    return days[-2].after.c, days[-1].after.c


def rnn_memory(w: Arrays, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same of h, where h = tanh(x W_x + h W_h + b)."""
    before = after = np.zeros((len(inputs), len(w["b"])), inputs.dtype)
    for t in range(inputs.shape[1]):
        before, after = after, np.tanh(inputs[:, t] @ w["W_x"] + after @ w["W_h"] + w["b"])
    return before, after


def change_counts(rows: Sequence[ChangeRow]) -> dict[str, Counted]:
    """Of how many seeds each statement holds, by wiring; nan holds nothing."""
    changes = {
        network: {row.seed: row.change for row in rows if row.network == network} for network in (*WIRINGS, PLAIN_RNN)
    }
    plain, is_known = changes[PLAIN_RNN], not any(np.isnan(row.change) for row in rows)

    def counted(question: str, opposite: str, holds: Callable[[float, float], bool]) -> Counted:
        """Where it holds of an LSTM's change and that of the plain RNN of its seed."""
        arms = {
            f"the {wiring} wiring": sum(holds(change, plain[seed]) for seed, change in changes[wiring].items())
            for wiring in WIRINGS
        }
        return Counted(question, opposite, arms, len(plain), is_known)

    return {
        "little_against_all": counted(
            "Does an LSTM change its memory a little on a day, and a plain RNN all of it?",
            "an LSTM changes more than a tenth, or a plain RNN less than a half.",
            lambda lstm, rnn: lstm < LITTLE and rnn >= WHOLE,
        ),
        "smaller_change": counted(
            "Does an LSTM change less of its memory than a plain RNN of the same seed?",
            "it changes more.",
            lambda lstm, rnn: lstm < rnn,
        ),
    }


def change_outputs(rows: Sequence[ChangeRow]) -> dict[str, int]:
    """The counts of the wiring that has fewer, by the names in claims.toml."""
    return {name: one.fewer for name, one in change_counts(rows).items()}
