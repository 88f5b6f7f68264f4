"""The study behind the Macbeth verdicts: the program as the code ran, over seeds, and a held-out run of 20 epochs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from reproduce.articles.macbeth.milestones import read_milestones, sample_name, text_repeat_rate
from reproduce.articles.macbeth.training import RunConfig, parts, train
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.evidence.measures import entropy_of_order
from reproduce.inputs.text import Text
from reproduce.networks.engine import check_seeds
from reproduce.runs.directory import Directory
from reproduce.runs.files import write_text
from reproduce.runs.pool import train_all
from reproduce.runs.tidy import parse_table, table_text

TABLE = "milestones.csv"
SHOWN = 60
TREND = MacbethVariant(epochs=20, held_out="last-tenth")  # M1, M5


@dataclass(frozen=True)
class MacbethStudy:
    """Which runs, and where they are; each is an ordinary run directory, trained on one thread."""

    root: Path
    seeds: range  # of the published variant
    trend_seeds: range  # of TREND
    text: Text

    def __post_init__(self) -> None:
        for seeds in (self.seeds, self.trend_seeds):
            check_seeds(seeds)

    @property
    def configs(self) -> list[RunConfig]:
        """One a run, the longest first."""
        runs = [(TREND, seed) for seed in self.trend_seeds] + [(MacbethVariant(), seed) for seed in self.seeds]
        return [RunConfig(variant, seed, "compiled", self.text.sha256) for variant, seed in runs]


@dataclass(frozen=True)
class MilestoneRow:  # its fields are the columns of milestones.csv
    """One run after one epoch. Losses and entropies in nats a character."""

    variant: str
    seed: int
    epoch: int
    loss: float  # of that epoch
    held_out_loss: float  # nan where nothing is held out
    repeat_rate: float
    entropy_0: float  # of the judged characters, counted over those trained on without what comes before them
    entropy_1: float  # given the one before
    text_repeat_rate: float  # of the judged text itself, in pieces as long as what is written
    characters: int  # of the text
    distinct_characters: int
    samples: int
    batches: int
    weights: int
    writes: str  # the first SHOWN characters of a greedy text, its line ends as slashes
    seconds: float  # of the whole run
    version: str


def run_study(
    study: MacbethStudy, *, workers: int = 1, scheduler: str | None = None, on_run: Callable[[str], None]
) -> int:
    """Run what is not finished yet, then write milestones.csv into the study's folder; run again, it goes on.

    Args:
        workers: local processes, each with one thread.
        scheduler: address of a dask scheduler; its workers then train in place of local processes.
        on_run: called with a run's name as it finishes or fails.

    Returns:
        How many runs were trained now.

    Raises:
        TextError: the text is too short.
        RunError: a run failed, or the scheduler cannot be reached or has no worker with this package.
    """
    parts(study.text, TREND)  # refused now, not by each worker
    trained = train_all(
        study.root, study.configs, train, study.text, workers=workers, scheduler=scheduler, on_run=on_run
    )
    write_text(study.root / TABLE, table_text(MilestoneRow, study_rows(study)))
    return trained


def study_rows(study: MacbethStudy) -> list[MilestoneRow]:
    """The figures of every run of the study, an epoch a row; RunError where a run is not finished."""
    return [row for config in study.configs for row in run_rows(Directory(study.root, config), study.text)]


def run_rows(directory: Directory, text: Text) -> list[MilestoneRow]:
    """The figures of one finished run.

    Raises:
        RunError: it is not finished.
    """
    directory.require_finished()
    config, metrics, environment = directory.config, directory.read_metrics(), directory.read_environment()
    training, judged = parts(text, config.variant)
    counted = {f"entropy_{order}": entropy_of_order(training, judged, order, len(text.vocabulary)) for order in (0, 1)}
    counts = {name: metrics[name] for name in ("characters", "distinct_characters", "samples", "batches", "weights")}
    of_run = {"text_repeat_rate": text_repeat_rate(judged), "seconds": environment["seconds"]}
    version = environment["packages"]["reproduce"]
    return [
        MilestoneRow(
            variant=config.variant.name,
            seed=config.seed,
            version=version,
            **{**asdict(one), **counted, **counts, **of_run},
            writes=_first_written(directory, one.epoch),
        )
        for one in read_milestones(directory)
    ]


def _first_written(directory: Directory, epoch: int) -> str:
    """How the greedy text that was kept after an epoch goes on from its start window."""
    with directory.reading(sample_name(epoch)) as path:
        written = path.read_text(encoding="utf-8")[directory.config.variant.window :]
    return written[:SHOWN].replace("\n", "/")


def shipped_rows() -> list[MilestoneRow]:
    """The table that comes with the package."""
    return parse_table(MilestoneRow, (files(__package__) / TABLE).read_text(encoding="utf-8"))
