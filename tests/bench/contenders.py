"""Contenders that pretend, cheat, fail or die, for the bench's tests; their processes import them from here."""

import os
import signal
import time
from dataclasses import replace
from functools import partial

from reproduce.bench.contenders import Contender, train_engine
from reproduce.bench.rounds import Result


def steady(name, *, loss=0.5, wiring="described", **needs):
    """A contender of that name that does as if it trained, and has that loss in every epoch."""
    return Contender(name, wiring, 1, partial(train_steady, loss), **needs)


def timed(name, microseconds, *, wiring="described", peak_bytes=1, **needs):
    """A result as if measured."""
    contender = steady(name, wiring=wiring, **needs)
    return Result(contender, first_loss=0.5, microseconds=microseconds, peak_bytes=peak_bytes)


def writer(name, *turns):
    """A contender of that name that writes these texts, one a turn, and fails when there are no more."""
    return Contender(name, "described", 1, partial(write_steady, turns))


def write_steady(turns, _problem):
    """A hundredth of a second a character, slept."""
    texts = iter(turns)

    def write(times):
        written = [list(next(texts, ())) for _ in range(times)]
        if not all(written):
            raise RuntimeError("out of words")
        time.sleep(0.01 * sum(map(len, written)))
        return written

    return write


def train_steady(loss, _problem):
    """A twentieth of a second, however many epochs."""

    def train(epochs):
        time.sleep(0.05)
        return [loss] * epochs

    return train


def train_described_as_published(problem):
    """The session engine in the other wiring than it was asked for."""
    return train_engine("session", 1, replace(problem, variant=replace(problem.variant, wiring="published")))


def train_raising(_problem):
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
