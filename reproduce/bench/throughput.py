"""How many runs an hour a study gets through, by the number of its workers, beside the published graph's."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from reproduce.articles import train
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench.contender import CORES, GRAPH, SESSION, Contender
from reproduce.bench.frameworks import contenders_of
from reproduce.bench.results import Bench, Row, best_of_each, ratio, table_of
from reproduce.bench.rounds import entered, race, started
from reproduce.bench.tasks import TASKS
from reproduce.errors import RunError
from reproduce.inputs.prices import load_prices
from reproduce.runs.config import RunConfig
from reproduce.runs.environment import processor
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


def run_throughput(workers: Sequence[int], *, variant: Variant, runs: int, on_progress: Callable[[str], None]) -> Bench:
    """Time the published graph's epochs, then a study of `runs` runs a worker for each number of workers.

    A study's time is all of it, the start of its processes and the proof of their engines included.

    Args:
        on_progress: called `len(workers) + 1` times, with what has just ended.
    """
    graphs = [one for one in contenders_of("bitcoin-lstm") if one.name in (GRAPH, SESSION)]
    graph_per_hour = _graph_runs_per_hour(graphs, variant)
    rows = [] if graph_per_hour is None else [_row(GRAPH, 1, graph_per_hour, graph_per_hour)]
    on_progress(GRAPH)
    for count in workers:
        rows.append(_row("study", count, _study_runs_per_hour(variant, count, runs * count), graph_per_hour))
        on_progress(f"{count} workers")
    title = f"Whole runs of {variant.epochs} epochs, {runs} for each worker\n{processor()}, {CORES} cores"
    return Bench([table_of(title, rows, COLUMNS)])


def _row(what: str, workers: int, per_hour: float, graph_per_hour: float | None) -> Row:
    times = ratio(per_hour, graph_per_hour)  # None where the published graph is missing
    return {"what": what, "workers": workers, "runs_per_hour": per_hour, "times_graph": times}


def _graph_runs_per_hour(graphs: Sequence[Contender], variant: Variant) -> float | None:
    """From the median time of its steps, held to the session engine's loss; a whole run of it takes minutes.

    None where the published program is missing.
    """
    task, results = TASKS[0], entered(graphs)
    problem = task.problem(replace(variant, wiring=task.variant.wiring))  # its steps are those of the article's epoch
    with started(graphs) as processes:
        race(results, dict.fromkeys(graphs, problem), processes, GRAPH_ROUNDS, on_progress=lambda _: None)
    graph = best_of_each(results)[GRAPH]
    if graph.missing is not None:
        return None
    if graph.failure is not None:
        raise RunError(f"{GRAPH}: {graph.failure}")
    return 3600e6 / (graph.median * problem.steps * variant.epochs)


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
