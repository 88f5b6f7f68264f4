"""What a run of the variant `recorded-steps` keeps beside what every run keeps: each step's values, each epoch's state.

`steps.npz` has a row a step. `state-epoch-017.npz` is the engine's state after 17 epochs, from which a training can go
on in another way. A run that went on from a shorter one has that one's states too.
"""

from __future__ import annotations

import numpy as np

from reproduce.articles.macbeth.samples import parts
from reproduce.articles.sources import TEXTS
from reproduce.errors import RunError
from reproduce.networks.characters.steps import STEP_VALUES
from reproduce.runs.directory import Arrays, Directory

RECORD = "steps.npz"


def state_name(epoch: int) -> str:
    """The name of the file that keeps the engine's state after so many epochs."""
    return f"state-epoch-{epoch:03d}.npz"


def write_record(directory: Directory, epoch: int, steps: np.ndarray, state: Arrays) -> None:
    """Keep the state after an epoch, and the record of all steps so far, (steps, 7)."""
    directory.write_arrays(state_name(epoch), state)
    directory.write_arrays(RECORD, {"steps": steps})


def read_record(directory: Directory) -> np.ndarray:
    """The columns of STEP_VALUES, (epochs, steps of an epoch, 7) float32, of those epochs that have ended.

    Raises:
        RunError: the run records no steps, or the file is damaged.
    """
    variant = directory.config.variant
    if variant.recorded != "steps":
        raise RunError(f"{directory.path}: its steps were not recorded; train a variant with recorded-steps")
    training, _ = parts(TEXTS.read(directory), variant)
    steps = directory.read_arrays(RECORD)
    with directory.reading(RECORD):
        return steps["steps"].reshape(-1, training.batches(variant.batch), len(STEP_VALUES))
