"""Runs that are killed while they write, in real processes: the same call then ends in the same bits. A toy trains.

Runs of the articles, killed while they train, are in tests/articles/test_killed.py.
"""

import itertools
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from reproduce.runs import training
from reproduce.runs.directory import Directory
from tests.equal_runs import assert_same_bits
from tests.runs.toys import LEAVES, TEA, Tea, TeaTraining

ROOT = Path(__file__).resolve().parents[2]
LONG = replace(TEA, variant=Tea(epochs=5))  # checkpoints follow epochs 2, 4 and 5
RESULTS = ("losses.csv", "leaves.txt", "metrics.json")


def train(root, **options):
    """The run, without a look at TensorFlow's threads and devices, which takes seconds."""
    with mock.patch.object(training, "describe_environment", return_value={}):
        return training.run(root, LONG, lambda directory: TeaTraining(directory, LEAVES), **options)


def kill_self():
    """As `kill -9` would: nothing is cleaned up, nothing flushed."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_writing(root, name, count):
    """Be killed with half of the file's bytes on the disk, the `count`-th time it is written."""
    times = itertools.count(1)

    def fsync(descriptor):
        written = next(p for p in root.rglob("*") if os.path.samestat(p.stat(), os.fstat(descriptor)))
        if name in written.name and next(times) == count:
            os.ftruncate(descriptor, written.stat().st_size // 2)
            kill_self()

    os.fsync = fsync


def die_after_writing(_, name, count):
    """Be killed as soon as the file stands in its place, the `count`-th time."""
    times, move = itertools.count(1), Path.replace

    def move_and_die(self, target):
        move(self, target)
        if target.name == name and next(times) == count:
            kill_self()

    Path.replace = move_and_die


def train_and_die(root, die, name, count):
    """In a child process; arguments as the command line gives them."""
    globals()[die](Path(root), name, int(count))
    train(Path(root))


@pytest.mark.parametrize(
    ("die", "name", "count", "resumed_at"),
    [
        pytest.param(die_while_writing, "config.json", 1, 0, id="while-config-is-written"),
        pytest.param(die_while_writing, "leaves.txt", 1, 0, id="while-the-input-is-kept"),
        pytest.param(die_while_writing, "checkpoint.npz", 1, 0, id="while-the-first-checkpoint-is-written"),
        pytest.param(die_while_writing, "checkpoint.npz", 2, 2, id="while-the-second-checkpoint-is-written"),
        pytest.param(die_after_writing, "checkpoint.npz", 3, 5, id="between-checkpoint-and-results"),
        pytest.param(die_while_writing, "environment.json", 2, 5, id="while-the-seconds-are-written"),
        pytest.param(die_while_writing, "losses.csv", 1, 5, id="while-losses-are-written"),
        pytest.param(die_after_writing, "losses.csv", 1, 5, id="between-losses-and-metrics"),
        pytest.param(die_while_writing, "metrics.json", 1, 5, id="while-metrics-are-written"),
    ],
)
def test_run_killed_while_writing_continues_to_the_same_bits(die, name, count, resumed_at, tmp_path):
    """It goes on from the last whole checkpoint; the half-written file is ignored and gone in the end."""
    root = tmp_path / "killed"
    program = f"import sys; from {__name__} import train_and_die as f; f(*sys.argv[1:])"
    child = [sys.executable, "-c", program, str(root), die.__name__, name, str(count)]
    killed = subprocess.run(child, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not Directory(root, LONG).is_finished

    epochs = []
    resumed = train(root, on_progress=lambda progress: epochs.append(progress.epoch))
    assert epochs[0] == resumed_at
    assert_same_bits(resumed, train(tmp_path / "undisturbed"), RESULTS)
    expected = {".lock", "config.json", "environment.json", "checkpoint.npz", *RESULTS}
    assert {path.name for path in resumed.path.iterdir()} == expected
