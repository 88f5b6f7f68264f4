"""Chance: which p-values stand among many, by the step-up written out; and each p on values known beforehand."""

import doctest
import re
from itertools import pairwise, permutations, product

import numpy as np
import pytest
from scipy import stats

from reproduce.articles import ARTICLES
from reproduce.evidence import chance
from reproduce.evidence.chance import (
    ABOVE,
    EXPLAINED,
    FALLS,
    STANDS,
    count_p,
    intervals_p,
    mean_p,
    order_p,
    sentence,
    standings,
)
from reproduce.evidence.claims import read_claims
from reproduce.evidence.schema import TESTS


def step_up(p_values, alpha=0.05):
    """The names that Benjamini and Yekutieli (2001) reject, as their theorem 1.3 has it."""
    ordered = sorted(p_values, key=p_values.get)
    m = len(ordered)
    harmonic = sum(1 / i for i in range(1, m + 1))
    k = 0
    for i, name in enumerate(ordered, start=1):
        if p_values[name] <= i * alpha / (m * harmonic):
            k = i
    return set(ordered[:k])


@pytest.mark.parametrize("seed", range(20))
def test_those_stand_that_the_step_up_rejects(seed):
    """Of families of 1 to 20, with few and with many small p-values."""
    rng = np.random.default_rng(seed)
    drawn = rng.uniform(size=seed + 1) ** rng.integers(1, 9)
    p_values = {f"claim {n}": float(p) for n, p in enumerate(drawn)}
    found = standings(p_values)
    assert {name for name, standing in found.items() if standing == STANDS} == step_up(p_values)
    assert {name for name, standing in found.items() if standing == ABOVE} == {
        n for n, p in p_values.items() if p > 0.05
    }


def test_verdict_falls_among_many_that_stands_alone():
    """Among three, c is 11/6 and the thresholds are 0.0091, 0.0182 and 0.0273."""
    assert standings({"a": 0.03}) == {"a": STANDS}
    assert standings({"a": 0.03, "b": 0.5, "c": 0.9}) == {"a": FALLS, "b": ABOVE, "c": ABOVE}
    assert standings({"a": 0.009, "b": 0.5, "c": 0.9})["a"] == STANDS
    assert standings({"a": 0.0092, "b": 0.5, "c": 0.9})["a"] == FALLS


def test_larger_p_value_helps_smaller_ones_to_stand():
    """The step-up begins at the largest: three of 0.027 all stand, where one among three does not."""
    assert standings(dict.fromkeys("abc", 0.027)) == dict.fromkeys("abc", STANDS)
    assert standings({"a": 0.027, "b": 0.5, "c": 0.9})["a"] == FALLS


def test_family_of_none_has_no_standings():
    """Nor a number in its sentence."""
    assert standings({}) == {}
    assert sentence({}) == "No verdict rests on chance"


def test_sentence_counts_each_standing():
    """One and many."""
    assert sentence({"a": STANDS}) == "1 verdict rests on chance: 1 stands at a false discovery rate of 5 %"
    assert sentence(dict(zip("abcdef", [STANDS] * 2 + [FALLS] * 3 + [ABOVE], strict=True))) == (
        "6 verdicts rest on chance: 2 stand at a false discovery rate of 5 %, 3 fall, 1 has p above 0.05"
    )


# Each p


@pytest.mark.parametrize(
    "differences", [[3.0, -1.0, 2.0, 0.5], [-5.0, -6.5, -4.0], np.random.default_rng(0).normal(0.4, 1, 20)]
)
def test_mean_s_p_is_that_of_the_t_test(differences):
    """Against SciPy's, and 0.05 exactly where the 95 % interval ends at 0."""
    assert mean_p(differences) == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, rel=1e-12)
    d = np.array(differences)
    _, high = stats.t.interval(0.95, len(d) - 1, loc=d.mean(), scale=stats.sem(d))
    assert mean_p(d - high) == pytest.approx(0.05, rel=1e-9)


def test_differences_without_spread_are_certain():
    """All 0, or all the same otherwise."""
    assert (mean_p([0.0, 0.0, 0.0]), mean_p([0.5, 0.5, 0.5])) == (1, 0)


@pytest.mark.parametrize("seeds", [1, 2, 5, 8])
def test_count_s_p_is_the_share_of_all_ways_to_fall(seeds):
    """Every way in which so many coins can fall, one by one."""
    heads = [sum(way) for way in product((0, 1), repeat=seeds)]
    for count in range(seeds + 1):
        far = [one for one in heads if abs(one - seeds / 2) >= abs(count - seeds / 2)]
        assert count_p(count, seeds) == len(far) / len(heads)


def test_count_s_p_of_twenty_is_the_binomial_test_s():
    """At the counts that rules name: 16 and 4 have one p, and 15 is above 0.04."""
    for count in range(21):
        assert count_p(count, 20) == pytest.approx(stats.binomtest(count, 20).pvalue, rel=1e-12)
    assert count_p(16, 20) == count_p(4, 20) == pytest.approx(2 * 6196 / 2**20)
    assert count_p(15, 20) > 0.04


@pytest.mark.parametrize("steps", [1, 2, 4, 6])
def test_order_s_p_is_the_share_of_all_orders(steps):
    """Every order of so many values, one by one."""
    falls = [sum(a > b for a, b in pairwise(way)) for way in permutations(range(steps + 1))]
    for count in range(steps + 1):
        far = [one for one in falls if abs(one - steps / 2) >= abs(count - steps / 2)]
        assert order_p(count, steps) == len(far) / len(falls)


def test_intervals_p_is_small_only_where_they_lie_apart():
    """In the direction of the claim; touching ends are not apart."""
    assert (intervals_p(2.0, 1.0), intervals_p(1.0, 1.0), intervals_p(0.5, 1.0)) == (0.05, 1, 1)


# The claims


def test_every_test_is_explained():
    """In the order in which claims.toml may name them."""
    assert tuple(EXPLAINED) == TESTS


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_every_band_and_comparison_has_a_p_value(article):
    """On record, where its verdict is; and nothing else has. Where it fails: name `test` and `p` in claims.toml."""
    about = read_claims(article.package)
    tested = {id_ for id_, verdict in about.verdicts.items() if verdict != "not testable"}
    by_chance = {claim.id for claim in about.claims if claim.kind in ("band", "comparison")}
    assert set(about.p_values) == by_chance & tested


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_rule_on_a_p_value_and_its_own_p_agree(article):
    """A rule such as `p_30 > 0.05` names the very value that is the claim's p."""
    for claim in read_claims(article.package).claims:
        if claim.test == "draw":
            assert re.fullmatch(rf"({claim.p}|ours) > 0\.05", claim.rule)
            assert claim.p in claim.names


def test_examples_hold():
    """Those of the docstrings."""
    assert doctest.testmod(chance).failed == 0
