"""Who takes part in a bench: one way to train a network, or to write with it, in a process of its own."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.bench.process import Build, Train

CORES = os.cpu_count() or 1
THREADS = sorted({1, CORES})  # of those that may be faster on one thread, or on all
SESSION, COMPILED, KERAS, PYTORCH = "session engine", "compiled engine", "Keras fit", "PyTorch nn.LSTM"
REFERENCES = (SESSION, COMPILED)
LOSS_TOLERANCE = 1e-3  # relative, of the first epoch's mean loss; float32 leaves about 1e-6


@dataclass(frozen=True)
class Contender:
    """One row of a table."""

    name: str
    wiring: str | None  # None where the network has only one
    threads: int  # the pool its operations run in
    build: Build
    package: str | None = None  # that must be installed
    file: Path | None = None  # that must be there
    references: tuple[str, ...] = REFERENCES  # whose loss it must have: the first of them that takes part
    tolerance: float = LOSS_TOLERANCE  # within which it must have it

    @property
    def label(self) -> str:
        """Its name, its wiring where the network has several, and its number of threads."""
        return ", ".join(filter(None, (self.name, self.wiring, f"threads {self.threads}")))

    def why_missing(self) -> str | None:
        """What it needs and does not find, and what to do; None where it can take part."""
        if self.file is not None and not self.file.exists():
            return f"{self.file.name} is not installed with the package; run the bench in a checkout"
        if self.package is not None and importlib.util.find_spec(self.package) is None:
            return f"{self.package} is not installed; pip install '.[bench]' in the repository"
        return None


def fit(model: Any, x: np.ndarray, y: np.ndarray, batch: int) -> Train:
    """Train a compiled Keras model, unshuffled; one call for all epochs, because each call takes a while to begin."""
    settings = {"batch_size": batch, "shuffle": False, "verbose": 0}
    return lambda epochs: model.fit(x, y, epochs=epochs, **settings).history["loss"]
