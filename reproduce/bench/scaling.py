"""How a step's cost grows with the network's three sizes, one varied at a time, in the described wiring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench.contenders import Contender
from reproduce.bench.machine import floor_microseconds, measure_peak
from reproduce.bench.problem import create_problem
from reproduce.bench.rounds import Result, race, started

SIZES = {
    "hidden": (64, 128, 256, 512, 1024),  # units
    "window": (3, 7, 15, 30, 60),  # days
    "batch": (1, 4, 7, 16, 64),  # windows
}
BASE = Variant(wiring="described")  # the one that Keras has a layer for
STEPS = 145  # an epoch of the article


@dataclass(frozen=True)
class Point:
    """One contender's time at one size."""

    hidden: int
    window: int
    batch: int
    contender: str
    us_per_step: float | None  # median; None where it failed
    lower_quartile: float | None
    upper_quartile: float | None
    floor_us: float
    failure: str | None

    @property
    def name(self) -> str:
        """Who, and at which sizes."""
        return f"{self.contender}, {self.hidden} units, {self.window} days, batch {self.batch}"

    def varies(self, size: str) -> bool:
        """Whether it lies on the line along which only `size` departs from `BASE`."""
        return all(getattr(self, other) == getattr(BASE, other) for other in SIZES if other != size)


def variants() -> list[Variant]:
    """Each size of `BASE` varied alone, `BASE` itself once."""
    return list(dict.fromkeys(replace(BASE, **{size: value}) for size, values in SIZES.items() for value in values))


def run_scaling(
    contenders: Sequence[Contender],
    chosen: Sequence[Variant],
    *,
    steps: int,
    rounds: int,
    on_progress: Callable[[str], None],
) -> list[Point]:
    """Race the contenders, where they can, at every variant, in processes that go on from one to the next.

    Args:
        on_progress: called after each variant with its name.
    """
    peak, measured = 0.0, []
    with started(contenders) as processes:
        for variant in chosen:
            problems = {variant.wiring: create_problem(variant, steps=steps)}
            able = [contender for contender in contenders if is_feasible(contender, variant)]
            results = race(able, problems, processes, rounds, on_progress=lambda _: None)
            measured += [(variant, result) for result in results]
            peak = max(peak, measure_peak())
            on_progress(variant.name)
    return [_point(variant, result, peak) for variant, result in measured]


def is_feasible(contender: Contender, variant: Variant) -> bool:
    """Whether it ends within seconds: the session engine has a cell in its graph for each day of each window."""
    return contender.name != "session engine" or (variant.batch * variant.window <= 112 and variant.hidden <= 512)


def _point(variant: Variant, result: Result, peak: float) -> Point:
    lower, median, upper = result.quartiles if result.is_in else (None, None, None)
    sizes = {size: getattr(variant, size) for size in SIZES}
    return Point(
        **sizes,
        contender=result.contender.name,
        us_per_step=median,
        lower_quartile=lower,
        upper_quartile=upper,
        floor_us=floor_microseconds(variant, peak),
        failure=result.failure,
    )


def texts_of(points: Sequence[Point]) -> list[dict[str, str]]:
    """For people: a row for each set of sizes, a column for each contender; empty where it takes no part."""
    rows, contenders = [], dict.fromkeys((point.contender for point in points), "")
    for sizes, here in groupby(points, key=lambda point: tuple(getattr(point, size) for size in SIZES)):
        row = {size: str(value) for size, value in zip(SIZES, sizes, strict=True)}
        row |= contenders
        for point in here:
            row[point.contender] = "FAILED" if point.us_per_step is None else f"{point.us_per_step:.0f}"
            floor = f"{point.floor_us:.0f}"
        rows.append(row | {"floor": floor})
    return rows
