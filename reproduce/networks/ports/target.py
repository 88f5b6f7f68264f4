"""What a port may be held against: a published program, its slips, and how it is asked. The machinery knows no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.slips import Slip

Place = Callable[[list[tuple[str, str]]], str]  # from all (question, key) past their tolerance, the first one first


@dataclass(frozen=True)
class Rung:
    """What is compared: of these questions, what the keys begin with."""

    name: str
    function: str
    questions: tuple[str, ...]
    keys: tuple[str, ...]
    place: Place

    def is_answered(self, answers: dict[str, Answer]) -> bool:
        """Whether a port answers any of it."""
        return any(name in answers for name in self.questions)


@dataclass(frozen=True)
class Target:
    """A published program as a port is held against it.

    A program is a frozen dataclass, and a slip one changed field of it. Some programs draw: the order of their windows,
    or what dropout drops. Only the port's answer can tell what it drew, so `draws` finds that out for each program.
    """

    program: Any  # as published
    slips: tuple[Slip, ...]
    functions: tuple[str, ...]  # that a port may define
    rungs: tuple[Rung, ...]  # in order
    ask: Callable[..., list[Question]]  # for a width; and for a seed, 0 if none, by which the numbers are drawn
    answers: Callable[[Sequence[Any], Question, str, Sequence[Any] | None], Answer]  # of P programs, in a dtype
    draws: Callable[[Sequence[Any], Question, Answer | None], list[Any] | None]  # of each program; any, without answer
    not_compared: str = ""  # what of the program no question asks for
    companions: tuple[str, ...] = ()  # slips that one call of a library makes together: there may be more than two


def weight_of(key: str) -> str:
    """`W_xi` of `gradients/W_xi`."""
    return key.rpartition("/")[2]


def first_read(past: list[tuple[str, str]], length: int, unit: str) -> str:
    """The place of a prediction."""
    return f"first after {past[0][0].removeprefix('forward ').replace('one day', '1')} of {length} {unit}s"


def first_gradient(past: list[tuple[str, str]], weights: int) -> str:
    """The place of a gradient."""
    return f"first in {weight_of(past[0][1])}; {len(past)} of {weights} differ"


def first_move(past: list[tuple[str, str]]) -> str:
    """The place of what one step moves."""
    only_small = "; only where gradients are small" * all(name == "one step, small" for name, _ in past)
    if all(key == "losses" for _, key in past):
        return "the losses alone; the weights are right"
    return f"first in {weight_of(past[0][1])}{only_small}"


def training_rungs(
    names: Sequence[str], from_the_output: Sequence[str], length: int, unit: str = "day"
) -> tuple[Rung, ...]:
    """The rungs that every target has: predictions, loss, gradients, and three of training.

    Args:
        names: of the weights; from_the_output: the same, as the way back meets them.
        length: of the longest window, in units of that name.
    """
    forward = tuple(f"forward {t}" for t in range(1, length + 1))
    gradients = tuple(f"gradients/{name}" for name in from_the_output)
    trained = ("losses", *(f"weights/{name}" for name in names))
    return (
        Rung(
            "forward", "predict", ("one day", *forward), ("predictions",), lambda past: first_read(past, length, unit)
        ),
        Rung("loss", "loss_and_gradients", ("gradients",), ("loss",), lambda _: "a batch of 3"),
        Rung(
            "gradients",
            "loss_and_gradients",
            ("gradients",),
            gradients,
            lambda past: first_gradient(past, len(names)),
        ),
        Rung("one step", "train", ("one step", "one step, small"), trained, first_move),
        Rung("six steps", "train", ("six steps",), trained, first_move),
        Rung("two epochs", "train", ("two epochs",), trained, first_move),
    )
