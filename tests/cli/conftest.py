"""What the tests of commands share: a way to call them in this process, and tiny inputs."""

import sys

import pytest

from reproduce.cli import main
from tests.cli.commands import TINY


@pytest.fixture
def invoke(monkeypatch, capfd):
    """A way to call `reproduce` in this process: exit code, stdout, stderr. A traceback would fail the test."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["reproduce", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capfd.readouterr()

    return call


@pytest.fixture
def tiny(tmp_path):
    """A way to write an article's tiny input: the words of its command line from `run` on, out in tmp_path / runs."""

    def words(article, *more, content=None):
        known, path = TINY[article], tmp_path / "input"
        path.write_text(known.content if content is None else content, encoding="utf-8")
        return ["run", article, "--variant", known.variant, "--engine", known.engine, known.option, path,
                "--out", tmp_path / "runs", *more]  # fmt: skip

    return words
