"""What a training step costs at least on this machine: the longer of its arithmetic and of its bytes' travel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from reproduce.bench.contender import THREADS
from reproduce.bench.machine import Speed, build_speeds
from reproduce.bench.process import ContenderError, ContenderProcess
from reproduce.bench.results import Row
from reproduce.bench.work import Work
from reproduce.errors import RunError


@dataclass(frozen=True)
class Floor:
    """Of one step on some threads, in microseconds."""

    threads: int
    arithmetic: float  # all operations at the speed of the fastest large matrix product
    bytes: float  # all streams at the speed of the fastest pass through an array of their size

    @property
    def microseconds(self) -> float:
        """The longer of the two; the other can at best be hidden behind it."""
        return max(self.arithmetic, self.bytes)

    @property
    def binds(self) -> str:
        """Which of the two is the longer."""
        return "arithmetic" if self.arithmetic >= self.bytes else "bytes"


def floor_of(work: Work, speed: Speed) -> Floor:
    """The floor of that work at that speed."""
    seconds = sum(stream.moved / speed.bytes[stream.through] for stream in work.streams)
    return Floor(speed.threads, 1e6 * work.operations / speed.operations, 1e6 * seconds)


def floor_rows(work: Work, speeds: Sequence[Speed]) -> list[Row]:
    """For programs: two rows for each number of threads; the longer binds."""
    rows: list[Row] = []
    for speed in speeds:
        floor = floor_of(work, speed)
        arithmetic = {"operations": work.operations, "operations_per_second": speed.operations}
        moved = sum(stream.moved for stream in work.streams)
        told = f"{work.operations / 1e6:.1f} Mflop at {speed.operations / 1e9:.0f} Gflop/s", f"{moved / 1e6:.1f} MB"
        for part, values, text in zip(("arithmetic", "bytes"), (arithmetic, {"bytes": moved}), told, strict=True):
            binds = part == floor.binds
            row = {"contender": f"floor: {part}", "threads": speed.threads, "ms": getattr(floor, part) / 1000}
            rows.append(row | {"binds": binds, "told": f"binds; {text}" if binds else text} | values)
    return rows


class SpeedMeter:
    """Measures this machine, each number of threads in a process of its own, as often as it is asked; the best counts.

    Only processes that were started with it: TensorFlow's pools are fixed when it starts.
    """

    def __init__(self, processes: Mapping[int, ContenderProcess]) -> None:
        self._processes = processes
        self._measured: dict[int, list[Speed]] = {threads: [] for threads in processes}

    def measure(self) -> None:
        """Measure once more, one number of threads after the other.

        Raises:
            RunError: a process failed or died.
        """
        with _told():
            for threads, process in self._processes.items():
                process.ask_to_go_on(1)
                self._measured[threads] += process.answer().outcomes

    def best(self) -> list[Speed]:
        """By threads: the best of each thing measured."""
        return [best_of(speeds) for speeds in self._measured.values()]


@contextmanager
def speed_meter(works: Iterable[Work], threads: Sequence[int] = THREADS) -> Iterator[SpeedMeter]:
    """A meter for the floors of these works, which has measured once; its processes end with the block."""
    sizes = tuple(sorted({stream.through for work in works for stream in work.streams}))
    processes = {count: ContenderProcess() for count in threads}
    try:
        with _told():
            for count, process in processes.items():
                process.ask_to_build(partial(build_speeds, count), sizes)
                process.answer()  # its first pass, in which libraries start and compile, does not count
        meter = SpeedMeter(processes)
        meter.measure()
        yield meter
    finally:
        for process in processes.values():
            process.stop()


@contextmanager
def _told() -> Iterator[None]:
    """Turn a ContenderError into one that a user can meet."""
    try:
        yield
    except ContenderError as error:
        raise RunError(f"the speed of this machine was not measured: {error}; run the bench again") from None


def best_of(speeds: Sequence[Speed]) -> Speed:
    """The best of each thing measured, all on the same threads."""
    sizes = speeds[0].bytes
    return Speed(
        speeds[0].threads,
        max(speed.operations for speed in speeds),
        {size: max(speed.bytes[size] for speed in speeds) for size in sizes},
    )
