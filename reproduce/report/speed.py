"""How far apart the engines are and how fast, for docs/engines.md, from what commands have left in docs/."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from reproduce.articles import ARTICLES
from reproduce.bench.contender import COMPILED, GRAPH, JAX, KERAS, PYTORCH, SESSION
from reproduce.bench.growth import FLOORS, exponents, frame_of
from reproduce.bench.writing import PREDICT
from reproduce.evidence.tally import counted
from reproduce.report.markdown import filled, read_rows, table

GRAPHS, FRAMEWORKS = (GRAPH, SESSION), (KERAS, PYTORCH, JAX)
APART = 0.01  # relative difference of two losses


def apart(docs: Path) -> str:
    """The first epochs in which one seed's losses on two engines are far apart."""
    ours, *others = (pd.read_csv(docs / f"losses-{engine}.csv")["loss"] for engine in ARTICLES[0].engines)
    apart = dict(zip(ARTICLES[0].engines[1:], (np.abs(other / ours - 1) for other in others), strict=True))
    first = max(difference[:2].max() for difference in apart.values())
    epochs = " and ".join(f"epoch {np.argmax(difference > APART)} ({e})" for e, difference in apart.items())
    return filled(
        f"For seed 0 the losses differ from the compiled engine's by at most {first:.0e} of their value in the first "
        f"two epochs. They differ by more than {APART:.0%} for the first time in {epochs}."
    )


def speed(docs: Path) -> str:
    """A training step of each article, a row each, in multiples of ours, with the floors; and the memory it needs."""
    bench, on = _timed(docs / "bench.json"), _processor(docs / "bench.json")
    contenders = [name for name in GRAPHS + FRAMEWORKS if (bench["contender"] == name).any()]
    threads = sorted(set(bench.loc[bench["binds"].notna(), "threads"]))
    times, peaks = [], []
    for article in ARTICLES:
        here = bench[bench["article"] == article.id]
        by_name = here.drop_duplicates("contender").set_index("contender")
        ours = by_name.loc[COMPILED]
        told = [_times(by_name["ms"], name, ours["ms"]) for name in contenders]
        floors = here[here["binds"].eq(True)].set_index("threads")
        lowest = [f"{row.ms / ours['ms']:.2f} ({row.contender.removeprefix('floor: ')})" for row in floors.itertuples()]
        times.append((article.id, *told, f"1 ({ours['ms']:.3g} ms, threads {ours['threads']:.0f})", *lowest))
        keras = by_name.loc[KERAS, "peak_memory_mb"]
        peaks.append(
            (article.id, *(_times(by_name["peak_memory_mb"], name, keras) for name in [*contenders, COMPILED]))
        )
    floor_names = [f"floor, threads {count:.0f}" for count in threads]
    return "\n\n".join(
        [
            filled(f"Measured on {on}: a training step's time in multiples of ours."),
            table(("article", *contenders, "ours", *floor_names), times),
            filled(f"The most memory that each needs, in multiples of Keras's, on {on}."),
            table(("article", *contenders, "ours"), peaks),
        ]
    )


def growth(docs: Path) -> str:
    """The picture of growth, and the powers that ours and the floor grow with."""
    rows, on = read_rows(docs / "growth.json"), _processor(docs / "growth.json")
    found: dict[tuple[str, str], dict[str, float]] = {}
    for article, size, name, power in exponents(frame_of(rows)).itertuples(index=False):
        found.setdefault((article, size), {})[name] = power
    seen = set().union(*found.values())
    names = [name for name in (*GRAPHS, *FRAMEWORKS, COMPILED, *FLOORS) if name in seen]
    told = [(*key, *(f"{here[name]:.2f}" if name in here else "-" for name in names)) for key, here in found.items()]
    alt = "A row for each article: milliseconds a step against hidden units, window and batch, above both floors"
    lead = filled(
        f"Measured on one thread of {on}: a step's time grows as the size to this power. Tried was half of each "
        "article's own size to four times as much."
    )
    return "\n\n".join([f"![{alt}](growth.png)", lead, table(("article", "size", *names), told)])


def throughput(docs: Path) -> str:
    """A study's runs an hour."""
    rows = [row for row in read_rows(docs / "throughput.json") if row["what"] == "study"]
    times = [f"{row['times_graph']:.1f} times as many with {counted(row['workers'], 'worker')}" for row in rows]
    return filled(
        "In an hour the published graph of the Bitcoin program trains some runs, one after another. A study trains "
        f"{' and '.join(times)} ({_processor(docs / 'throughput.json')})."
    )


def writing(docs: Path) -> str:
    """How much faster than Keras's `predict` Macbeth's network writes."""
    rows = [row for row in read_rows(docs / "writing.json") if "times_as_fast" in row and row["contender"] != PREDICT]
    faster = " and ".join(
        f"{row['times_as_fast']:.0f} times with {row['contender'].removeprefix('generate, ')}" for row in rows
    )
    return filled(
        f"Macbeth's network writes faster than by calling Keras's `predict` once a character: {faster} "
        f"({_processor(docs / 'writing.json')})."
    )


def _timed(path: Path) -> pd.DataFrame:
    return pd.DataFrame([row for row in read_rows(path) if "ms" in row])


def _processor(path: Path) -> str:
    return json.loads(path.read_text(encoding="utf-8"))["processor"]


def _times(values: pd.Series, name: str, unit: float) -> str:
    return f"{values[name] / unit:.2f}" if name in values else "-"
