"""What tells programs apart: the questions that they answer differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reproduce.networks.ports.questions import FUNCTIONS, Answer, Question
from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.target import Target

SAME = 1e-6  # of an answer's largest value: a smaller difference tells nothing


def differ_from_first(target: Target, programs: Sequence[Any], question: Question) -> np.ndarray:
    """(P,): which programs answer otherwise than the first one does."""
    draws = target.draws(programs, question, None)
    differ = np.zeros(len(programs), bool)
    for answer in target.answers(programs, question, "float64", draws).values():
        rows = np.nan_to_num(answer.reshape(len(programs), -1), nan=-1.0)
        differ |= np.abs(rows - rows[0]).max(axis=1) > SAME * np.abs(rows[0]).max()
    return differ


def hidden_slips(target: Target, questions: Sequence[Question]) -> list[Slip]:
    """The slips with which the program answers these questions as it does without; in the first of their ways."""
    left = list(target.slips)
    for question in questions:
        slipped = [slip.programs(target.program)[0] for slip in left]
        differ = differ_from_first(target, [target.program, *slipped], question)[1:]
        left = [slip for slip, is_seen in zip(left, differ, strict=True) if not is_seen]
    return left


def functions_that_tell(
    target: Target, programs: Sequence[Any], questions: Sequence[Question], answers: dict[str, Answer]
) -> tuple[str, ...]:
    """The functions whose answers differ among these programs, of those that a port has not."""
    missing = [one for one in questions if one.name not in answers and one.function != "windows"]
    telling = {one.function for one in missing if np.any(differ_from_first(target, programs, one))}
    return tuple(name for name in FUNCTIONS if name in telling)
