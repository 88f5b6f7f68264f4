"""Runs on a dask cluster, a real scheduler and real worker processes on this machine: same bits, and none lost."""

import os
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from reproduce.errors import RunError
from reproduce.runs import pool
from reproduce.runs.pool import train_all
from tests.runs.toys import LEAVES, brew, results, study_in

ROOT = Path(__file__).resolve().parents[2]


def run(study, train=brew, on_run=lambda _: None, **options):
    """Train what is missing."""
    return train_all(study.root, study.configs, train, LEAVES, on_run=on_run, **options)


def wait_for(condition, seconds=200):
    """Until `condition` holds; a test that waits in vain fails."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def start(what, *arguments, to, python_path=""):
    """A process of a dask cluster, which writes to the file `to`."""
    found_first = os.pathsep.join([str(python_path), str(ROOT)])  # a worker has the code that is tested
    environment = os.environ | {"PYTHONPATH": found_first, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, "--no-dashboard"]
    with to.open("w") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=to.parent)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A scheduler on a free port of this machine: its address, and a way to count a word in what it writes."""
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host, port = free.getsockname()
    log = tmp_path_factory.mktemp("cluster") / "scheduler.log"
    process = start("scheduler", "--host", host, "--port", str(port), to=log)
    yield f"tcp://{host}:{port}", lambda word: log.read_text().count(word)
    process.kill()
    process.wait()


@pytest.fixture
def cluster(scheduler, tmp_path):
    """The scheduler's address and a way to start a worker; all workers end with the test, and the scheduler knows."""
    (address, count), workers = scheduler, []

    def start_worker(**options):
        before, log = count("Register worker"), tmp_path / f"worker-{len(workers)}.log"
        workers.append(start("worker", address, "--nthreads", "1", "--no-nanny", to=log, **options))
        wait_for(lambda: count("Register worker") > before)
        return workers[-1]

    yield address, start_worker
    for worker in workers:
        worker.kill()
        worker.wait()
    wait_for(lambda: count("Remove worker") == count("Register worker"))


def brew_when_open(gate, root, config, leaves):
    """The first run at once, the others when there is a file `gate`; not without end, lest a worker stays."""
    if config != study_in(root).configs[0]:
        wait_for(gate.exists)
    brew(root, config, leaves)


def test_cluster_study_has_the_bits_of_the_local_one_though_a_worker_is_killed(cluster, tmp_path):
    """Two workers, one killed with runs to go: every run is there, none twice, the same bits."""
    address, start_worker = cluster
    workers = [start_worker(), start_worker()]
    study, gate, names = study_in(tmp_path / "study"), tmp_path / "gate", []

    def kill_one(name):
        names.append(name)
        if len(names) == 1:
            workers[0].kill()
            gate.touch()

    run(study, partial(brew_when_open, gate), kill_one, scheduler=address)
    assert sorted(names) == sorted(config.name for config in study.configs)
    run(study_in(tmp_path / "local"))
    assert results(study.root) == results(tmp_path / "local") != {}


HIDE_THE_PACKAGE = """
import importlib.metadata

def version(name, real=importlib.metadata.version):
    if name == "reproduce":
        raise importlib.metadata.PackageNotFoundError(name)
    return real(name)

importlib.metadata.version = version
"""


@pytest.mark.parametrize(
    ("file", "content", "found"),
    [
        pytest.param("sitecustomize.py", HIDE_THE_PACKAGE, "no such package", id="none"),
        pytest.param(
            "reproduce-9.9.9.dist-info/METADATA", "Name: reproduce\nVersion: 9.9.9\n", "version 9.9.9", id="another"
        ),
    ],
)
def test_worker_with_another_package_or_none_is_refused(cluster, tmp_path, file, content, found):
    """One line: which worker, what it has, what is expected; nothing is trained."""
    address, start_worker = cluster
    found_first = tmp_path / "path" / file
    found_first.parent.mkdir(parents=True)
    found_first.write_text(content)
    start_worker(python_path=tmp_path / "path")
    with pytest.raises(RunError, match=rf"worker tcp://.* has reproduce in {found}, expected .*; install that version"):
        run(study_in(tmp_path / "study"), scheduler=address)


def test_worker_with_another_checkout_of_the_same_version_is_refused(cluster, tmp_path):
    """Before it is sent anything that it could not read, and would be sent again without end."""
    address, start_worker = cluster
    other = tmp_path / "path" / "reproduce"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text('"""Another checkout."""\n')
    start_worker(python_path=tmp_path / "path")
    with pytest.raises(
        RunError, match=r"worker tcp://.* has another checkout of reproduce, of the same version; give "
    ):
        run(study_in(tmp_path / "study"), scheduler=address)


def test_scheduler_without_workers_is_refused(cluster, tmp_path):
    """And what to start is said."""
    address, _ = cluster
    with pytest.raises(RunError, match="has no workers; start some with: dask worker"):
        run(study_in(tmp_path / "study"), scheduler=address)


def test_address_without_a_scheduler_is_refused(tmp_path, monkeypatch):
    """Within seconds, in one line."""
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    monkeypatch.setattr(pool, "ANSWER_WITHIN", "0.1s")
    with pytest.raises(RunError, match="no dask scheduler answers there"):
        run(study_in(tmp_path), scheduler="tcp://127.0.0.1:1")


def test_scheduler_that_is_no_address_is_refused(tmp_path):
    """Before anything is asked of it."""
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    with pytest.raises(RunError, match=r"^nonsense: not a scheduler's address, expected one such as tcp://host:8786$"):
        run(study_in(tmp_path), scheduler="nonsense")
