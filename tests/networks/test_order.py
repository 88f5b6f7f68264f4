"""The order of an epoch's samples."""

import numpy as np
import pytest

from reproduce.networks.order import epoch_order


@pytest.mark.parametrize("samples", [0, 1, 2, 97])
def test_every_sample_comes_once(samples):
    """A permutation, none left out, none twice."""
    assert sorted(epoch_order(3, 4, samples)) == list(range(samples))


def test_order_is_shuffled():
    """Neither as the samples stand nor turned about."""
    order = epoch_order(0, 0, 97)
    steps = np.diff(order)
    assert np.unique(steps).size > 40


def test_order_hangs_on_seed_and_epoch_alone():
    """The same again, whatever was drawn between; another where seed or epoch is another, or the two change places."""
    first = epoch_order(1, 2, 97)
    np.random.default_rng(5).random(10)
    assert epoch_order(1, 2, 97).tolist() == first.tolist()
    others = [epoch_order(seed, epoch, 97).tolist() for seed, epoch in ((1, 3), (0, 2), (2, 1))]
    assert first.tolist() not in others


def test_order_is_a_known_one():
    """A run of today and one resumed by a later version take the same order; written down from NumPy 2.4's PCG64."""
    assert epoch_order(7, 1, 8).tolist() == [6, 3, 1, 0, 2, 4, 7, 5]
