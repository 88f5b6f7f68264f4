"""Runs that are killed while they write, in real processes: the same call then ends in the same bits. A toy trains.

Runs of the articles, killed while they train, are in tests/articles/test_killed.py.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import replace
from pathlib import Path

import pytest

from reproduce.runs.directory import Directory
from tests.equal_runs import assert_same_bits
from tests.runs.toys import TEA, Tea, brew

ROOT = Path(__file__).resolve().parents[2]
LONG = replace(TEA, variant=Tea(epochs=5))  # checkpoints follow epochs 2, 4 and 5
RESULTS = ("losses.csv", "leaves.txt", "metrics.json")


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


CASES = {  # how a run is killed, at which file and its how manieth writing, and the epoch from which it then goes on
    "while-config-is-written": (die_while_writing, "config.json", 1, 0),
    "while-the-input-is-kept": (die_while_writing, "leaves.txt", 1, 0),
    "while-the-first-checkpoint-is-written": (die_while_writing, "checkpoint.npz", 1, 0),
    "while-the-second-checkpoint-is-written": (die_while_writing, "checkpoint.npz", 2, 2),
    "between-checkpoint-and-results": (die_after_writing, "checkpoint.npz", 3, 5),
    "while-the-seconds-are-written": (die_while_writing, "environment.json", 2, 5),
    "while-losses-are-written": (die_while_writing, "losses.csv", 1, 5),
    "between-losses-and-metrics": (die_after_writing, "losses.csv", 1, 5),
    "while-metrics-are-written": (die_while_writing, "metrics.json", 1, 5),
}


def kill_each(root):
    """In a Python of its own: train every case's run in a process that it forks, and print how each ended."""
    ended = {}
    for case, (die, name, count, _) in CASES.items():
        if child := os.fork():
            ended[case] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            continue
        try:
            die(Path(root, case), name, count)
            brew(Path(root, case), LONG)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    print(json.dumps(ended))


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder of every case's run, and how the process ended that trained it."""
    root = tmp_path_factory.mktemp("killed")
    program = f"import sys; from {__name__} import kill_each; kill_each(sys.argv[1])"
    child = [sys.executable, "-c", program, str(root)]
    return root, json.loads(subprocess.run(child, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout)


@pytest.mark.parametrize("case", CASES)
def test_run_killed_while_writing_continues_to_the_same_bits(case, killed, tmp_path):
    """It goes on from the last whole checkpoint; the half-written file is ignored and gone in the end."""
    root, status = killed[0] / case, killed[1][case]
    assert (status, Directory(root, LONG).is_finished) == (-signal.SIGKILL, False)
    epochs = []
    resumed = brew(root, LONG, on_progress=lambda progress: epochs.append(progress.epoch))
    assert epochs[0] == CASES[case][-1]
    assert_same_bits(resumed, brew(tmp_path, LONG), RESULTS)
    expected = {".lock", "config.json", "environment.json", "checkpoint.npz", *RESULTS}
    assert {path.name for path in resumed.path.iterdir()} == expected
