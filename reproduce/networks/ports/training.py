"""Many slipped programs trained at once: clipping, Adam and its slips, batches, and the order of windows found out."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import combinations

import numpy as np

from reproduce.networks.ports.network import Named, Network, Packed
from reproduce.networks.ports.program import Program

CLIP_MARGIN = 4.0  # the program's, which it never uses (D3)
BETA1 = 0.9
SAME_LOSS = 2e-5  # relative: what float32 may make of a loss after some steps
MOST_STEPS = 100  # of the search for an order, which has 20 batches to find


class Training:
    """P programs in training, each from the same named weights. `inputs` (N, T) and `targets` (N,) are all there is."""

    def __init__(
        self, programs: Sequence[Program], named: Named, inputs: np.ndarray, targets: np.ndarray, dtype: str
    ) -> None:
        self.network, self.dtype = Network(programs, dtype), dtype
        self.inputs, self.targets = inputs.astype(dtype), targets.astype(dtype)
        self.weights = self.network.weights(named)
        self._shapes = [array.shape for array in self.weights]
        self._m, self._v = np.zeros_like(self._flat(self.weights)), np.zeros_like(self._flat(self.weights))
        self._steps = np.zeros((len(programs), 1), dtype)
        self._h = self._c = None  # the state that a stateful program carries
        self._rule = _Rule(programs, self._shapes, dtype)

    def step(self, rows: np.ndarray, is_taken: np.ndarray) -> np.ndarray:
        """One batch: its losses, (P,), from before the step.

        Args:
            rows: (P, n), each program's windows.
            is_taken: (P,): whether it trains on them.
        """
        network, hidden = self.network, self.weights.W_y.shape[1]
        w = network.inside.there(self.weights)
        h = c = network.zeros(rows.shape[1], hidden)
        if self._h is not None and self._h.shape == h.shape:
            h, c = self._h, self._c
        predictions, days = network.forward(w, self.inputs[rows], h, c)
        loss, d_prediction = network.loss(predictions - self.targets[rows])
        gradients = network.inside.back(network.backward(w, days, d_prediction))
        carried = network.mask(lambda one: one.state != "zeros", 2)
        if carried.any():
            self._h, self._c = np.where(carried, days[-1].h, 0), np.where(carried, days[-1].c, 0)
        self._update(self._flat(gradients), is_taken[:, None])
        return loss

    def start_epoch(self) -> None:
        """Programs that reset a carried state each epoch do."""
        if self._h is not None:
            stays = self.network.mask(lambda one: one.state == "carried", 2)
            self._h, self._c = np.where(stays, self._h, 0), np.where(stays, self._c, 0)

    def errors(self, rows: np.ndarray) -> np.ndarray:
        """The first program's errors on these windows, (rows,), with the weights as they are."""
        h = self.network.zeros(len(rows), self.weights.W_y.shape[1])
        all_rows = np.broadcast_to(rows, (len(h), len(rows)))
        predictions, _ = self.network.forward(self.network.inside.there(self.weights), self.inputs[all_rows], h, h)
        return (predictions - self.targets[rows])[0]

    def _flat(self, packed: Packed) -> np.ndarray:
        return np.concatenate([array.reshape(len(array), -1) for array in packed], axis=1)

    def _update(self, g: np.ndarray, is_taken: np.ndarray) -> None:
        rule, w = self._rule, self._flat(self.weights)
        g = rule.clipped(g)
        self._steps = self._steps + is_taken
        m = BETA1 * self._m + (1 - BETA1) * g
        v = rule.beta2 * self._v + (1 - rule.beta2) * g**2
        self._m, self._v = np.where(is_taken, m, self._m), np.where(is_taken, v, self._v)
        move = rule.often * rule.move(g, self._m, self._v, self._steps) + rule.learning_rate * rule.decay * w
        w = np.where(is_taken, w - move, w)
        sizes = np.cumsum([np.prod(shape[1:], dtype=int) for shape in self._shapes])[:-1]
        parts = np.split(w, sizes, axis=1)
        self.weights = Packed(*(part.reshape(shape) for part, shape in zip(parts, self._shapes, strict=True)))


class _Rule:
    """How each program turns a gradient, flat, (P, D), into a step."""

    def __init__(self, programs: Sequence[Program], shapes: list[tuple[int, ...]], dtype: str) -> None:
        def column(values: list[float]) -> np.ndarray:
            return np.array(values, dtype)[:, None]

        self.beta2 = column([one.beta2 for one in programs])
        self.learning_rate = column([one.learning_rate for one in programs])
        self.decay = column([one.decay for one in programs])
        self.is_sgd = column([one.optimizer == "SGD" for one in programs]) > 0
        self.epsilon = column([one.epsilon[0] for one in programs])
        self.is_after = column([one.epsilon[1] == "after" for one in programs]) > 0
        self.is_corrected = column([one.is_corrected for one in programs]) > 0
        hidden = shapes[-2][1]
        kinds = (hidden, hidden * hidden, hidden)  # of one gate's W_x, W_h and b
        by_array = [size for size in kinds for _ in range(4)] + [hidden, 1]
        by_packed = [4 * size for size in kinds] + [hidden, 1]
        self._starts = {"each": _starts(by_array), "each-packed": _starts(by_packed)}
        self._clipping = {
            kind: column([one.clipping == kind for one in programs]) > 0
            for kind in ("global", "each", "each-packed", "value")
        }
        biases = np.zeros(sum(by_array), bool)
        biases[4 * (hidden + hidden * hidden) :][: 4 * hidden] = True
        self.often = np.where(biases, column([one.bias_steps for one in programs]), np.ones(1, dtype))

    def clipped(self, g: np.ndarray) -> np.ndarray:
        """The gradient, clipped where a program does."""
        if not any(kind.any() for kind in self._clipping.values()):
            return g
        squares = g**2
        factors = {"global": _factor(squares.sum(axis=1, keepdims=True))}
        for kind, starts in self._starts.items():
            sizes = np.diff([*starts, g.shape[1]])
            factors[kind] = np.repeat(_factor(np.add.reduceat(squares, starts, axis=1)), sizes, axis=1)
        result = np.where(self._clipping["value"], np.clip(g, -CLIP_MARGIN, CLIP_MARGIN), g)
        for kind, factor in factors.items():
            result = np.where(self._clipping[kind], g * factor, result)
        return result

    def move(self, g: np.ndarray, m: np.ndarray, v: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """What is taken off the weights: rate · √(1-β₂ᵗ)/(1-β₁ᵗ) · m / (√v + ε), of which each part may slip."""
        of_m, of_v = 1 - BETA1**steps, np.sqrt(1 - self.beta2**steps)
        epsilon = self.epsilon * np.where(self.is_after, of_v, 1)  # m/of_m / (√v/of_v + ε), written like the other
        correction = np.where(self.is_corrected, of_v / of_m, 1)
        adam = correction * m / (np.sqrt(v) + epsilon)
        return self.learning_rate * np.where(self.is_sgd, g, adam)


def _starts(sizes: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(sizes)[:-1]])


def _factor(squares: np.ndarray) -> np.ndarray:
    """What scales a norm down to the margin, where it is above."""
    return CLIP_MARGIN / np.maximum(np.sqrt(squares), np.asarray(CLIP_MARGIN, squares.dtype))


def train(
    training: Training, batch: int, epochs: int, orders: np.ndarray | None = None
) -> tuple[np.ndarray, list[int], Named]:
    """Train to the end.

    Args:
        orders: (P, epochs, N), the windows as each program takes them; None for the order in which they are given.

    Returns:
        Losses, (P, epochs, batches), the number of batches of each program, and the weights it hands back.
    """
    network, N = training.network, len(training.targets)
    P, whole = len(network.programs), N // batch
    keeps = np.array([one.remainder == "kept" for one in network.programs])
    orders = np.broadcast_to(np.arange(N), (P, epochs, N)) if orders is None else orders
    takes = [np.ones(P, bool)] * whole + ([keeps] if N % batch and keeps.any() else [])
    losses = np.zeros((P, epochs, len(takes)), training.dtype)
    for epoch in range(epochs):
        training.start_epoch()
        for k, is_taken in enumerate(takes):
            losses[:, epoch, k] = training.step(orders[:, epoch, k * batch : (k + 1) * batch], is_taken)
    counts = [whole + int(keep and N % batch > 0) for keep in keeps]
    return losses, counts, network.named(training.weights)


def find_order(training: Training, batch: int, losses: np.ndarray) -> np.ndarray | None:
    """The order in which a program that shuffles took its windows, (epochs, N), from its losses; None if none fits.

    A batch's loss, before its step, tells which windows it was made of: of all the sets that are left in the epoch one
    whose loss is as near as rounding allows, the nearest first. Then the step is taken, and so on; where no set fits,
    an earlier one was wrong. Windows that were dropped come last.

    Args:
        training: one program, at its start.
        losses: (epochs, batches).
    """
    N, batches = len(training.targets), losses.shape[1]
    paths = [(training, [[]])]  # to be followed, the last one first: the training so far, and the epochs' windows
    for _ in range(MOST_STEPS):
        if not paths:
            return None
        trained, orders = paths.pop()
        taken = orders[-1]
        done = (len(orders) - 1) * batches + -(-len(taken) // batch)
        if done == losses.size:
            return np.array([[*rows, *np.setdiff1d(np.arange(N), rows)] for rows in orders])
        if done == len(orders) * batches:
            trained.start_epoch()
            orders, taken = [*orders, []], []
        rows = np.setdiff1d(np.arange(N), taken)
        if not rows.size:
            return None
        sets = rows[np.array(list(combinations(range(len(rows)), min(batch, len(rows)))))]  # (sets, n)
        errors = np.zeros(N)
        errors[rows] = trained.errors(rows)
        found, _ = trained.network.loss(errors[sets])
        wrong = np.abs(found / losses.ravel()[done] - 1)
        for k in np.argsort(wrong)[:3][::-1]:
            if wrong[k] < SAME_LOSS:
                following = deepcopy(trained)
                following.step(sets[k][None], np.ones(1, bool))
                paths.append((following, [*orders[:-1], [*taken, *sets[k].tolist()]]))
    return None
