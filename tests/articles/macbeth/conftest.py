"""A stand-in for the network, for tests that need none; and commands, in this process."""

import pytest

from tests.articles.macbeth import samples
from tests.articles.samples import hurry


@pytest.fixture
def stand_in(monkeypatch, one_thread):  # noqa: ARG001
    """Runs of a stand-in, which write little."""
    from reproduce.articles.macbeth import milestones, training

    monkeypatch.setattr(training, "create_char_engine", samples.StandIn)
    monkeypatch.setattr(training, "WRITES", 12)
    monkeypatch.setattr(milestones, "LENGTH", 12)
    monkeypatch.setattr(milestones, "STARTS", 2)


@pytest.fixture(scope="session")
def recorded(one_thread, tmp_path_factory):  # noqa: ARG001
    """A finished run of a real network over four epochs, with its steps recorded."""
    from tests.articles.macbeth.test_training import ORIGINAL, run

    with pytest.MonkeyPatch.context() as patch:
        hurry(patch.setattr)
        return run(tmp_path_factory.mktemp("recorded"), ORIGINAL)
