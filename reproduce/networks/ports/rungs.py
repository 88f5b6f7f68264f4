"""How far programs are from a port on a rung, and how far they may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.target import Rung, Target, weight_of

LEAST_TOLERANCE = {"float32": 3e-6, "float64": 1e-9}
LARGEST_TOLERANCE = 0.05
LEAST_MOVE = {"float32": 1e-5, "float64": 1e-6}  # of a weight's size: a smaller move is lost in its rounding
TIMES_ITS_OWN_ROUNDING = 20
LEAST_GRADIENT = 1e-4  # of a program's largest: behind a softmax over windows the output bias has none but rounding
LEAST_SIZE = {"h": 1e-3, "c": 1e-3}  # behind a gate that is shut a cell has 0, or what a library's sigmoid leaves


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
    target: Target,
    rung: Rung,
    programs: Sequence[Any],
    asked: Sequence[tuple[Question, Answer]],
    dtype: str,
) -> Gaps:
    """Hold programs against what a port answered.

    The tolerance of an array is twenty times what the program's own rounding to float32 makes of it, at least 3e-6 and
    at most 5 %; in float64, 1e-9. Of weights after training the moves are compared, which are much smaller than they.

    Args:
        asked: questions and what the port answered; those of other rungs are left out.
        dtype: that the port computes in.
    """
    labels, differences, rounding, least = [], [], [], []
    for question, answer in (one for one in asked if one[0].name in rung.questions):
        draws = target.draws(programs, question, answer)
        exact = target.answers(programs, question, "float64", draws)
        rounded = target.answers(programs, question, "float32", draws) if dtype == "float32" else None
        keys = [key for key in rung.keys if key in answer]
        start = {key: _start(key, question) for key in keys}
        sizes = {key: _sizes(exact[key] - start[key]) for key in keys}
        smallest = {key: _smallest(key, start[key], sizes, dtype) for key in keys}
        for key in keys:
            ours, scale = exact[key] - start[key], np.maximum(sizes[key], smallest[key])
            gap = _relative(answer[key] - start[key], ours, scale)
            own = np.zeros_like(gap) if rounded is None else _relative(rounded[key] - start[key], ours, scale)
            if key.startswith("weights/"):  # Adam makes steps of a gradient that is rounding alone; they say nothing
                gap = np.where((own > LARGEST_TOLERANCE) & (sizes[key] < smallest[key]), 0.0, gap)
            labels.append((question.name, key))
            differences.append(gap)
            rounding.append(own)
            least.append(_least_tolerance(sizes[key], start[key], dtype))
    gaps = np.stack(differences, axis=1)
    own = _filled(np.stack(rounding, axis=1))
    own = np.maximum(own, np.median(own, axis=1, keepdims=True))  # one number may be rounded luckily; not most of them
    tolerances = np.clip(TIMES_ITS_OWN_ROUNDING * own, np.stack(least, axis=1), LARGEST_TOLERANCE)
    return Gaps(labels, gaps, tolerances)


def _start(key: str, question: Question) -> np.ndarray:
    """What is taken off an answer: of a trained weight, where it began."""
    return question.arguments["weights"][weight_of(key)] if key.startswith("weights/") else np.zeros(1)


def _smallest(key: str, start: np.ndarray, sizes: dict[str, np.ndarray], dtype: str) -> np.ndarray:
    """The value, of each program or of all, that is taken in place of a smaller largest one."""
    if key.startswith("weights/"):
        return LEAST_MOVE[dtype] * np.abs(start).max()
    if key.startswith("gradients/"):
        return LEAST_GRADIENT * np.max([size for name, size in sizes.items() if "/" in name], axis=0)
    return np.asarray(LEAST_SIZE.get(key, 0.0))


def _sizes(arrays: np.ndarray) -> np.ndarray:
    """The largest value of each program's, (P,)."""
    return _filled(np.abs(arrays), posinf=np.inf).max(axis=tuple(range(1, arrays.ndim)))


def _least_tolerance(sizes: np.ndarray, start: np.ndarray, dtype: str) -> np.ndarray:
    """(P,): that of the dtype, and of a move at least what is lost when it is added to its weight."""
    lost = 2 * np.finfo(dtype).eps * np.abs(start).max()
    return np.minimum(LARGEST_TOLERANCE, LEAST_TOLERANCE[dtype] + lost / np.maximum(sizes, 1e-30))


def _relative(theirs: np.ndarray, ours: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The largest difference, (P,), in units of a scale, (P,); inf where one has a number and the other has none."""
    width = max(array.shape[-1] for array in (theirs, ours)) if theirs.ndim else 0
    theirs, ours = (_widened(array, width) for array in (theirs, ours))
    with np.errstate(all="ignore"):
        gap = np.abs(theirs - ours)
        if not np.isfinite(gap).all():
            gap = np.where(np.isnan(theirs) & np.isnan(ours), 0.0, np.where(np.isfinite(gap), gap, np.inf))
        largest = gap.max(axis=tuple(range(1, gap.ndim)))
        return np.where(largest == 0, 0.0, np.where(np.isfinite(largest), largest / scale, np.inf))


def _filled(array: np.ndarray, **by: float) -> np.ndarray:
    """`np.nan_to_num`, which takes several times as long as to see that there is nothing to do."""
    return array if np.isfinite(array).all() else np.nan_to_num(array, **by)


def _widened(array: np.ndarray, width: int) -> np.ndarray:
    """Filled up with nan along its last axis; a number for each program stays as it is."""
    if array.ndim < 2 or width in (0, array.shape[-1]):
        return array
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, width - array.shape[-1])], constant_values=np.nan)
