"""A trained network leaves as files that other programs open, each beside a page of JSON that says how to use it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from reproduce.articles.article import Article
from reproduce.errors import RunError
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory
from reproduce.runs.files import check_writable, write_json

KERAS, CHECKPOINT, ARRAYS = FORMATS = ("keras", "tf1-checkpoint", "npz")
ENDINGS = {KERAS: ".keras", CHECKPOINT: ".ckpt", ARRAYS: ".npz"}
_PARTS = {CHECKPOINT: (".data-00000-of-00001", ".index")}  # behind the given name; the index last, which opens the rest


@dataclass(frozen=True)
class Exported:
    """What an article gives of a finished run."""

    weights: dict[str, np.ndarray]  # by the names that an npz file has
    write: dict[str, Callable[[Path], None]]  # for each other format that the network has
    about: dict[str, Any]  # how inputs are made and outputs are read
    example: tuple[np.ndarray, np.ndarray]  # one input and the run's own output, with the batch dimension


def default_path(directory: Directory, to: str) -> Path:
    """In the run's directory."""
    return directory.path / f"exported{ENDINGS[to]}"


def export(article: Article, directory: Directory, to: str, out: Path, *, force: bool) -> list[Path]:
    """Write the network's file, for a TF1 checkpoint its two, and `out`.json; return their paths.

    Call `reproduce.runs.process.limit_threads` before.

    Args:
        to: one of FORMATS.
        force: replace files that are there.

    Raises:
        RunError: the run has no such format or diverged; a file is there, or none can be.
        OSError: the files cannot be written; it names `out`.
    """
    out = Path(os.path.realpath(out))  # what a link leads to
    names = [*(out.name + part for part in _PARTS.get(to, ("",))), f"{out.name}.json"]
    targets = [out.with_name(name) for name in names]
    _check_place(targets, force=force)
    if to == CHECKPOINT and getattr(directory.config.variant, "wiring", None) != "published":  # no other has that graph
        raise RunError(
            f"{directory.path}: a {CHECKPOINT} is for the graph of original_code/bitcoin_lstm.py, which this network "
            f"is not; use --to {KERAS} or --to {ARRAYS}"
        )
    exported = article.module("exports").exported(directory)
    if not all(np.isfinite(array).all() for array in exported.weights.values()):
        raise RunError(f"{directory.path}: the training diverged, and its weights are not numbers; lower its rate")
    write = exported.write.get(to, lambda path: _write_arrays(path, exported.weights))
    try:
        with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as beside:
            write(Path(beside) / out.name)
            write_json(Path(beside) / names[-1], _page(directory, to, out.name, exported))
            for name, target in zip(names, targets, strict=True):
                (Path(beside) / name).replace(target)
    except OSError as error:
        error.filename = str(out)  # rather than a file that is gone
        raise
    return targets


def _check_place(targets: list[Path], *, force: bool) -> None:
    for target in targets:
        check_writable(target, "--out")
        if target.exists() and not force:
            raise RunError(f"{target}: is there already; give --out another file, or --force to replace it")


def _write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)


def _page(directory: Directory, to: str, name: str, exported: Exported) -> dict[str, Any]:
    inputs, outputs = exported.example
    return {
        "file": name,
        "format": to,
        "run": directory.config.name,
        **directory.config.as_json(),
        **exported.about,
        "weights": {name: list(array.shape) for name, array in exported.weights.items()},
        "example": {"inputs": inputs.tolist(), "outputs": outputs.tolist()},
    }


def about_windows(windows: Windows) -> dict[str, Any]:
    """How a network on prices is used."""
    first, then = ("newest", "the day before") if windows.reads_backwards else ("oldest", "the day after")
    return {
        "inputs": f"(n, {windows.window}, 1) scaled prices of {windows.window} rows in a row, {first} first",
        "outputs": f"(n, 1) the scaled price of the next row, {then}",
        "scaling": "scaled = (usd - zero_usd) / unit_usd; usd = scaled * unit_usd + zero_usd",
        "zero_usd": windows.zero_usd,
        "unit_usd": windows.unit_usd,
    }
