"""What the tests of commands share: a finished tiny run of every article, and an audit that computes nothing."""

import contextlib
import functools
import io
import operator
import sys
from typing import NamedTuple

import pytest
import typer.rich_utils  # asks FORCE_COLOR once, as it is imported: not while a test has set it

from reproduce.articles import ARTICLES, audit, running
from reproduce.cli import main
from reproduce.evidence.claims import Judgement, read_claims
from tests.cli.commands import TINY, on_record
from tests.sketches import sketch


class Ended(NamedTuple):
    """A run that `reproduce run` has made: its command line, the folder it is in, and what was said."""

    words: list
    path: object
    status: int
    stdout: str
    stderr: str


@pytest.fixture(scope="session", autouse=True)
def built_once():
    """The command line as typer has built it, which takes longer than most commands; anew for other callbacks."""
    build, get_command = functools.lru_cache(lambda app, *_: get_command(app)), typer.main.get_command
    with pytest.MonkeyPatch.context() as patch:
        callbacks = operator.attrgetter("callback")
        patch.setattr(typer.main, "get_command", lambda app: build(app, *map(callbacks, app.registered_commands)))
        yield


@pytest.fixture(autouse=True)
def not_drawn(monkeypatch):
    """Of pictures, the tests of commands look at their names alone."""
    sketch(monkeypatch.setattr)


@pytest.fixture
def tiny(tmp_path):
    """A way to write an article's tiny input: the command line that trains on it, into tmp_path / runs."""
    return lambda article, *more: [*_tiny_words(article, tmp_path), *more]


def _tiny_words(article, folder):
    one, path = TINY[article], folder / f"{article}.input"
    path.write_text(one.content, encoding="utf-8")
    chosen = ["--variant", one.variant, "--engine", one.engine, one.threads, "1"]
    return ["run", article, *chosen, one.option, str(path), "--out", str(folder / "runs")]


@pytest.fixture(scope="session")
def tiny_runs(one_thread, tmp_path_factory):  # noqa: ARG001
    """A finished run of each article, on a user's own data; copy it to change it."""
    folder, ended = tmp_path_factory.mktemp("tiny"), {}
    for article, one in TINY.items():
        words, said, told = _tiny_words(article, folder), io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
            sketch(patch.setattr)
            patch.setattr(sys, "argv", ["reproduce", *words])
            with pytest.raises(SystemExit) as left:
                main()
        (path,) = (folder / "runs").glob(f"{article}-*-{one.engine}")
        ended[article] = Ended(words, path, left.value.code or 0, said.getvalue(), told.getvalue())
    return ended


@pytest.fixture
def asked(monkeypatch):
    """The configuration, the input and the other options that each run was asked for; it is then interrupted."""
    calls = []

    def run_article(article, config, source, root, *, force, on_progress):
        calls.append((article.id, config, source, root, force, on_progress))
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "run_article", run_article)
    return calls


@pytest.fixture
def verdicts(monkeypatch):
    """What the audit finds, by claim: those on record, until a test says otherwise. Nothing of it is computed."""
    found = {}
    for article in ARTICLES:
        found |= read_claims(article.package).verdicts

    def judge(article):
        p_values = read_claims(article.package).p_values
        return [Judgement(one, None, found[one.id], p=p_values.get(one.id)) for one in on_record(article)]

    monkeypatch.setattr(audit, "audit", judge)
    return found
