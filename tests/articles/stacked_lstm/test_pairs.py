"""Paired differences against figures worked by hand."""

import math

import pytest

from reproduce.articles.stacked_lstm.pairs import compare, errors_by_seed, pair_seeds
from reproduce.errors import RunError
from tests.articles.stacked_lstm.samples import study_rows

T_3 = 3.182446305284263  # Student's t with 3 degrees of freedom, 97.5 %, from a printed table and R's qt(0.975, 3)
ERRORS = {
    "lstm": [100, 110, 120, 130],
    "simple-rnn": [104, 112, 126, 138],  # 4, 2, 6, 8 more
    "mlp": [90, 113, 119, 134],  # -10, 3, -1, 4 more
    "gru": [99, 107, 115, 123],  # 1, 3, 5, 7 less
}


@pytest.fixture(scope="module")
def pairs():
    """The three comparisons of that study, by rival."""
    return {one.rival: one for one in compare(study_rows(ERRORS))}


def test_every_rival_is_paired_with_the_lstm(pairs):
    """In the order of the networks; the rival's error less the LSTM's."""
    assert list(pairs) == ["simple-rnn", "mlp", "gru"]
    assert pairs["simple-rnn"].differences == (4, 2, 6, 8)
    assert pairs["gru"].differences == (-1, -3, -5, -7)


def test_interval_is_student_s(pairs):
    """Mean 5, deviation √(20/3), four seeds."""
    margin = T_3 * math.sqrt(20 / 3) / math.sqrt(4)
    one = pairs["simple-rnn"]
    assert (one.mean, one.low, one.high) == pytest.approx((5, 5 - margin, 5 + margin))


def test_share_won_counts_the_seeds_on_which_the_lstm_is_better(pairs):
    """Two of four against the MLP, though its mean difference is below 0."""
    assert {name: one.share_won for name, one in pairs.items()} == {"simple-rnn": 1, "mlp": 0.5, "gru": 0}
    assert pairs["mlp"].mean == -1


def test_wilcoxon_p_is_counted_among_all_signs(pairs):
    """All of four differences on one side: 2 of the 16 ways. Of -10, 3, -1, 4 the positive ranks are 2 and 3, sum 5:

    subsets of {1, 2, 3, 4} with a sum of at most 5 are {}, 1, 2, 3, 4, 12, 13, 14, 23, nine; twice 9/16 is above 1.
    """
    assert pairs["simple-rnn"].wilcoxon_p == pytest.approx(2 / 16)
    assert pairs["mlp"].wilcoxon_p == pytest.approx(1)


def test_verdict_is_the_interval_s():
    """Above 0, below 0, across it, touching it."""
    base = dict.fromkeys(range(3), 100.0)
    shifted = {
        shift: pair_seeds("gru", {0: 100 + shift, 1: 101 + shift, 2: 102 + shift}, base) for shift in (9, -9, -1)
    }
    assert shifted[9].verdict == "the LSTM is better"
    assert shifted[-9].verdict == "the LSTM is worse"
    assert shifted[-1].verdict == "not told apart"
    assert pair_seeds("gru", base, base).verdict == "not told apart"


def test_seeds_are_paired_by_their_number():
    """Not by their place in the table; the differences come in the order of the numbers."""
    one = pair_seeds("mlp", {2: 20.0, 7: 30.0}, {7: 20.0, 2: 15.0})
    assert one.differences == (5, 10)


def test_no_difference_at_all_is_no_evidence():
    """p = 1, where scipy has no rank to count."""
    one = pair_seeds("mlp", {0: 1.0, 1: 2.0}, {0: 1.0, 1: 2.0})
    assert (one.mean, one.low, one.high, one.share_won, one.wilcoxon_p) == (0, 0, 0, 0, 1)


def test_seeds_that_diverged_are_left_out_on_both_sides():
    """And counted."""
    one = pair_seeds("mlp", {0: math.nan, 1: 5.0, 2: 7.0, 3: 9.0}, {0: 1.0, 1: 2.0, 2: math.nan, 3: 3.0})
    assert (one.differences, one.diverged) == ((3, 6), 2)


def test_one_seed_is_too_few():
    """An interval needs two."""
    with pytest.raises(RunError, match="mlp: 1 seeds to compare with the LSTM, expected at least 2; run more seeds"):
        pair_seeds("mlp", {0: 2.0}, {0: 1.0})


def test_errors_are_one_network_s_by_seed():
    """In USD."""
    assert errors_by_seed(study_rows(ERRORS), "mlp") == {0: 90, 1: 113, 2: 119, 3: 134}
