"""Calls of code that is not ours, each in a process of its own under limits: none of them can stop the others."""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import resource
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import connection, forkserver, get_context
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from reproduce.runs.process import switched_on

GRACE = 5  # s after its time, at which a process ends by itself where nobody is left to end it
LONGEST = 86_400  # s that a call may be given: a day; the system waits for some weeks at most
SAFE_PATH = "PYTHONSAFEPATH"  # read when Python starts, from 3.11 on
LAST_WORDS = 1  # s that a process has to end, once it has closed what it answers through


@dataclass(frozen=True)
class Limits:
    """What each process may take."""

    seconds: float  # by the clock
    data_bytes: int  # of memory; Linux alone keeps to it


class Lost(NamedTuple):
    """A call that brought no result."""

    is_slow: bool  # it was ended at its time; else its process died
    reason: str


@dataclass(frozen=True)
class _Call:
    """One at work."""

    number: int
    process: BaseProcess
    pipe: connection.Connection
    end: float  # by time.monotonic

    def is_over(self, signalled: Sequence[Any]) -> bool:
        return self.pipe in signalled or self.process.sentinel in signalled or time.monotonic() >= self.end

    def outcome(self, limits: Limits) -> Any:
        """Its result, or `Lost`."""
        try:
            if self.pipe.poll():
                return self.pipe.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            pass  # it died, or closed what it should have answered through
        else:
            if self.process.exitcode is None:
                return Lost(True, f"took more than {limits.seconds:g} s")
        self.process.join(LAST_WORDS)
        code = self.process.exitcode
        if code is None:
            return Lost(False, "closed what it answers through")
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return Lost(False, f"its process ended ({how})")

    def stop(self) -> None:
        """End the process and all that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # its own group: see _serve
        self.process.kill()
        self.process.join()
        self.pipe.close()


def call_each(
    work: Callable[[Any], Any], arguments: Sequence[Any], limits: Limits, *, at_once: int, imports: Sequence[str]
) -> Iterator[tuple[int, Any]]:
    """Call `work` with each argument in a process of its own, `at_once` of them at the same time.

    Yields as each ends: the number of its argument, and its result or `Lost`. What a call prints is dropped. Whatever
    ends this early, Ctrl-C too, ends the processes.

    Args:
        work: importable by name.
        imports: modules that every process has from the start, on Linux: it is copied from one that has them. Elsewhere
            a process with numerical libraries may not be copied, and each imports its own.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(list(imports) if sys.platform == "linux" else [])
    # From Python 3.11 on, the process that the others are copied from imports nothing of the current folder, where a
    # random.py may be.
    with switched_on(SAFE_PATH):
        forkserver.ensure_running()
    waiting, running = deque(enumerate(arguments)), []
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                running.append(start_call(context, work, *waiting.popleft(), limits))
            soonest = min(call.end for call in running) - time.monotonic()
            signals = [signal for call in running for signal in (call.pipe, call.process.sentinel)]
            signalled = connection.wait(signals, max(0, soonest))
            for call in [one for one in running if one.is_over(signalled)]:
                outcome = call.outcome(limits)
                running.remove(call)
                call.stop()
                yield call.number, outcome
    finally:
        for call in running:
            call.stop()


def start_call(context: Any, work: Callable[[Any], Any], number: int, argument: Any, limits: Limits) -> _Call:
    """Begin one call in a process of its own; its time runs from here."""
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(work, argument, theirs, limits))
    process.start()
    theirs.close()
    return _Call(number, process, ours, time.monotonic() + limits.seconds)


def _serve(work: Callable[[Any], Any], argument: Any, pipe: connection.Connection, limits: Limits) -> None:
    """The process's own end."""
    os.environ.pop(SAFE_PATH, None)  # what the call starts is its own affair
    os.setsid()  # a group that can be ended with all its members; and Ctrl-C reaches the command alone
    signal.alarm(math.ceil(limits.seconds) + GRACE)
    with contextlib.suppress(ValueError):  # the machine's own limit is lower
        resource.setrlimit(resource.RLIMIT_DATA, (limits.data_bytes, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    pipe.send(work(argument))
    signal.pause()  # until it is ended from outside: a group whose first process is gone may be another's
