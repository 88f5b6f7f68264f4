"""Rival against LSTM, seed by seed: paired differences of the test error, and how sure their mean is.

Two networks of one seed read the same windows in the same order of batches, so that the seed's difference

    d[s] = RMSE of the rival - RMSE of the LSTM      in USD, above 0 where the LSTM is better

leaves out what they share. The interval is Student's, d̄ ± t · sd(d) / √n with n - 1 degrees of freedom: seeds are
independent draws, the mean of twenty is close to normal, and a bootstrap of so few is known to be too narrow. Beside it
stands Wilcoxon's signed-rank test, which asks nothing of the shape but symmetry.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from reproduce.articles.stacked_lstm.rivals import RivalRow
from reproduce.articles.stacked_lstm.variant import NETWORKS
from reproduce.errors import RunError

LSTM = "lstm"
LEVEL = 0.95


@dataclass(frozen=True)
class Pairs:
    """One rival against the LSTM, over the seeds on which neither diverged."""

    rival: str
    differences: tuple[float, ...]  # d, USD, in the order of the seeds
    diverged: int  # seeds left out
    mean: float  # USD
    low: float  # the ends of the mean's 95 % interval, USD
    high: float
    share_won: float  # of the seeds, by the LSTM
    wilcoxon_p: float  # two-sided

    @property
    def verdict(self) -> str:
        """What the interval tells."""
        if self.low > 0:
            return "the LSTM is better"
        return "the LSTM is worse" if self.high < 0 else "not told apart"


def compare(rows: Sequence[RivalRow]) -> list[Pairs]:
    """Pair every other network with the LSTM, in the order of NETWORKS; RunError as of `pair_seeds`."""
    errors = {network: errors_by_seed(rows, network) for network in NETWORKS}
    return [pair_seeds(rival, errors[rival], errors[LSTM]) for rival in NETWORKS if rival != LSTM]


def errors_by_seed(rows: Sequence[RivalRow], network: str) -> dict[int, float]:
    """A network's root mean squared error in USD, by seed."""
    return {row.seed: row.rmse_usd for row in rows if row.network == network}


def pair_seeds(rival: str, theirs: Mapping[int, float], ours: Mapping[int, float]) -> Pairs:
    """Compare a rival's errors in USD, by seed, with the LSTM's of the same seeds.

    Raises:
        RunError: on fewer than two seeds neither diverged.
    """
    differences = np.array([theirs[seed] - ours[seed] for seed in sorted(ours)])
    finite = differences[np.isfinite(differences)]
    if len(finite) < 2:
        raise RunError(f"{rival}: {len(finite)} seeds to compare with the LSTM, expected at least 2; run more seeds")
    mean = float(finite.mean())
    margin = stats.t.ppf((1 + LEVEL) / 2, df=len(finite) - 1) * finite.std(ddof=1) / math.sqrt(len(finite))
    return Pairs(
        rival=rival,
        differences=tuple(finite.tolist()),
        diverged=len(differences) - len(finite),
        mean=mean,
        low=mean - float(margin),
        high=mean + float(margin),
        share_won=float(np.mean(finite > 0)),
        wilcoxon_p=float(stats.wilcoxon(finite).pvalue) if finite.any() else 1.0,  # no difference at all
    )
