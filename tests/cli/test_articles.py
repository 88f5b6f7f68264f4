"""Articles by their ids: where their packages are, and which one `reproduce run` means."""

from importlib import import_module

import pytest
import typer

from reproduce.cli import run_app
from reproduce.cli.articles import Article
from reproduce.cli.output import JsonOption
from reproduce.evidence.claims import load_claims

ARTICLES = list(Article)
each_article = pytest.mark.parametrize("article", ARTICLES, ids=[article.value for article in ARTICLES])


@pytest.fixture
def called(monkeypatch):
    """The article and options that `reproduce run` comes to; nothing is trained."""
    calls = []

    def noting(name):
        def note(epochs: int = 0, seed: int = 7, json_to: JsonOption = None) -> None:
            calls.append((name, epochs, seed, json_to))

        return note

    for info in run_app.registered_commands:
        monkeypatch.setattr(info, "callback", noting(info.name))
    return calls


@each_article
def test_article_s_package_has_its_claims(article):
    """Those of its id, at least."""
    assert import_module(article.package).__doc__
    assert [claim.id for claim in load_claims(article.package) if claim.id.startswith(f"{article.value}/")]


@each_article
def test_run_has_a_command_for_the_article(article):
    """By its id."""
    assert article.value in typer.main.get_group(run_app).commands


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], ("bitcoin-lstm", 0, 7, None), id="nothing"),
        pytest.param(["--epochs", "3"], ("bitcoin-lstm", 3, 7, None), id="an-option"),
        pytest.param(["--epochs=3", "--seed", "1"], ("bitcoin-lstm", 3, 1, None), id="two-options"),
        pytest.param(["--json"], ("bitcoin-lstm", 0, 7, "-"), id="json"),
        pytest.param(["--json", "a.json"], ("bitcoin-lstm", 0, 7, "a.json"), id="json-to-a-file"),
        pytest.param(["bitcoin-lstm"], ("bitcoin-lstm", 0, 7, None), id="the-first-article"),
        pytest.param(["stacked-lstm", "--epochs", "3"], ("stacked-lstm", 3, 7, None), id="the-second"),
        pytest.param(["macbeth", "--json", "--seed", "2"], ("macbeth", 0, 2, "-"), id="the-third"),
    ],
)
def test_run_means_the_first_article_where_none_is_named(words, expected, invoke, called):
    """Its options are then those of that article."""
    assert invoke("run", *words) == (0, "", "")
    assert called == [expected]


def test_run_s_help_lists_the_articles_and_says_which_is_meant(invoke):
    """And shows an example; it is not the help of the first article."""
    code, stdout, stderr = invoke("run", "--help")
    shown = " ".join(stdout.split())
    assert (code, stderr) == (0, "")
    assert [article.value for article in Article if f"│ {article.value} " not in stdout] == []
    assert "bitcoin-lstm where no ARTICLE is named" in shown
    assert "Example: reproduce run --epochs 3" in shown
    assert "--seed" not in stdout


def test_help_behind_an_option_is_the_first_article_s(invoke):
    """As it was when there was no other."""
    code, stdout, _ = invoke("run", "--epochs", "3", "--help")
    assert code == 0
    assert "--engine" in stdout
