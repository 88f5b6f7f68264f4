"""The 100 epochs of the text (M1): which runs judge them, and what their milestones and their steps say.

The rules stand in claims.toml; the thresholds that a rule cannot hold stand here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reproduce.articles.macbeth.milestones import Milestone
from reproduce.articles.macbeth.variant import Variant
from reproduce.evidence.chance import mean_p, order_p
from reproduce.networks.characters.steps import gradient_norms, losses

HUNDRED = Variant(epochs=100, held_out="last-tenth", recorded="steps")
HUNDRED_SEEDS = range(100, 102)
RUNS = ((HUNDRED, HUNDRED_SEEDS),)
HARMLESS = 0.1  # nats, by which the rule allows the last held-out loss to lie above the best
STEPS_OF_MEAN = 100  # steps whose mean loss shows an onset …
JUMP = 0.5  # … where it lies so far above the mean of the epoch before, in nats
STEPS_BEFORE = 50  # the steps before an onset among which an explosion is looked for …
EXPLOSION = 10  # … which is a gradient norm of so many times the median of the epoch before


def better_steps(milestones: Sequence[Milestone]) -> int:
    """At how many steps from one milestone to the next both held-out loss and repeat rate fall."""
    return int((np.diff(_measures(milestones), axis=0) < 0).all(axis=1).sum())


def measures_better(milestones: Sequence[Milestone]) -> int:
    """How many of the two are lower at the last milestone than at the first."""
    measures = _measures(milestones)
    return int((measures[-1] < measures[0]).sum())


def excess(milestones: Sequence[Milestone]) -> float:
    """The last milestone's held-out loss minus that of the best one, in nats."""
    held_out = _measures(milestones)[:, 0]
    return float(held_out[-1] - held_out.min())


def hundred_outputs(runs: Mapping[int, Sequence[Milestone]]) -> dict[str, float | None]:
    """The worst of the seeds, by names in claims.toml; None until all HUNDRED_SEEDS have ended.

    Args:
        runs: each seed's milestones.
    """
    names = ("hundred_better_steps", "hundred_measures_better", "hundred_excess", "hundred_p", "hundred_excess_p")
    if not set(HUNDRED_SEEDS) <= set(runs):
        return dict.fromkeys(names)
    falls = [np.diff(_measures(one), axis=0) < 0 for one in runs.values()]  # (steps, 2) each
    p_values = [order_p(int(count), len(one)) for one in falls for count in one.sum(axis=0)]
    values = (
        min(better_steps(one) for one in runs.values()),
        min(measures_better(one) for one in runs.values()),
        max(excess(one) for one in runs.values()),
        max(p_values),  # as sure as the least sure of them
        mean_p([excess(one) - HARMLESS for one in runs.values()]),
    )
    return dict(zip(names, values, strict=True))


def _measures(milestones: Sequence[Milestone]) -> np.ndarray:
    """Held-out loss and repeat rate, (milestones, 2)."""
    return np.array([(one.held_out_loss, one.repeat_rate) for one in milestones])


def onset(record: np.ndarray) -> int | None:
    """The first step, counted through all epochs from 0, at which a training has collapsed; None where it has not.

    At it the mean loss of the last STEPS_OF_MEAN steps lies more than JUMP above the mean loss of the epoch before, or
    is no number.

    Args:
        record: (epochs, steps of an epoch, 7).
    """
    loss = losses_of(record)
    steps = record.shape[1]
    first = max(steps, STEPS_OF_MEAN - 1)  # in the second epoch or later, with as many steps up to it
    if loss.size <= first:
        return None
    before = loss.mean(axis=1)[:-1].repeat(steps)  # (steps of all epochs but the first,)
    trailing = np.convolve(loss.ravel(), np.full(STEPS_OF_MEAN, 1 / STEPS_OF_MEAN), mode="valid")
    over = np.flatnonzero(~(trailing[first - STEPS_OF_MEAN + 1 :] <= before[first - steps :] + JUMP))
    return int(over[0]) + first if over.size else None


def losses_of(record: np.ndarray) -> np.ndarray:
    """Each step's loss in float64, (epochs, steps of an epoch)."""
    return losses(record.reshape(-1, record.shape[2])).reshape(record.shape[:2]).astype(np.float64)


def explosion(record: np.ndarray, onset: int) -> float:
    """The largest gradient norm of the STEPS_BEFORE steps before an onset, over the median of the epoch before it."""
    norms = gradient_norms(record.reshape(-1, record.shape[2]))
    steps = record.shape[1]
    epoch = onset // steps
    return float(norms[onset - STEPS_BEFORE : onset].max() / np.median(norms[(epoch - 1) * steps : epoch * steps]))
