"""The order in which a port that shuffles took its windows, found from the losses and weights that it hands back."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from itertools import combinations, permutations

import numpy as np

from reproduce.networks.ports.program import Program
from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.training import Training

SAME_LOSS = 2e-5  # relative: what float32 may make of a loss after some steps
SAME_MEAN = 4e-7  # relative: what it may make of a running mean
MOST_STEPS = 100  # of the search: two epochs are 14
BRANCHES = 6  # of a step: as many sequences as three windows have


def find_order(program: Program, question: Question, answer: Answer) -> np.ndarray | None:
    """The order, (epochs, windows), in which the program comes to the answer's losses, or None.

    Where several fit, that which ends nearest to the answer's weights. Windows that were dropped come last.
    """
    given = question.arguments
    targets, batches = given["targets"][:, 0], answer["losses"].shape[1]
    if (batches - 1) * given["batch"] >= len(targets):  # more than there are windows for
        return None
    start = Training([program], given["weights"], given["inputs"], targets, "float64")
    losses, allowed = _own_losses(program, answer["losses"], given["batch"], len(targets))

    def gap(trained: Training) -> float:
        weights = trained.network.named(trained.weights)
        return sum(np.abs(array[0] - answer[f"weights/{name}"]).sum() for name, array in weights.items())

    with np.errstate(all="ignore"):
        found = [(gap(trained), order) for trained, order in _paths(start, given["batch"], losses, allowed)]
    return min(found, key=lambda one: one[0])[1] if found else None


def _own_losses(program: Program, told: np.ndarray, batch: int, windows: int) -> tuple[np.ndarray, np.ndarray]:
    """The batches' own losses, (epochs, batches), from those that are told; and what rounding may make of them."""
    if program.reported != "running mean":
        return told, SAME_LOSS * np.abs(told)
    sizes = [min(batch, windows - k * batch) for k in range(told.shape[1])]
    sums = told * np.cumsum(sizes)
    own = np.diff(sums, axis=1, prepend=0) / sizes
    return own, SAME_LOSS * np.abs(own) + SAME_MEAN * np.abs(sums) / sizes


def _paths(
    start: Training, batch: int, losses: np.ndarray, allowed: np.ndarray
) -> Iterator[tuple[Training, np.ndarray]]:
    """Trainings with these losses, at their end, and their orders.

    A batch's loss, before its step, tells which windows it was made of: some of those left in the epoch, with a loss as
    near as rounding allows. Of a program that sees their order it counts too. The nearest is followed
    first.
    """
    N, batches = len(start.targets), losses.shape[1]
    arranged = permutations if start.network.programs[0].sees_order else combinations
    paths = [(start, [])]  # to be followed, the last one first: the training so far, and its windows, epoch by epoch
    for _ in range(MOST_STEPS):
        if not paths:
            return
        trained, taken = paths.pop()
        epoch, k = divmod(len(taken), batches)
        if epoch == len(losses):
            yield trained, _whole(taken, batches, N)
            continue
        if k == 0:
            trained.start_epoch()
        left = np.setdiff1d(np.arange(N), np.concatenate([[], *taken[epoch * batches :]]))
        sets = left[np.array(list(arranged(range(len(left)), min(batch, len(left)))))]  # (sets, n)
        wrong = np.abs(trained.losses_of(sets) - losses[epoch, k])
        for nearest in np.argsort(wrong)[:BRANCHES][::-1]:
            if wrong[nearest] < allowed[epoch, k]:
                following = deepcopy(trained)
                following.step(sets[nearest][None], np.ones(1, bool))
                paths.append((following, [*taken, sets[nearest]]))


def _whole(taken: list[np.ndarray], batches: int, windows: int) -> np.ndarray:
    """The windows of each epoch, (epochs, windows), from its batches; then those that it dropped."""
    epochs = [np.concatenate(taken[k : k + batches]) for k in range(0, len(taken), batches)]
    return np.array([[*rows, *np.setdiff1d(np.arange(windows), rows)] for rows in epochs])
