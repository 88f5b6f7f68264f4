"""Run directories: what determines a run, where it stands, and what it leaves behind."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.engines import ENGINES, MAX_SEED
from reproduce.errors import RunError
from reproduce.files import PARTIAL, write_atomically, write_json, write_text
from reproduce.variant import Variant
from reproduce.windows import Dataset


@dataclass(frozen=True)
class RunConfig:
    """Everything that determines a run's result. Goes to config.json and reads back equal."""

    variant: Variant
    seed: int
    engine: str
    data_sha256: str
    article: str = "bitcoin-lstm"

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"seed is {self.seed}, expected 0 to {MAX_SEED}")
        if self.engine not in ENGINES:
            raise ValueError(f"engine is {self.engine!r}, expected one of {', '.join(ENGINES)}")

    @property
    def name(self) -> str:
        """The name of its directory."""
        return f"{self.article}-{self.variant.name}-s{self.seed}-{self.engine}"

    @classmethod
    def from_json(cls, text: str) -> RunConfig:
        """Undo `json.dumps(asdict(config))`."""
        values = json.loads(text)
        return cls(**values | {"variant": Variant(**values["variant"])})


@dataclass
class Progress:
    """Where a training stands: what a checkpoint holds beside the engine's state."""

    losses: list[float] = field(default_factory=list)  # the mean of each finished epoch's batch losses, scaled units
    predictions: np.ndarray = field(default_factory=lambda: np.empty((0, 1)))  # the last epoch's, (windows, 1)
    seconds: float = 0.0  # of training so far, in all processes that took part

    @property
    def epoch(self) -> int:
        """The number of finished epochs, which is the next epoch's number."""
        return len(self.losses)


class RunDirectory:
    """One run's files under `root`. A run is finished when metrics.json, which is written last, is there."""

    def __init__(self, root: Path, config: RunConfig) -> None:
        self.path = root / config.name
        self.config = config

    @property
    def is_finished(self) -> bool:
        """Whether this very run is there, whole; RunError where another one stands in its place."""
        if not (self.path / "metrics.json").exists():
            return False
        self._check_config()
        return True

    @contextmanager
    def opened(self, *, force: bool, wait: bool = False) -> Iterator[None]:
        """Make the directory, or take up the one that is there, and keep other processes out meanwhile.

        Args:
            force: throw away what an earlier run of that name left.
            wait: until another process has let go of it, rather than be refused.

        Raises:
            RunError: another process writes there, or another run (other data, say) stands there.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / ".lock").open("w")
        except OSError as error:
            raise RunError(f"{self.path}: {error.strerror}; choose another folder with --out") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RunError(f"{self.path}: another process is writing this run; wait for it, or use --out") from None
            if force:
                self._empty()
            self._claim()
            yield

    def _claim(self) -> None:
        for leftover in self.path.glob(f".*{PARTIAL}"):
            leftover.unlink()
        if (self.path / "config.json").exists():
            self._check_config()
        else:
            write_json(self.path / "config.json", asdict(self.config))

    def _check_config(self) -> None:
        config_path = self.path / "config.json"
        try:
            there = RunConfig.from_json(config_path.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise RunError(f"{config_path}: not a run's configuration ({error}); --force starts anew") from error
        if there != self.config:
            mine, other = asdict(self.config), asdict(there)
            differing = [name for name in mine if mine[name] != other[name]]
            raise RunError(
                f"{self.path}: holds a run with another {', '.join(differing)}; choose another folder with --out, or "
                "--force to replace it"
            )

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != ".lock":
                entry.unlink()

    def save_checkpoint(self, progress: Progress, state: dict[str, np.ndarray]) -> None:
        """Replace the checkpoint by one file with the engine's state and the progress."""
        arrays = {f"state/{name}": array for name, array in state.items()}
        arrays |= {"losses": np.array(progress.losses), "predictions": progress.predictions}
        arrays["seconds"] = np.array(progress.seconds)
        write_atomically(self.path / "checkpoint.npz", lambda file: np.savez(file, **arrays))

    def load_checkpoint(self) -> tuple[Progress, dict[str, np.ndarray]] | None:
        """The newest checkpoint, or None before the first.

        Raises:
            RunError: the file is not one of ours.
        """
        path = self.path / "checkpoint.npz"
        if not path.exists():
            return None
        try:
            with np.load(path) as archive:
                arrays = dict(archive)
            losses, predictions, seconds = (arrays.pop(name) for name in ("losses", "predictions", "seconds"))
            progress = Progress(losses.tolist(), predictions, float(seconds))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise RunError(f"{path}: not a checkpoint ({error}); remove it, and the run starts anew") from error
        return progress, {name.removeprefix("state/"): array for name, array in arrays.items()}

    def write_results(
        self, progress: Progress, test_predictions: np.ndarray, dataset: Dataset, metrics: dict[str, float]
    ) -> None:
        """Write losses.csv, predictions.csv and, last, metrics.json."""
        losses = [(epoch, repr(loss)) for epoch, loss in enumerate(progress.losses)]
        write_text(self.path / "losses.csv", _csv_text(("epoch", "loss"), losses))
        header = ("row", "date", "set", "actual_scaled", "predicted_scaled", "actual_usd", "predicted_usd")
        rows = [
            *_prediction_rows(dataset, "training", 0, progress.predictions),
            *_prediction_rows(dataset, "testing", dataset.train_windows, test_predictions),
        ]
        write_text(self.path / "predictions.csv", _csv_text(header, rows))
        known = {name: value if np.isfinite(value) else None for name, value in metrics.items()}  # null: it diverged
        write_json(self.path / "metrics.json", known)

    def read_losses(self) -> np.ndarray:
        """The loss of each epoch, (epochs,). This and the other readers raise RunError for a damaged file."""
        return np.array([float(row["loss"]) for row in self._read_rows("losses.csv")])

    def read_predictions(self, which: str) -> np.ndarray:
        """The scaled predictions of the set `training` or `testing`, (windows,)."""
        rows = self._read_rows("predictions.csv")
        return np.array([float(row["predicted_scaled"]) for row in rows if row["set"] == which])

    def read_environment(self) -> dict[str, Any]:
        """What environment.json says; `seconds` are those of training, also of processes that were stopped."""
        return self._read_json("environment.json")

    def read_metrics(self) -> dict[str, float | None]:
        """What metrics.json says; None where the training diverged."""
        return self._read_json("metrics.json")

    def _read_rows(self, name: str) -> list[dict[str, str]]:
        with self._reading(name) as path:
            rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
            if not rows or None in rows[-1].values():
                raise ValueError("it is cut short")
            return rows

    def _read_json(self, name: str) -> dict[str, Any]:
        with self._reading(name) as path:
            return json.loads(path.read_text(encoding="utf-8"))

    @contextmanager
    def _reading(self, name: str) -> Iterator[Path]:
        path = self.path / name
        try:
            yield path
        except (OSError, ValueError) as error:
            raise RunError(f"{path}: cannot be read ({error}); remove the folder to make the run anew") from error


def _prediction_rows(dataset: Dataset, which: str, first_window: int, predictions: np.ndarray) -> Iterator[tuple]:
    rows = dataset.target_rows(first_window, len(predictions))
    for row, predicted in zip(rows, predictions[:, 0].astype(float), strict=True):
        scaled = (dataset.close_scaled[row], predicted)
        usd = (dataset.close_usd[row], dataset.to_usd(predicted))
        yield row, dataset.dates[row], which, *(repr(float(value)) for value in (*scaled, *usd))


def _csv_text(header: tuple[str, ...], rows: list[tuple]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
