"""Run directories of any article: claimed by one process at a time, resumable, and finished or not, never half."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from reproduce.errors import RunError
from reproduce.runs.config import Config, json_values, read_config
from reproduce.runs.files import PARTIAL, write_atomically, write_json, write_text

Item = TypeVar("Item")

# What reading a damaged file raises; RuntimeError is for archives that ask for a password, or are of an unknown kind.
_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile)
_STATE = "state/"  # before the names of an engine's arrays in a checkpoint


class Directory:
    """One run's files under `root`. A run is finished when metrics.json, which is written last, is there."""

    def __init__(self, root: Path, config: Config) -> None:
        self.path = root / config.name
        self.config = config

    @property
    def is_finished(self) -> bool:
        """Whether this very run has its metrics; RunError where another one's stand there, or damaged ones."""
        if not (self.path / "metrics.json").exists():
            return False
        self._check_config()
        self.read_metrics()
        return True

    def require_finished(self) -> None:
        """Raise RunError, with the failure where there was one, unless the run is finished."""
        if self.is_finished:
            return
        with self.reading("failure.json") as path:
            why = json.loads(path.read_text())["error"] if path.exists() else "it was stopped, or never begun"
        raise RunError(f"{self.path}: the run is not finished ({why}); give the same command again")

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
        (self.path / "failure.json").unlink(missing_ok=True)  # an earlier attempt's

    def _check_config(self) -> None:
        config_path = self.path / "config.json"
        try:
            there = read_config(type(self.config), config_path.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise RunError(
                f"{config_path}: not a run's configuration ({error}); remove the folder to start anew"
            ) from error
        mine, other = json_values(self.config), json_values(there)
        differing = [name for name in mine if mine[name] != other[name]]
        if differing:
            raise RunError(
                f"{self.path}: holds a run with another {', '.join(differing)}; choose another folder with --out, or "
                "remove this one"
            )

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != ".lock":
                entry.unlink()

    def save_checkpoint(self, progress: dict[str, Any], state: dict[str, np.ndarray]) -> None:
        """Replace the checkpoint by one file with an engine's state, and what else the training goes on from."""
        arrays = {name: np.asarray(value) for name, value in progress.items()}
        self.write_arrays("checkpoint.npz", arrays | {f"{_STATE}{name}": array for name, array in state.items()})

    def load_checkpoint(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]] | None:
        """The newest checkpoint's progress and state, the same bits by the same names, or None before the first.

        Raises:
            RunError: the file is not one of ours, or damaged.
        """
        path = self.path / "checkpoint.npz"
        if not path.exists():
            return None
        try:
            with np.load(path) as archive:
                arrays = dict(archive)
        except _DAMAGE as error:
            raise RunError(f"{path}: not a checkpoint ({error}); remove it, and the run starts anew") from error
        state = {name: arrays.pop(name) for name in list(arrays) if name.startswith(_STATE)}
        return arrays, {name.removeprefix(_STATE): array for name, array in state.items()}

    def resumed(
        self, restore: Callable[[dict[str, np.ndarray]], None], progress_of: Callable[[dict[str, np.ndarray]], Item]
    ) -> Item | None:
        """Take up the newest checkpoint: `restore` its state, and return what `progress_of` makes of its progress.

        Returns:
            None before the first checkpoint.

        Raises:
            RunError: the checkpoint is damaged, or of another network.
        """
        checkpoint = self.load_checkpoint()
        if checkpoint is None:
            return None
        progress, state = checkpoint
        try:
            restore(state)
            return progress_of(progress)
        except (LookupError, ValueError, TypeError) as error:
            path = self.path / "checkpoint.npz"
            raise RunError(f"{path}: not of this network ({error}); remove it, and the run starts anew") from error

    def write_arrays(self, name: str, arrays: dict[str, np.ndarray]) -> None:
        """Write an .npz file with these arrays, of any shapes and dtypes but `object`."""
        write_atomically(self.path / name, lambda file: np.savez(file, **arrays))

    def write_table(self, name: str, header: tuple[str, ...], rows: Iterable[tuple]) -> None:
        """Write a CSV file, such as losses.csv; a float64 takes as many digits as it needs to read back equal."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        write_text(self.path / name, text.getvalue())

    def write_losses(self, losses: Iterable[float]) -> None:
        """Write losses.csv, a row an epoch."""
        self.write_table("losses.csv", ("epoch", "loss"), enumerate(losses))

    def write_metrics(self, metrics: dict[str, Any]) -> None:
        """Write metrics.json, after every other file: it makes the run finished. A number not finite becomes null."""
        write_json(self.path / "metrics.json", metrics)

    def read_table(self, name: str, of: Callable[[dict[str, str]], Item]) -> list[Item]:
        """What `of` makes of each row of a CSV file. This and the other readers raise RunError for a damaged file."""
        with self.reading(name) as path:
            rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
            if not rows or None in rows[-1].values():
                raise ValueError("it is cut short")
            return [of(row) for row in rows]

    def read_json(self, name: str) -> dict[str, Any]:
        """What a JSON file says, by name; RunError also where a name is asked for that it does not have."""
        with self.reading(name) as path:
            values = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError("it is no object")
            return _Named(path, values)

    def read_losses(self) -> np.ndarray:
        """The column `loss` of losses.csv, one of each epoch, (epochs,)."""
        return np.array(self.read_table("losses.csv", lambda row: float(row["loss"])))

    def read_metrics(self) -> dict[str, Any]:
        """What metrics.json says; None where a figure is not finite, since the training diverged."""
        return self.read_json("metrics.json")

    def read_environment(self) -> dict[str, Any]:
        """What environment.json says; `seconds` are those of training, also of processes that were stopped."""
        return self.read_json("environment.json")

    @contextmanager
    def reading(self, name: str) -> Iterator[Path]:
        """Yield the path of a file to read; what goes wrong with it meanwhile becomes a RunError that names it."""
        path = self.path / name
        try:
            yield path
        except _DAMAGE as error:
            raise RunError(f"{path}: cannot be read ({error}); remove the folder to make the run anew") from error


class _Named(dict):
    """What a JSON file of a run says. Where it lacks a name, the file is damaged."""

    def __init__(self, path: Path, values: dict[str, Any]) -> None:
        super().__init__(values)
        self._path = path

    def __missing__(self, name: str) -> Any:
        raise RunError(f"{self._path}: has no {name}; remove the folder to make the run anew")
