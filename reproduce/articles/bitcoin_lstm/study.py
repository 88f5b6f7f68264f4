"""Many runs of the Bitcoin article: a grid of variants and seeds, and their results in one table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.articles.bitcoin_lstm.runs import RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.training import run
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.errors import RunError
from reproduce.inputs.prices import PriceTable
from reproduce.networks.engine import check_seeds, limit_threads
from reproduce.runs.files import write_text
from reproduce.runs.pool import train_all


@dataclass(frozen=True)
class Study:
    """Which runs, and where they are. Each is an ordinary run directory, with the bits that `reproduce run` writes."""

    root: Path
    variants: tuple[Variant, ...]
    seeds: range
    table: PriceTable
    engine: str = "compiled"

    def __post_init__(self) -> None:
        if not self.variants:
            raise ValueError("a study needs at least one variant")
        if len(set(self.variants)) < len(self.variants):
            raise ValueError("a variant stands twice in the study")
        check_seeds(self.seeds)

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
    study.root.mkdir(parents=True, exist_ok=True)  # study.csv is written below even if no run is begun
    try:
        return train_all(
            study.root, study.configs, _train, study.table, workers=workers, scheduler=scheduler, on_run=on_run
        )
    finally:
        write_text(study.root / "study.csv", study_table(study))


def _train(root: Path, config: RunConfig, table: PriceTable) -> None:
    limit_threads(1)
    run(root, config, prepare(table, config.variant), wait=True)


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
