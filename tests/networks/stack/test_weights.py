"""The weights' shapes, and how many numbers they are."""

import doctest

import pytest

from reproduce.networks.stack import weights
from reproduce.networks.stack.weights import StackWeights, count_weights, weight_shapes


def test_examples_hold():
    """Those of the docstrings."""
    assert doctest.testmod(weights).failed == 0


def test_weights_have_the_shapes_of_keras():
    """One input feature, layers of 5 and 6 units, 7 outputs; four gates side by side."""
    assert weight_shapes((5, 6), 7) == StackWeights(
        kernel_1=(1, 20),
        recurrent_1=(5, 20),
        bias_1=(20,),
        kernel_2=(5, 24),
        recurrent_2=(6, 24),
        bias_2=(24,),
        kernel_out=(6, 7),
        bias_out=(7,),
    )


@pytest.mark.parametrize(
    ("units", "outputs", "count"),
    [((300, 300), 43, 1096543), ((5, 6), 7, 120 + 20 + 264 + 24 + 49), ((1, 1), 2, 28)],
)
def test_count_is_that_of_the_formula_worked_by_hand(units, outputs, count):
    """4 ((1 + H) H + H) + 4 ((H + K) K + K) + (K + 1) C."""
    assert count_weights(units, outputs) == count
