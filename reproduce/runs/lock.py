"""One process at a time in a run's directory."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reproduce.errors import RunError


@contextmanager
def locked(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Make a directory, and keep other processes out of it; nothing that lies in it changes.

    Args:
        wait: until another process has let go of it, rather than be refused.

    Raises:
        RunError: it cannot be made, or another process writes there.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / ".lock").open("w")
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}; choose another folder with --out") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"{path}: another process is writing this run; wait for it, or use --out") from None
        yield
