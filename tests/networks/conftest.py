"""What the tests of the price network share: windows of the embedded table, and an engine that XLA does not compile."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from reproduce.inputs.prices import load_prices


@pytest.fixture(scope="session")
def table():
    """145 batches of 7 windows of 7 days: inputs (1015, 7, 1) and targets (1015, 1), scaled."""
    close = load_prices().close_usd
    scaled = (close - np.mean(close)) / np.std(close)
    return sliding_window_view(scaled, 7)[:1015, :, np.newaxis], scaled[7:1022, np.newaxis]


@pytest.fixture
def without_xla(monkeypatch):
    """The compiled engine as TensorFlow's own operations, where another thing is tested: XLA takes seconds.

    What XLA makes of them is held to the same checks in lstm/test_engines.py.
    """
    monkeypatch.setattr("reproduce.networks.lstm.compiled.compiled", lambda function: function)
