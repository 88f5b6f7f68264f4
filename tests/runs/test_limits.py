"""Calls in processes of their own: each brings its result, and none keeps another from it, whatever it does."""

import fcntl
import os
import resource
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from reproduce.cli.marking import IMPORTS
from reproduce.runs import limits
from reproduce.runs.limits import GRACE, Limits, Lost

SOON = Limits(seconds=1, data_bytes=2**30)
LATE = Limits(seconds=60, data_bytes=2**30)
# What is started first in this process decides what all have: the same as other tests here want.
call_each = partial(limits.call_each, imports=IMPORTS)


def outcomes(work, arguments, given, at_once=2):
    """By the number of the argument."""
    return dict(call_each(work, arguments, given, at_once=at_once))


def square(number):
    return number**2


def misbehave(how):
    """Whatever is asked for; a plain word comes back."""
    if how == "loop":
        while True:
            pass
    if how == "exit":
        os._exit(3)
    if how == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how in ("close", "close and stay"):
        os.closerange(3, 200)
    if how == "close and stay":
        signal.pause()
    if how == "raise":
        raise RuntimeError("not caught by the work itself")
    return how


def hold_for_ever(path, begun):
    """Take a lock, start a process that has it too, say so, and do not end."""
    with Path(path).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[file.fileno()])
        if begun:
            return path
        while True:
            signal.pause()


def hold_a_lock(argument):
    return hold_for_ever(*argument)


def wait_until_free(path):
    """Wait until no process has the lock; a process left over would keep it until this test's own time limit."""
    with Path(path).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def streams_lead_nowhere(_):
    return [os.path.samestat(os.fstat(stream), Path(os.devnull).stat()) for stream in (0, 1, 2)]


def allocate(size):
    try:
        return len(bytes(size))
    except MemoryError:
        return None


def seconds_left(_):
    return signal.alarm(0)


def test_each_result_comes_with_its_argument_s_number():
    """More arguments than processes at once."""
    assert outcomes(square, [7, 5, 3], LATE) == {0: 49, 1: 25, 2: 9}
    assert outcomes(square, [], LATE) == {}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 always looks into the current folder")
@pytest.mark.parametrize("name", ["random.py", "numpy.py", "threading.py"])
def test_file_of_the_current_folder_stands_for_no_module(name, tmp_path):
    """A class's ports may be called so; the calls know nothing of it."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / name).write_text("raise SystemExit('mine')\n")
    script = tmp_path / "script.py"
    script.write_text(
        "from reproduce.runs.limits import Limits, call_each\n"
        "if __name__ == '__main__':\n"
        "    print(sorted(call_each(abs, [-3, -4], Limits(60, 1 << 34), at_once=2, imports=['numpy'])))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(limits.__file__).parents[2])}
    answer = subprocess.run(
        [sys.executable, script], cwd=tmp_path / "here", env=environment, capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "[(0, 3), (1, 4)]\n", "")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("exit", "its process ended (exit status 3)"),
        ("signal", "its process ended (SIGSEGV)"),
        ("raise", "its process ended (exit status 1)"),
        ("close", "its process ended (exit status 1)"),
        ("close and stay", "closed what it answers through"),
    ],
)
def test_process_that_dies_is_one_lost_result(how, reason, monkeypatch):
    """How it died is said, and the call beside it brings its own."""
    if how == "close and stay":  # however long it is given
        monkeypatch.setattr(limits, "LAST_WORDS", 0.1)
    assert outcomes(misbehave, [how, "fine"], LATE) == {0: Lost(False, reason), 1: "fine"}


def test_loop_for_ever_is_ended_at_its_time():
    """And what waits behind it is called then."""
    found = outcomes(misbehave, ["loop", "fine"], SOON, at_once=1)
    assert found == {0: Lost(True, "took more than 1 s"), 1: "fine"}


def test_what_a_call_has_started_ends_with_it(tmp_path):
    """A process that it left behind holds a lock no longer."""
    path = str(tmp_path / "lock")
    assert outcomes(hold_a_lock, [(path, True)], LATE) == {0: path}
    wait_until_free(path)


def test_leaving_early_ends_what_is_at_work(tmp_path):
    """As Ctrl-C does."""
    held, lock = str(tmp_path / "held"), str(tmp_path / "lock")
    calls = call_each(hold_a_lock, [(held, False), (lock, True)], LATE, at_once=2)
    assert next(calls) == (1, lock)
    calls.close()
    wait_until_free(held)


def test_process_would_end_by_itself_if_nobody_were_left_to_end_it():
    """A few seconds after its time."""
    (left,) = outcomes(seconds_left, [None], Limits(20, 2**30)).values()
    assert 0 < left <= 20 + GRACE


def test_output_reaches_nobody():
    """Not even what C code writes: input and output of the process are the null device."""
    assert outcomes(streams_lead_nowhere, [None], LATE) == {0: [True, True, True]}


@pytest.mark.skipif(sys.platform != "linux", reason="no other system keeps to this limit")
def test_memory_has_its_limit():
    """A call learns of it as Python says it; this process is not bound by it."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    assert outcomes(allocate, [2**20, 2**31], LATE) == {0: 2**20, 1: None}
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_function_with_bound_arguments_is_called():
    """As commands bind what all calls share."""
    assert outcomes(partial(pow, 2), [3, 4], LATE) == {0: 8, 1: 16}
