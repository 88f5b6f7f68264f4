"""What a training step costs at least on this machine: the step's arithmetic over the speed of matrix products."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from reproduce.articles.bitcoin_lstm.variant import Variant

PRODUCT_SIZE = 2048  # rows and columns; large enough that memory does not hold the product back
ADAM_OPERATIONS = 12  # for each number trained: 3 for m, 4 for v, 5 for the step √v + ε, rate·m, their quotient, w


def step_operations(variant: Variant) -> int:
    """Count the floating-point operations that one training step cannot do without.

    A product of (a, b) and (b, c) is 2abc operations. With B windows of T days, H hidden units, and a one beside each
    price for the biases, as in `reproduce.networks.lstm.bptt`:

        recurrent products          (T-1)·2·B·H·4H, three times: forward, back to the day before, and W_h's gradient
        input products              2·TB·2·4H, twice: forward and W_in's gradient; the price itself needs none
        output layer                2·B·H, three times: the prediction, W_y's gradient, and back to h
        Adam                        12 for each of the 4H·(H+2) + H + 1 numbers trained

    The first day has nothing to read, so it takes no recurrent product. Sigmoids, tanhs and the products within a day
    that are element by element are left out: a few in a thousand.
    """
    B, T, H = variant.batch, variant.window, variant.hidden
    recurrent = 3 * (T - 1) * 2 * B * H * 4 * H
    inputs = 2 * 2 * T * B * 2 * 4 * H
    output = 3 * 2 * B * H
    adam = ADAM_OPERATIONS * (4 * H * (H + 2) + H + 1)
    return recurrent + inputs + output + adam


def floor_microseconds(variant: Variant, peak: float) -> float:
    """The time of one step if all of it ran at `peak` operations a second."""
    return step_operations(variant) / peak * 1e6


def measure_peak(products: int = 5) -> float:
    """The best of some large float32 matrix products on one thread, in operations a second."""
    matrix = np.random.default_rng(0).standard_normal((PRODUCT_SIZE, PRODUCT_SIZE), dtype=np.float32)
    with threadpool_limits(limits=1):
        return 2 * PRODUCT_SIZE**3 / min(_seconds_of_product(matrix) for _ in range(products))


def _seconds_of_product(matrix: np.ndarray) -> float:
    begin = time.perf_counter()
    np.matmul(matrix, matrix)
    return time.perf_counter() - begin


def peak_memory_bytes() -> int:
    """The most memory this process has had resident at once.

    On Linux not `ru_maxrss`, which a process inherits from the one that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024  # written in kB
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024  # bytes there, kB on other systems
