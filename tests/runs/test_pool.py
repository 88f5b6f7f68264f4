"""Many runs of any article on local processes; a cluster stands in test_cluster.py. No run here takes TensorFlow."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from reproduce.errors import RunError
from reproduce.runs.directory import Directory
from reproduce.runs.pool import train_all
from tests.runs.toys import TEA, Tea

CONFIGS = [replace(TEA, variant=Tea(epochs=number)) for number in (5, 4, 8)]
NAMES = [config.name for config in CONFIGS]


def add(root, config, data):
    """Finish the run, or fail where the data says so."""
    directory = Directory(root, config)
    with directory.opened():
        if config.variant.epochs in data["failing"]:
            raise ValueError(f"no sum for {config.variant.epochs}")
        directory.write_json("metrics.json", {"sum": config.variant.epochs + data["start"]})


def die_at_4(root, config, data):
    """A worker that dies at once, as of lack of memory."""
    if config.variant.epochs == 4:
        os._exit(9)
    add(root, config, data)


def fail_at_once(root, config, data):
    """Before there is a folder."""
    raise OSError(f"no room for {config.variant.epochs + data['start']} in {root.name}")


def train(root, configs=CONFIGS, function=add, *, failing=(), workers=1):
    """How many runs were trained, and the names that were reported."""
    names = []
    data = {"start": 100, "failing": failing}
    trained = train_all(root, configs, function, data, workers=workers, on_run=names.append)
    return trained, names


def sums(root):
    """What the finished runs found, by name."""
    return {path.parent.name: json.loads(path.read_text())["sum"] for path in root.glob("*/metrics.json")}


def test_runs_are_trained_on_the_data_and_reported(tmp_path):
    """In their order, in a folder that was not there."""
    assert train(tmp_path / "new" / "study") == (3, NAMES)
    assert sums(tmp_path / "new" / "study") == dict(zip(NAMES, (105, 104, 108), strict=True))


def test_runs_are_trained_by_several_processes(tmp_path):
    """Each once; the function found by its name."""
    trained, names = train(tmp_path, workers=2)
    assert (trained, sorted(names)) == (3, sorted(NAMES))
    assert sums(tmp_path) == dict(zip(NAMES, (105, 104, 108), strict=True))


def test_finished_runs_are_reported_and_left_as_they_are(tmp_path):
    """Only what is missing is trained; a second time nothing is."""
    train(tmp_path, CONFIGS[1:2])
    kept = tmp_path / NAMES[1] / "metrics.json"
    before = kept.stat().st_mtime_ns
    assert train(tmp_path) == (2, [NAMES[1], NAMES[0], NAMES[2]])
    assert kept.stat().st_mtime_ns == before
    assert train(tmp_path) == (0, NAMES)


def test_failing_run_is_recorded_and_the_others_go_on(tmp_path):
    """It is reported and counted; its folder says why."""
    assert train(tmp_path, failing=(4,)) == (3, NAMES)
    assert sums(tmp_path) == {NAMES[0]: 105, NAMES[2]: 108}
    assert json.loads((tmp_path / NAMES[1] / "failure.json").read_text()) == {"error": "ValueError: no sum for 4"}


def test_run_that_failed_is_trained_again_and_no_longer_says_why_it_failed(tmp_path):
    """Only that one."""
    train(tmp_path, failing=(4,))
    trained, _ = train(tmp_path)
    assert trained == 1
    assert sums(tmp_path)[NAMES[1]] == 104
    assert list(tmp_path.glob("*/failure.json")) == []


def test_run_that_fails_before_it_makes_its_folder_is_recorded(tmp_path):
    """In the folder it would have made."""
    train(tmp_path / "new", function=fail_at_once)
    failure = json.loads((tmp_path / "new" / NAMES[0] / "failure.json").read_text())
    assert failure == {"error": "OSError: no room for 105 in new"}


def test_another_run_in_the_place_of_one_is_refused_before_any_is_trained(tmp_path):
    """It would be taken for the one that was asked for."""
    train(tmp_path, [replace(CONFIGS[2], gaps="keep")])
    with pytest.raises(RunError, match=r"holds a run with another way with missing days"):
        train(tmp_path)
    assert sums(tmp_path) == {NAMES[2]: 108}


def test_unfinished_run_on_other_data_is_refused_too(tmp_path):
    """Nothing is written into it."""
    with Directory(tmp_path, replace(CONFIGS[2], gaps="keep")).opened():
        pass
    with pytest.raises(RunError, match=r"holds a run with another way with missing days"):
        train(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAMES[2]]
    assert not (tmp_path / NAMES[2] / "failure.json").exists()


def test_worker_that_dies_ends_the_study_in_one_line(tmp_path):
    """And running it again goes on."""
    with pytest.raises(RunError, match=r"a worker was lost \(.*\); finished runs stand, run it again"):
        train(tmp_path, function=die_at_4, workers=2)
    train(tmp_path)
    assert sums(tmp_path) == dict(zip(NAMES, (105, 104, 108), strict=True))


def test_mistake_of_the_caller_is_not_taken_for_a_failing_run(tmp_path):
    """An error of ours that `on_run` raises comes out as it is."""

    def refuse(_):
        raise RunError("no more")

    with pytest.raises(RunError, match=r"^no more$"):
        train_all(tmp_path, CONFIGS, add, {"start": 1, "failing": ()}, on_run=refuse)


def test_pool_needs_no_tensorflow():
    """A worker starts with what its article imports, and no more."""
    code = "import sys, reproduce.runs.pool; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
