"""What the tests of the programs' pictures share."""

import matplotlib.pyplot as plt
import pytest


@pytest.fixture
def kept_figures(monkeypatch):
    """Let the program's figure stay open after it is saved, and close it after the test."""
    close = plt.close
    monkeypatch.setattr(plt, "close", lambda: None)
    yield
    close("all")
