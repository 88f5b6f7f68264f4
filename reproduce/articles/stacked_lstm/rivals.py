"""The study behind "LSTM outperformed SimpleRNN and MLP": every network from the same seeds, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from reproduce.articles.stacked_lstm.training import RunConfig, train
from reproduce.articles.stacked_lstm.variant import NETWORKS, Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.errors import RunError
from reproduce.inputs.prices import PriceTable
from reproduce.networks.engine import check_seeds
from reproduce.runs.directory import Directory
from reproduce.runs.files import write_text
from reproduce.runs.pool import train_all
from reproduce.runs.tidy import parse_table, table_text

TABLE = "rivals.csv"


@dataclass(frozen=True)
class RivalStudy:
    """Which runs, and where they are; each is an ordinary run directory."""

    root: Path
    seeds: range
    table: PriceTable
    variant: Variant  # all but the network

    def __post_init__(self) -> None:
        check_seeds(self.seeds)

    @property
    def configs(self) -> list[RunConfig]:
        """One a run, seed by seed, so that a study cut short has as many seeds of each network."""
        return [
            RunConfig(replace(self.variant, network=network), seed, self.table.sha256)
            for seed in self.seeds
            for network in NETWORKS
        ]


@dataclass(frozen=True)
class RivalRow:  # its fields are the columns of rivals.csv
    """One run's test set. Where training diverged, the figures are nan."""

    network: str
    seed: int
    rmse_usd: float
    mse: float  # scaled units
    skill: float  # 1 - mse / persistence's
    final_loss: float  # the last epoch's, scaled units, dropout at work
    seconds: float  # of training
    version: str  # of the package


def run_rivals(
    study: RivalStudy, *, workers: int = 1, scheduler: str | None = None, on_run: Callable[[str], None]
) -> int:
    """Run what is not finished yet, then write rivals.csv into the study's folder; run again, it goes on.

    Args:
        workers: local processes, each with one thread.
        scheduler: address of a dask scheduler; its workers then train in place of local processes.
        on_run: called with a run's name as it finishes or fails.

    Returns:
        How many runs were trained now.

    Raises:
        DataError: the table is too short for the variant.
        RunError: a run failed, or the scheduler cannot be reached or has no worker with this package.
    """
    prepare(study.table, study.variant)  # refused now, not by each worker
    trained = train_all(
        study.root, study.configs, train, study.table, workers=workers, scheduler=scheduler, on_run=on_run
    )
    write_text(study.root / TABLE, table_text(RivalRow, study_rows(study)))
    return trained


def study_rows(study: RivalStudy) -> list[RivalRow]:
    """The figures of every run of the study.

    Raises:
        RunError: a run is not finished.
    """
    return [_row(Directory(study.root, config)) for config in study.configs]


def _row(directory: Directory) -> RivalRow:
    directory.require_finished()
    metrics, environment = directory.read_metrics(), directory.read_environment()
    figures = {"rmse_usd": "test_rmse_usd", "mse": "test_mse", "skill": "skill", "final_loss": "final_loss"}
    return RivalRow(
        network=directory.config.variant.network,
        seed=directory.config.seed,
        **{name: np.nan if metrics[key] is None else metrics[key] for name, key in figures.items()},
        seconds=environment["seconds"],
        version=environment["packages"]["reproduce"],
    )


def read_rivals(path: Path) -> list[RivalRow]:
    """Read a study's rivals.csv.

    Raises:
        RunError: there is none, it is not such a table, or a network lacks a seed that another has.
    """
    try:
        return parse_rivals(path.read_text(encoding="utf-8"))
    except (OSError, KeyError, ValueError) as error:
        raise RunError(f"{path}: not a table of the networks' runs ({error}); make one with the study") from error


def parse_rivals(text: str) -> list[RivalRow]:
    """Undo `table_text`; KeyError or ValueError where the text is no whole table."""
    rows = parse_table(RivalRow, text)
    runs = [(row.network, row.seed) for row in rows]
    wanted = {(network, seed) for network in NETWORKS for _, seed in runs}
    if not rows or len(runs) != len(wanted) or set(runs) != wanted:
        raise ValueError(f"{len(rows)} rows, expected one a seed for each of {', '.join(NETWORKS)}")
    return rows


def shipped_rivals() -> list[RivalRow]:
    """The table that comes with the package, of the published settings over 20 seeds."""
    return parse_rivals((files(__package__) / TABLE).read_text(encoding="utf-8"))
