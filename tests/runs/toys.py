"""A toy article for tests of runs: its training takes no TensorFlow, and every loss depends on all before it."""

from dataclasses import dataclass, field, replace
from unittest import mock

import numpy as np

from reproduce.runs import training, variant
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study
from reproduce.runs.training import Progress
from reproduce.runs.variant import choice, count, share


@dataclass(frozen=True)
class Tea(variant.Variant):
    """A kind that stands alone in a name, and a text, a count and a share that do not."""

    kind: str = choice("black", "upside-down", alone=True)
    brewed_in: str = choice("round-pot", "tall-pot")
    epochs: int = count(3)
    sugar: float = share(0.5)


TEA = RunConfig(Tea(sugar=0.25), seed=4, engine="kettle", data_sha256="5" * 64, article="tea")


@dataclass
class TeaProgress(Progress):
    """With what a checkpoint keeps besides."""

    cups: int = 0


@dataclass
class TeaTraining:
    """A logistic map: a lost bit shows in the first digits after a while."""

    directory: Directory
    data: np.ndarray
    every: int = 2  # epochs between checkpoints
    progress: TeaProgress = field(default_factory=TeaProgress)
    is_closed: bool = False

    def __post_init__(self):
        self.x = np.array(self.data, dtype=float)

    def advance(self):
        epochs = self.directory.config.variant.epochs
        while self.progress.epoch < epochs:
            self.x = 3.9 * self.x * (1 - self.x)
            self.progress.cups += 1
            self.progress.losses.append(float(self.x.mean()))
            yield self.progress.epoch % self.every == 0 or self.progress.epoch == epochs

    def state(self):
        return {"x": self.x}

    def restore(self, progress, state):
        self.x = state["x"]
        self.progress = TeaProgress.from_arrays(progress)
        self.progress.cups = int(progress["cups"])

    def write_input(self):
        self.directory.write_text("leaves.txt", str(self.data.tolist()))

    def write_results(self):
        self.directory.write_losses(self.progress.losses)
        metrics = {"final_loss": self.progress.losses[-1], "cups": self.progress.cups, "last": self.x.tolist()}
        self.directory.write_json("metrics.json", metrics)

    def close(self):
        self.is_closed = True


LEAVES = np.array([0.1, 0.2, 0.3])
MACHINE = {"processor": "fast", "packages": {"reproduce": "0.2.0", "tensorflow": "2", "numpy": "2"}}


def brew(root, config, leaves=LEAVES, **options):
    """The run, of other leaves for each seed. Its machine is a toy too: TensorFlow takes seconds to tell its own."""
    with mock.patch.object(training, "describe_environment", side_effect=lambda *_: dict(MACHINE)):
        return training.run(root, config, lambda there: TeaTraining(there, leaves + config.seed / 100), **options)


def study_in(root, variants=(Tea(epochs=2), Tea()), seeds=range(2)):
    """Seed by seed, as the command line puts them."""
    pairs = [(seed, variant) for seed in seeds for variant in variants]
    return Study(root, tuple(replace(TEA, variant=variant, seed=seed) for seed, variant in pairs))


def results(root):
    """The bytes of every run's results, by path."""
    names = ("losses.csv", "metrics.json", "config.json", "leaves.txt")
    return {path.relative_to(root): path.read_bytes() for path in root.glob("*/*") if path.name in names}
