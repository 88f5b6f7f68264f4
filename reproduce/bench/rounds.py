"""Contenders against each other: all start alike and are held to the same losses, then train in turn, a chunk a round.

The rounds are interleaved so that what disturbs the machine for a while disturbs everyone; medians forget the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from reproduce.bench.contenders import Contender
from reproduce.bench.process import Chunk, ContenderError, ContenderProcess
from reproduce.networks.agreement import relative_difference

CHUNK_SECONDS = 0.5  # what a chunk should take; at least one epoch


class Problem(Protocol):
    """What contenders are given; all but the number of steps is between them and whoever sets it."""

    @property
    def steps(self) -> int:
        """Training steps an epoch."""


@dataclass
class Result:
    """What one contender left behind."""

    contender: Contender
    missing: str | None = None  # why it could not take part
    failure: str | None = None  # why it was not timed to the end
    first_loss: float | None = None  # the mean of the first epoch
    microseconds: list[float] = field(default_factory=list)  # per training step, one a round
    peak_bytes: int = 0
    epochs: int = 1  # in a chunk

    @property
    def is_in(self) -> bool:
        """Whether it takes part, and has not failed so far."""
        return self.missing is None and self.failure is None

    @property
    def outcome(self) -> dict[str, str]:
        """Its `status`, `timed`, `missing` or `FAILED`, and where it was not timed the `reason`."""
        if self.is_in:
            return {"status": "timed"}
        status = "missing" if self.failure is None else "FAILED"
        return {"status": status, "reason": self.failure or self.missing}

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Lower quartile, median and upper quartile of microseconds a step."""
        lower, median, upper = np.quantile(self.microseconds, (0.25, 0.5, 0.75))
        return float(lower), float(median), float(upper)


@contextmanager
def started(contenders: Sequence[Contender]) -> Iterator[Mapping[Contender, ContenderProcess]]:
    """A process for each contender that misses nothing; all are ended in the end."""
    with ExitStack() as stack:
        processes = {}
        for contender in contenders:
            if contender.why_missing() is None:
                processes[contender] = ContenderProcess()
                stack.callback(processes[contender].stop)
        yield processes


def race(
    contenders: Sequence[Contender],
    problems: Mapping[str, Problem],
    processes: Mapping[Contender, ContenderProcess],
    rounds: int,
    on_progress: Callable[[str], None],
) -> list[Result]:
    """Time all contenders on the problem of their wiring.

    Args:
        problems: by wiring.
        on_progress: called `len(contenders) + rounds + 1` times, with what has just ended.
    """
    results = [Result(contender, missing=contender.why_missing()) for contender in contenders]
    for result in _ask_ahead(results, problems, processes):
        if result.is_in:
            with failures_of(result):
                result.first_loss = processes[result.contender].answer().outcomes[0]
        on_progress(f"first epoch of {result.contender.name}")
    check_losses(results)
    for number in range(rounds + 1):
        for result in still_in(results):
            with failures_of(result):
                chunk = _train(processes[result.contender], result.epochs)
                _record(result, chunk, problems[result.contender.wiring].steps, is_timed=number > 0)
        on_progress(f"round {number}")
    return results


def check_losses(results: Sequence[Result]) -> None:
    """Mark as failed whoever has not the reference's loss in the first epoch: it trains something else."""
    for result in still_in(results):
        reference = _reference_of(result, results)
        if reference.first_loss is None:
            result.failure = f"not checked: {reference.contender.name} has no loss to compare with"
        elif not relative_difference(result.first_loss, reference.first_loss) <= result.contender.tolerance:  # nor nan
            result.failure = (
                f"trains another network: first epoch's loss {result.first_loss:.6g}, "
                f"{reference.contender.name} {reference.first_loss:.6g}"
            )


def _reference_of(result: Result, results: Sequence[Result]) -> Result:
    peers = [peer for peer in results if peer.contender.wiring == result.contender.wiring]
    return next(peer for name in result.contender.references for peer in peers if peer.contender.name == name)


def _ask_ahead(
    results: Sequence[Result], problems: Mapping[str, Problem], processes: Mapping[Contender, ContenderProcess]
) -> Iterator[Result]:
    """Every result in turn, its contender asked to build and the next one too; all at once would only wait in line."""
    for result, following in zip([None, *results], [*results, None], strict=True):
        if following is not None and following.is_in:
            contender = following.contender
            with failures_of(following):
                processes[contender].ask_to_build(contender.build, problems[contender.wiring])
        if result is not None:
            yield result


def still_in(results: Sequence[Result]) -> list[Result]:
    """Those that take part and have not failed so far."""
    return [result for result in results if result.is_in]


@contextmanager
def failures_of(result: Result) -> Iterator[None]:
    """Turn a ContenderError into the result's failure."""
    try:
        yield
    except ContenderError as error:
        result.failure = str(error)


def _train(process: ContenderProcess, epochs: int) -> Chunk:
    process.ask_to_go_on(epochs)
    return process.answer()


def _record(result: Result, chunk: Chunk, steps: int, *, is_timed: bool) -> None:
    """Keep a round's time; round 0 only sets how many epochs fill a chunk."""
    seconds = chunk.seconds / len(chunk.outcomes)
    if is_timed:
        result.microseconds.append(seconds / steps * 1e6)
    else:
        result.epochs = max(1, round(CHUNK_SECONDS / seconds))
    result.peak_bytes = chunk.peak_bytes
