"""A finished run of the tiny variant on the compiled engine, undisturbed, which several tests look at."""

import pytest

from tests.articles.macbeth import samples


@pytest.fixture(scope="session")
def finished(one_thread, tmp_path_factory):  # noqa: ARG001
    """Its directory; trained once."""
    from reproduce.articles.macbeth import training

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "STEPS", samples.STEPS)
        patch.setattr(training, "CHECKPOINT_EVERY", samples.CHECKPOINT_EVERY)
        return training.run(tmp_path_factory.mktemp("finished"), samples.config_of(), samples.tiny_text())


@pytest.fixture
def small_calls(monkeypatch):
    """Calls of a few steps and checkpoints after two of them, as `finished` had."""
    from reproduce.articles.macbeth import training

    monkeypatch.setattr(training, "STEPS", samples.STEPS)
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", samples.CHECKPOINT_EVERY)


@pytest.fixture
def stand_in(monkeypatch, small_calls):  # noqa: ARG001
    """Runs of a stand-in for the network, which write little."""
    from reproduce.articles.macbeth import milestones, training

    monkeypatch.setattr(training, "create_char_engine", samples.StandIn)
    monkeypatch.setattr(milestones, "LENGTH", 12)
    monkeypatch.setattr(milestones, "STARTS", 2)
