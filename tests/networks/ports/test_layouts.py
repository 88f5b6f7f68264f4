"""Each layout against the library's own words of it, and back."""

import numpy as np
import pytest

from reproduce.networks.lstm.weights import random_weights
from reproduce.networks.ports import layouts

WEIGHTS = random_weights(3, seed=0)


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (layouts.to_keras, layouts.from_keras),
        (layouts.to_pytorch, layouts.from_pytorch),
        (lambda w: layouts.to_basic_lstm_cell(w, 0.0), lambda w: layouts.from_basic_lstm_cell(w, 0.0)),
    ],
    ids=["keras", "pytorch", "basic"],
)
def test_there_and_back_is_the_same(there, back):
    """To the last bit, in the order of the program's names."""
    again = back(there(WEIGHTS))
    assert list(again) == list(WEIGHTS)
    for name, array in WEIGHTS.items():
        np.testing.assert_array_equal(again[name], array)


def test_basic_lstm_cell_s_own_forget_bias_is_taken_off():
    """Its cell adds it again."""
    kernel, bias, *_ = layouts.to_basic_lstm_cell(WEIGHTS)
    assert kernel.shape == (1 + 3, 12)
    np.testing.assert_array_equal(bias[6:9], WEIGHTS["b_f"] - 1)
