"""The rungs of a comparison, lowest first: which answers each holds together, how far they may be apart, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from reproduce.networks.ports.answers import answers_of, order_found
from reproduce.networks.ports.network import NAMES
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.questions import ALONE, WINDOW, Answer, Question

LEAST_TOLERANCE = {"float32": 3e-6, "float64": 1e-9}
LARGEST_TOLERANCE = 0.05
LEAST_MOVE = {"float32": 1e-5, "float64": 1e-6}  # of a weight's size: a smaller move is lost in its rounding
TIMES_ITS_OWN_ROUNDING = 10
FROM_THE_OUTPUT = ("W_hy", "b_y", *(f"{kind}{gate}" for gate in "ogfi" for kind in ("b_", "W_h", "W_x")))
LEAST_SIZE = {"h": 1e-3, "c": 1e-3}  # behind a gate that is shut a cell has 0, or what a library's sigmoid leaves


@dataclass(frozen=True)
class Rung:
    """What is compared: of these questions, what the keys begin with."""

    name: str
    function: str
    questions: tuple[str, ...]
    keys: tuple[str, ...]
    place: Callable[[list[tuple[str, str]]], str]  # from all (question, key) past their tolerance, the first one first

    def is_answered(self, answers: dict[str, Answer]) -> bool:
        """Whether a port answers any of it."""
        return any(name in answers for name in self.questions)


def _of_cell(past: list[tuple[str, str]]) -> str:
    gates = [name.removeprefix("cell ") for name, _ in past if name != "cell"]
    found = list(dict.fromkeys(gates))
    if not found:
        return "only with all gates at work together"
    if len(found) == len(ALONE):
        return "with every gate alone"
    return f"in gate{'s' * (len(found) > 1)} {', '.join(found)}, seen alone"


def _of_forward(past: list[tuple[str, str]]) -> str:
    return f"first after {past[0][0].removeprefix('forward ')} of {WINDOW} days"


def _of_gradients(past: list[tuple[str, str]]) -> str:
    return f"first in {_weight(past[0][1])}; {len(past)} of {len(NAMES)}"


def _of_step(past: list[tuple[str, str]]) -> str:
    only_small = "; only where gradients are small" * all(name == "one step, small" for name, _ in past)
    return f"first in {_weight(past[0][1])}{only_small}"


def _of_training(past: list[tuple[str, str]]) -> str:
    return f"first in {_weight(past[0][1])}"


def _weight(key: str) -> str:
    return key.rpartition("/")[2]


RUNGS = (
    Rung("cell", "cell", ("cell", *(f"cell {gate}" for gate in ALONE)), ("h", "c"), _of_cell),
    Rung("forward", "predict", tuple(f"forward {t}" for t in range(1, WINDOW + 1)), ("predictions",), _of_forward),
    Rung("loss", "loss_and_gradients", ("gradients",), ("loss",), lambda _: "a batch of 3"),
    Rung(
        "gradients",
        "loss_and_gradients",
        ("gradients",),
        tuple(f"gradients/{name}" for name in FROM_THE_OUTPUT),
        _of_gradients,
    ),
    Rung(
        "one step",
        "train",
        ("one step", "one step, small"),
        ("losses", *(f"weights/{name}" for name in NAMES)),
        _of_step,
    ),
    Rung("six steps", "train", ("six steps",), ("losses", *(f"weights/{name}" for name in NAMES)), _of_training),
    Rung("two epochs", "train", ("two epochs",), ("losses", *(f"weights/{name}" for name in NAMES)), _of_training),
)


@dataclass(frozen=True)
class Gaps:
    """How far P programs are from a port on one rung, each array relative to its largest value."""

    labels: list[tuple[str, str]]  # question and key, (arrays,)
    differences: np.ndarray  # (P, arrays)
    tolerances: np.ndarray  # likewise

    @property
    def agree(self) -> np.ndarray:
        """(P,): whether all of it is within the tolerance."""
        return np.all(self.differences <= self.tolerances, axis=1)


def gaps_on(
    rung: Rung, programs: Sequence[Program], questions: Sequence[Question], answers: dict[str, Answer], dtype: str
) -> Gaps:
    """Hold programs against what a port answered.

    The tolerance of an array is ten times what the program's own rounding to float32 makes of it, at least 3e-6 and at
    most 5 %; in float64, 1e-9. Of weights after training the moves are compared, which are much smaller than they.

    Args:
        dtype: that the port computes in.
    """
    labels, differences, rounding, least = [], [], [], []
    for question in (one for one in questions if one.name in rung.questions and one.name in answers):
        answer = answers[question.name]
        orders = _orders(programs, question, answer)
        exact = answers_of(programs, question, "float64", orders)
        rounded = answers_of(programs, question, "float32", orders) if dtype == "float32" else exact
        for key in (key for key in rung.keys if key in answer):
            start = question.arguments["weights"][_weight(key)] if key.startswith("weights/") else np.zeros(1)
            ours = exact[key] - start
            smallest = (
                LEAST_MOVE[dtype] * np.abs(start).max() if key.startswith("weights/") else LEAST_SIZE.get(key, 0.0)
            )
            labels.append((question.name, key))
            differences.append(_relative(answer[key] - start, ours, smallest))
            rounding.append(_relative(rounded[key] - start, ours, smallest))
            least.append(_least_tolerance(ours, start, dtype))
    gaps = np.stack(differences, axis=1)
    own = np.nan_to_num(np.stack(rounding, axis=1))
    own = np.maximum(own, np.median(own, axis=1, keepdims=True))  # one number may be rounded luckily; not most of them
    tolerances = np.clip(TIMES_ITS_OWN_ROUNDING * own, np.stack(least, axis=1), LARGEST_TOLERANCE)
    return Gaps(labels, gaps, tolerances)


def _least_tolerance(ours: np.ndarray, start: np.ndarray, dtype: str) -> np.ndarray:
    """(P,): that of the dtype, and of a move at least what is lost when it is added to its weight."""
    largest = np.nan_to_num(np.abs(ours)).max(axis=tuple(range(1, ours.ndim)))
    lost = 2 * np.finfo(dtype).eps * np.abs(start).max()
    return np.minimum(LARGEST_TOLERANCE, LEAST_TOLERANCE[dtype] + lost / np.maximum(largest, 1e-30))


def _orders(programs: Sequence[Program], question: Question, answer: Answer) -> list[np.ndarray] | None:
    if question.function != "train" or all(one.order == "given" for one in programs):
        return None
    given = np.tile(np.arange(len(question.arguments["targets"])), (question.arguments["epochs"], 1))
    return [given if one.order == "given" else order_found(one, question, answer["losses"]) for one in programs]


def _relative(theirs: np.ndarray, ours: np.ndarray, least: float) -> np.ndarray:
    """The largest difference, (P,), relative to the largest value; inf where one has a number and the other has none.

    Args:
        least: a value that is taken in place of a smaller largest one.
    """
    width = max(array.shape[-1] for array in (theirs, ours)) if theirs.ndim else 0
    theirs, ours = (_widened(array, width) for array in (theirs, ours))
    with np.errstate(all="ignore"):
        is_missing = np.isnan(theirs), np.isnan(ours)
        gap = np.where(is_missing[0] & is_missing[1], 0.0, np.nan_to_num(np.abs(theirs - ours), nan=np.inf))
        axes = tuple(range(1, ours.ndim))
        largest, size = gap.max(axis=axes), np.nan_to_num(np.abs(ours), posinf=np.inf).max(axis=axes)
        return np.where(largest == 0, 0.0, largest / np.maximum(size, least))


def _widened(array: np.ndarray, width: int) -> np.ndarray:
    """Filled up with nan along its last axis; a number for each program stays as it is."""
    if array.ndim < 2 or not width:
        return array
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, width - array.shape[-1])], constant_values=np.nan)
