"""How well a network writes after 1, 2, 5, 10, 20, 30, … epochs: "better and better results over time", in values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import get_type_hints

import numpy as np
import pandas as pd

from reproduce.evidence.measures import repeat_rate
from reproduce.inputs.text import Samples
from reproduce.networks.characters.generation import generate
from reproduce.networks.engine import CharEngine
from reproduce.runs.directory import Arrays, Directory

MILESTONES = (1, 2, 5, 10, 20, 30, 50, 70, 100)  # epochs
STARTS, LENGTH = 10, 500  # texts written for a repeat rate, and the characters of each
AT_ONCE = 500  # samples


@dataclass(frozen=True)
class Milestone:  # its fields are the columns of milestones.csv
    """What is measured after an epoch."""

    epoch: int  # how many are done
    loss: float  # of the last of them, mean over samples, nats, dropout at work
    held_out_loss: float  # mean cross-entropy of the held-out samples, nats, no dropout; nan where none are held out
    repeat_rate: float  # mean of the greedy texts; `reproduce.evidence.measures.repeat_rate`


def is_milestone(epoch: int) -> bool:
    """Whether something is measured after so many epochs, beside the last one."""
    return epoch in MILESTONES


def sample_name(epoch: int) -> str:
    """The name of the file that keeps one greedy text of that epoch."""
    return f"sample-epoch-{epoch:03d}.txt"


def measure(engine: CharEngine, judged: Samples, *, is_held_out: bool) -> tuple[Milestone, np.ndarray]:
    """Measure a network as it stands; epoch and loss are the caller's to fill in.

    Returns:
        The values, and the first of the greedy texts, behind the window it goes on from: (window + LENGTH,) int32.

    Args:
        judged: samples whose cross-entropy is taken if they are held out, and from which the start texts come: STARTS
            windows at equal distances.
    """
    starts = judged.inputs[np.linspace(0, len(judged) - 1, STARTS).astype(int)]  # (STARTS, window)
    weights = engine.weights()
    texts = [generate(weights, start, LENGTH, memory="window", temperature=0, seed=0) for start in starts]
    held_out_loss = cross_entropy(engine, judged) if is_held_out else math.nan
    measured = Milestone(0, math.nan, held_out_loss, float(np.mean([repeat_rate(text) for text in texts])))
    return measured, np.concatenate([starts[0], texts[0]])


def cross_entropy(engine: CharEngine, samples: Samples) -> float:
    """The mean over samples of -log of the probability that the network gives the character to come, in nats."""
    total = 0.0
    for start in range(0, len(samples), AT_ONCE):
        chosen = slice(start, start + AT_ONCE)
        probabilities = engine.probabilities(samples.inputs[chosen])
        of_target = probabilities[np.arange(len(probabilities)), samples.targets[chosen]].astype(np.float64)
        total -= float(np.sum(np.log(np.maximum(of_target, np.finfo(np.float32).tiny))))
    return total / len(samples)


def text_repeat_rate(judged: Samples) -> float:
    """That of the judged text itself: the mean over STARTS pieces of LENGTH characters at equal distances.

    Pieces as long as the texts that are written, since a longer text repeats more: of Macbeth's pieces of 10
    characters, 9 in 100 stand earlier in the play, but not 1 in 100 within the 500 characters around them.
    """
    length = min(LENGTH, len(judged))
    firsts = np.linspace(0, len(judged) - length, STARTS).astype(int)
    pieces = [judged.targets[first : first + length] for first in firsts]
    return float(np.mean([repeat_rate(piece, min(10, length)) for piece in pieces]))


def write_milestones(directory: Directory, milestones: Sequence[Milestone]) -> None:
    """Write milestones.csv."""
    directory.write_table("milestones.csv", pd.DataFrame([asdict(one) for one in milestones]))


def milestones_of(progress: Arrays) -> list[Milestone]:
    """Those that a checkpoint's progress has, a row each, (milestones, 4)."""
    return [Milestone(int(row[0]), *map(float, row[1:])) for row in progress["milestones"]]


def read_milestones(directory: Directory) -> list[Milestone]:
    """Read milestones.csv; RunError where it is damaged."""
    frame = directory.read_table("milestones.csv", get_type_hints(Milestone))
    return [Milestone(**row) for row in frame.to_dict("records")]
