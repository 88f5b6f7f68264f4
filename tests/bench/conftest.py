"""Every test here has TensorFlow with one thread."""

import pytest


@pytest.fixture(autouse=True)
def _one_thread(one_thread):
    """In the tests' own process; contenders have theirs."""
