"""What the whole suite shares: TensorFlow with one thread, the embedded table as published, and who runs what."""

import gc
import os
import sys

import hypothesis
import pytest

from tests import compiled_once

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each worker has a core; small products only wait for a second one
hypothesis.settings.register_profile("suite", deadline=None)  # a busy machine is no failure; each test has a time limit
hypothesis.settings.load_profile("suite")
gc.disable()  # until all modules are imported: none of that is garbage, and to look through it takes seconds

# Under `pytest -n 2 --dist loadfile` a worker has a file, or a folder whose files share runs that are trained once.
# What takes longest begins first, so that both workers end together.
TOGETHER = ("tests/articles/", "tests/cli/", "tests/report/")
LONGEST = (
    *("tests/articles/", "tests/cli/", "tests/networks/lstm/test_engines.py", "tests/networks/test_forecasters.py"),
    *("tests/report/", "tests/networks/characters/test_engines.py", "tests/networks/ports/", "tests/lessons/"),
    *("tests/test_packaging.py", "tests/test_site.py", "tests/networks/lstm/test_mutants.py", "tests/bench/"),
    *("tests/original_code/", "tests/networks/", "tests/runs/", "tests/test_"),
)


def pytest_configure(config):
    """Workers share the folder of compiled programs that the process which starts them has made."""
    if not hasattr(config, "workerinput"):
        config.add_cleanup(compiled_once.begin())


def unit_of(nodeid):
    """The folder, or else the file, that stays on one worker."""
    return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.partition("::")[0])


def pytest_collection_modifyitems(items):
    """What takes longest first; in a file the order stays."""
    places = [*enumerate(LONGEST)]
    items.sort(key=lambda one: next((k for k, name in places if one.nodeid.startswith(name)), len(places)))


def pytest_collection_finish():
    """From here on garbage is collected, seldom, and no collection looks through what has been imported.

    A graph of a thousand operations is made of more objects than usually begin a collection, and lives on.
    """
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


def pytest_unconfigure():
    """What still lives ends with the process: to look through it once more takes seconds."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The units of `unit_of` in the order of the tests, where pytest-xdist would begin with the most tests."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    scheduler = LoadFileScheduling(config, log)
    scheduler._split_scope = unit_of
    return scheduler


@pytest.fixture
def invoke(monkeypatch, capfd):
    """A way to call `reproduce` in this process: exit code, stdout, stderr. A traceback would fail the test."""
    from reproduce.cli import main

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["reproduce", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capfd.readouterr()

    return call


@pytest.fixture(scope="session")
def one_thread():
    """TensorFlow, started with one thread, so that bits may be compared."""
    from reproduce.runs.process import limit_threads

    with pytest.MonkeyPatch.context() as patch:
        with compiled_once.kept(patch):
            limit_threads(1)
        yield


@pytest.fixture(scope="session")
def dataset():
    """The embedded table, cut as published: 1018 windows of 7 days to train on, 248 to test on."""
    from reproduce.articles.bitcoin_lstm.variant import Variant
    from reproduce.articles.bitcoin_lstm.windows import prepare
    from reproduce.inputs.prices import load_prices

    return prepare(load_prices(), Variant())
