"""The bench's table: every contender's time, spread, ratios and memory, for programs and for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench.contenders import Contender
from reproduce.bench.machine import floor_microseconds, measure_peak, step_operations
from reproduce.bench.problem import create_problem
from reproduce.bench.rounds import Result, race, started

COMPILED = "compiled engine"
COLUMNS = {
    "contender": ("contender", "{}"),
    "wiring": ("wiring", "{}"),
    "threads": ("threads", "{}"),
    "us_per_step": ("µs a step", "{:.0f}"),
    "lower_quartile": ("lower quartile", "{:.0f}"),
    "upper_quartile": ("upper quartile", "{:.0f}"),
    "times_compiled": ("times compiled", "{:.2f}"),
    "times_floor": ("times floor", "{:.2f}"),
    "peak_memory_mb": ("peak MB", "{:.0f}"),
    "first_epoch_loss": ("epoch 0 loss", "{:.5f}"),
    "status": ("status", "{}"),
}


@dataclass(frozen=True)
class Bench:
    """The results of one race, and what the machine can do."""

    variant: Variant  # of either wiring: both take the same operations
    peak: float  # operations a second, one thread
    results: Sequence[Result]

    @property
    def floor(self) -> float:
        """Microseconds a step, at the least."""
        return floor_microseconds(self.variant, self.peak)

    @property
    def title(self) -> str:
        """What a step is, and what its floor follows from."""
        v, operations = self.variant, step_operations(self.variant)
        return (
            f"One training step: {v.batch} windows of {v.window} days, {v.hidden} hidden units, float32\n"
            f"Floor {self.floor:.0f} µs: {operations / 1e6:.1f} Mflop at {self.peak / 1e9:.0f} Gflop/s, the best of "
            "some large matrix products on one thread"
        )

    def timed(self, name: str, wiring: str) -> list[Result]:
        """The contenders of that name, one for each number of threads, that were timed."""
        wanted = [r for r in self.results if (r.contender.name, r.contender.wiring) == (name, wiring)]
        return [result for result in wanted if result.is_in]

    def fastest(self, wiring: str, *names: str) -> float | None:
        """The least median of these contenders, in microseconds a step; None where none was timed."""
        timed = [result for name in names for result in self.timed(name, wiring)]
        return min((result.quartiles[1] for result in timed), default=None)

    def rows(self) -> list[dict[str, Any]]:
        """One row a contender, numbers in the units of their names; then the floor."""
        floor = {"operations": step_operations(self.variant), "operations_per_second": self.peak}
        floor_row = {"contender": "floor", "wiring": "either", "threads": 1, "us_per_step": self.floor}
        return [*(self._row(result) for result in self.results), floor_row | floor]

    def texts(self) -> list[dict[str, str]]:
        """The same rows as people read them."""
        return format_rows(self.rows(), COLUMNS)

    def notes(self) -> list[str]:
        """A line for each contender that was not timed: why."""
        return [f"{row['contender']}, {row['wiring']}: {row['reason']}" for row in self.rows() if "reason" in row]

    def _row(self, result: Result) -> dict[str, Any]:
        contender = result.contender
        row = {"contender": contender.name, "wiring": contender.wiring, "threads": contender.threads}
        row |= result.outcome
        if not result.is_in:
            return row
        lower, median, upper = result.quartiles
        compiled = self.fastest(contender.wiring, COMPILED)
        return row | {
            "us_per_step": median,
            "lower_quartile": lower,
            "upper_quartile": upper,
            "rounds": result.microseconds,
            "times_compiled": compiled and median / compiled,
            "times_floor": median / self.floor,
            "peak_memory_mb": result.peak_bytes / 1e6,
            "first_epoch_loss": result.first_loss,
        }


def format_rows(rows: Sequence[dict[str, Any]], columns: dict[str, tuple[str, str]]) -> list[dict[str, str]]:
    """The rows as people read them, empty where one has no such value.

    Args:
        columns: by a row's key, the heading and the format of its value.
    """
    return [
        {label: "" if row.get(key) is None else form.format(row[key]) for key, (label, form) in columns.items()}
        for row in rows
    ]


def run_bench(
    contenders: Sequence[Contender],
    variant: Variant,
    *,
    steps: int,
    rounds: int,
    on_progress: Callable[[str], None],
) -> Bench:
    """Race the contenders on `steps` batches of `variant`, each in its wiring; the peak is measured before and after.

    Args:
        on_progress: as `reproduce.bench.rounds.race` calls it.
    """
    wirings = {contender.wiring for contender in contenders}
    problems = {wiring: create_problem(replace(variant, wiring=wiring), steps=steps) for wiring in wirings}
    peak = measure_peak()
    with started(contenders) as processes:
        results = race(contenders, problems, processes, rounds, on_progress)
    return Bench(variant, max(peak, measure_peak()), results)
