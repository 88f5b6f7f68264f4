"""Contenders' processes: whichever way the bench ends, none is left."""

import os
import select
import signal
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from reproduce.bench.process import ContenderError, ContenderProcess
from reproduce.bench.rounds import started
from tests.bench.contenders import steady

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
LIMIT = 100  # seconds to wait for what should come at once


def is_alive(pid):
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_interrupted_bench_leaves_no_process():
    """Ctrl-C while they start."""
    pids = []

    def interrupt(contenders):
        with started(contenders) as processes:
            pids.extend(process.pid for process in processes.values())
            assert [is_alive(pid) for pid in pids] == [True, True]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt([steady("session engine"), steady("Keras fit")])
    assert [is_alive(pid) for pid in pids] == [False, False]


def test_interrupted_bench_command_says_so_in_one_line(tmp_path):
    """Ctrl-C while a contender trains: exit code 130 and no traceback."""
    pipe = tmp_path / "begun"
    os.mkfifo(pipe)
    program = (
        "import signal, sys\n"
        "from functools import partial\n"
        "from types import SimpleNamespace\n"
        "from reproduce.bench import frameworks, steps\n"
        "from reproduce.bench.tasks import Task\n"
        "from reproduce.bench.work import Work\n"
        "from reproduce.cli import main\n"
        "from tests.bench.contenders import Contender, known_meter, train_for_ever\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs inherit a deaf ear
        f"endless = Contender('endless', 1, partial(train_for_ever, {str(pipe)!r}))\n"
        "frameworks.contenders_of, steps.speed_meter = lambda _: [endless], known_meter\n"
        "Task.problem = lambda _: SimpleNamespace(steps=1)\n"  # the real one's weights are drawn by TensorFlow
        "steps.work_of = lambda _: Work(1, ())\n"
        "sys.argv = ['reproduce', 'bench', 'bitcoin-lstm']\n"
        "main()"
    )
    command = [sys.executable, "-c", program]
    begun = os.open(pipe, os.O_RDWR)
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as bench:
        try:
            assert select.select([begun], [], [], LIMIT)[0], "no contender has begun"
            bench.send_signal(signal.SIGINT)
            _, stderr = bench.communicate(timeout=LIMIT)
        finally:
            bench.kill()  # a bench that goes on would take the processor from every test after it
            os.close(begun)
    assert bench.returncode == 130
    assert stderr.strip().splitlines()[-1].startswith("reproduce: interrupted in bitcoin-lstm")
    assert "Traceback" not in stderr


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux lets us wait for a process that is not our child")
def test_killed_bench_leaves_no_process():
    """A contender's process sees its pipe close."""
    program = (
        "from reproduce.bench.process import ContenderProcess\n"
        "import signal\n"
        "kept = ContenderProcess()\n"
        "print(kept.pid, flush=True)\n"
        "signal.pause()"
    )
    command = [sys.executable, "-c", program]
    bench = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    contender = os.pidfd_open(int(bench.stdout.readline()))
    assert not select.select([contender], [], [], 0)[0], "the contender ended before the bench"
    bench.kill()
    bench.communicate()
    assert select.select([contender], [], [], LIMIT)[0], "the contender goes on without the bench"
    os.close(contender)


def test_dead_process_is_reported_to_whoever_asks_next():
    """Asking is refused too, not only the answer; no frame keeps a BytesIO's buffer, at which Python 3.12.1 crashes."""
    process = ContenderProcess()
    process.stop()
    with pytest.raises(ContenderError, match=r"its process died \(SIGKILL\)") as refused:
        process.ask_to_go_on(1)
    frames = [frame for frame, _ in traceback.walk_tb(refused.value.__context__.__traceback__)]
    views = [value for frame in frames for value in frame.f_locals.values() if isinstance(value, memoryview)]
    assert {type(view.obj) for view in views} <= {bytes}
