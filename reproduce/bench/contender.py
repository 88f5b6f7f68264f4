"""Who takes part in a bench: one way to train a network, or to write with it, in a process of its own."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import joblib

from reproduce.bench.process import Build

CORES = joblib.cpu_count()  # that this process may use
THREADS = sorted({1, CORES})  # what every framework is tried with
GRAPH, SESSION, KERAS = "published graph", "session engine", "Keras fit"
PYTORCH, JAX, COMPILED = "PyTorch", "JAX scan", "compiled engine"
LOSS_TOLERANCE = 1e-3  # relative, of the first epoch's mean loss; float32 leaves about 1e-6


@dataclass(frozen=True)
class Contender:
    """A framework on so many threads."""

    name: str
    threads: int
    build: Build
    package: str | None = None  # that must be installed
    file: Path | None = None  # that must be there
    reference: str = KERAS  # the contender whose loss it must have, where that takes part
    tolerance: float = LOSS_TOLERANCE  # within which it must have it

    @property
    def label(self) -> str:
        """Its name and its number of threads."""
        return f"{self.name}, threads {self.threads}"

    def why_missing(self) -> str | None:
        """What it needs and does not find, and what to do; None where it can take part."""
        if self.file is not None and not self.file.exists():
            return f"{self.file.name} is not installed with the package; run the bench in a checkout"
        if self.package is not None and importlib.util.find_spec(self.package) is None:
            return f"{self.package} is not installed; pip install '.[bench]' in the repository"
        return None
