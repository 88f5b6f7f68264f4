"""What a port is asked: every probe with its arguments, and how questions and answers travel in .npz files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.errors import PortError
from reproduce.networks.ports.network import NAMES, Named, shapes

WINDOW = 7  # days
BATCH = 3  # windows; every question but windows and two epochs has three
SATURATED = 50.0  # a bias that holds a gate open, and its negative one that holds it shut
ALONE = {  # the biases with which the others leave one gate to be seen; of the rest, c = f·kept + i·g, h = o·tanh(c)
    "i": {"f": -SATURATED, "o": SATURATED, "g": SATURATED},
    "f": {"i": -SATURATED, "o": SATURATED},
    "o": {"i": SATURATED, "f": -SATURATED, "g": SATURATED},
    "g": {"i": SATURATED, "f": -SATURATED, "o": SATURATED},
}
FUNCTIONS = {  # what a port may define, and what each returns
    "windows": ("inputs", "targets", "train"),
    "cell": ("h", "c"),
    "predict": ("predictions",),
    "loss_and_gradients": ("loss", "gradients"),
    "train": ("losses", "weights"),
}
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
        return len(self.arguments["weights"]["b_i"])


def ask(hidden: int = 8, seed: int = 0) -> list[Question]:
    """Every question but that about windows, which needs a price table; all numbers fit float32 exactly."""
    generator = np.random.default_rng(seed)

    def draw(*shape: int, scale: float = 1.0) -> np.ndarray:
        return generator.normal(0, scale, shape).astype("float32").astype("float64")

    scales = {"W_x": 0.6, "W_h": 1.2 / hidden**0.5, "b_": 0.4}
    w = {
        name: draw(*shape, scale=scales.get(name[:-1], 0.4) if name != "W_hy" else 1.2 / hidden**0.5)
        for name, shape in shapes(hidden).items()
    }
    state = {"x": draw(BATCH, 1), "h": np.tanh(draw(BATCH, hidden)).astype("float32").astype("float64")}
    state["c"] = draw(BATCH, hidden, scale=0.7)
    questions = [Question("cell", "cell", {"weights": w} | state)]
    for gate, biases in ALONE.items():
        held = {f"b_{other}": np.full(hidden, value) for other, value in biases.items()}
        questions.append(Question(f"cell {gate}", "cell", {"weights": w | held} | state))

    inputs, targets = draw(BATCH, WINDOW, 1), draw(BATCH, 1)
    for days in range(1, WINDOW + 1):
        questions.append(Question(f"forward {days}", "predict", {"weights": w, "inputs": inputs[:, :days]}))
    questions.append(Question("gradients", "loss_and_gradients", {"weights": w, "inputs": inputs, "targets": targets}))

    def training(name: str, weights: Named, inputs: np.ndarray, targets: np.ndarray, epochs: int = 1) -> Question:
        arguments = {"weights": weights, "inputs": inputs, "targets": targets, "batch": BATCH, "epochs": epochs}
        return Question(name, "train", arguments)

    questions.append(training("one step", w, inputs, targets))
    # The gates' gradients pass through W_hy, so they are as small as Adam's epsilon.
    small = w | {"W_hy": (w["W_hy"] * 1e-5).astype("float32").astype("float64")}
    questions.append(training("one step, small", small, inputs, targets))
    # Adam forgets a gradient's size, so clipping shows only where sizes change from step to step.
    sizes = np.repeat([30.0, 0.1] * 3, BATCH)[:, None].astype("float32").astype("float64")
    targets = (sizes * draw(6 * BATCH, 1)).astype("float32").astype("float64")
    questions.append(training("six steps", w, draw(6 * BATCH, WINDOW, 1), targets))
    targets = draw(20, 1)
    targets[4] = 5.0  # a marked window: the batch that has it has the largest loss
    questions.append(training("two epochs", w, draw(20, WINDOW, 1), targets, epochs=2))
    return questions


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
        if not isinstance(part, dict) or set(part) != set(NAMES):
            raise PortError(f"gave {name} {_difference(part)}, expected a dictionary of the 14 weights")
        answer |= {f"{name}/{weight}": part[weight] for weight in NAMES}
    return answer


def _difference(part: Any) -> str:
    if not isinstance(part, dict):
        return f"as {type(part).__name__}"
    missing, further = sorted(set(NAMES) - set(part)), sorted(map(str, set(part) - set(NAMES)))
    return "; ".join(f"{word} {', '.join(names)}" for word, names in (("without", missing), ("with", further)) if names)


def write_questions(path: Path, questions: list[Question]) -> None:
    """Write each argument as an array `question/argument` or `question/weights/W_xi`, and `hidden`.

    Raises:
        OSError: the file cannot be written.
    """
    arrays: dict[str, Any] = {"hidden": next(one.hidden for one in questions if "weights" in one.arguments)}
    for question in questions:
        arrays[f"{question.name}/function"] = question.function
        for name, value in question.arguments.items():
            named = value.items() if isinstance(value, dict) else ((None, value),)
            arrays |= {f"{question.name}/{name}" + (f"/{part}" if part else ""): array for part, array in named}
    with path.open("wb") as file:  # given a name, numpy would put .npz behind it
        np.savez(file, **arrays)


def read_answers(path: Path) -> tuple[int, dict[str, dict[str, np.ndarray]]]:
    """The width that the questions had, and by question what a port answered, unchecked.

    Raises:
        PortError: the file cannot be read or has no `hidden`.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
    except (OSError, ValueError, EOFError) as error:
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
