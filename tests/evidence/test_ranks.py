"""Rank correlations against SciPy's and against ranks with a line taken out; a line's share against scikit-learn's."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LinearRegression

from reproduce.evidence.ranks import line_share, partial_rank_correlation, rank_correlation
from tests.oracles import ranks_left

RNG = np.random.default_rng(6)
GIVEN = RNG.normal(size=40)
B = np.round(GIVEN + RNG.normal(size=40), 1)  # some values are equal
A = np.column_stack([GIVEN * RNG.normal(size=40), 2 * B - GIVEN, np.exp(B), np.full(40, 3.0)])


def test_rank_correlation_is_scipy_s():
    """Column by column; 1 of what rises with b however steeply."""
    expected = [spearmanr(A[:, column], B).statistic for column in range(3)]
    np.testing.assert_allclose(rank_correlation(A, B)[:3], expected, rtol=1e-12)
    assert rank_correlation(A, B)[2] == pytest.approx(1, abs=1e-12)
    assert rank_correlation(-A, B)[2] == pytest.approx(-1, abs=1e-12)


def test_partial_rank_correlation_is_that_of_what_a_line_on_the_third_leaves():
    """Of the ranks of each."""
    expected = [np.corrcoef(ranks_left(A[:, column], GIVEN), ranks_left(B, GIVEN))[0, 1] for column in range(3)]
    np.testing.assert_allclose(partial_rank_correlation(A, B, GIVEN)[:3], expected, rtol=1e-9)


def test_what_never_varies_is_correlated_with_nothing():
    """Nor is what says the same as the third quantity."""
    assert rank_correlation(A, B)[3] == 0
    assert partial_rank_correlation(A, B, GIVEN)[3] == 0
    assert partial_rank_correlation(GIVEN[:, np.newaxis] ** 3, B, GIVEN).tolist() == [0]


def test_share_of_a_line_is_r_squared_with_a_constant():
    """1 of what is a line, and of what never varies."""
    inputs, outputs = RNG.normal(size=(40, 3)) + 5, RNG.normal(size=40)
    outputs += inputs[:, 1]
    expected = LinearRegression().fit(inputs, outputs).score(inputs, outputs)
    assert 0.1 < line_share(inputs, outputs) < 0.9
    assert line_share(inputs, outputs) == pytest.approx(expected, rel=1e-9)
    assert line_share(inputs, inputs @ [1, 2, -3] + 4) == pytest.approx(1, abs=1e-12)
    assert line_share(inputs, np.full(40, 2.0)) == 1
