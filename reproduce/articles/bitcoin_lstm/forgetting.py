"""Whether forgetting is required: networks trained with f at 1 on every day beside those whose f learns.

The rule: claims.toml. Two networks of one seed begin with the same weights but those of f.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.endings import ending_of
from reproduce.articles.tables import StudyTable
from reproduce.evidence.chance import mean_p
from reproduce.evidence.pairs import Pairs, pair_seeds
from reproduce.runs.study import Study

LEARNED = Variant(wiring="described")
OPEN = Variant(wiring="described", forget_gate="open")


@dataclass(frozen=True)
class ForgettingRow:  # its fields are the columns of forgetting.csv
    """One run; nan where its training diverged."""

    variant: str
    seed: int
    loss: float  # mean training loss of the last epoch, scaled units
    test_rmse_usd: float


TABLE = StudyTable(__package__, "forgetting.csv", ForgettingRow)


def forgetting_rows(study: Study) -> list[ForgettingRow]:
    """A row a run, a variant after the other; RunError where one is not finished."""
    return [
        ForgettingRow(variant, directory.config.seed, *ending_of(directory))
        for variant, directories in study.of_variants().items()
        for directory in directories
    ]


def pairs_of(rows: Sequence[ForgettingRow]) -> Pairs:
    """The test errors of those that never forget minus those of the same seeds that learn to, USD.

    Raises:
        RunError: fewer than two seeds have both.
    """
    never, learned = (
        {row.seed: row.test_rmse_usd for row in rows if row.variant == variant.name} for variant in (OPEN, LEARNED)
    )
    return pair_seeds(OPEN.name, never, learned)


def forgetting_outputs(rows: Sequence[ForgettingRow]) -> dict[str, float]:
    """The mean difference, the lower end of its 95 % interval and its p-value, by their names in claims.toml."""
    pairs = pairs_of(rows)
    return {
        "never_forgetting_mean": pairs.mean,
        "never_forgetting_low": pairs.low,
        "never_forgetting_p": mean_p(pairs.differences),
    }
