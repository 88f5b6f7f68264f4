"""One network against another, seed by seed: paired differences of an error, and how sure their mean is.

Two networks of one seed read the same windows in the same order of batches, so that the seed's difference

    d[s] = error of the rival - error of ours      above 0 where ours is better

leaves out what they share. The interval is Student's, d̄ ± t · sd(d) / √n with n - 1 degrees of freedom: seeds are
independent draws, the mean of twenty is close to normal, and a bootstrap of so few is known to be too narrow. Beside it
stands Wilcoxon's signed-rank test, which asks nothing of the shape but symmetry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from reproduce.errors import RunError
from reproduce.evidence.tally import counted

LEVEL = 0.95


@dataclass(frozen=True)
class Pairs:
    """A rival against ours, over the seeds on which neither diverged; in the unit of the errors."""

    rival: str
    differences: tuple[float, ...]  # d, in the order of the seeds
    diverged: int  # seeds left out
    mean: float
    low: float  # the ends of the mean's 95 % interval
    high: float
    share_won: float  # of the seeds, by ours
    wilcoxon_p: float  # two-sided

    @property
    def outcome(self) -> str:
        """What the interval tells of ours."""
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "not significantly different"

    def told(self, form: str) -> str:
        """The mean and its interval, as `5.9 (-0.3 to 12.8)` in the format .1f."""
        return f"{self.mean:{form}} ({self.low:{form}} to {self.high:{form}})"


def pair_seeds(rival: str, theirs: Mapping[int, float], ours: Mapping[int, float]) -> Pairs:
    """Compare a rival's errors, by seed, with ours, of the seeds that both have; nan or inf where a run diverged.

    Raises:
        RunError: on fewer than two seeds neither diverged.
    """
    differences = np.array([theirs[seed] - ours[seed] for seed in sorted(ours.keys() & theirs.keys())])
    finite = differences[np.isfinite(differences)]
    seeds = len(finite)
    if seeds < 2:
        raise RunError(f"{rival}: {counted(seeds, 'seed')} to compare, expected at least 2; run more seeds")
    mean, error = float(finite.mean()), float(stats.sem(finite))
    low, high = stats.t.interval(LEVEL, seeds - 1, loc=mean, scale=error) if error > 0 else (mean, mean)
    return Pairs(
        rival=rival,
        differences=tuple(finite.tolist()),
        diverged=len(differences) - seeds,
        mean=mean,
        low=float(low),
        high=float(high),
        share_won=float(np.mean(finite > 0)),
        wilcoxon_p=float(stats.wilcoxon(finite).pvalue) if finite.any() else 1.0,  # no difference at all
    )
