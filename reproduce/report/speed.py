"""How far apart the engines are and how fast, for docs/engines.md, from what commands have left in docs/."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from reproduce.articles import ARTICLES
from reproduce.bench.targets import MEMORY
from reproduce.report.markdown import filled, read_rows, table

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
    """A step's time in multiples of the compiled engine's, on the fastest number of threads; runs an hour; memory."""
    bench = pd.DataFrame(read_rows(docs / "bench.json"))
    timed, memory = bench[bench["status"] == "timed"], bench[bench["target"] == MEMORY]
    steps = timed.groupby(["contender", "wiring"], sort=False)["times_compiled"].min()
    rows = [
        (name, *(f"{steps[name, w]:.1f}" if (name, w) in steps else "" for w in ("published", "described")))
        for name in timed["contender"].unique()
    ]
    studies = [row for row in read_rows(docs / "throughput.json") if row["what"] == "study"]
    hours = ", ".join(f"{row['times_graph']:.1f} with {row['workers']}" for row in studies)
    peaks = " and ".join(f"{one.measured:.2f} ({one.wiring})" for one in memory.itertuples())
    told = (
        f"Whole runs an hour, where the published graph, run after run, is 1: a study has, by its workers, {hours}.",
        f"The compiled engine needs at most {peaks} times the memory of Keras.",
    )
    head = ("a training step takes", "published wiring", "described wiring")
    return "\n\n".join([table(head, rows), *map(filled, told)])


def characters(docs: Path) -> str:
    """Macbeth's training and writing, each on the number of threads that is fastest."""
    timed = pd.DataFrame([row for row in read_rows(docs / "characters.json") if row.get("status") == "timed"])
    steps = timed.groupby("contender", sort=False)["ms_per_step"].min()
    written = timed.groupby("writer", sort=False)["ms_per_character"].min()
    times = (written["Keras predict"] / written.drop("Keras predict")).items()
    faster = " and ".join(f"{one:.0f} times with {name.removeprefix('generate, ')}" for name, one in times)
    rows = [(name, f"{time:.1f}") for name, time in (steps / steps["compiled engine"]).items()]
    told = f"Text is written faster than by calling Keras's `predict` once a character: {faster}."
    return "\n\n".join([table(("a training step of Macbeth takes", ""), rows), filled(told)])
