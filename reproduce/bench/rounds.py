"""Contenders against each other: all start alike and are held to the same losses, then train in turn, a chunk a round.

The rounds are interleaved so that what disturbs the machine for a while disturbs everyone; medians forget the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from reproduce.bench.contender import Contender
from reproduce.bench.process import Chunk, ContenderError, ContenderProcess
from reproduce.bench.results import Result, best_of_each
from reproduce.networks.agreement import relative_difference

CHUNK_SECONDS = 0.5
TRIES = 2  # rounds, after which each framework goes on with the number of threads on which it was fastest


class Problem(Protocol):
    """What contenders are given; all but the number of steps is between them and whoever sets it."""

    @property
    def steps(self) -> int:
        """Training steps an epoch, or characters a text."""


@contextmanager
def started(contenders: Sequence[Contender]) -> Iterator[dict[Contender, ContenderProcess]]:
    """A process for each contender that misses nothing; all are ended in the end."""
    processes: dict[Contender, ContenderProcess] = {}
    try:
        for contender in contenders:
            if contender.why_missing() is None:
                processes[contender] = ContenderProcess()
        yield processes
    finally:
        for process in processes.values():
            process.stop()


def entered(contenders: Sequence[Contender]) -> list[Result]:
    """Before a race: a result for each, without times."""
    return [Result(contender, missing=contender.why_missing()) for contender in contenders]


def replace_dead(processes: dict[Contender, ContenderProcess]) -> None:
    """Start a new process in place of each that has died, for what comes next."""
    for contender, process in processes.items():
        if process.has_died:
            process.stop()
            processes[contender] = ContenderProcess()


def check_losses(results: Sequence[Result]) -> None:
    """Mark as failed whoever has not the reference's loss in the first epoch: it trains something else.

    Where the reference was not entered, nobody is held to it.
    """
    known = [one for one in results if one.first_loss is not None]
    by_name = {one.contender.name: one for one in [*reversed(results), *reversed(known)]}  # the first, of those known
    for result in [one for one in results if one.is_in and one.contender.reference in by_name]:
        reference = by_name[result.contender.reference]
        if reference.first_loss is None:
            result.failure = f"not checked: {reference.contender.name} has no loss to compare with"
        elif not relative_difference(result.first_loss, reference.first_loss) <= result.contender.tolerance:  # nor nan
            result.failure = (
                f"trains another network: first epoch's loss {result.first_loss:.6g}, "
                f"{reference.contender.name} {reference.first_loss:.6g}"
            )


def race(
    results: Sequence[Result],
    problems: Mapping[Contender, Problem],
    processes: Mapping[Contender, ContenderProcess],
    rounds: int,
    on_progress: Callable[[str], None],
    check: Callable[[Sequence[Result]], None] = check_losses,
    chunk_seconds: float = CHUNK_SECONDS,
) -> None:
    """Time all contenders, each on its problem; what is measured is in `results` at once, whenever the race ends.

    Args:
        results: as `entered` gives them.
        on_progress: called `len(results) + rounds + 1` times, with what has just ended.
        check: called after the first epochs; marks as failed whoever is not to be timed.
        chunk_seconds: what a round of each should take; at least one epoch.
    """
    for result in _ask_ahead(results, problems, processes):
        if result.is_in:
            with _failures_of(result):
                result.outcomes += processes[result.contender].answer().outcomes
        on_progress(f"first turn of {result.contender.label}")
    check(results)
    for number in range(rounds + 1):
        for result in [one for one in results if one.is_in and not one.is_slower]:
            with _failures_of(result):
                chunk = _work(result, processes[result.contender])
                seconds = chunk.seconds / result.epochs
                if number > 0:
                    result.microseconds.append(seconds / problems[result.contender].steps * 1e6)
                else:  # not timed; it only tells how many epochs fill a chunk
                    result.epochs = max(1, round(chunk_seconds / seconds))
        if number == TRIES:
            best = best_of_each(results)
            for result in results:
                result.is_slower = result is not best[result.contender.name]
        on_progress(f"round {number}")


def _ask_ahead(
    results: Sequence[Result], problems: Mapping[Contender, Problem], processes: Mapping[Contender, ContenderProcess]
) -> Iterator[Result]:
    """Every result in turn, its contender asked to build and the next one too; all at once would only wait in line."""
    for result, following in zip([None, *results], [*results, None], strict=True):
        if following is not None and following.is_in:
            contender = following.contender
            with _failures_of(following):
                processes[contender].ask_to_build(contender.build, problems[contender])
        if result is not None:
            yield result


def _work(result: Result, process: ContenderProcess) -> Chunk:
    process.ask_to_go_on(result.epochs)
    chunk = process.answer()
    result.outcomes += chunk.outcomes
    result.peak_bytes = chunk.peak_bytes
    return chunk


@contextmanager
def _failures_of(result: Result) -> Iterator[None]:
    """Turn a ContenderError into the result's failure."""
    try:
        yield
    except ContenderError as error:
        result.failure = str(error)
