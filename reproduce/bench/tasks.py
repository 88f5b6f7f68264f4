"""What each article gives the bench: its network, the sizes it is tried in, and batches to train on.

Prices and texts are drawn, so that there are enough of them for every size and no text need be installed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from reproduce.articles import article_of
from reproduce.articles.article import Article
from reproduce.bench.problem import Optimizer, Problem
from reproduce.errors import RunError

CHARACTERS = 43  # distinct ones in Macbeth
SIZES = ("hidden", "window", "batch")

Start = tuple[Sequence[np.ndarray], Optimizer]  # the first weights, in Keras's order, and the steps they are moved by


@dataclass(frozen=True)
class Task:
    """One article's network as published, but for its wiring where Keras has no layer for that (D2)."""

    article: str  # its id
    variant: Any
    steps: int  # an epoch here; a call of Keras's `fit` takes as long to begin as one step
    begin: Callable[[Any, int], Start]  # from a variant and a seed; starts TensorFlow
    classes: int = 0

    @property
    def label(self) -> str:
        """As a title calls it."""
        return article_of(self.article).label

    def resized(self, size: str, value: int) -> Any:
        """The variant with another size; of two layers the lower keeps its share of the hidden units."""
        v = self.variant
        if size in {field.name for field in fields(v)}:
            return replace(v, **{size: value})
        return replace(v, first=value * v.first // v.second, second=value)

    def size(self, name: str) -> int:
        """A size of the variant; where two layers differ, the hidden units are the upper one's."""
        return getattr(self.variant, name, None) or self.variant.second

    def problem(self, variant: Any = None, steps: int | None = None, seed: int = 0) -> Problem:
        """What is trained; starts TensorFlow.

        Args:
            variant: in place of the task's own.
            steps: likewise.
        """
        v, steps = variant or self.variant, steps or self.steps
        weights, optimizer = self.begin(v, seed)
        generator = np.random.default_rng(seed)
        if self.classes:
            drawn = _characters(generator, self.classes, (steps, v.batch, v.window + 1))
            inputs, targets = drawn[..., :-1], drawn[..., -1]
        else:
            drawn = _prices(generator, (steps, v.batch, v.window + 1))
            inputs, targets = drawn[..., :-1], drawn[..., -1:]
        dropout = getattr(v, "dropout", 0.0)
        return Problem(self.article, v, weights, inputs, targets, optimizer, dropout, self.classes, seed)


def _characters(generator: np.random.Generator, classes: int, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers as unequal as a language's characters: the k-th comes 1/k as often, so there is something to learn."""
    often = 1 / np.arange(1, classes + 1)
    return generator.choice(classes, shape, p=often / often.sum()).astype(np.int32)


def _prices(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Windows that each walk at random from a price of their own."""
    moves = generator.normal(0, 0.1, shape)
    moves[..., 0] += generator.uniform(0, 1, shape[:-1])
    return np.cumsum(moves, axis=-1).astype(np.float32)


def _begin_bitcoin(variant: Any, seed: int) -> Start:
    from reproduce.networks.adam import BETA1, BETA2, TF1_EPSILON
    from reproduce.networks.lstm.weights import initial_weights
    from reproduce.networks.ports.layouts import to_keras

    weights = to_keras(initial_weights(variant.hidden, seed, "float32"))
    return weights, Optimizer("adam", variant.learning_rate, (BETA1, BETA2), TF1_EPSILON)


def _begin_stacked(variant: Any, seed: int) -> Start:
    from reproduce.networks.rmsprop import EPSILON, LEARNING_RATE, RHO
    from reproduce.networks.stack.draws import initial_weights

    weights = initial_weights((variant.first, variant.second), 1, seed)
    return tuple(weights), Optimizer("rmsprop", LEARNING_RATE, (RHO,), EPSILON)


def _begin_macbeth(variant: Any, seed: int) -> Start:
    from reproduce.networks.adam import BETA1, BETA2, KERAS_EPSILON
    from reproduce.networks.stack.draws import initial_weights

    adam = Optimizer("adam", variant.learning_rate, (BETA1, BETA2), KERAS_EPSILON)
    return tuple(initial_weights((variant.hidden, variant.hidden), CHARACTERS, seed)), adam


def _published(article: str) -> Any:
    return article_of(article).Variant()


TASKS = (
    Task("bitcoin-lstm", replace(_published("bitcoin-lstm"), wiring="described"), 145, _begin_bitcoin),
    Task("stacked-lstm", _published("stacked-lstm"), 36, _begin_stacked),
    Task("macbeth", _published("macbeth"), 40, _begin_macbeth, CHARACTERS),
)


def tasks_of(article: Article | None) -> tuple[Task, ...]:
    """The article's, or all where none is named.

    Raises:
        RunError: its network is none that is measured.
    """
    found = [task for task in TASKS if article is None or task.article == article.id]
    if not found:
        measured = ", ".join(task.article for task in TASKS)
        raise RunError(f"the network of {article.id} is not measured; give one of {measured}")
    return tuple(found)
