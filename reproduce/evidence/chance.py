"""Which verdicts may be luck: a p-value for each that rests on chance, and which stand among all of an article's.

Of a hundred comparisons of things that do not differ, five have p ≤ 0.05. So the p-values of an article's verdicts are
judged together, by the rule of Benjamini & Yekutieli. With m of them in order, p(1) ≤ … ≤ p(m), and α = 0.05:

    c = 1 + 1/2 + … + 1/m
    k = the largest i with p(i) ≤ i α / (m c)            none where there is no such i
    p(1) … p(k) stand

Among those that stand, at most the share α is expected to be luck, however the p-values depend on each other: several
of ours are of the same seeds. A verdict with p ≤ 0.05 that does not stand falls. One with a larger p found no
difference to begin with, so there is nothing that could fall. A family is all p-values of one article, those of our own
questions too.

What p is depends on what the claim's rule looks at (TESTS in `reproduce.evidence.schema`, the nulls below). All but
`draw`, where only a large score is odd, and `intervals` count both directions, as the opposite of a claim would be told
too. A claim that needs several comparisons is as sure as the least sure of them, so its p is the largest of theirs
(Berger's intersection-union test).

Benjamini & Yekutieli (2001), The control of the false discovery rate in multiple testing under dependency, Annals of
Statistics 29, 1165-1188. Berger (1982), Multiparameter hypothesis testing and acceptance sampling, Technometrics 24,
295-300.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

ALPHA = 0.05  # of one p-value, and of the false discovery rate
STANDS, FALLS, ABOVE = "stands", "falls", "p above 0.05"
FAMILY = "at a false discovery rate of 5 %"
KEY = (
    "A verdict that rests on chance has a p-value. If p is at most 0.05, the verdict stands or falls "
    f"{FAMILY} (Benjamini-Yekutieli) over all p-values of the article. No p: nothing random in it, or no test for it."
)

EXPLAINED = {  # a test: what its p is, and what it would be rare under
    "draw": (
        "the rank of the article's losses among those of a study (conformal)",
        "the article's losses are those of one run of the program",
    ),
    "days": (
        "the Diebold-Mariano test over the days of the test set",
        "the model's squared errors and those of persistence are equally large on average",
    ),
    "mean": (
        "Student's t test of a mean over seeds, or over a network's units where the claim says so",
        "the mean difference is 0",
    ),
    "count": ("the binomial test of a count of seeds", "a seed is as likely to be on one side as on the other"),
    "order": (
        "the share of all orders of the epochs with as many falls, or as few",
        "the epochs' values could have come in any order",
    ),
    "intervals": ("0.05 where two 95 % intervals lie apart in the direction of the claim, else 1", "both are equal"),
}


def standings(p_values: Mapping[str, float]) -> dict[str, str]:
    """Say of each p-value of a family, by its name, whether it STANDS, FALLS or is ABOVE."""
    from scipy import stats  # here and below: a second, which commands without statistics need not wait

    if not p_values:
        return {}
    adjusted = stats.false_discovery_control(list(p_values.values()), method="by")
    return {
        name: ABOVE if p > ALPHA else STANDS if among <= ALPHA else FALLS
        for (name, p), among in zip(p_values.items(), adjusted, strict=True)
    }


def told(p: float, standing: str) -> str:
    """A p-value as tables have it: with its standing, where there is something that could fall.

    >>> told(0.0243902, FALLS), told(0.731707, ABOVE)
    ('0.024, falls', '0.73')
    """
    return f"{p:.2g}" if standing == ABOVE else f"{p:.2g}, {standing}"


def told_each(p_values: Mapping[str, float]) -> dict[str, str]:
    """Every p-value of a family as tables have it, by its name."""
    found = standings(p_values)
    return {name: told(p, found[name]) for name, p in p_values.items()}


def sentence(found: Mapping[str, str]) -> str:
    """How many of a family stand, fall, or are above.

    >>> sentence({"a": STANDS, "b": ABOVE, "c": ABOVE})
    '3 verdicts rest on chance: 1 stands at a false discovery rate of 5 %, 2 have p above 0.05'
    """
    if not found:
        return "No verdict rests on chance"
    counts = Counter(found.values())
    words = {
        STANDS: (f"stands {FAMILY}", f"stand {FAMILY}"),
        FALLS: ("falls", "fall"),
        ABOVE: (f"has {ABOVE}", f"have {ABOVE}"),
    }
    parts = [f"{counts[one]} {words[one][counts[one] > 1]}" for one in words if counts[one]]
    rest = "1 verdict rests" if len(found) == 1 else f"{len(found)} verdicts rest"
    return f"{rest} on chance: {', '.join(parts)}"


def mean_p(differences: ArrayLike) -> float:
    """The p of Student's t test that the mean of differences is 0; below 0.05 if its interval excludes 0.

        t = d̄ / (sd(d) / √n)        p = P(|T| ≥ |t|), n - 1 degrees of freedom

    Differences that are all equal have no spread: p is 1 where they are 0, and 0 where they are not.

    Args:
        differences: (seeds,), or (units,) of one network.
    """
    from scipy import stats

    d = np.asarray(differences, dtype=float)
    error = stats.sem(d)
    if error == 0:
        return float(d[0] == 0)
    return float(2 * stats.t.sf(abs(d.mean()) / error, len(d) - 1))


def count_p(count: int, seeds: int) -> float:
    """The p of a count of seeds, each as likely to be counted as not: P(as far from seeds / 2, or farther).

    For a median and a threshold the count is that of the seeds below it (the sign test).

    >>> round(count_p(16, 20), 4), count_p(5, 5)
    (0.0118, 0.0625)
    """
    return _as_far([math.comb(seeds, one) for one in range(seeds + 1)], count)


def order_p(falls: int, steps: int) -> float:
    """The p of so many falls from one value to the next, of `steps` + 1 values that could stand in any order.

    The orders of n values with k falls are counted by Euler's numbers:

        A(1, 0) = 1        A(n, k) = (k + 1) A(n - 1, k) + (n - k) A(n - 1, k - 1)

    >>> order_p(4, 4) == 2 / 120  # all four fall in one order of 120, and none in another
    True
    """
    orders = [1]
    for n in range(2, steps + 2):
        padded = [0, *orders, 0]
        orders = [(k + 1) * padded[k + 1] + (n - k) * padded[k] for k in range(n)]
    return _as_far(orders, falls)


def intervals_p(low: float, high: float) -> float:
    """The p of two 95 % intervals that are only known by their ends: 0.05 where they lie apart, else 1.

    Were both values equal, one of the two intervals would have missed it, each with a probability of 0.025.

    Args:
        low: the lower end of the one whose value the claim says is higher.
        high: the upper end of the other.
    """
    return ALPHA if low > high else 1.0


def _as_far(ways: Sequence[int], count: int) -> float:
    """The share of all ways that lead to a count as far from the middle as this one; ways[k] of them lead to k."""
    middle = (len(ways) - 1) / 2
    return sum(n for k, n in enumerate(ways) if abs(k - middle) >= abs(count - middle)) / sum(ways)
