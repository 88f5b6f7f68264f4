"""The shape of an article: its modules by their names."""

import sys
from dataclasses import replace

import pytest

from reproduce.articles import article_of
from reproduce.errors import RunError
from reproduce.runs.config import RunConfig


def test_module_that_an_article_lacks_is_named_in_one_line():
    """As a page lacks it, of an article that is being added."""
    with pytest.raises(RunError, match=r"^macbeth has no tale\.py, which this needs; docs/adding_an_article\.md .*"):
        article_of("macbeth").module("tale")


def test_module_that_lacks_another_one_is_not_taken_for_missing(monkeypatch):
    """What it imports is not there, and Python says so."""
    monkeypatch.delitem(sys.modules, "reproduce.articles.macbeth.terms", raising=False)
    monkeypatch.setitem(sys.modules, "reproduce.evidence.program", None)
    with pytest.raises(ModuleNotFoundError, match=r"reproduce\.evidence\.program"):
        article_of("macbeth").module("terms")


@pytest.mark.parametrize(
    ("article", "engine", "threads"),
    [("bitcoin-lstm", "compiled", 2), ("bitcoin-lstm", "keras", 1), ("macbeth", "keras", 2)],
)
def test_run_on_another_engine_has_threads_where_its_bits_depend_on_them(article, engine, threads):
    """So a Keras run beside a Bitcoin run is the one that `--engine keras` finds."""
    config = RunConfig(article_of(article).Variant(), 0, "compiled", "5" * 64, article, threads=2)
    assert article_of(article).on_engine(config, engine) == replace(config, engine=engine, threads=threads)
