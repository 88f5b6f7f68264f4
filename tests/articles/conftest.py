"""Runs that tests of every article look at."""

import functools

import pytest

from reproduce.runs.directory import Directory
from tests.articles.samples import config_of, data_of, hurry


@pytest.fixture(autouse=True)
def frequent_checkpoints(monkeypatch):
    """Checkpoints after every second epoch, or call of five steps; only while a test of an article runs."""
    hurry(monkeypatch.setattr)


@pytest.fixture(scope="session")
def finished(one_thread, tmp_path_factory):  # noqa: ARG001
    """A way to the directory of an article's small run on an engine, as `reproduce run` leaves it; made once each."""
    from reproduce.articles import article_of
    from reproduce.articles.running import run_article

    @functools.cache
    def make(id_, engine):
        if (id_, engine) == ("bitcoin-lstm", "keras"):  # it is trained beside the compiled one
            return Directory(make(id_, "compiled").path.parent, config_of(id_, engine))
        root = tmp_path_factory.mktemp(f"{id_}-{engine}")
        given = (article_of(id_), config_of(id_, engine), data_of(id_), root)
        with pytest.MonkeyPatch.context() as patch:
            hurry(patch.setattr)
            return run_article(*given, force=False, on_progress=lambda *_: None)[0]

    return lambda id_, engine=None: make(id_, engine or article_of(id_).engines[0])
