"""The pages that tests of the page and tests in the browser share, each made once."""

import pytest

from reproduce.articles import article_of
from tests.report.pages import Told
from tests.report.samples import HOSTILE, SHORT, write_run


@pytest.fixture(scope="session")
def told(tmp_path_factory, one_thread):  # noqa: ARG001 (a page reads the trained network)
    """A run and its page by the article's id, as published but for Macbeth's size, with hostile text."""
    known, hostile = {}, {"argv": ["bin/reproduce", "run", "--data", HOSTILE], "processor": HOSTILE}

    def of(article_id):
        if article_id not in known:
            variant = article_of("macbeth").Variant(**SHORT["macbeth"]) if article_id == "macbeth" else None
            run = write_run(tmp_path_factory.mktemp(article_id), article_id, variant=variant, **hostile)
            known[article_id] = Told(run, words=HOSTILE)
        return known[article_id]

    return of
