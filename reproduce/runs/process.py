"""TensorFlow in this process: how many threads it has, and on which devices it computes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

OF_KERAS = "TF_USE_LEGACY_KERAS"  # read when TensorFlow starts
ONE_THREAD_A_PRODUCT = "--xla_cpu_multi_thread_eigen=false"  # read when XLA starts


class Threads(NamedTuple):
    """TensorFlow's two pools."""

    inter_op: int  # operations that may run at once
    intra_op: int  # threads that may share one operation


def limit_threads(inter_op: int, intra_op: int = 1) -> None:
    """Start TensorFlow in this process with fixed thread pools; call it before any other use of TensorFlow.

    `inter_op` operations may run at once, and `intra_op` threads share one. XLA's pool is fixed here too: it follows
    the process, not a session's settings. Where it has several threads, each of XLA's products is kept on one of them:
    the compiled engines split a batch among threads, and a product shared among them would only wait for the others.
    A second call with the same numbers does nothing.

    Raises:
        RuntimeError: TensorFlow has started with other pools.
    """
    if intra_op > 1 and ONE_THREAD_A_PRODUCT not in os.environ.get("XLA_FLAGS", ""):
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {ONE_THREAD_A_PRODUCT}".strip()
    # Its start-up notes come before any setting of ours can reach it. It imports Keras only to find its folder, which
    # takes a third of the time to start and 130 MB: told to look for the old Keras, which is not installed, it leaves
    # that. Afterwards `tf.keras` is found as ever.
    with silent_stderr(), switched_on(OF_KERAS):
        import tensorflow as tf

        if threads() != (inter_op, intra_op):
            tf.config.threading.set_intra_op_parallelism_threads(intra_op)
            tf.config.threading.set_inter_op_parallelism_threads(inter_op)
        tf.config.list_logical_devices()  # starts it


def threads() -> Threads:
    """The pools that `limit_threads` has set; 0 where TensorFlow chooses."""
    from tensorflow import config

    pools = config.threading
    return Threads(pools.get_inter_op_parallelism_threads(), pools.get_intra_op_parallelism_threads())


def devices() -> list[str]:
    """The devices that TensorFlow computes on, such as `CPU:0`."""
    from tensorflow import config

    return [device.name.removeprefix("/device:") for device in config.list_logical_devices()]


@contextmanager
def switched_on(variable: str) -> Iterator[None]:
    """Let a variable of the environment be 1 for a while, or what it is where it has a value."""
    given = os.environ.get(variable)
    os.environ[variable] = given or "1"
    try:
        yield
    finally:
        if given is None:
            del os.environ[variable]
        else:
            os.environ[variable] = given


@contextmanager
def silent_stderr() -> Iterator[None]:
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
