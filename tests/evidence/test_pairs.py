"""Paired differences, against values worked by hand."""

import math

import pytest

from reproduce.errors import RunError
from reproduce.evidence.pairs import pair_seeds

T_3 = 3.182446305284263  # Student's t with 3 degrees of freedom, 97.5 %, from a printed table and R's qt(0.975, 3)
OURS = [100, 110, 120, 130]
RIVALS = {
    "simple-rnn": [104, 112, 126, 138],  # 4, 2, 6, 8 more
    "mlp": [90, 113, 119, 134],  # -10, 3, -1, 4 more
    "gru": [99, 107, 115, 123],  # 1, 3, 5, 7 less
}


@pytest.fixture(scope="module")
def pairs():
    """Three rivals of the same four seeds, by name."""
    ours = dict(enumerate(OURS))
    return {rival: pair_seeds(rival, dict(enumerate(errors)), ours) for rival, errors in RIVALS.items()}


def test_difference_is_the_rival_s_error_less_ours(pairs):
    """Seed by seed, above 0 where ours is better."""
    assert pairs["simple-rnn"].differences == (4, 2, 6, 8)
    assert pairs["gru"].differences == (-1, -3, -5, -7)


def test_interval_is_student_s(pairs):
    """Mean 5, deviation √(20/3), four seeds."""
    margin = T_3 * math.sqrt(20 / 3) / math.sqrt(4)
    one = pairs["simple-rnn"]
    assert (one.mean, one.low, one.high) == pytest.approx((5, 5 - margin, 5 + margin))


def test_share_won_counts_the_seeds_on_which_ours_is_better(pairs):
    """Two of four against the MLP, though its mean difference is below 0."""
    assert {name: one.share_won for name, one in pairs.items()} == {"simple-rnn": 1, "mlp": 0.5, "gru": 0}
    assert pairs["mlp"].mean == -1


def test_wilcoxon_p_is_counted_among_all_signs(pairs):
    """All of four differences on one side: 2 of the 16 ways. Of -10, 3, -1, 4 the positive ranks are 2 and 3, sum 5:

    subsets of {1, 2, 3, 4} with a sum of at most 5 are {}, 1, 2, 3, 4, 12, 13, 14, 23, nine; twice 9/16 is above 1.
    """
    assert pairs["simple-rnn"].wilcoxon_p == pytest.approx(2 / 16)
    assert pairs["mlp"].wilcoxon_p == pytest.approx(1)


@pytest.mark.parametrize(
    ("shifts", "outcome"),
    [
        pytest.param((9, 10, 11), "better", id="above"),
        pytest.param((-9, -10, -11), "worse", id="below"),
        pytest.param((-1, 0, 1), "not significantly different", id="across"),
        pytest.param((0, 0, 0), "not significantly different", id="touching"),
    ],
)
def test_outcome_is_the_interval_s(shifts, outcome):
    """Above 0, below 0, or with 0 in it."""
    ours = dict.fromkeys(range(3), 100.0)
    assert pair_seeds("gru", {seed: 100 + shift for seed, shift in enumerate(shifts)}, ours).outcome == outcome


def test_seeds_are_paired_by_their_number():
    """Not by their place in the table; the differences come in the order of the numbers."""
    one = pair_seeds("mlp", {2: 20.0, 7: 30.0}, {7: 20.0, 2: 15.0})
    assert one.differences == (5, 10)


@pytest.mark.parametrize(("difference", "share", "p"), [(0, 0, 1), (3, 1, 0.5)], ids=["none", "the-same"])
def test_differences_that_do_not_vary_have_an_interval_without_width(difference, share, p):
    """Where scipy has no scale; and p = 1 without a difference, where it has no rank to count."""
    one = pair_seeds("mlp", {0: 1.0 + difference, 1: 2.0 + difference}, {0: 1.0, 1: 2.0})
    assert (one.mean, one.low, one.high, one.share_won, one.wilcoxon_p) == (*[difference] * 3, share, p)


def test_seeds_that_diverged_are_left_out_on_both_sides():
    """And counted."""
    one = pair_seeds("mlp", {0: math.nan, 1: 5.0, 2: 7.0, 3: 9.0}, {0: 1.0, 1: 2.0, 2: math.nan, 3: 3.0})
    assert (one.differences, one.diverged) == ((3, 6), 2)


def test_one_seed_is_too_few():
    """An interval needs two."""
    with pytest.raises(RunError, match="mlp: 1 seed to compare, expected at least 2; run more seeds"):
        pair_seeds("mlp", {0: 2.0}, {0: 1.0})
