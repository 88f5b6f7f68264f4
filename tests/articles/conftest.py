"""Runs that tests of every article look at."""

import functools

import pytest

from tests.articles.samples import config_of, data_of, hurry


@pytest.fixture(scope="session", autouse=True)
def frequent_checkpoints():
    """Checkpoints after every second epoch, or call of five steps."""
    with pytest.MonkeyPatch.context() as patch:
        hurry(patch.setattr)
        yield


@pytest.fixture(scope="session")
def finished(one_thread, frequent_checkpoints, tmp_path_factory):  # noqa: ARG001
    """A way to the directory of an article's small run on an engine, as `reproduce run` leaves it; made once each."""
    from reproduce.articles import article_of
    from reproduce.articles.running import run_article

    @functools.cache
    def make(id_, engine):
        root = tmp_path_factory.mktemp(f"{id_}-{engine}")
        given = (article_of(id_), config_of(id_, engine), data_of(id_), root)
        return run_article(*given, force=False, on_progress=lambda *_: None)[0]

    return lambda id_, engine=None: make(id_, engine or article_of(id_).engines[0])
