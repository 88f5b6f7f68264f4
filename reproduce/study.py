"""Many runs: a grid of variants and seeds, on local processes or on a cluster, and their results in one table."""

from __future__ import annotations

import csv
import importlib.metadata
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from reproduce.engines import MAX_SEED, limit_threads
from reproduce.errors import ReproduceError, RunError
from reproduce.files import write_atomically, write_json, write_text
from reproduce.prices import PriceTable
from reproduce.runs import RunConfig, RunDirectory
from reproduce.training import run
from reproduce.variant import Variant
from reproduce.windows import prepare

SAME_EVERYWHERE = ("reproduce", "tensorflow", "numpy")  # packages whose version decides a run's bits


@dataclass(frozen=True)
class Study:
    """Which runs, and where they are. Each is an ordinary run directory, with the bits that `reproduce run` writes."""

    root: Path
    variants: tuple[Variant, ...]
    seeds: range
    table: PriceTable
    engine: str = "compiled"

    def __post_init__(self) -> None:
        if not self.variants or not self.seeds:
            raise ValueError("a study needs at least one variant and one seed")
        if len(set(self.variants)) < len(self.variants):
            raise ValueError("a variant stands twice in the study")
        if self.seeds[-1] > MAX_SEED:
            raise ValueError(f"the last seed is {self.seeds[-1]}, expected at most {MAX_SEED}")

    @property
    def configs(self) -> list[RunConfig]:
        """One a run, seed by seed, so that a study cut short has as many seeds of each variant."""
        return [
            RunConfig(variant, seed, self.engine, self.table.sha256) for seed in self.seeds for variant in self.variants
        ]


def run_study(study: Study, *, workers: int = 1, scheduler: str | None = None, on_run: Callable[[str], None]) -> int:
    """Run what is not finished yet, then write study.csv; run again, it goes on.

    Args:
        workers: local processes, each with one thread.
        scheduler: address of a dask scheduler; its workers then train in place of local processes.
        on_run: called with a run's name as it finishes or fails.

    Returns:
        How many runs were trained now.

    Raises:
        DataError: the table is too short for one of the variants.
        RunError: the scheduler cannot be reached, or has no worker with this package and these versions.
    """
    for variant in study.variants:
        prepare(study.table, variant)  # refused now, not by each worker
    study.root.mkdir(parents=True, exist_ok=True)
    missing = []
    for config in study.configs:
        if RunDirectory(study.root, config).is_finished:
            on_run(config.name)
        else:
            missing.append(config)
    try:
        runs = _on_cluster(study, missing, scheduler) if scheduler else _on_processes(study, missing, workers)
        for name in runs:
            on_run(name)
    except ReproduceError:
        raise
    except Exception as error:  # a process that died of lack of memory, a scheduler gone: each library has its own
        what = str(error).partition("\n")[0]
        raise RunError(
            f"a worker was lost ({type(error).__name__}: {what}); finished runs stand, run it again"
        ) from error
    finally:
        write_text(study.root / "study.csv", study_table(study))
    return len(missing)


def _on_processes(study: Study, configs: list[RunConfig], workers: int) -> Iterator[str]:
    """Train in local processes, straight into the study's directory."""
    parallel = joblib.Parallel(n_jobs=workers, backend="loky", return_as="generator_unordered", batch_size=1)
    return parallel(joblib.delayed(_train)(study.root, config, study.table) for config in configs)


def _on_cluster(study: Study, configs: list[RunConfig], scheduler: str) -> Iterator[str]:
    """Train on the cluster's workers, which need not share our disk: each sends its run's files back."""
    with _connected(scheduler) as client, joblib.parallel_config("dask", client=client):
        parallel = joblib.Parallel(return_as="generator_unordered", batch_size=1)
        tasks = (joblib.delayed(_train_elsewhere)(config, study.table) for config in configs)
        for config, contents in parallel(tasks):
            _unpack(RunDirectory(study.root, config), contents)
            yield config.name


def _train(root: Path, config: RunConfig, table: PriceTable) -> str:
    """Train one run in this process. A run that fails is recorded, not fatal to the study."""
    directory = RunDirectory(root, config)
    try:
        limit_threads(1)
        run(root, config, prepare(table, config.variant), wait=True)
        (directory.path / "failure.json").unlink(missing_ok=True)
    except Exception as error:  # whatever one run meets, the others go on
        directory.path.mkdir(parents=True, exist_ok=True)
        write_json(directory.path / "failure.json", {"error": f"{type(error).__name__}: {error}"})
    return config.name


def _train_elsewhere(config: RunConfig, table: PriceTable) -> tuple[RunConfig, dict[str, bytes]]:
    """Train one run in a temporary folder; return the contents of its files by name."""
    with tempfile.TemporaryDirectory() as scratch:
        _train(Path(scratch), config, table)
        folder = RunDirectory(Path(scratch), config).path
        return config, {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != ".lock"}


def _unpack(directory: RunDirectory, contents: dict[str, bytes]) -> None:
    """Put a run's files in place, metrics.json, which makes it finished, last."""
    with directory.opened(force=False, wait=True):
        (directory.path / "failure.json").unlink(missing_ok=True)
        for name in sorted(contents, key=lambda name: name == "metrics.json"):
            write_atomically(directory.path / name, lambda file, name=name: file.write(contents[name]))


@contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as error:
        raise RunError("--scheduler needs dask.distributed: pip install 'reproduce[cluster]'") from error
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise RunError(f"{scheduler}: no dask scheduler answers there; start one with: dask scheduler") from error
    with client:
        _check_workers(scheduler, client)
        yield client


def _check_workers(scheduler: str, client: Any) -> None:
    """Refuse a cluster whose bits could differ. The question is one of the standard library, so any worker has it."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    for worker, facts in workers.items():
        if facts["nthreads"] != 1:
            raise RunError(f"worker {worker} has {facts['nthreads']} threads, expected 1; start it with --nthreads 1")
    if not workers:
        raise RunError(
            f"{scheduler}: the scheduler has no workers; start some with: dask worker {scheduler} --nthreads 1"
        )
    for package in SAME_EVERYWHERE:
        ours = importlib.metadata.version(package)
        answers = client.run(importlib.metadata.version, package, on_error="return")
        for worker, theirs in answers.items():
            if theirs != ours:
                found = "no such package" if isinstance(theirs, Exception) else f"version {theirs}"
                raise RunError(f"worker {worker} has {package} in {found}, expected {ours}; install that version there")


def study_table(study: Study) -> str:
    """The study as CSV text: a row a run, with the variant's fields, seed, status, figures and every epoch's loss."""
    rows = [_study_row(RunDirectory(study.root, config)) for config in study.configs]
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _study_row(directory: RunDirectory) -> dict[str, Any]:
    config = directory.config
    row = {"run": config.name, **asdict(config.variant), "seed": config.seed, "engine": config.engine}
    if not directory.is_finished:
        return row | {"status": "failed" if (directory.path / "failure.json").exists() else "missing"}
    losses, metrics, environment = directory.read_losses(), directory.read_metrics(), directory.read_environment()
    row["status"] = "finished" if np.all(np.isfinite(losses)) and metrics["test_mse"] is not None else "diverged"
    row |= metrics | {"seconds": environment["seconds"], "version": environment["packages"]["reproduce"]}
    return row | {f"loss_{epoch}": repr(float(loss)) for epoch, loss in enumerate(losses)}


def summarise_study(study: Study) -> list[dict[str, Any]]:
    """A row a variant: how many runs ended how, and the medians of the finished ones' final loss and skill."""
    rows = [_study_row(RunDirectory(study.root, config)) for config in study.configs]
    summary = []
    for variant in study.variants:
        mine = [row for row in rows if all(row[name] == value for name, value in asdict(variant).items())]
        finished = [row for row in mine if row["status"] == "finished"]
        counts = {status: sum(row["status"] == status for row in mine) for status in ("finished", "diverged", "failed")}
        medians = {f"median_{name}": _median([row[name] for row in finished]) for name in ("final_loss", "skill")}
        summary.append({"variant": variant.name, **counts, **medians})
    return summary


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None


def read_study(path: Path) -> dict[str, np.ndarray]:
    """Every run's losses by variant name, (seeds, epochs), nan where it diverged, from a study's CSV.

    Raises:
        RunError: there is no study, the table is not one of ours, or a run of it is missing or failed.
    """
    return {name: np.array(list(seeds.values())) for name, seeds in read_study_by_seed(path).items()}


def read_study_by_seed(path: Path) -> dict[str, dict[int, list[float]]]:
    """The same, each run's losses by its seed."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        named: dict[str, dict[int, list[float]]] = {}
        for row in rows:
            variant = Variant(**{f.name: type(f.default)(row[f.name]) for f in fields(Variant)})
            if row["status"] in ("finished", "diverged"):
                losses = [float(row[f"loss_{epoch}"]) for epoch in range(variant.epochs)]
                named.setdefault(variant.name, {})[int(row["seed"])] = losses
    except (OSError, KeyError, ValueError) as error:
        raise RunError(f"{path}: not a study's table ({error}); make one with: reproduce study") from error
    unfinished = len(rows) - sum(map(len, named.values()))
    if unfinished or not rows:
        raise RunError(f"{path}: {unfinished} of {len(rows)} runs are not finished; run the study again")
    return named
