"""A contender in a process of its own, and the pipe it is talked to over: both ends.

It ends when the bench's end of the pipe closes. So whichever way the bench ends, killed included, no process is left.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from reproduce.bench.machine import peak_memory_bytes

Work = Callable[[int], list[Any]]  # do it that many times more; what came of each
Train = Callable[[int], list[float]]  # work whose times are epochs, and what comes of one its mean loss
Build = Callable[[Any], Work]  # from a problem; importable by name, because another process calls it


class Chunk(NamedTuple):
    """What a contender answers when it has worked for a while."""

    outcomes: list[Any]  # of each time
    seconds: float  # for all of them
    peak_bytes: int  # of the process so far


class ContenderError(Exception):
    """A contender could not be built or did not work, or its process died; one line."""


class ContenderProcess:
    """The bench's end: ask, go on, and collect the answer when it is needed."""

    def __init__(self) -> None:
        self._pipe, theirs = Pipe()
        # What the bench can import, it can import too. In a session of its own, Ctrl-C reaches the bench alone.
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import serve; serve({theirs.fileno()})"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TF_CPP_MIN_LOG_LEVEL": "3"},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self.pid = self._process.pid

    def ask_to_build(self, build: Build, problem: Any) -> None:
        """Have it build a network, in place of any before, and work once: train its first epoch."""
        self._send((build, problem))

    def ask_to_go_on(self, times: int) -> None:
        """Have it work so many times more: train as many epochs."""
        self._send(times)

    def answer(self) -> Chunk:
        """Wait for what was asked.

        Raises:
            ContenderError: it failed, or its process died.
        """
        try:
            answer = _receive(self._pipe)
        except (EOFError, OSError):
            raise ContenderError(f"its process died ({self._how_it_ended()})") from None
        if isinstance(answer, str):
            raise ContenderError(answer)
        return answer

    @property
    def has_died(self) -> bool:
        """Whether it has ended by itself."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._pipe.close()
        self._process.kill()
        self._process.wait()

    def _send(self, request: Any) -> None:
        try:
            _send(self._pipe, request)
        except OSError:
            raise ContenderError(f"its process died ({self._how_it_ended()})") from None

    def _how_it_ended(self) -> str:
        status = self._process.wait()
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def serve(descriptor: int) -> None:
    """The contender's end: build and work as asked until the bench closes the pipe."""
    pipe = Connection(descriptor)
    work = None
    while True:
        try:
            request = _receive(pipe)
            begin = time.perf_counter()
            if isinstance(request, int):
                outcomes = work(request)
            else:
                build, problem = request
                work = build(problem)
                outcomes = work(1)
            _send(pipe, Chunk(outcomes, time.perf_counter() - begin, peak_memory_bytes()))
        except EOFError:
            return
        except Exception as error:  # whatever a library may raise is one contender's failure, and goes into its row
            _send(pipe, f"{type(error).__name__}: {str(error).partition(os.linesep)[0]}")


def _send(pipe: Connection, value: Any) -> None:
    """`pipe.send`, without the BytesIO buffer that one leaves in the traceback where the other end is closed.

    Where the garbage collector takes such a buffer apart, Python 3.12.1 crashes (CPython issue 111049) and 3.13.0
    prints a BufferError (issue 111331).
    """
    pipe.send_bytes(pickle.dumps(value))


def _receive(pipe: Connection) -> Any:
    return pickle.loads(pipe.recv_bytes())
