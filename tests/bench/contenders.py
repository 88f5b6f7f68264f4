"""Contenders that pretend, cheat, fail, die or announce themselves; their processes import them from here."""

import os
import signal
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from reproduce.bench import machine
from reproduce.bench.contender import THREADS, Contender
from reproduce.bench.machine import Speed
from reproduce.bench.results import Result
from reproduce.runs.directory import Directory


def steady(name, threads=1, *, loss=0.5, **needs):
    """A contender of that name that does as if it trained, and has that loss in every epoch."""
    return Contender(name, threads, partial(train_steady, loss), **needs)


def timed(name, microseconds, threads=1, *, peak_bytes=1, loss=0.5, failure=None, **needs):
    """A result as if measured, of a contender that could have failed afterwards."""
    contender = steady(name, threads, **needs)
    return Result(contender, failure=failure, outcomes=[loss], microseconds=microseconds, peak_bytes=peak_bytes)


def writer(name, *texts):
    """A contender of that name that writes these texts, one a turn, and fails when there are no more."""
    return Contender(name, 1, partial(write_texts, texts))


@contextmanager
def known_meter(works, threads=THREADS):
    """In place of `speed_meter`, whose processes take seconds to start: 1 Gflop/s and 1 GB/s, measured by nobody."""
    sizes = [stream.through for work in works for stream in work.streams]
    speeds = [Speed(count, 1e9, dict.fromkeys(sizes, 1e9)) for count in threads]
    yield SimpleNamespace(measure=lambda: None, best=lambda: speeds)


def build_few_speeds(threads, sizes):
    """In place of `build_speeds`: each measured once, in a matrix product that takes a hundredth of the time."""
    machine.PRODUCT_SIZE, machine.PRODUCTS, machine.STREAMED, machine.STREAMS = 512, 1, 1, 1
    return machine.build_speeds(threads, sizes)


def write_texts(texts, _problem):
    """In order, each once."""
    left = list(texts)

    def write(times):
        if len(left) < times:
            raise RuntimeError("out of words")
        return [left.pop(0) for _ in range(times)]

    return write


def train_steady(loss, _problem):
    """Five thousandths of a second, however many epochs."""

    def train(epochs):
        time.sleep(0.005)  # or thousands of epochs would fill a chunk
        return [loss] * epochs

    return train


def finish_at_once(root, config, _data):
    """A run of a study that is finished as it begins."""
    directory = Directory(root, config)
    with directory.opened():
        directory.write_json("metrics.json", {})


def train_raising(*_):
    """Fails as it is built, in two lines."""
    raise RuntimeError("out of luck\nand of words")


def train_dying(_problem):
    """Trains its first epoch, and dies in the second."""
    losses = [0.5]

    def train(_epochs):
        if not losses:
            os.kill(os.getpid(), signal.SIGKILL)
        return [losses.pop()]

    return train


def train_for_ever(pipe, _problem):
    """Says through a named pipe that it has begun, and never ends."""
    Path(pipe).write_text("begun", encoding="utf-8")
    signal.pause()
