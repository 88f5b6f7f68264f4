"""Every test here has TensorFlow with one thread."""

import sys

import pytest

from reproduce.cli import main


@pytest.fixture(autouse=True)
def _one_thread(one_thread):
    """In the tests' own process; contenders have theirs."""


@pytest.fixture
def bench_command(monkeypatch, capsys):
    """A way to run `reproduce bench --rounds 1`; its exit status, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["reproduce", "bench", "--rounds", "1", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run
