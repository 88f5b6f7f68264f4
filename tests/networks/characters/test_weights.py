"""The weights' shapes, and how many numbers they are."""

import doctest

import pytest

from reproduce.networks.characters import weights
from reproduce.networks.characters.weights import CharWeights, count_weights, weight_shapes


def test_examples_hold():
    """Those of the docstrings."""
    assert doctest.testmod(weights).failed == 0


def test_weights_have_the_shapes_of_keras():
    """One input feature, 5 wide, 7 characters; four gates side by side."""
    assert weight_shapes(5, 7) == CharWeights(
        kernel_1=(1, 20),
        recurrent_1=(5, 20),
        bias_1=(20,),
        kernel_2=(5, 20),
        recurrent_2=(5, 20),
        bias_2=(20,),
        kernel_out=(5, 7),
        bias_out=(7,),
    )


@pytest.mark.parametrize(
    ("hidden", "characters", "count"), [(300, 43, 1096543), (5, 7, 120 + 20 + 220 + 42), (1, 2, 28)]
)
def test_count_is_the_formula_s(hidden, characters, count):
    """4 ((1 + H) H + H) + 4 (2 H · H + H) + (H + 1) C, worked by hand."""
    assert count_weights(hidden, characters) == count
    formula = 4 * ((1 + hidden) * hidden + hidden) + 4 * (2 * hidden**2 + hidden) + (hidden + 1) * characters
    assert formula == count
