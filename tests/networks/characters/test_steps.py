"""What is read from a record of steps, worked by hand."""

import numpy as np

from reproduce.networks.characters.steps import gradient_norms, losses

RECORD = np.array([[2.5, 2, 3, 6, 1, 4, 8], [2.25, 1, 2, 2, 4, 4, 7]], dtype=np.float32)


def test_columns_are_told_apart():
    """Losses; 2, 3, 6 are sides of a box whose diagonal is 7, and 1, 2, 2 of one of 3."""
    assert losses(RECORD).tolist() == [2.5, 2.25]
    assert gradient_norms(RECORD).tolist() == [7, 3]


def test_norm_of_an_explosion_is_finite():
    """Its square is more than float32 has room for."""
    np.testing.assert_allclose(gradient_norms(RECORD * np.float32(2.0**100)), np.array([7, 3]) * 2.0**100, rtol=1e-14)
