"""A stand-in for the network, for tests that need none."""

import pytest

from tests.articles.macbeth import samples


@pytest.fixture
def stand_in(monkeypatch, one_thread):  # noqa: ARG001
    """Runs of a stand-in, which write little."""
    from reproduce.articles.macbeth import milestones, training

    monkeypatch.setattr(training, "create_char_engine", samples.StandIn)
    monkeypatch.setattr(training, "WRITES", 12)
    monkeypatch.setattr(milestones, "LENGTH", 12)
    monkeypatch.setattr(milestones, "STARTS", 2)
