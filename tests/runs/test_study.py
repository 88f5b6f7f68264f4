"""Studies: many runs on local processes or on a dask cluster, the same bits wherever they ran, and none lost."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reproduce.articles import article_of, train
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.running import run_article
from reproduce.errors import RunError
from reproduce.inputs.prices import load_prices
from reproduce.runs import pool
from reproduce.runs.config import RunConfig
from reproduce.runs.pool import train_all
from reproduce.runs.process import limit_threads
from reproduce.runs.study import Study, first_finished, machine_of, run_row, tabled

TINY = Variant(window=3, batch=5, hidden=4, epochs=2)
VARIANTS = (TINY, replace(TINY, wiring="described"))
RESULTS = ("losses.csv", "predictions.csv", "metrics.json", "config.json", "prices.csv", "input.json")
TABLE = load_prices()
ROOT = Path(__file__).resolve().parents[2]


def study_in(root, variants=VARIANTS, seeds=range(2)):
    """Seed by seed, as the command line puts them."""
    pairs = [(seed, variant) for seed in seeds for variant in variants]
    return Study(root, tuple(RunConfig(v, seed, "compiled", TABLE.sha256, "bitcoin-lstm") for seed, v in pairs))


def run(study, on_run=lambda _: None, **options):
    """Train what is missing."""
    with tabled(study):
        return train_all(study.root, study.configs, train, TABLE, on_run=on_run, **options)


def results(root):
    """The bytes of every run's results, by path."""
    return {path.relative_to(root): path.read_bytes() for name in RESULTS for path in sorted(root.glob(f"*/{name}"))}


@pytest.fixture(scope="module")
def local_study(tmp_path_factory):
    """A study of four runs, on two local processes; and the names it reported, in the order it did."""
    study = study_in(tmp_path_factory.mktemp("local"))
    names = []
    assert run(study, names.append, workers=2) == 4
    return study, names


def test_study_leaves_one_finished_run_directory_for_each_variant_and_seed(local_study):
    """None missing, none twice, each reported once."""
    study, names = local_study
    assert sorted(names) == sorted(config.name for config in study.configs)
    assert all(directory.is_finished for directory in study.directories)
    assert len(list(study.root.glob("*/metrics.json"))) == 4


def test_study_runs_have_the_bits_of_reproduce_run(local_study, monkeypatch, tmp_path):
    """A run of the study and the same run by hand, in another process than its own: equal files."""
    study, _ = local_study
    config, article = study.configs[1], replace(article_of("bitcoin-lstm"), beside=())
    monkeypatch.setattr(article.module("training"), "prove", lambda *_: {"relative_difference": 0.0})
    monkeypatch.setattr(article.module("pictures"), "draw", lambda _: None)
    limit_threads(1)
    run_article(article, config, TABLE, tmp_path, force=False, on_progress=lambda *_: None)
    for name in RESULTS:
        assert (tmp_path / config.name / name).read_bytes() == (study.root / config.name / name).read_bytes(), name


def test_study_table_has_a_row_a_run_with_its_values(local_study):
    """Variant, seed, status, errors and every epoch's loss, as the run directory has them."""
    study, _ = local_study
    with (study.root / "study.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["wiring"], row["seed"], row["status"]) for row in rows] == [
        *(("published", "0", "finished"), ("described", "0", "finished")),
        *(("published", "1", "finished"), ("described", "1", "finished")),
    ]
    for row in rows:
        metrics = json.loads((study.root / row["run"] / "metrics.json").read_text())
        losses = pd.read_csv(study.root / row["run"] / "losses.csv", dtype=str)["loss"].astype(float)
        assert float(row["test_mse"]) == metrics["test_mse"]
        assert [float(row["loss_0"]), float(row["loss_1"])] == losses.tolist()
        assert float(row["seconds"]) > 0
        assert row["version"]


def test_study_has_its_directories_by_variant(local_study):
    """In its order, a seed each."""
    study, _ = local_study
    named = study.of_variants()
    assert list(named) == [variant.name for variant in VARIANTS]
    assert [one.config.seed for one in named[VARIANTS[1].name]] == [0, 1]


def test_failing_run_is_recorded_and_the_others_go_on(tmp_path):
    """A corrupt checkpoint in one run: its row says failed, the reason stands beside it; the other is left."""
    study = study_in(tmp_path, variants=(TINY,))
    write_finished(study.directories[1], [0.5, 0.25])
    broken = tmp_path / study.configs[0].name
    broken.mkdir()
    (broken / "checkpoint.npz").write_bytes(b"not a checkpoint")
    run(study)
    with (tmp_path / "study.csv").open(newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["failed", "finished"]
    assert "checkpoint" in json.loads((broken / "failure.json").read_text())["error"]
    assert first_finished(tmp_path) == study.directories[1].path


def write_finished(directory, losses, **metrics):
    """Leave a finished run, without training."""
    with directory.opened():
        directory.write_losses(losses)
        machine = {"processor": "fast", "packages": {"reproduce": "0.2.0", "tensorflow": "2", "numpy": "2"}}
        directory.write_json("environment.json", {"seconds": 2.5} | machine)
        directory.write_json("metrics.json", {"final_loss": losses[-1], "test_mse": 0.5} | metrics)


@pytest.mark.parametrize(
    ("losses", "metrics", "status"),
    [
        pytest.param([0.5, 0.25], {}, "finished", id="finite"),
        pytest.param([0.5, float("nan")], {}, "diverged", id="a-loss"),
        pytest.param([0.5, 0.25], {"test_mse": float("nan")}, "diverged", id="its-error"),
    ],
)
def test_row_of_a_run_says_whether_it_diverged(losses, metrics, status, tmp_path):
    """The study and its table survive it."""
    (directory,) = study_in(tmp_path, variants=(TINY,), seeds=range(1)).directories
    write_finished(directory, losses, **metrics)
    row = run_row(directory)
    assert (row["status"], row["seconds"], row["version"]) == (status, 2.5, "0.2.0")
    np.testing.assert_equal([row["loss_0"], row["loss_1"]], losses)


def test_row_of_a_run_that_was_not_trained_has_no_values(tmp_path):
    """It is missing, and the table says so."""
    row = run_row(study_in(tmp_path, variants=(TINY,)).directories[0])
    assert (row["status"], "final_loss" in row) == ("missing", False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", r"not a study's table \(.*\); run the study again", id="empty"),
        pytest.param("run,seed\na,0\n", r"not a study's table \(.*\); run the study again", id="columns"),
        pytest.param("run,variant,status\na,b,missing\n", "no run of the first variant is finished", id="unfinished"),
    ],
)
def test_table_that_shows_no_run_is_refused(text, told, tmp_path):
    """The message names the file and what to do; one that is not there is refused likewise."""
    with pytest.raises(RunError, match=r"study\.csv: not a study's table \(.*\); run the study again"):
        first_finished(tmp_path)
    (tmp_path / "study.csv").write_text(text)
    with pytest.raises(RunError, match=rf"study\.csv: {told}"):
        first_finished(tmp_path)


@pytest.mark.parametrize(("variants", "seeds"), [((), range(2)), (VARIANTS, range(0)), ((TINY, TINY), range(2))])
def test_study_refuses_an_empty_or_doubled_grid(tmp_path, variants, seeds):
    """Nothing to run, or one run twice."""
    with pytest.raises(ValueError, match=r"at least one|twice"):
        study_in(tmp_path, variants, seeds)


def test_study_of_two_machines_is_not_shipped(tmp_path):
    """Its bits are those of neither; of one machine, it is named with the packages that decide."""
    study = study_in(tmp_path, variants=(TINY,))
    for directory in study.directories:
        write_finished(directory, [0.5, 0.25])
    assert machine_of(study) == {"processor": "fast", "packages": {"tensorflow": "2", "numpy": "2"}}
    other = study.directories[1].read_environment() | {"processor": "slow"}
    study.directories[1].write_json("environment.json", other)
    with pytest.raises(RunError, match="its runs are of 2 machines, expected one"):
        machine_of(study)


def test_stopped_study_keeps_what_is_finished_and_goes_on(local_study, tmp_path):
    """Ctrl-C when the first run is finished, started again: the bits of the undisturbed study."""
    study, part = local_study[0], study_in(tmp_path, seeds=range(1))
    expected = {path: content for path, content in results(study.root).items() if "-s0-" in path.parent.name}
    names = ",".join(variant.name for variant in VARIANTS)
    words = ["study", "bitcoin-losses", "--variants", names, "--seeds", "0", "--out", tmp_path, "--workers", "1"]
    with subprocess.Popen([sys.executable, "-m", "reproduce", *words], stderr=subprocess.PIPE, text=True) as stopped:
        wait_for(lambda: list(tmp_path.glob("*/metrics.json")))
        stopped.send_signal(signal.SIGINT)
        errors = stopped.communicate()[1]
    kept = {
        path: content
        for path, content in results(tmp_path).items()
        if (tmp_path / path.parent / "metrics.json").exists()
    }
    assert "Traceback" not in errors
    assert kept.items() <= expected.items()
    run(part)
    assert results(tmp_path) == expected


# A cluster: a real scheduler and real worker processes on this machine.


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


def test_cluster_study_has_the_bits_of_the_local_one_though_a_worker_is_killed(local_study, cluster, tmp_path):
    """Two workers, one killed with runs to go: every run is there, none twice, the same bits."""
    expected, _ = local_study
    address, start_worker = cluster
    workers = [start_worker(), start_worker()]
    study = study_in(tmp_path / "study")
    names = []

    def kill_one(name):
        names.append(name)
        if len(names) == 1:
            workers[0].kill()

    run(study, kill_one, scheduler=address)
    assert sorted(names) == sorted(config.name for config in study.configs)
    assert results(study.root) == results(expected.root)


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


def test_scheduler_without_workers_is_refused(cluster, tmp_path):
    """And what to start is said."""
    address, _ = cluster
    with pytest.raises(RunError, match="has no workers; start some with: dask worker"):
        run(study_in(tmp_path / "study"), scheduler=address)


def test_address_without_a_scheduler_is_refused(tmp_path, monkeypatch):
    """Within seconds, in one line."""
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    monkeypatch.setattr(pool, "ANSWER_WITHIN", "1s")
    with pytest.raises(RunError, match="no dask scheduler answers there"):
        run(study_in(tmp_path), scheduler="tcp://127.0.0.1:1")


def test_scheduler_that_is_no_address_is_refused(tmp_path):
    """Before anything is asked of it."""
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    with pytest.raises(RunError, match=r"^nonsense: not a scheduler's address, expected one such as tcp://host:8786$"):
        run(study_in(tmp_path), scheduler="nonsense")
