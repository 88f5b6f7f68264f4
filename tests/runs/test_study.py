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

import numpy as np
import pytest

from reproduce import pool
from reproduce.articles.bitcoin_lstm.runs import RunDirectory
from reproduce.articles.bitcoin_lstm.study import Study, read_study, run_study, study_table, summarise_study
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.errors import DataError, RunError
from reproduce.inputs.prices import load_prices

TINY = Variant(hidden=6, epochs=2)
VARIANTS = (TINY, Variant(wiring="described", hidden=6, epochs=2))
RESULTS = ("losses.csv", "predictions.csv", "metrics.json")


def study_in(root, variants=VARIANTS, seeds=range(2)):
    return Study(root, variants, seeds, load_prices())


def results(root):
    """The bytes of every run's results, by path."""
    return {path.relative_to(root): path.read_bytes() for name in RESULTS for path in sorted(root.glob(f"*/{name}"))}


@pytest.fixture(scope="module")
def local_study(tmp_path_factory):
    """A study of four runs, on two local processes; and the names it reported, in the order it did."""
    study = study_in(tmp_path_factory.mktemp("local"))
    names = []
    run_study(study, workers=2, on_run=names.append)
    return study, names


def test_study_leaves_one_finished_run_directory_for_each_variant_and_seed(local_study):
    """None missing, none twice, each reported once."""
    study, names = local_study
    assert sorted(names) == sorted(config.name for config in study.configs)
    assert all(RunDirectory(study.root, config).is_finished for config in study.configs)
    assert len(list(study.root.glob("*/metrics.json"))) == 4


def test_study_runs_have_the_bits_of_reproduce_run(local_study, tmp_path):
    """A run of the study and the same run by hand, in another process: equal files."""
    study, _ = local_study
    config = study.configs[1]
    command = ["run", "--variant", config.variant.name, "--seed", str(config.seed), "--out", tmp_path]
    subprocess.run([sys.executable, "-m", "reproduce", *command], check=True, capture_output=True)
    for name in RESULTS:
        assert (tmp_path / config.name / name).read_bytes() == (study.root / config.name / name).read_bytes(), name


def test_study_table_has_a_row_a_run_with_its_figures(local_study):
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
        losses = np.genfromtxt(study.root / row["run"] / "losses.csv", delimiter=",", names=True)["loss"]
        assert float(row["test_mse"]) == metrics["test_mse"]
        assert [float(row["loss_0"]), float(row["loss_1"])] == losses.tolist()
        assert float(row["seconds"]) > 0
        assert row["version"]


def test_study_is_read_back_by_variant(local_study):
    """(seeds, epochs) of losses under each variant's name."""
    study, _ = local_study
    losses = read_study(study.root / "study.csv")
    assert {name: curves.shape for name, curves in losses.items()} == {v.name: (2, 2) for v in VARIANTS}
    expected = RunDirectory(study.root, study.configs[3]).read_losses()
    np.testing.assert_array_equal(losses[VARIANTS[1].name][1], expected)


def test_study_that_is_finished_trains_nothing_again(local_study):
    """Files keep their times; every run is reported, so that a progress bar fills."""
    study, _ = local_study
    before = {path: path.stat().st_mtime_ns for path in study.root.glob("*/*")}
    names = []
    run_study(study, workers=1, on_run=names.append)
    assert {path: path.stat().st_mtime_ns for path in study.root.glob("*/*")} == before
    assert len(names) == 4


def test_failing_run_is_recorded_and_the_others_go_on(tmp_path):
    """A corrupt checkpoint in one run: its row says failed, the reason stands beside it."""
    study = study_in(tmp_path, variants=(TINY,))
    broken = tmp_path / study.configs[0].name
    broken.mkdir()
    (broken / "checkpoint.npz").write_bytes(b"not a checkpoint")
    run_study(study, workers=1, on_run=lambda _: None)
    assert [row["failed"] for row in summarise_study(study)] == [1]
    assert [row["finished"] for row in summarise_study(study)] == [1]
    assert "checkpoint" in json.loads((broken / "failure.json").read_text())["error"]
    with pytest.raises(RunError, match="1 of 2 runs are not finished"):
        read_study(tmp_path / "study.csv")


def test_diverging_run_is_recorded_as_such(tmp_path):
    """A learning rate of 1e30 ends in nan; the study and its table survive it."""
    study = study_in(tmp_path, variants=(Variant(hidden=6, epochs=2, learning_rate=1e30),), seeds=range(1))
    run_study(study, workers=1, on_run=lambda _: None)
    assert summarise_study(study)[0]["diverged"] == 1
    assert json.loads((tmp_path / study.configs[0].name / "metrics.json").read_text())["test_mse"] is None


def test_study_refuses_a_table_too_short_before_it_trains(tmp_path):
    """One variant of the grid cannot be cut from the table."""
    with pytest.raises(DataError, match="use a longer table"):
        run_study(study_in(tmp_path, variants=(TINY, Variant(window=1200))), workers=1, on_run=lambda _: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("variants", "seeds"), [((), range(2)), (VARIANTS, range(0)), ((TINY, TINY), range(2))])
def test_study_refuses_an_empty_or_doubled_grid(tmp_path, variants, seeds):
    """Nothing to run, or one run twice."""
    with pytest.raises(ValueError, match=r"at least one|twice"):
        study_in(tmp_path, variants, seeds)


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill-9"])
def test_stopped_study_keeps_what_is_finished_and_goes_on(local_study, tmp_path, signal_sent):
    """Stopped when the first run is finished, started again: the bits of the undisturbed study."""
    study, _ = local_study
    names = ",".join(variant.name for variant in VARIANTS)
    command = [sys.executable, "-m", "reproduce", "study", "--variants", names, "--seeds", "0:2", "--out", tmp_path]
    with subprocess.Popen([*command, "--workers", "1"], stderr=subprocess.PIPE, text=True) as stopped:
        wait_for(lambda: list(tmp_path.glob("*/metrics.json")))
        stopped.send_signal(signal_sent)
        errors = stopped.communicate()[1]
    kept = results(tmp_path)
    assert "Traceback" not in errors
    assert kept.items() <= results(study.root).items()
    run_study(replace(study, root=tmp_path), workers=1, on_run=lambda _: None)
    assert results(tmp_path) == results(study.root)


# A cluster: a real scheduler and real worker processes on this machine.


def wait_for(condition, seconds=60):
    """Until `condition` holds; a test that waits in vain fails."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def cluster(tmp_path):
    """Start processes of a dask cluster on a free port of this machine; all of them end with the test."""
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    processes = []

    def start(what, *arguments, python_path=""):
        environment = os.environ | {"PYTHONPATH": str(python_path), "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, "--no-dashboard"]
        log = (tmp_path / f"{what}-{len(processes)}.log").open("w")
        processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=tmp_path))
        return processes[-1]

    host, port = address.removeprefix("tcp://").split(":")
    start("scheduler", "--host", host, "--port", port)

    def start_worker(**options):
        before = (tmp_path / "scheduler-0.log").read_text().count("Register worker")
        worker = start("worker", address, "--nthreads", "1", "--no-nanny", **options)
        wait_for(lambda: (tmp_path / "scheduler-0.log").read_text().count("Register worker") > before)
        return worker

    yield address, start_worker
    for process in processes:
        process.kill()
        process.wait()


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

    run_study(study, scheduler=address, on_run=kill_one)
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
        run_study(study_in(tmp_path / "study"), scheduler=address, on_run=lambda _: None)


def test_scheduler_without_workers_is_refused(cluster, tmp_path):
    """And what to start is said."""
    address, _ = cluster
    with pytest.raises(RunError, match="has no workers; start some with: dask worker"):
        run_study(study_in(tmp_path / "study"), scheduler=address, on_run=lambda _: None)


def test_address_without_a_scheduler_is_refused(tmp_path, monkeypatch):
    """Within seconds, in one line."""
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    monkeypatch.setattr(pool, "ANSWER_WITHIN", "1s")
    with pytest.raises(RunError, match="no dask scheduler answers there"):
        run_study(study_in(tmp_path), scheduler="tcp://127.0.0.1:1", on_run=lambda _: None)


def test_scheduler_that_is_no_address_is_refused(tmp_path):
    """Before anything is asked of it."""
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    with pytest.raises(RunError, match=r"^nonsense: not a scheduler's address, expected one such as tcp://host:8786$"):
        run_study(study_in(tmp_path), scheduler="nonsense", on_run=lambda _: None)


def test_table_of_an_unfinished_study_says_what_is_missing(tmp_path):
    """Rows without figures."""
    table = study_table(study_in(tmp_path, variants=(TINY,)))
    assert [row["status"] for row in csv.DictReader(table.splitlines())] == ["missing", "missing"]


def test_reading_something_else_than_a_study_is_refused(tmp_path):
    """The message names the file and the command that makes one."""
    with pytest.raises(RunError, match="not a study's table"):
        read_study(tmp_path / "study.csv")
