"""This process's TensorFlow: how many threads it may have."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def limit_threads(threads: int, *, within: int = 1) -> None:
    """Start TensorFlow in this process with fixed thread pools; call it before any other use of TensorFlow.

    `threads` operations may run at once, and `within` threads share one. XLA's pool is fixed here too: it follows
    the process, not a session's settings. A second call with the same numbers does nothing.

    Raises:
        RuntimeError: TensorFlow has started with other pools.
    """
    with _silent_stderr():  # its start-up notes come before any setting of ours can reach it
        import tensorflow as tf

        threading = tf.config.threading
        pools = threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads()
        if pools != (within, threads):
            threading.set_intra_op_parallelism_threads(within)
            threading.set_inter_op_parallelism_threads(threads)
        tf.config.list_logical_devices()  # starts it


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Point the process's stderr, that of C++ code too, at nothing for a while."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
