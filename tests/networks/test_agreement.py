"""The difference of two losses, and what becomes of it where there is a loss that is no number."""

from math import inf, isnan, nan

import pytest

from reproduce.networks.agreement import relative_difference


@pytest.mark.parametrize("sign", [1, -1], ids=["above", "below"])
def test_difference_is_relative_to_the_reference_and_has_no_sign(sign):
    """By hand: a quarter of 0.4."""
    assert relative_difference(0.4 + sign * 0.1, 0.4) == pytest.approx(0.25)


@pytest.mark.parametrize("diverged", [nan, inf])
def test_one_that_diverged_is_past_every_tolerance(diverged):
    """On either side."""
    assert relative_difference(diverged, 0.4) == relative_difference(0.4, diverged) == inf


@pytest.mark.parametrize("pair", [(nan, nan), (inf, inf), (nan, inf)])
def test_two_that_diverged_tell_nothing(pair):
    """Neither that they agree nor that they do not."""
    assert isnan(relative_difference(*pair))
