"""Lesson 5: a step of TF1's Adam. It is tried alone, then put into the training of the published network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from reproduce.errors import PortError
from reproduce.lessons.exercises.asking import ask_student, attempt, explained, in_words, numbers
from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.price import price_target
from reproduce.networks.ports.price_questions import ask
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.table import SLIPS
from reproduce.networks.reference import Arrays, loss_and_gradients

RATE, BETA1, BETA2, EPSILON = Program.learning_rate, Program.beta1, Program.beta2, Program.epsilon[0]
STEPS = (1, 2, 50)  # on which a step is tried alone
SIZES = 10.0 ** np.arange(-9.0, 2.0)  # of gradients there: epsilon shows in the small ones
NEAR = 1e-4  # of the largest value: what float32 may make of it
OF_A_STEP = {"epsilon", "is_corrected", "beta1", "beta2", "learning_rate", "optimizer", "decay"}  # fields of a program
Returned = tuple[np.ndarray, np.ndarray, np.ndarray]  # w, m, v


def problem(mine: Any) -> str | None:
    """What is wrong with `mine(w, g, m, v, t)` → w, m, v, where t is 1 on the first step; None where nothing is.

    Raises:
        PortError: it cannot be asked, or returns something else.
    """
    tried = [(one, _three(attempt(mine, *one.copied()), SIZES.shape)) for one in _given()]
    named = _named(tried)
    if named:
        return named
    wrong = _wrong(tried)
    questions = [one for one in ask() if one.function == "train"]
    answers = ask_student({"train": lambda *given: _train(mine, *given)}, questions)
    target = price_target("published")  # of its slips a step cannot have made the others
    target = replace(target, slips=tuple(slip for slip in target.slips if _is_of_a_step(slip)))
    comparison = compare(target, questions, answers.by_question, answers.dtype)
    is_told = comparison.explanations and not comparison.agrees
    return wrong if wrong and not is_told else explained(comparison)


class Given(NamedTuple):
    """What a step is given."""

    w: np.ndarray
    g: np.ndarray
    m: np.ndarray
    v: np.ndarray
    t: int

    def copied(self) -> Given:
        """The same with arrays of its own: a student's step may change them."""
        return Given(*(array.copy() for array in self[:4]), self.t)


def _given() -> Iterator[Given]:
    random, shape = np.random.default_rng(0), SIZES.shape
    for t in STEPS:
        w, g = random.normal(0, 0.05, shape), SIZES * random.choice([-1, 1], shape)
        m, v = SIZES * random.normal(size=shape), SIZES**2 * random.uniform(0.5, 2, shape)
        before = t - 1  # steps have been taken, so m and v are 0 on the first one
        yield Given(w, g, (1 - BETA1**before) * m, (1 - BETA2**before) * v, t)


@dataclass(frozen=True)
class Way:
    """How a step is taken; the defaults are right."""

    sign: int = -1  # of what is added to w
    rate: float = RATE
    epsilon: float = EPSILON
    place: str = "before"  # the correction; or after it, or inside the root
    is_rooted: bool = True  # v, for the step
    corrected: str = "mv"  # which of the two
    corrections: str = "root of v"  # that of v; or both as they are, without the root
    later: int = 0  # counted into t
    squared: bool = True  # g, for v
    betas: tuple[float, float] = (BETA1, BETA2)
    means: str = "new"  # that make the step; or old
    direction: str = "m"  # or g
    returned: str = "wmv"  # or wvm; or corrected, m and v divided by what corrects them

    def take(self, one: Given) -> Returned:
        """The step."""
        beta1, beta2 = self.betas
        m, v = beta1 * one.m + (1 - beta1) * one.g, beta2 * one.v + (1 - beta2) * (one.g**2 if self.squared else one.g)
        t = one.t + self.later
        of_m, of_v = (
            1 - beta**t if name in self.corrected else 1 for name, beta in zip("mv", (beta1, beta2), strict=True)
        )
        of_root = np.sqrt(of_v) if self.corrections == "root of v" else of_v
        with np.errstate(all="ignore"):  # a slip may have no root, or divide by 0
            read, scale = (m, v) if self.means == "new" else (one.m, one.v)
            read = one.g if self.direction == "g" else read
            root = np.sqrt(scale + self.epsilon * (self.place == "inside")) if self.is_rooted else scale
            epsilon = {"before": self.epsilon, "after": self.epsilon * of_root, "inside": 0}[self.place]
            w = one.w + self.sign * self.rate * of_root / of_m * read / (root + epsilon)
        if self.returned == "corrected":
            return w, m / (1 - beta1**one.t), v / (1 - beta2**one.t)
        return (w, m, v) if self.returned == "wmv" else (w, v, m)


def _title(name: str) -> str:
    return next(slip.title for slip in SLIPS if slip.name == name)


WAYS: dict[str, dict[str, Any]] = {  # fields of a way, by what they do wrong
    "w moves along the gradient; it must move against it, so the step is subtracted": {"sign": 1},
    "epsilon is added inside the root; it is added to the root": {"place": "inside"},
    _title("adam-epsilon"): {"place": "after"},
    _title("adam-epsilon-keras"): {"epsilon": 1e-7},
    _title("adam-uncorrected"): {"corrected": ""},
    "m is corrected for its start at 0 and v is not; both are": {"corrected": "m"},
    "v is corrected for its start at 0 and m is not; both are": {"corrected": "v"},
    "the correction of v enters without a root; like v it stands under the root": {"corrections": "as they are"},
    "the corrections count a step too many; t is 1 on the first step": {"later": 1},
    "the root of v is missing": {"is_rooted": False},
    "v is a mean of g; it is a mean of g²": {"squared": False},
    "0.9 and 0.999 stand in each other's place": {"betas": (BETA2, BETA1)},
    "the step is made from the old m and v; it is made from the new ones": {"means": "old"},
    "the step is made from g; it is made from m": {"direction": "g"},
    "the learning rate is left out": {"rate": 1.0},
    "v is returned before m; the order is w, m, v": {"returned": "wvm"},
    "m and v are returned corrected; the next step needs them as they were before": {"returned": "corrected"},
}


def _named(tried: list[tuple[Given, Returned]]) -> str | None:
    """The mistake, or the two, that make all of the steps as they are."""
    singles = [((words,), fields) for words, fields in WAYS.items()]
    pairs = [
        ((first, second), WAYS[first] | WAYS[second])
        for first, second in combinations(WAYS, 2)
        if not set(WAYS[first]) & set(WAYS[second])
    ]
    for words, fields in singles + pairs:
        if all(_is_near(Way(**fields).take(one), returned) for one, returned in tried):
            return "; and ".join(words)
    return None


def _is_near(one: Returned, other: Returned) -> bool:
    return all(np.allclose(a, b, rtol=1e-6, atol=0, equal_nan=True) for a, b in zip(one, other, strict=True))


def _wrong(tried: list[tuple[Given, Returned]]) -> str | None:
    """Which of the new m, the new v and the step is wrong first, and by how much."""
    for one, (w, m, v) in tried:
        right_w, right_m, right_v = Way().take(one)
        pairs = {"the new m": (m, right_m), "the new v": (v, right_v), "the step of w": (w - one.w, right_w - one.w)}
        for name, (array, right) in pairs.items():
            share = np.abs(array - right).max() / np.abs(right).max()
            if not share <= NEAR:  # nor where it is nan
                return f"{name} is wrong on step {one.t}, by {in_words(share)}"
    return None


def _is_of_a_step(slip: Slip) -> bool:
    return all(set(change) <= OF_A_STEP for change in slip.changes)


def _train(
    mine: Any, weights: Arrays, inputs: np.ndarray, targets: np.ndarray, batch: int, epochs: int
) -> tuple[list[list[float]], Arrays]:
    losses, w = [], {name: array.copy() for name, array in weights.items()}
    means = {name: (np.zeros_like(array), np.zeros_like(array)) for name, array in w.items()}
    for epoch in range(epochs):
        losses.append([])
        for number, k in enumerate(range(0, len(inputs) - batch + 1, batch)):
            rows, t = slice(k, k + batch), epoch * (len(inputs) // batch) + number + 1
            loss, gradients = loss_and_gradients(w, "published", inputs[rows], targets[rows])
            losses[-1].append(loss)
            for name, g in gradients.items():
                w[name], *means[name] = _three(attempt(mine, w[name], g, *means[name], t), g.shape)
    return losses, w


def _three(returned: Any, shape: tuple[int, ...]) -> Returned:
    if not (isinstance(returned, tuple | list) and len(returned) == 3):
        raise PortError(f"it returns {type(returned).__name__}, expected three arrays: w, m, v")
    w, m, v = (numbers(name, part, shape) for name, part in zip("wmv", returned, strict=True))
    return w, m, v
