"""How many slipped programs turn a gradient into a step at once: clipping, Adam, RMSprop, and what people change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


class Optimizer(NamedTuple):
    """An optimizer with its constants."""

    kind: str  # Adam, RMSprop or SGD
    beta1: float  # of the mean of gradients
    squares: float  # of the mean of their squares: Adam's beta2, RMSprop's rho
    epsilon: float
    place: str  # of epsilon: Adam's before or after the means are corrected; RMSprop's inside or outside the root
    begins: float = 0.0  # the mean of squares
    is_corrected: bool = True  # Adam's means, for their start at 0


@dataclass(frozen=True)
class Steps:
    """How a program takes its steps, whatever its optimizer, a field each."""

    learning_rate: float = 0.001
    clipping: str = "unused"  # D3; or global, each, each-packed, value
    margin: float = 4.0  # of clipping
    decay: float = 0.0  # a share of each weight, times the rate, is taken off it at each step
    penalty: float = 0.0  # a share of each weight is added to its gradient before the step
    loss_penalty: float = 0.0  # a share of the sum of squared weights is added to the loss
    training_penalty: float = 0.0  # likewise, in training alone
    penalised: str = "all"  # of the two: which weights; or another key of `penalty.PENALISED`
    rate_by_step: float = 1.0  # how much of the rate is left after each step
    rate_by_epoch: float = 1.0  # likewise
    bias_steps: float = 1.0  # how often each gate bias takes its step: two biases that are summed both do
    counted: str = "step"  # what Adam's t counts; or epoch
    is_renewed: bool = False  # whether each epoch begins with a new optimizer
    is_added_up: bool = False  # whether gradients are never set back to zero


class Rule:
    """P programs' steps, of gradients that are flat, (P, D)."""

    def __init__(
        self,
        optimizers: Sequence[Optimizer],
        steps: Sequence[Steps],
        arrays: dict[str, list[int]],
        is_bias: np.ndarray,
        dtype: str,
    ) -> None:
        """Args:
        optimizers, steps: of each program.
        arrays: the sizes of the arrays that lie one behind the other in D, each with its own norm: for `each` and
            `each-packed`.
        is_bias: (D,), or (P, D): the gates' biases.
        """

        def column(of: Sequence[Any], name: str) -> np.ndarray:
            return np.array([getattr(one, name) for one in of], dtype)[:, None]

        def mask(of: Sequence[Any], name: str, value: Any) -> np.ndarray:
            return np.array([getattr(one, name) == value for one in of])[:, None]

        self.rate, self.decay = column(steps, "learning_rate"), column(steps, "decay")
        self.penalty, self.margin = column(steps, "penalty"), column(steps, "margin")
        self.by_step, self.by_epoch = column(steps, "rate_by_step"), column(steps, "rate_by_epoch")
        self._is_begun = False
        self.beta1, self.squares = column(optimizers, "beta1"), column(optimizers, "squares")
        self.epsilon, self.begins = column(optimizers, "epsilon"), column(optimizers, "begins")
        self.is_corrected = mask(optimizers, "is_corrected", True)
        self.is_sgd, self.is_rms = mask(optimizers, "kind", "SGD"), mask(optimizers, "kind", "RMSprop")
        self.is_after, self.is_inside = mask(optimizers, "place", "after"), mask(optimizers, "place", "inside")
        self.is_by_epoch = mask(steps, "counted", "epoch")
        self.is_renewed, self.is_added_up = mask(steps, "is_renewed", True), mask(steps, "is_added_up", True)
        self.often = np.where(is_bias, column(steps, "bias_steps"), np.ones(1, dtype))
        self._arrays = arrays
        self._clipping = {kind: mask(steps, "clipping", kind) for kind in ("global", "each", "each-packed", "value")}
        self.m = np.zeros((len(steps), is_bias.shape[-1]), dtype)
        self.v = self.m + self.begins
        self._earlier = np.zeros_like(self.m)  # gradients, where they are added up
        self.t = np.zeros((len(steps), 1), dtype)  # Adam's

    def start_epoch(self) -> None:
        """Count the epoch where a program's t does, and begin anew where its optimizer does."""
        self.m, self.v = np.where(self.is_renewed, 0, self.m), np.where(self.is_renewed, self.begins, self.v)
        self.t = np.where(self.is_renewed, 0, self.t) + self.is_by_epoch
        self.rate = self.rate * self.by_epoch if self._is_begun else self.rate
        self._is_begun = True

    def step(self, w: np.ndarray, g: np.ndarray, is_taken: np.ndarray) -> np.ndarray:
        """The weights after a step; `is_taken`, (P, 1), says which programs take it."""
        g = g + self._earlier
        self._earlier = np.where(self.is_added_up, np.where(is_taken, g, self._earlier), 0)
        g = self._clipped(g) + self.penalty * w  # an optimizer's own weight_decay, which sees what was clipped
        self.t = self.t + (is_taken & ~self.is_by_epoch)
        m = self.beta1 * self.m + (1 - self.beta1) * g
        v = self.squares * self.v + (1 - self.squares) * g**2
        self.m, self.v = np.where(is_taken, m, self.m), np.where(is_taken, v, self.v)
        moved = w - self.often * self._move(g) - self.rate * self.decay * w
        self.rate = np.where(is_taken, self.rate * self.by_step, self.rate)
        return np.where(is_taken, moved, w)

    def _move(self, g: np.ndarray) -> np.ndarray:
        """What is taken off the weights.

        Adam: rate · √(1-β₂ᵗ)/(1-β₁ᵗ) · m / (√v + ε). RMSprop: rate · g / √(v + ε), or / (√v + ε).
        """
        of_m, of_v = 1 - self.beta1**self.t, np.sqrt(1 - self.squares**self.t)
        epsilon = self.epsilon * np.where(self.is_after, of_v, 1)  # m/of_m / (√v/of_v + ε), written like the other
        move = np.where(self.is_corrected, of_v / of_m, 1) * self.m / (np.sqrt(self.v) + epsilon)
        if self.is_rms.any():
            root = np.where(self.is_inside, np.sqrt(self.v + self.epsilon), np.sqrt(self.v) + self.epsilon)
            move = np.where(self.is_rms, g / root, move)
        return self.rate * np.where(self.is_sgd, g, move)

    def _clipped(self, g: np.ndarray) -> np.ndarray:
        """The gradient, clipped where a program does."""
        if not any(kind.any() for kind in self._clipping.values()):
            return g
        squares = g**2
        factors = {"global": self._factor(squares.sum(axis=1, keepdims=True))}
        for kind, sizes in self._arrays.items():
            starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
            factors[kind] = np.repeat(self._factor(np.add.reduceat(squares, starts, axis=1)), sizes, axis=1)
        result = np.where(self._clipping["value"], np.clip(g, -self.margin, self.margin), g)
        for kind, factor in factors.items():
            result = np.where(self._clipping[kind], g * factor, result)
        return result

    def _factor(self, squares: np.ndarray) -> np.ndarray:
        """What scales a norm down to the margin, where it is above."""
        return self.margin / np.maximum(np.sqrt(squares), self.margin)
