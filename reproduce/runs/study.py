"""Many runs of any article: which, where they are, and what every one of them left behind, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.errors import RunError
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import RUNS, Directory
from reproduce.runs.files import write_text
from reproduce.runs.tables import frame_text, parse_frame

DECISIVE = ("tensorflow", "numpy")  # packages that decide the last bits


@dataclass(frozen=True)
class Study:
    """Which runs, and where they are. Each is an ordinary run directory, with the bits that `reproduce run` writes.

    Raises:
        ValueError: there is no run, or one stands twice.
    """

    root: Path
    configs: tuple[RunConfig, ...]  # in the order in which they are begun

    def __post_init__(self) -> None:
        if not self.configs:
            raise ValueError("a study needs at least one variant and one seed")
        if len(set(self.configs)) < len(self.configs):
            raise ValueError("a variant stands twice in the study")

    @property
    def directories(self) -> list[Directory]:
        """One a run."""
        return [Directory(self.root, config) for config in self.configs]

    def of_variants(self) -> dict[str, list[Directory]]:
        """The directories by the name of their variant, in the order of the study."""
        named: dict[str, list[Directory]] = {}
        for directory in self.directories:
            named.setdefault(directory.config.variant.name, []).append(directory)
        return named


@contextmanager
def tabled(study: Study) -> Iterator[None]:
    """Make the study's folder, and leave study.csv in it, whatever becomes of the runs that are trained inside."""
    import pandas as pd

    study.root.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        write_text(study.root / RUNS, frame_text(pd.DataFrame([run_row(one) for one in study.directories])))


def run_row(directory: Directory) -> dict[str, Any]:
    """One run in study.csv: its variant's fields, seed, engine, status, metrics and every epoch's loss.

    The status is `finished`, `diverged` (a loss or the test error is no finite number), `failed` or `missing`.
    """
    config = directory.config
    row = {"run": config.name, "variant": config.variant.name, **asdict(config.variant)}
    row |= {"seed": config.seed, "engine": config.engine}
    if not directory.is_finished:
        return row | {"status": "failed" if directory.has_failed else "missing"}
    losses, metrics, environment = directory.read_losses(), directory.read_metrics(), directory.read_environment()
    is_finite = np.all(np.isfinite(losses)) and metrics.get("test_mse", 0) is not None
    row["status"] = "finished" if is_finite else "diverged"
    row |= metrics | {"seconds": environment["seconds"], "version": environment["packages"]["reproduce"]}
    return row | {f"loss_{epoch}": loss for epoch, loss in enumerate(losses)}


def first_finished(folder: Path) -> Path:
    """The directory of a study's first finished run of its first variant.

    Raises:
        RunError: study.csv is missing or damaged, or every run of that variant failed or diverged.
    """
    path = folder / RUNS
    try:
        runs = parse_frame(path.read_text(encoding="utf-8"), {"run": str, "variant": str, "status": str})
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: not a study's table ({error}); run the study again") from error
    mine = runs[(runs["variant"] == runs["variant"].iloc[0]) & (runs["status"] == "finished")]
    if mine.empty:
        raise RunError(f"{path}: no run of the first variant is finished; name the directory of one run instead")
    return folder / Path(mine["run"].iloc[0]).name


def machine_of(study: Study) -> dict[str, Any]:
    """The processor and the packages that a study ran on, which decide its last bits, and by chaos its later losses.

    Raises:
        RunError: its runs are of several.
    """
    machines = []
    for directory in study.directories:
        there = directory.read_environment()
        machine = {"processor": there["processor"], "packages": {n: there["packages"][n] for n in DECISIVE}}
        if machine not in machines:
            machines.append(machine)
    if len(machines) != 1:
        raise RunError(
            f"{study.root}: its runs are of {len(machines)} machines, expected one; train them on one to ship them"
        )
    return machines[0]
