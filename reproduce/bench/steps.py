"""A training step of each article against the clock: the race, its table, and what was aimed at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reproduce.articles.article import Shown
from reproduce.bench.contender import COMPILED, CORES, JAX, KERAS, PYTORCH, Contender
from reproduce.bench.floor import floor_of, floor_rows, speed_meter
from reproduce.bench.machine import Speed
from reproduce.bench.problem import Problem
from reproduce.bench.results import Bench, Result, Row, bench_of, best_of_each, fastest, ratio, table_of
from reproduce.bench.rounds import entered, race, started
from reproduce.bench.tasks import Task
from reproduce.bench.work import work_of
from reproduce.runs.environment import processor

COLUMNS = {
    "contender": "{contender}",
    "threads": "{threads}",
    "ms a step": "{ms:.3g}",
    "quartiles": "{lower_quartile_ms:.3g} to {upper_quartile_ms:.3g}",
    "times ours": "{times_ours:.2f}",
    "times its floor": "{times_floor:.2f}",
    "peak MB": "{peak_memory_mb:.0f}",
    "times Keras's": "{times_keras_memory:.2f}",
    "first loss": "{first_loss:.5f}",
    "status": "{told}",
}
TARGET_COLUMNS = {
    "target": "{target}",
    "wanted": "{bound} {limit:g}",
    "measured": "{measured:.2f}",
    "outcome": "{outcome}",
}


@dataclass(frozen=True)
class Target:
    """One ratio that was aimed at, of medians within one run."""

    name: str
    bound: str  # "at least" or "at most"
    limit: float
    measured: float | None  # None where a contender was not timed

    @property
    def outcome(self) -> str:
        """`met`, `not met` or `not measured`."""
        if self.measured is None:
            return "not measured"
        is_met = self.measured >= self.limit if self.bound == "at least" else self.measured <= self.limit
        return "met" if is_met else "not met"

    def row(self) -> Row:
        """For programs."""
        values = {"bound": self.bound, "limit": self.limit, "measured": self.measured, "outcome": self.outcome}
        return {"target": self.name} | values


class Steps:
    """The race of one article; what it has measured so far can be shown at any time, after Ctrl-C too."""

    def __init__(self, task: Task, contenders: Sequence[Contender]) -> None:
        self._task, self._results = task, entered(contenders)
        self._problem: Problem | None = None
        self._speeds: Sequence[Speed] = ()

    @property
    def is_begun(self) -> bool:
        """Whether anyone has been timed."""
        return any(result.is_timed for result in self._results)

    def run(self, rounds: int, on_progress: Callable[[str], None]) -> None:
        """Race the contenders; the floors are measured before and after.

        Args:
            on_progress: called `len(contenders) + rounds + 2` times, with what has just ended.
        """
        problem = self._problem = self._task.problem()
        with speed_meter([work_of(problem)]) as meter:
            self._speeds = meter.best()
            on_progress("speed of the machine")
            contenders = [result.contender for result in self._results]
            with started(contenders) as processes:
                race(self._results, dict.fromkeys(contenders, problem), processes, rounds, on_progress)
            meter.measure()
            self._speeds = meter.best()

    def show(self) -> Bench:
        """The article's table, with the floors as its last rows, and what was aimed at; call it after `run`."""
        return show(self._task, self._results, self._problem, self._speeds)


def show(task: Task, results: Sequence[Result], problem: Problem, speeds: Sequence[Speed]) -> Bench:
    """The tables of a race.

    Args:
        speeds: of this machine, by numbers of threads.
    """
    best, work = best_of_each(results), work_of(problem)
    floors = {speed.threads: floor_of(work, speed).microseconds for speed in speeds}
    rows = [_row(result, best, floors) for result in best.values()]
    for row in rows:
        tried = [one for one in results if one.contender.name == row["contender"] and one.is_timed]
        row["tried_ms"] = {str(one.contender.threads): one.median / 1000 for one in tried}
    rows += floor_rows(work, speeds)
    targets = [target.row() for target in targets_of(task.article, best, floors)]
    _, batch, window = problem.inputs.shape
    units = " and ".join(str(layer.W_h.shape[0]) for layer in problem.layers)
    title = (
        f"{task.label}, one training step: batch {batch}, window {window}, {units} hidden units, float32\n"
        f"{processor()}, {CORES} cores; medians, each on the number of threads on which it is fastest"
    )
    tables = (
        _of(task, table_of(title, rows, COLUMNS)),
        _of(task, table_of(f"{task.label}: what was aimed at, held against this run", targets, TARGET_COLUMNS)),
    )
    return bench_of(results, *tables)


def targets_of(article: str, best: Mapping[str, Result], floors: Mapping[int, float]) -> Iterator[Target]:
    """Every target, each contender on the number of threads on which it is fastest.

    Args:
        floors: microseconds by numbers of threads.
    """
    ours = fastest(best, COMPILED)
    others = ratio(fastest(best, KERAS, PYTORCH, JAX), ours)
    yield Target("time of the best of Keras, PyTorch and JAX / ours", "at least", 1.2, others)
    if article == "stacked-lstm":
        yield Target("time of Keras / ours", "at least", 2.5, ratio(fastest(best, KERAS), ours))
    floor = None if ours is None else floors[best[COMPILED].contender.threads]
    yield Target("time of ours / floor of its threads", "at most", 1.5, ratio(ours, floor))
    memory = ratio(_peak(best, COMPILED), _peak(best, KERAS))
    yield Target("peak memory of ours / Keras's", "at most", 1, memory)


def _row(result: Result, best: Mapping[str, Result], floors: Mapping[int, float]) -> Row:
    row = result.row()
    if not result.is_timed:
        return row
    return row | {
        "times_ours": ratio(result.median, fastest(best, COMPILED)),
        "times_floor": result.median / floors[result.contender.threads],
        "times_keras_memory": ratio(result.peak_bytes, _peak(best, KERAS)),
        "first_loss": result.first_loss,
    }


def _peak(best: Mapping[str, Result], name: str) -> int | None:
    return best[name].peak_bytes if name in best and best[name].is_timed else None


def _of(task: Task, table: Shown) -> Shown:
    """The table, its rows named after the article."""
    return Shown(table.title, [{"article": task.article} | row for row in table.rows], table.texts)
