"""Runs that tests of every article look at."""

import functools

import pytest
from matplotlib.figure import Figure

from reproduce.articles.tables import StudyTable
from reproduce.runs.directory import Directory
from tests.articles.samples import config_of, data_of, hurry
from tests.sketches import SAVEFIG, sketch


@pytest.fixture(autouse=True)
def small_runs(monkeypatch):
    """Checkpoints after every second epoch, or call of five steps, and pictures that nobody looks at, not drawn."""
    hurry(monkeypatch.setattr)
    sketch(monkeypatch.setattr)


@pytest.fixture
def drawn(small_runs, monkeypatch):  # noqa: ARG001 (it undoes a part of it)
    """Pictures as they are."""
    monkeypatch.setattr(Figure, "savefig", SAVEFIG)


@pytest.fixture
def ship(monkeypatch):
    """A way to put rows in the place of a table of the package."""
    put, shipped = {}, StudyTable.shipped
    monkeypatch.setattr(StudyTable, "shipped", lambda table: put[table] if table in put else shipped(table))
    return put.__setitem__


@pytest.fixture(scope="session")
def finished(one_thread, tmp_path_factory):  # noqa: ARG001
    """A way to the directory of an article's small run on an engine, as `reproduce run` leaves it; made once each.

    An article's runs stand beside each other, so that Bitcoin's on Keras is trained once, beside the compiled one.
    """
    from reproduce.articles import article_of
    from reproduce.articles.running import run_article

    roots = functools.cache(tmp_path_factory.mktemp)

    @functools.cache
    def make(id_, engine):
        if (id_, engine) == ("bitcoin-lstm", "keras"):
            return Directory(make(id_, "compiled").path.parent, config_of(id_, engine))
        given = (article_of(id_), config_of(id_, engine), data_of(id_), roots(id_))
        with pytest.MonkeyPatch.context() as patch:
            hurry(patch.setattr)
            sketch(patch.setattr)
            return run_article(*given, force=False, on_progress=lambda *_: None)[0]

    return lambda id_, engine=None: make(id_, engine or article_of(id_).engines[0])


@pytest.fixture(scope="session")
def audited(one_thread):  # noqa: ARG001
    """A way to an article's values on the shipped tables, and its judgements by them; worked out once each."""
    from reproduce.articles import article_of
    from reproduce.articles.audit import audit

    @functools.cache
    def work_out(id_):
        module = article_of(id_).module("outputs")
        outputs = module.audit_outputs()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "audit_outputs", lambda: outputs)
            return outputs, audit(article_of(id_))

    return work_out
