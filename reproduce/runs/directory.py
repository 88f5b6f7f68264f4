"""Run directories of any article: claimed by one process at a time, resumable, and finished or not, never half."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reproduce.errors import DAMAGE, RunError
from reproduce.runs.config import RunConfig, read_config
from reproduce.runs.files import PARTIAL, write_atomically, write_json, write_text
from reproduce.runs.lock import locked
from reproduce.runs.tables import frame_text, parse_frame

if TYPE_CHECKING:
    import pandas as pd

_TOLD = {"data_sha256": "input", "threads": "number of threads", "gaps": "way with missing days"}  # of a configuration
RUNS = "study.csv"  # beside the runs of a study
_STATE = "state/"  # before the names of an engine's arrays in a checkpoint

Arrays = dict[str, np.ndarray]


class Directory:
    """One run's files under `root`. A run is finished when metrics.json, which is written last, is there.

    The readers raise RunError for a missing or damaged file; the message names it.
    """

    def __init__(self, root: Path, config: RunConfig) -> None:
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
        """Raise RunError, with the failure where there was one and the way on, unless the run is finished."""
        if self.is_finished:
            return
        why = self.read_json("failure.json")["error"] if self.has_failed else "it was stopped, or never begun"
        if self._is_of_a_study():
            raise RunError(
                f"{self.path}: the run is not finished ({why}); it is one of a study: give the study's command again, "
                f"with --out {shlex.quote(str(self.path.parent))}"
            )
        one = self.config
        words = ["reproduce", "run", one.article, "--variant", one.variant.name, "--seed", str(one.seed)]
        words += ["--engine", one.engine, "--out", str(self.path.parent)]
        raise RunError(
            f"{self.path}: the run is not finished ({why}); finish it, with the input (--data and --gaps, or --text) "
            f"and threads that it began with, by: "
            f"{shlex.join(words)}"
        )

    def _is_of_a_study(self) -> bool:
        try:
            rows = (self.path.parent / RUNS).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return False
        return any(row.startswith(f"{self.config.name},") for row in rows)

    @property
    def has_failed(self) -> bool:
        """Whether the last attempt ended with an error, which failure.json says."""
        return (self.path / "failure.json").exists()

    @contextmanager
    def opened(self, *, force: bool = False, wait: bool = False) -> Iterator[None]:
        """Make the directory, or take up the one that is there, and keep other processes out meanwhile.

        Args:
            force: throw away what an earlier run of that name left.
            wait: as of `locked`.

        Raises:
            RunError: another process writes there, or another run (other data, say) stands there.
        """
        with locked(self.path, wait=wait):
            if force:
                self._empty()
            self._claim()
            yield

    def _claim(self) -> None:
        for leftover in self.path.glob(f".*{PARTIAL}"):
            leftover.unlink()
        self.check_place()
        if not (self.path / "config.json").exists():
            write_json(self.path / "config.json", self.config.as_json())
        (self.path / "failure.json").unlink(missing_ok=True)  # an earlier attempt's

    def check_place(self) -> None:
        """Raise RunError where another run stands there, finished or not."""
        if (self.path / "config.json").exists():
            self._check_config()

    def _check_config(self) -> None:
        config_path = self.path / "config.json"
        try:
            there = read_config(config_path.read_text(encoding="utf-8"), type(self.config.variant))
        except DAMAGE as error:
            raise RunError(
                f"{config_path}: not a run's configuration ({error}); remove the folder to start anew"
            ) from error
        names = [field.name for field in fields(RunConfig)]
        differing = [_TOLD.get(name, name) for name in names if getattr(self.config, name) != getattr(there, name)]
        if differing == [_TOLD["threads"]]:
            remedy = f"give reproduce run --intra-op-threads {there.threads}, or choose another folder with --out"
            raise RunError(f"{self.path}: holds a run with another {differing[0]}, {there.threads}; {remedy}")
        if differing:
            raise RunError(
                f"{self.path}: holds a run with another {', '.join(differing)}; choose another folder with --out, or "
                "remove this one"
            )

    def _empty(self) -> None:
        (self.path / "metrics.json").unlink(missing_ok=True)  # first, so that what is left is never a finished run
        for entry in self.path.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != ".lock":
                entry.unlink()

    def save_checkpoint(self, progress: Mapping[str, Any], state: Arrays) -> None:
        """Replace the checkpoint by one file with an engine's state, and what else the training goes on from."""
        arrays = {name: np.asarray(value) for name, value in progress.items()}
        self.write_arrays("checkpoint.npz", arrays | {f"{_STATE}{name}": array for name, array in state.items()})

    def load_checkpoint(self) -> tuple[Arrays, Arrays] | None:
        """The newest checkpoint's progress and state, the same bits by the same names, or None before the first."""
        path = self.path / "checkpoint.npz"
        if not path.exists():
            return None
        try:
            arrays = _load(path)
        except DAMAGE as error:
            whole = "the folder" if (self.path / "metrics.json").exists() else "it"  # a finished run trains nothing
            raise RunError(f"{path}: not a checkpoint ({error}); remove {whole}, and the run starts anew") from error
        state = {name: arrays.pop(name) for name in list(arrays) if name.startswith(_STATE)}
        return arrays, {name.removeprefix(_STATE): array for name, array in state.items()}

    def read_state(self) -> Arrays:
        """The engine's state in the newest checkpoint, which of a finished run is the final one."""
        loaded = self.load_checkpoint()
        if loaded is None:
            raise RunError(f"{self.path / 'checkpoint.npz'}: is not there; remove the folder to make the run anew")
        return loaded[1]

    def write_arrays(self, name: str, arrays: Arrays) -> None:
        """Write an .npz file with these arrays, of any shapes and dtypes but `object`."""
        write_atomically(self.path / name, lambda file: np.savez(file, **arrays))

    def read_arrays(self, name: str) -> Arrays:
        """Undo `write_arrays`."""
        with self.reading(name) as path:
            return _load(path)

    def write_table(self, name: str, frame: pd.DataFrame) -> None:
        """Write a CSV file, such as losses.csv; a float takes as many digits as it needs to read back equal."""
        write_text(self.path / name, frame_text(frame))

    def read_table(self, name: str, kinds: Mapping[str, type]) -> pd.DataFrame:
        """The columns `kinds`, of type str, int or float, of a CSV file."""
        with self.reading(name) as path:
            return parse_frame(path.read_text(encoding="utf-8"), kinds)

    def write_losses(self, losses: list[float]) -> None:
        """Write losses.csv, a row an epoch."""
        import pandas as pd

        self.write_table("losses.csv", pd.DataFrame({"epoch": range(len(losses)), "loss": losses}))

    def read_losses(self) -> np.ndarray:
        """The column `loss` of losses.csv, one of each epoch, (epochs,)."""
        return self.read_table("losses.csv", {"loss": float})["loss"].to_numpy()

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file; a number that is not finite becomes null."""
        write_json(self.path / name, value)

    def read_json(self, name: str) -> dict[str, Any]:
        """What a JSON file says, by name; RunError also where a name is asked for that it does not have."""
        with self.reading(name) as path:
            values = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError("it is no object")
            return _Named(path, values)

    def read_metrics(self) -> dict[str, Any]:
        """What metrics.json says; None where a value is not finite, or there is none."""
        return self.read_json("metrics.json")

    def read_environment(self) -> dict[str, Any]:
        """What environment.json says; `seconds` are those of training, also of processes that were stopped."""
        return self.read_json("environment.json")

    def write_text(self, name: str, text: str) -> None:
        """Write a UTF-8 text file."""
        write_text(self.path / name, text)

    def read_text(self, name: str) -> str:
        """Undo `write_text`."""
        with self.reading(name) as path:
            return path.read_bytes().decode("utf-8")

    @contextmanager
    def reading(self, name: str) -> Iterator[Path]:
        """Yield the path of a file to read; what goes wrong with it meanwhile becomes a RunError that names it."""
        path = self.path / name
        try:
            yield path
        except DAMAGE as error:
            raise RunError(f"{path}: cannot be read ({error}); remove the folder to make the run anew") from error


def _load(path: Path) -> Arrays:
    archive = np.load(path)
    if not isinstance(archive, np.lib.npyio.NpzFile):
        raise ValueError("it is one array, expected an archive of several")
    with archive:
        return dict(archive)


class _Named(dict):
    """What a JSON file of a run says. Where it lacks a name, the file is damaged."""

    def __init__(self, path: Path, values: dict[str, Any]) -> None:
        super().__init__(values)
        self._path = path

    def __missing__(self, name: str) -> Any:
        raise RunError(f"{self._path}: has no {name}; remove the folder to make the run anew")
