"""The Macbeth network's tables: a training step, a written character, and what was meant to be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reproduce.bench.characters import KERAS, OTHER_DRAWS, CharProblem
from reproduce.bench.contenders import Contender
from reproduce.bench.rounds import Result, race, started
from reproduce.bench.table import COMPILED, format_rows
from reproduce.bench.targets import Target, ratio
from reproduce.bench.writing import PREDICT, WINDOW, Writing, WritingProblem, time_writers

STEP_COLUMNS = {
    "contender": ("contender", "{}"),
    "threads": ("threads", "{}"),
    "ms_per_step": ("ms a step", "{:.1f}"),
    "lower_quartile": ("lower quartile", "{:.1f}"),
    "upper_quartile": ("upper quartile", "{:.1f}"),
    "times_keras": ("times Keras fit", "{:.2f}"),
    "peak_memory_mb": ("peak MB", "{:.0f}"),
    "first_loss": ("first loss", "{:.6f}"),
    "status": ("status", "{}"),
}
WRITING_COLUMNS = {
    "writer": ("writer", "{}"),
    "threads": ("threads", "{}"),
    "ms_per_character": ("ms a character", "{:.2f}"),
    "lower_quartile": ("lower quartile", "{:.2f}"),
    "upper_quartile": ("upper quartile", "{:.2f}"),
    "times_as_fast": ("times as fast as predict", "{:.1f}"),
    "peak_memory_mb": ("peak MB", "{:.0f}"),
    "equal_characters": ("equal to predict's", "{} characters"),
    "status": ("status", "{}"),
}


@dataclass(frozen=True)
class CharBench:
    """The results of one race, and of the writing after it."""

    problem: CharProblem
    steps: Sequence[Result]
    writing: Writing

    @property
    def title(self) -> str:
        """What a step is, and what was compared."""
        n, characters = self.problem.network, self.problem.characters
        return (
            f"One training step: {n.batch} samples of {n.window} of {characters} characters, two layers of {n.hidden} "
            f"hidden units, dropout {n.dropout:g}, float32\n"
            f"First loss: the mean of the first {self.problem.steps} steps; PyTorch drops other units than Keras and "
            f"is held to it within {OTHER_DRAWS:.1%}"
        )

    @property
    def failures(self) -> list[str | None]:
        """Of each contender and each writer, why it was not timed to the end."""
        return [result.failure for result in (*self.steps, *self.writing.results)]

    def step_rows(self) -> list[dict[str, Any]]:
        """One row a contender, numbers in the units of their names."""
        keras = _fastest(self.steps, KERAS)
        return [
            {"contender": result.contender.name, "threads": result.contender.threads}
            | _times(result, "ms_per_step")
            | ({"times_keras": ratio(_median(result), keras), "first_loss": result.first_loss} if result.is_in else {})
            for result in self.steps
        ]

    def writing_rows(self) -> list[dict[str, Any]]:
        """One row a writer, numbers in the units of their names."""
        predict = _fastest(self.writing.results, PREDICT)
        rows = []
        for result in self.writing.results:
            row = {"writer": result.contender.name, "threads": result.contender.threads}
            row |= _times(result, "ms_per_character")
            if result.is_in:
                row["times_as_fast"] = ratio(predict, _median(result))
            if result.is_in and result.contender.name == WINDOW:
                row["equal_characters"] = self.writing.compared
            rows.append(row)
        return rows

    def step_texts(self) -> list[dict[str, str]]:
        """The contenders' rows as people read them."""
        return format_rows(self.step_rows(), STEP_COLUMNS)

    def writing_texts(self) -> list[dict[str, str]]:
        """The writers' rows as people read them."""
        return format_rows(self.writing_rows(), WRITING_COLUMNS)

    def notes(self) -> list[str]:
        """A line for each contender or writer that was not timed: why."""
        results = (*self.steps, *self.writing.results)
        return [
            f"{result.contender.name}, threads {result.contender.threads}: {result.outcome['reason']}"
            for result in results
            if not result.is_in
        ]

    def targets(self) -> Iterator[Target]:
        """Every target; where a contender has several numbers of threads, its fastest counts."""
        step = ratio(_fastest(self.steps, KERAS), _fastest(self.steps, COMPILED))
        yield Target("time of Keras fit / compiled", None, "at least", 1.4, step)
        written = self.writing.results
        character = ratio(_fastest(written, PREDICT), _fastest(written, WINDOW))
        yield Target("time of Keras predict / generate with memory window", None, "at least", 20, character)


def run_char_bench(
    contenders: Sequence[Contender],
    writers: Sequence[Contender],
    problems: tuple[CharProblem, WritingProblem],
    *,
    rounds: int,
    on_progress: Callable[[str], None],
) -> CharBench:
    """Race the contenders, then have the writers write, as many rounds each.

    Args:
        on_progress: called `len(contenders) + 2 * (rounds + 1)` times, with what has just ended.
    """
    training, writing = problems
    with started(contenders) as processes:
        steps = race(contenders, {"described": training}, processes, rounds, on_progress)
    return CharBench(training, steps, time_writers(writers, writing, rounds, on_progress))


def _times(result: Result, key: str) -> dict[str, Any]:
    """The part of a row that says how long it took, in milliseconds, and how much memory; or why not."""
    if not result.is_in:
        return result.outcome
    lower, median, upper = (microseconds / 1000 for microseconds in result.quartiles)
    return result.outcome | {
        key: median,
        "lower_quartile": lower,
        "upper_quartile": upper,
        "rounds": [microseconds / 1000 for microseconds in result.microseconds],
        "peak_memory_mb": result.peak_bytes / 1e6,
    }


def _median(result: Result) -> float:
    return result.quartiles[1]


def _fastest(results: Sequence[Result], name: str) -> float | None:
    """The least median, in microseconds, of those of that name that were timed."""
    return min((_median(result) for result in results if result.is_in and result.contender.name == name), default=None)
