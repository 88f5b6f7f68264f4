"""What a port is asked: every probe with its arguments, and how questions and answers travel in .npz files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from reproduce.errors import DAMAGE, PortError

FUNCTIONS = {  # what a port may define, and what each returns
    "windows": ("inputs", "targets", "train"),
    "cell": ("h", "c"),
    "predict": ("predictions",),
    "loss_and_gradients": ("loss", "gradients"),
    "train": ("losses", "weights"),
}
AGAIN = ", again"  # behind the name of a question that is asked twice
Answer = dict[str, np.ndarray]  # by what is returned; of gradients and weights `gradients/W_xi` and so on


@dataclass(frozen=True)
class Question:
    """One call of one function."""

    name: str
    function: str
    arguments: dict[str, Any]  # in the order of the function's parameters

    @property
    def hidden(self) -> int:
        """The width of the network that is asked for."""
        weights = self.arguments["weights"]
        return len(weights["b_i"] if "b_i" in weights else weights["recurrent_1"])  # of two layers, the first one's


def again(question: Question) -> Question:
    """The same once more: a port that answers it differently draws something, or keeps something."""
    return replace(question, name=question.name + AGAIN)


def copied(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same with arrays of its own, which a port may do with as it likes."""
    return {
        name: copied(value) if isinstance(value, dict) else value.copy() if isinstance(value, np.ndarray) else value
        for name, value in arguments.items()
    }


def flat(question: Question, returned: Any) -> dict[str, Any]:
    """What a function returned, by name, each weight and gradient apart.

    Raises:
        PortError: it has not as many parts as the function returns, or a dictionary is none or lacks a name.
    """
    wanted = FUNCTIONS[question.function]
    parts = (returned,) if len(wanted) == 1 else returned
    if len(wanted) > 1 and not (isinstance(parts, tuple | list) and len(parts) == len(wanted)):
        raise PortError(f"gave {type(returned).__name__}, expected {len(wanted)} values: {', '.join(wanted)}")
    answer: dict[str, Any] = {}
    for name, part in zip(wanted, parts, strict=True):
        if name not in ("gradients", "weights"):
            answer[name] = part
            continue
        names = question.arguments["weights"]
        if not isinstance(part, dict) or set(part) != set(names):
            raise PortError(
                f"gave {name} {_difference(part, set(names))}, expected a dictionary of the {len(names)} weights"
            )
        answer |= {f"{name}/{weight}": part[weight] for weight in names}
    return answer


def _difference(part: Any, names: set[str]) -> str:
    if not isinstance(part, dict):
        return f"as {type(part).__name__}"
    missing, further = sorted(names - set(part)), sorted(map(str, set(part) - names))
    return "; ".join(f"{word} {', '.join(names)}" for word, names in (("without", missing), ("with", further)) if names)


def write_questions(file: BinaryIO, questions: list[Question]) -> None:
    """Write each argument as an array `question/argument` or `question/weights/W_xi`, and `hidden`."""
    arrays: dict[str, Any] = {"hidden": next(one.hidden for one in questions if "weights" in one.arguments)}
    for question in questions:
        arrays[f"{question.name}/function"] = question.function
        for name, value in question.arguments.items():
            named = value.items() if isinstance(value, dict) else ((None, value),)
            arrays |= {f"{question.name}/{name}" + (f"/{part}" if part else ""): array for part, array in named}
    np.savez(file, **arrays)


def read_answers(path: Path) -> tuple[int, dict[str, dict[str, np.ndarray]]]:
    """The width that the questions had, and by question what a port answered, unchecked.

    Raises:
        PortError: the file cannot be read or has no `hidden`.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
    except DAMAGE as error:
        problem = error.strerror if isinstance(error, OSError) and error.strerror else "is no .npz file of arrays"
        raise PortError(f"{path}: {problem}; give the file that answers.py wrote") from error
    if "hidden" not in arrays or arrays["hidden"].ndim or arrays["hidden"].dtype.kind not in "iu":
        raise PortError(f"{path}: no whole number `hidden`; copy it from the questions into the answers")
    answers: dict[str, dict[str, np.ndarray]] = {}
    for key, array in arrays.items():
        question, _, name = key.partition("/")
        if name:
            answers.setdefault(question, {})[name] = array
    return int(arrays["hidden"]), answers


def arrays_of(arguments: dict[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    """Every array among the arguments with its name."""
    for name, value in arguments.items():
        if isinstance(value, dict):
            yield from ((weight, array) for weight, array in value.items())
        elif isinstance(value, np.ndarray):
            yield name, value
