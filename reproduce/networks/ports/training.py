"""Many slipped price networks trained at once: batches, a state carried over, and the order of windows found out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from reproduce.networks.ports.network import KINDS, Named, Network, Packed
from reproduce.networks.ports.penalty import Penalty
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.rule import Rule


class Trainable(Protocol):
    """P programs in training, whatever their network."""

    network: Any  # its programs, and what they hand back of the weights
    targets: np.ndarray
    weights: Any
    dtype: str

    def start_epoch(self) -> None:
        """Count it, and begin anew what a program does in each."""

    def step(self, rows: np.ndarray, is_taken: np.ndarray) -> np.ndarray:
        """One batch: its losses, (P,), as each program tells them: from before the step, or after it.

        Args:
            rows: (P, n), each program's windows.
            is_taken: (P,): whether it trains on them.
        """


class Training:
    """P price networks in training, from the same named weights, on all of `inputs` (N, T, 1) and `targets` (N,)."""

    def __init__(
        self, programs: Sequence[Program], named: Named, inputs: np.ndarray, targets: np.ndarray, dtype: str
    ) -> None:
        self.network, self.dtype = Network(programs, dtype), dtype
        self.inputs, self.targets = inputs.astype(dtype), targets.astype(dtype)
        self.weights = self.network.weights(named)
        self._states: dict[int, tuple[np.ndarray, np.ndarray]] = {}  # h and c that are carried, by a batch's windows
        self._rule = _rule(programs, self.weights, dtype)
        self._penalty = Penalty(programs, kinds(KINDS, self.weights), is_trained=True, dtype=dtype)

    def step(self, rows: np.ndarray, is_taken: np.ndarray) -> np.ndarray:
        network = self.network
        w = network.inside(self.weights)
        h, c = self._state(rows.shape[1])
        predictions, days = network.forward(w, self.inputs[rows], h, c)
        loss, d_prediction = network.loss(predictions, self.targets[rows])
        before = flat(self.weights)
        loss = loss + self._penalty.loss(before)
        gradients = flat(network.backward(w, days, d_prediction)) + self._penalty.gradient(before)
        carried = network.mask(lambda one: one.state != "zeros", 2)
        if carried.any():
            self._carry(carried, is_taken[:, None, None], days[-1].h, days[-1].c)
        moved = self._rule.step(before, gradients, is_taken[:, None])
        self.weights = Packed(*apart(moved, self.weights))
        tells_after = network.mask(lambda one: one.reported == "after the step", 0)
        if tells_after.any():
            predictions, _ = network.forward(network.inside(self.weights), self.inputs[rows], h, c)
            after = network.loss(predictions, self.targets[rows])[0] + self._penalty.loss(moved)
            loss = np.where(tells_after, after, loss)
        return loss

    def _state(self, windows: int) -> tuple[np.ndarray, np.ndarray]:
        """h and c that a batch of so many windows begins with, (P, windows, H): the last batch's, if it had as many."""
        zeros = self.network.zeros(windows, self.weights.W_y.shape[1])
        return self._states.get(windows, (zeros, zeros))

    def _carry(self, carried: np.ndarray, took: np.ndarray, h: np.ndarray, c: np.ndarray) -> None:
        """Programs that took the batch carry its last day's state, and none of another number of windows any more."""
        before = self._state(h.shape[1])
        self._states = {n: tuple(np.where(took, 0, one) for one in state) for n, state in self._states.items()}
        after = (np.where(took, np.where(carried, one, 0), old) for one, old in zip((h, c), before, strict=True))
        self._states[h.shape[1]] = tuple(after)

    def start_epoch(self) -> None:
        """Programs that reset a carried state, or count, each epoch do."""
        self._rule.start_epoch()
        stays = self.network.mask(lambda one: one.state == "carried", 2)
        self._states = {n: tuple(np.where(stays, one, 0) for one in state) for n, state in self._states.items()}

    def losses_of(self, batches: np.ndarray) -> np.ndarray:
        """The first program's loss of each of these batches, (B, n) windows, with the weights as they are."""
        network, program = self.network, self.network.programs[0]
        w = network.inside(self.weights)
        if program.sees_order:
            inputs = self.inputs[batches]  # (B, n, T, 1)
            if program.axes == "windows":  # and what it predicts hangs on their last day alone
                inputs = inputs[:, :, [0 if program.days == "backward" else -1]]
            h, c = (np.repeat(one, len(batches), axis=0) for one in self._state(batches.shape[1]))
            predictions, _ = network.forward(w, inputs, h, c)
        else:
            rows = np.unique(batches)
            zeros, of_window = network.zeros(len(rows), self.weights.W_y.shape[1]), np.zeros(len(self.targets))
            of_window[rows] = network.forward(w, self.inputs[None, rows], zeros, zeros)[0][0]
            predictions = of_window[batches]
        return network.loss(predictions, self.targets[batches])[0] + self._penalty.loss(flat(self.weights))


def flat(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """The arrays of P programs one behind the other, (P, D)."""
    return np.concatenate([array.reshape(len(array), -1) for array in arrays], axis=1)


def kinds(letters: str, arrays: Sequence[np.ndarray]) -> list[tuple[str, int]]:
    """Each array's letter and its size in one program."""
    return [(letter, array[0].size) for letter, array in zip(letters, arrays, strict=True)]


def apart(flattened: np.ndarray, like: Sequence[np.ndarray]) -> list[np.ndarray]:
    """What `flat` made one array of, in the shapes of `like`."""
    ends = np.cumsum([np.prod(array.shape[1:], dtype=int) for array in like])[:-1]
    parts = np.split(flattened, ends, axis=1)
    return [part.reshape(array.shape) for part, array in zip(parts, like, strict=True)]


def _rule(programs: Sequence[Program], w: Packed, dtype: str) -> Rule:
    """Gate by gate, and as the packed arrays lie."""
    hidden = w.W_y.shape[1]
    kinds = (hidden, hidden * hidden, hidden)  # of one gate's W_x, W_h and b
    arrays = {
        "each": [size for size in kinds for _ in range(4)] + [hidden, 1],
        "each-packed": [4 * size for size in kinds] + [hidden, 1],
    }
    is_bias = np.zeros(sum(arrays["each"]), bool)
    is_bias[4 * (hidden + hidden * hidden) :][: 4 * hidden] = True
    return Rule([one.steps_by for one in programs], programs, arrays, is_bias, dtype)


def train(training: Trainable, batch: int, epochs: int, orders: np.ndarray | None = None) -> tuple[np.ndarray, Named]:
    """Train to the end.

    Args:
        orders: (P, epochs, N), the windows as each program takes them; None for the order in which they are given.

    Returns:
        Losses, (P, epochs, batches), nan where a program drops the batch; and the weights that each hands back.
    """
    programs, N = training.network.programs, len(training.targets)
    P, whole = len(programs), N // batch
    keeps = np.array([one.remainder == "kept" for one in programs])
    orders = np.broadcast_to(np.arange(N), (P, epochs, N)) if orders is None else orders
    takes = [np.ones(P, bool)] * whole + ([keeps] if N % batch and keeps.any() else [])
    losses = np.full((P, epochs, len(takes)), np.nan, training.dtype)
    for epoch in range(epochs):
        training.start_epoch()
        for k, is_taken in enumerate(takes):
            told = training.step(orders[:, epoch, k * batch : (k + 1) * batch], is_taken)
            losses[is_taken, epoch, k] = told[is_taken]
    losses = reported(programs, losses, [min(batch, N - k * batch) for k in range(len(takes))])
    return losses, training.network.named(training.weights)


def reported(programs: Sequence[Any], losses: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """What each program tells of its batches' losses, (P, epochs, batches), whose batches have these sizes."""
    running = np.cumsum(losses * sizes, axis=2) / np.cumsum(sizes)
    is_running = np.array([one.reported == "running mean" for one in programs])
    return np.where(is_running[:, None, None], running, losses).astype(losses.dtype)
