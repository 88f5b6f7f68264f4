"""How many runs an hour a study gets through, by the number of its workers, beside the published graph's."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from reproduce.articles import train
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench.contender import CORES, Contender
from reproduce.bench.problem import create_problem
from reproduce.bench.results import Bench, Row, ratio, table_of
from reproduce.bench.rounds import race, started
from reproduce.errors import RunError
from reproduce.inputs.prices import load_prices
from reproduce.runs.config import RunConfig
from reproduce.runs.pool import train_all
from reproduce.runs.study import Study

GRAPH_ROUNDS = 5
COLUMNS = {
    "what": "{what}",
    "workers": "{workers}",
    "runs an hour": "{runs_per_hour:.1f}",
    "times the published graph": "{times_graph:.1f}",
}


def worker_counts() -> list[int]:
    """1, 2, 4 … as long as each worker has a core, and all cores."""
    powers = [2**power for power in range(CORES.bit_length()) if 2**power <= CORES]
    return sorted({*powers, CORES})


def run_throughput(
    graph: Contender,
    reference: Contender,
    variant: Variant,
    workers: Sequence[int],
    *,
    runs: int,
    on_progress: Callable[[str], None],
) -> Bench:
    """Time the published graph's epochs, then a study of `runs` runs a worker for each number of workers.

    A study's time is all of it, the start of its processes and the proof of their engines included.

    Args:
        graph: the contender whose steps one after another are the published way, `original_code`'s graph.
        reference: whose loss that must have in the first epoch (`reproduce.bench.contender.REFERENCES`).
        on_progress: called `len(workers) + 1` times, with what has just ended.
    """
    graph_per_hour = _graph_runs_per_hour(graph, reference, variant)
    rows = [] if graph_per_hour is None else [_row(graph.name, 1, graph_per_hour, graph_per_hour)]
    on_progress(graph.name)
    for count in workers:
        rows.append(_row("study", count, _study_runs_per_hour(variant, count, runs * count), graph_per_hour))
        on_progress(f"{count} workers")
    return Bench([table_of(f"Whole runs of {variant.epochs} epochs, {runs} for each worker", rows, COLUMNS)])


def _row(what: str, workers: int, per_hour: float, graph_per_hour: float | None) -> Row:
    times = ratio(per_hour, graph_per_hour)  # None where the published graph is missing
    return {"what": what, "workers": workers, "runs_per_hour": per_hour, "times_graph": times}


def _graph_runs_per_hour(graph: Contender, reference: Contender, variant: Variant) -> float | None:
    """From the median time of its steps; a whole run of it takes minutes. None where it cannot take part."""
    if graph.why_missing() is not None:
        return None
    problem = create_problem(variant, steps=10**9)  # as many as an epoch has
    with started([graph, reference]) as processes:
        problems = dict.fromkeys((graph, reference), problem)
        result, _ = race(problems, processes, GRAPH_ROUNDS, on_progress=lambda _: None)
    if result.failure is not None:
        raise RunError(f"{graph.name}: {result.failure}")
    return 3600e6 / (result.median * problem.steps * variant.epochs)


def _study_runs_per_hour(variant: Variant, workers: int, runs: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        table = load_prices()
        configs = (RunConfig(variant, seed, "compiled", table.sha256, "bitcoin-lstm") for seed in range(runs))
        study = Study(Path(folder), tuple(configs))
        begin = time.perf_counter()
        train_all(study.root, study.configs, train, table, workers=workers, on_run=lambda _: None)
        seconds = time.perf_counter() - begin
        failed = sum(directory.has_failed for directory in study.directories)
    if failed:
        raise RunError(f"{failed} of {runs} runs of the study failed; reproduce run says why")
    return runs * 3600 / seconds
