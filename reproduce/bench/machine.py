"""How fast this machine is at the two things a training step is made of, and how much memory a process has used.

Libraries differ: the product of one may take twice as long as that of another, where it was built for older
processors. So the best of NumPy, TensorFlow and XLA counts.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PRODUCT_SIZE = 2048  # rows and columns; large enough that memory does not hold the product back
PRODUCTS = 5  # of each library
STREAMED = 64_000_000  # bytes, or one pass through the array if that is more, in one timing of a stream
STREAMS = 9  # timings of each


@dataclass(frozen=True)
class Speed:
    """Of some threads together."""

    threads: int
    operations: float  # floating-point, float32, a second, in a large matrix product
    bytes: dict[int, float]  # a second, by the bytes of the array that is passed through again and again


def build_speeds(threads: int, sizes: Sequence[int]) -> Callable[[int], list[Speed]]:
    """A `Work` of `reproduce.bench.process`: each time, measure all; starts TensorFlow with as many threads."""
    from threadpoolctl import threadpool_limits

    from reproduce.runs.process import limit_threads

    limit_threads(1, threads)
    threadpool_limits(limits=threads)
    made = products()

    def measure() -> Speed:
        operations = 2 * PRODUCT_SIZE**3 / min(_best_seconds(product, PRODUCTS) for product in made)
        return Speed(threads, operations, {size: _bytes_a_second(size, threads) for size in sizes})

    return lambda times: [measure() for _ in range(times)]


def products() -> list[Callable[[], object]]:
    """The same product by NumPy, TensorFlow and XLA; each call waits for its result."""
    import tensorflow as tf

    matrix = np.random.default_rng(0).standard_normal((PRODUCT_SIZE, PRODUCT_SIZE), dtype=np.float32)
    tensor = tf.constant(matrix)
    compiled = tf.function(tf.matmul, jit_compile=True)
    return [
        lambda: np.matmul(matrix, matrix),
        lambda: tf.matmul(tensor, tensor).numpy(),
        lambda: compiled(tensor, tensor).numpy(),
    ]


def _bytes_a_second(size: int, threads: int) -> float:
    """The faster of reading an array (its product with a vector) and copying one half of it to the other.

    Each thread passes through a part of its own, as it would keep it in its own cache.
    """
    columns = 256
    rows = max(1, size // (4 * columns * threads))
    parts = [np.ones((rows, columns), np.float32) for _ in range(threads)]
    vector, results = np.ones(columns, np.float32), [np.empty(rows, np.float32) for _ in parts]
    halves = [(part[: rows // 2], part[rows // 2 : rows // 2 * 2]) for part in parts]
    passes = max(1, STREAMED // (rows * columns * 4 * threads))

    def read(k: int) -> None:
        for _ in range(passes):
            np.dot(parts[k], vector, out=results[k])

    def copy(k: int) -> None:
        source, target = halves[k]
        for _ in range(passes):
            np.copyto(target, source)

    moved = passes * sum(part.nbytes for part in parts)
    with ThreadPoolExecutor(threads) as pool:
        return max(
            moved / _best_seconds(lambda way=way: list(pool.map(way, range(threads))), STREAMS) for way in (read, copy)
        )


def _best_seconds(work: Callable[[], object], times: int) -> float:
    return min(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
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
