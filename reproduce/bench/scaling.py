"""How a step's cost grows with the network's three sizes, one varied at a time, in the described wiring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from reproduce.articles.article import Shown
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench.contender import SESSION, Contender
from reproduce.bench.floor import floor_of, speed_meter
from reproduce.bench.machine import Speed
from reproduce.bench.problem import create_problem
from reproduce.bench.results import Bench, Result, Row
from reproduce.bench.rounds import race, started
from reproduce.bench.work import price_work

SIZES = {
    "hidden": (64, 128, 256, 512, 1024),  # units
    "window": (3, 7, 15, 30, 60),  # days
    "batch": (1, 4, 7, 16, 64),  # windows
}
BASE = Variant(wiring="described")  # the one that Keras has a layer for


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
) -> pd.DataFrame:
    """Race the contenders, where they can, at every variant, in processes that go on from one to the next.

    Args:
        on_progress: called after each variant with its name.

    Returns:
        A row for each contender at each variant: the sizes, its times in microseconds a step, the floor's, its failure.
    """
    measured = []
    works = [price_work(variant) for variant in chosen]
    with speed_meter(works, threads=[1]) as meter, started(contenders) as processes:
        for variant in chosen:
            able = [contender for contender in contenders if is_feasible(contender, variant)]
            problems = dict.fromkeys(able, create_problem(variant, steps=steps))
            results = race(problems, processes, rounds, on_progress=lambda _: None)
            measured += [(variant, result) for result in results]
            on_progress(variant.name)
        meter.measure()
        (speed,) = meter.best()
    return pd.DataFrame([_point(variant, result, speed) for variant, result in measured])


def is_feasible(contender: Contender, variant: Variant) -> bool:
    """Whether it ends within seconds: the session engine has a cell in its graph for each day of each window."""
    return contender.name != SESSION or (variant.batch * variant.window <= 112 and variant.hidden <= 512)


def along(points: pd.DataFrame, size: str) -> pd.DataFrame:
    """The points on the line along which only `size` is other than in `BASE`, by that size."""
    others = [other for other in SIZES if other != size]
    is_base = (points[others] == [getattr(BASE, other) for other in others]).all(axis=1)
    return points[is_base].sort_values(size)


def show(points: pd.DataFrame) -> Bench:
    """A row for each set of sizes, a column for each contender; empty where it takes no part."""
    shown = points["us_per_step"].astype(float).map("{:.0f}".format).where(points["failure"].isna(), "FAILED")
    absent, texts = dict.fromkeys(points["contender"], ""), []
    for sizes, here in points.groupby(list(SIZES), sort=False):
        named = dict(zip(SIZES, map(str, sizes), strict=True))
        medians = dict(zip(here["contender"], shown[here.index], strict=True))
        texts.append(named | absent | medians | {"floor": f"{here['floor_us'].iloc[0]:.0f}"})
    rows = points.astype(object).where(points.notna(), None).to_dict("records")
    notes = [
        f"{row['contender']}, {row['hidden']} units, {row['window']} days, batch {row['batch']}: {row['failure']}"
        for row in rows
        if row["failure"] is not None
    ]
    table = Shown("Microseconds a training step, described wiring", rows, texts)
    return Bench([table], notes, has_failed=bool(notes))


def _point(variant: Variant, result: Result, speed: Speed) -> Row:
    lower, median, upper = result.quartiles if result.is_in else (None, None, None)
    return {size: getattr(variant, size) for size in SIZES} | {
        "contender": result.contender.name,
        "us_per_step": median,
        "lower_quartile": lower,
        "upper_quartile": upper,
        "floor_us": floor_of(price_work(variant), speed).microseconds,
        "failure": result.failure,
    }
