"""Train many runs of any article, on local processes or on a dask cluster, whose workers need not share our disk."""

from __future__ import annotations

import importlib.metadata
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import joblib

from reproduce.errors import ReproduceError, RunError
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from reproduce.runs.files import write_atomically, write_json

# train(root, config, data) leaves a finished run in root / config.name. Workers find it by its name, so it is a
# function of a module; it sets the threads of what it trains with, waits for a directory another process holds, and
# leaves a finished one as it is.
Train = Callable[[Path, Any, Any], None]

ANSWER_WITHIN = "10s"  # from a scheduler, when it is first asked
SAME_EVERYWHERE = ("reproduce", "tensorflow", "keras", "numpy")  # packages whose version decides a run's bits


def train_all(
    root: Path,
    configs: Sequence[RunConfig],
    train: Train,
    data: Any,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    on_run: Callable[[str], None],
) -> int:
    """Train what is not finished; call it again, and it goes on. A run that fails leaves failure.json; others go on.

    Args:
        configs: one a run, in the order in which they are begun.
        data: what every run is trained on, sent to the workers.
        workers: local processes.
        scheduler: address of a dask scheduler; its workers then train in place of local processes.
        on_run: called with every run's name once, as it is found finished, or finishes or fails now.

    Returns:
        How many runs were trained now, those that failed among them.

    Raises:
        RunError: the scheduler cannot be reached, has no worker with this package and these versions, or a worker was
            lost; or another run stands in one's place.
    """
    missing = []
    for config in configs:
        Directory(root, config).check_place()
        if Directory(root, config).is_finished:
            on_run(config.name)
        else:
            missing.append(config)
    try:
        if scheduler:
            names = _on_cluster(root, missing, train, data, scheduler)
        else:
            names = _on_processes(root, missing, train, data, workers)
        for name in names:
            on_run(name)
    except ReproduceError:
        raise
    except Exception as error:  # a process that died of lack of memory, a scheduler gone: each library has its own
        what = str(error).partition("\n")[0]
        raise RunError(
            f"a worker was lost ({type(error).__name__}: {what}); finished runs stand, run it again"
        ) from error
    return len(missing)


def _on_processes(root: Path, configs: list[RunConfig], train: Train, data: Any, workers: int) -> Iterator[str]:
    """Train in local processes, straight into `root`."""
    parallel = joblib.Parallel(n_jobs=workers, backend="loky", return_as="generator_unordered", batch_size=1)
    return parallel(joblib.delayed(_attempt)(root, config, train, data) for config in configs)


def _on_cluster(root: Path, configs: list[RunConfig], train: Train, data: Any, scheduler: str) -> Iterator[str]:
    """Train on the cluster's workers; each sends its run's files back."""
    with _connected(scheduler) as client, joblib.parallel_config("dask", client=client):
        parallel = joblib.Parallel(return_as="generator_unordered", batch_size=1)
        tasks = (joblib.delayed(_attempt_elsewhere)(config, train, data) for config in configs)
        for config, contents in parallel(tasks):
            _unpack(Directory(root, config), contents)
            yield config.name


def _attempt(root: Path, config: RunConfig, train: Train, data: Any) -> str:
    """Train one run in this process. A run that fails is recorded, not fatal to the others."""
    folder = Directory(root, config).path
    try:
        train(root, config, data)
    except Exception as error:  # whatever one run meets, the others go on
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "failure.json", {"error": f"{type(error).__name__}: {error}"})
    return config.name


def _attempt_elsewhere(config: RunConfig, train: Train, data: Any) -> tuple[RunConfig, dict[str, bytes]]:
    """Train one run in a temporary folder; return the contents of its files by name."""
    with tempfile.TemporaryDirectory() as scratch:
        _attempt(Path(scratch), config, train, data)
        folder = Directory(Path(scratch), config).path
        return config, {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != ".lock"}


def _unpack(directory: Directory, contents: dict[str, bytes]) -> None:
    """Put a run's files in place, metrics.json, which makes it finished, last."""
    with directory.opened(force=False, wait=True):
        for name in sorted(contents, key=lambda name: name == "metrics.json"):
            write_atomically(directory.path / name, lambda file, name=name: file.write(contents[name]))


@contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as error:
        raise RunError("--scheduler needs dask.distributed: pip install '.[cluster]' in the repository") from error
    if "://" not in scheduler:
        raise RunError(f"{scheduler}: not a scheduler's address, expected one such as tcp://host:8786")
    try:
        client = Client(scheduler, timeout=ANSWER_WITHIN, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise RunError(f"{scheduler}: no dask scheduler answers there; start one with: dask scheduler") from error
    with client:
        _check_workers(scheduler, client)
        yield client


def _check_workers(scheduler: str, client: Any) -> None:
    """Refuse a cluster whose bits could differ, or whose workers could not read what they are sent.

    Every question is one that a worker can answer which has nothing of ours.
    """
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
    ask = _digest_of_sources()
    for worker, theirs in client.run(ask, on_error="return").items():
        if theirs != ask():
            raise RunError(
                f"worker {worker} has another checkout of reproduce, of the same version; give it the files that are "
                "here, and start it again"
            )


def _digest_of_sources() -> Callable[[], str]:
    """What tells one checkout from another; a function within one, so that it travels whole, to any worker."""

    def digest() -> str:
        import hashlib
        import importlib.util
        from pathlib import Path

        folder = Path(importlib.util.find_spec("reproduce").origin).parent
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
        told = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()} {name}" for name in files]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    return digest
