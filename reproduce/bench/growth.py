"""How a step's cost grows with the hidden units, the window and the batch of each article, one varied at a time.

All on one thread, so that what grows is the work and not how well it is shared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd

from reproduce.articles.article import Shown
from reproduce.bench.contender import GRAPH, SESSION, Contender
from reproduce.bench.floor import floor_of, speed_meter
from reproduce.bench.frameworks import contenders_of
from reproduce.bench.machine import Speed
from reproduce.bench.problem import Problem
from reproduce.bench.results import Bench, Result, Row
from reproduce.bench.rounds import entered, race, replace_dead, started
from reproduce.bench.tasks import SIZES, TASKS, Task
from reproduce.bench.work import work_of
from reproduce.errors import RunError
from reproduce.runs.environment import processor
from reproduce.runs.files import write_json

FACTORS = (Fraction(1, 2), 1, 2, 4)  # of the article's size
FILE = "growth.json"
SECONDS = 0.3  # of each contender a round; at least one epoch
LEAST_STEPS = 2  # of an epoch
FLOORS = ("floor: arithmetic", "floor: bytes")

Point = tuple[Task, str, int]  # a size of a task, and its value


def points_of(tasks: Sequence[Task]) -> list[Point]:
    """Every point that is measured: each size of each task alone, and its own sizes once, as the first size's."""
    values = [(task, size, factor) for task in tasks for size in SIZES for factor in FACTORS]
    return [(t, size, int(t.size(size) * factor)) for t, size, factor in values if factor != 1 or size == SIZES[0]]


class Growth:
    """The points measured so far, kept in a file; what is whole is not measured again."""

    def __init__(self, folder: Path, *, force: bool = False) -> None:
        """Take over what the folder has, unless forced.

        Raises:
            RunError: it is another machine's, or damaged.
        """
        self._path, self.rows = folder / FILE, []
        if force or not self._path.exists():
            return
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            self.rows = list(found["rows"])
            measured_on = found["processor"]
        except (ValueError, KeyError, TypeError):
            raise RunError(f"{self._path}: not what a bench has written; give --force to measure anew") from None
        if measured_on != processor():
            raise RunError(
                f"{self._path} was measured on {measured_on}, this is {processor()}; choose another folder with "
                "--out, or --force to measure anew"
            )

    def left(self, points: Sequence[Point]) -> list[Point]:
        """Those that are not measured yet, and those where somebody failed, or was missing and is there now."""
        contenders = [one for task in TASKS for one in contenders_of(task.article, threads=[1])]
        there = {one.name for one in contenders if one.why_missing() is None}
        wanting = {
            _place(row)
            for row in self.rows
            if row.get("status") == "FAILED" or (row.get("status") == "missing" and row["contender"] in there)
        }
        done = {_place(row) for row in self.rows} - wanting
        return [point for point in points if (point[0].article, *point[1:]) not in done]

    def measure(self, points: Sequence[Point], rounds: int, on_progress: Callable[[str], None]) -> None:
        """Race the contenders at every point that is left, in processes that go on from one point to the next.

        Args:
            on_progress: called after each point.
        """
        for task in dict.fromkeys(task for task, *_ in points):
            problems = {point: _problem(point) for point in points if point[0] == task}
            contenders = [
                one
                for one in contenders_of(task.article, threads=[1])
                if any(is_feasible(one, problem) for problem in problems.values())
            ]
            works = map(work_of, problems.values())
            with speed_meter(works, threads=[1]) as meter, started(contenders) as processes:
                for point, problem in problems.items():
                    results = entered([one for one in contenders if is_feasible(one, problem)])
                    race_here = dict.fromkeys((result.contender for result in results), problem)
                    race(results, race_here, processes, rounds, lambda _: None, chunk_seconds=SECONDS)
                    self._add(point, problem, results, *meter.best())
                    replace_dead(processes)
                    on_progress(f"{task.article}, {point[1]} {point[2]}")

    def _add(self, point: Point, problem: Problem, results: Sequence[Result], speed: Speed) -> None:
        task, size, value = point
        floor = floor_of(work_of(problem), speed)
        floors = zip(FLOORS, (floor.arithmetic, floor.bytes), strict=True)
        here = {"article": task.article, "size": size, "value": value}
        rows = [result.row() for result in results]
        for row in rows:
            row.pop("peak_memory_mb", None)  # of a process that has had other points before
        rows += [{"contender": name, "threads": 1, "ms": microseconds / 1000} for name, microseconds in floors]
        others = [row for row in self.rows if _place(row) != (task.article, size, value)]
        self.rows = others + [here | row for row in rows]
        title = "Milliseconds a training step on one thread, one size varied at a time"
        write_json(self._path, {"title": title, "processor": processor(), "rows": self.rows})

    def show(self) -> Bench:
        """The exponents, a row for each size of each article, a column for each contender."""
        points = frame_of(self.rows)
        found = exponents(points)
        names = list(dict.fromkeys(points["contender"]))
        rows, texts = [], []
        for (article, size), here in found.groupby(["article", "size"], sort=False):
            by_name = dict(zip(here["contender"], here["exponent"], strict=True))
            rows.append({"article": article, "size": size} | by_name)
            told = {name: f"{by_name[name]:.2f}" if name in by_name else "" for name in names}
            texts.append({"article": article, "size": size} | told)
        title = f"Exponents: a step's time grows as the size to this power (one thread, {processor()})"
        failures = [row for row in self.rows if row.get("status") == "FAILED"]
        notes = [f"{row['contender']}: {row['reason']}" for row in self.rows if row.get("status") == "missing"]
        notes += [f"{r['contender']}, {r['article']}, {r['size']} {r['value']}: {r['reason']}" for r in failures]
        return Bench([Shown(title, rows, texts)], list(dict.fromkeys(notes)), has_failed=bool(failures))


def is_feasible(contender: Contender, problem: Problem) -> bool:
    """Whether it ends within seconds: both published graphs have a cell for each day of each window."""
    cells = problem.variant.batch * problem.variant.window
    return contender.name != SESSION and (contender.name != GRAPH or cells <= 112)


def frame_of(rows: Sequence[Row]) -> pd.DataFrame:
    """All that was timed: the article, size, value, contender and ms, each article's own sizes on all three lines."""
    timed = pd.DataFrame([row for row in rows if "ms" in row])
    own = pd.DataFrame([{"article": t.article} | {size: t.size(size) for size in SIZES} for t in TASKS])
    own = timed.merge(own, left_on=["article", "value"], right_on=["article", SIZES[0]])
    own = own[own["size"] == SIZES[0]]
    others = [own.assign(size=size, value=own[size]) for size in SIZES[1:]]
    order = {name: place for place, name in enumerate((*(task.article for task in TASKS), *SIZES))}
    lines = pd.concat([timed, *others])[list(timed)]
    by = ["article", "size", "value"]
    return lines.sort_values(by, kind="stable", key=lambda column: column.map(lambda one: order.get(one, one)))


def exponents(points: pd.DataFrame) -> pd.DataFrame:
    """The slope of a straight line through each contender's points, both axes logarithmic.

    Returns:
        article, size, contender, exponent, to two decimals and never -0.
    """
    found = []
    for (article, size, name), line in points.groupby(["article", "size", "contender"], sort=False):
        if len(line) > 1:
            slope = np.polyfit(np.log(line["value"].astype(float)), np.log(line["ms"].astype(float)), 1)[0]
            found.append(
                {"article": article, "size": size, "contender": name, "exponent": round(float(slope), 2) + 0.0}
            )
    return pd.DataFrame(found, columns=["article", "size", "contender", "exponent"])


def _place(row: Row) -> tuple[str, str, int]:
    """The article, the size and its value."""
    return row["article"], row["size"], row["value"]


def _problem(point: Point) -> Problem:
    """Of half the task's own steps, and where they take longer of as many fewer."""
    task, size, value = point
    longer = (value / task.size(size)) ** (2 if size == "hidden" else 1)
    steps = round(task.steps / 2 / max(1, longer))
    return task.problem(task.resized(size, value), max(LEAST_STEPS, steps))
