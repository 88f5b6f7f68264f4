"""A user's port: its file loaded, its functions called, and what they return checked. It runs with the user's rights.

Nothing is kept from it: a port is a program like any other, and may read, write and send what its user may.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import inspect
import sys
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from reproduce.errors import PortError
from reproduce.networks.ports.questions import FUNCTIONS, Answer, Question, arrays_of, copied, flat
from reproduce.networks.ports.script import Script

MODULE = "reproduce_port"  # the name under which Python knows the file
LARGEST_HIDDEN = 1024
ANY_HIDDEN = 8  # of the questions to a port that takes any number of hidden units


@dataclass(frozen=True)
class Port:
    """A loaded file."""

    script: Script
    functions: dict[str, Callable[..., Any]]
    hidden: int | None  # its HIDDEN, if it has one
    misspelt: dict[str, str] = field(default_factory=dict)  # a function that it lacks, and one with nearly its name


@dataclass(frozen=True)
class Answers:
    """What a port answered, checked."""

    by_question: dict[str, Answer]  # float64
    dtype: str  # float32 where every number fits it


class _Anew(importlib.machinery.SourceFileLoader):
    """Compiles a file each time, as Python does a program; what Python keeps beside it may be from before an edit."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 (Python gives it)
        return self.source_to_code(self.get_data(self.path), self.path)


def load(path: Path, wanted: Sequence[str] = tuple(FUNCTIONS), template: str = "--template keras") -> Port:
    """Run a port's file and take the functions that it defines.

    Args:
        wanted: the functions that it may define.
        template: the words with which `reproduce compare` shows them.

    Raises:
        PortError: it cannot be read or run, or defines none of the functions, or its HIDDEN is no width.
        PortInterrupted: Ctrl-C.
    """
    if path.is_dir():
        raise PortError(f"{path}: a folder; give the files in it, such as {path / '*.py'}")
    if not path.is_file():
        raise PortError(f"{path}: there is no such file; give the file of your port")
    if path.suffix == ".ipynb":
        raise PortError(f"{path}: a notebook; save its code with jupyter nbconvert --to python, and give that")
    spec = importlib.util.spec_from_file_location(MODULE, path, loader=_Anew(MODULE, str(path)))
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    script = Script(path)
    with script.at_work("cannot be loaded"):
        spec.loader.exec_module(module)
    functions = {name: getattr(module, name) for name in wanted if callable(getattr(module, name, None))}
    misspelt = _misspelt(module, wanted, functions)
    if not functions:
        meant = "".join(f"; it defines {theirs}: did you mean {name}?" for name, theirs in misspelt.items())
        how = meant or f"; reproduce compare {template} shows how"
        raise PortError(f"{path}: defines none of {', '.join(wanted)}{how}")
    return Port(script, functions, _hidden(path, module), misspelt)


def _misspelt(module: ModuleType, wanted: Sequence[str], found: Container[str]) -> dict[str, str]:
    """By each function that is missing, one whose name is nearly its own."""
    names = (name for name, value in vars(module).items() if callable(value) and not name.startswith("_"))
    others = {name.lower(): name for name in names if name not in found}
    close = {name: get_close_matches(name, others, n=1, cutoff=0.79) for name in wanted if name not in found}
    return {name: others[nearest[0]] for name, nearest in close.items() if nearest}


def _hidden(path: Path, module: ModuleType) -> int | None:
    hidden = getattr(module, "HIDDEN", None)
    if hidden is not None and not (type(hidden) is int and 1 <= hidden <= LARGEST_HIDDEN):
        raise PortError(f"{path}: HIDDEN is {hidden!r}, expected a whole number from 1 to {LARGEST_HIDDEN}")
    return hidden


def ask_port(port: Port, questions: Sequence[Question]) -> Answers:
    """Ask a port all that it has a function for.

    Raises:
        PortError: a function raised, returned what it should not, or changed what it was given.
        PortInterrupted: Ctrl-C.
    """
    returned = {}
    for question in questions:
        if question.function in port.functions:
            returned[question.name] = _call(port, question)
    return check(str(port.script.path), questions, returned)


def _call(port: Port, question: Question) -> dict[str, Any]:
    where = f"{port.script.path}: {question.function}"
    arguments = copied(question.arguments)
    _check_signature(port, question)
    with port.script.at_work(question.function, question.arguments.get("weights", ())):
        returned = port.functions[question.function](*arguments.values())
        try:
            # Copies, as the port may use its arrays again for the next answer.
            answer = {name: np.array(value) for name, value in flat(question, returned).items()}
        except PortError as error:
            raise PortError(f"{where} {error}") from None
    before, after = dict(arrays_of(question.arguments)), dict(arrays_of(arguments))
    changed = [name for name, array in before.items() if not np.array_equal(array, after.get(name))]
    if changed:
        raise PortError(f"{where} changed the {changed[0]} that it was given; compute with a copy of it")
    return answer


def _check_signature(port: Port, question: Question) -> None:
    """Refuse a function that cannot take the arguments; one whose signature Python does not know is tried.

    Of a decorated function what counts is what the decorator takes: it may hand in more.
    """
    function, names = port.functions[question.function], ", ".join(question.arguments)
    try:
        inspect.signature(function, follow_wrapped=False).bind(*question.arguments.values())
    except ValueError:
        return
    except TypeError as error:
        line = getattr(getattr(function, "__code__", None), "co_firstlineno", None)
        where = f"{port.script.path}, line {line}" if line else f"{port.script.path}"
        raise PortError(f"{where}: {question.function} has other arguments ({error}); expected ({names})") from error


def check(name: str, questions: Sequence[Question], returned: dict[str, dict[str, Any]]) -> Answers:
    """Answers of the right shapes and of finite numbers.

    Args:
        name: of the file that they come from.
        returned: by question, then by what is returned.

    Raises:
        PortError: something is missing, or has another shape or type, or is not finite.
    """
    answers, fits = {}, True
    for question in (one for one in questions if one.name in returned):
        where = f"{name}: {question.function}"
        given = {key: np.asarray(value) for key, value in returned[question.name].items()}
        answers[question.name] = {}
        for key, wanted in expected_shapes(question).items():
            if key not in given:
                raise PortError(f"{where} has no {key} for the question {question.name!r}")
            array = given[key]
            if array.dtype.kind not in "fiu" or array.dtype.itemsize < 4:
                raise PortError(f"{where} gave {key} of type {array.dtype}, expected float32 or float64")
            if len(array.shape) != len(wanted) or any(
                w not in (None, n) for w, n in zip(wanted, array.shape, strict=True)
            ):
                raise PortError(f"{where} gave {key} of shape {array.shape}, expected {_spelled(wanted)}")
            if not array.size:
                more = "; is a `+ 1` missing in the range of its batches?" if key == "losses" else ""
                raise PortError(f"{where} gave {key} without a number{more}")
            if not np.isfinite(array).all():
                raise PortError(f"{where} gave {key} with nan or infinity in it")
            answers[question.name][key] = array.astype("float64")
            if question.function != "windows":
                fits &= bool(np.array_equal(array.astype("float32"), array))
    return Answers(answers, "float32" if fits else "float64")


def expected_shapes(question: Question) -> dict[str, tuple[int | None, ...]]:
    """Of each array of an answer; None where any length will do."""
    arguments = question.arguments
    if question.function == "windows":
        return {"inputs": (None, None, 1), "targets": (None, 1), "train": ()}  # another length of windows is a slip
    if question.function == "cell":
        return {"h": arguments["h"].shape, "c": arguments["c"].shape}
    weights = {name: array.shape for name, array in arguments["weights"].items()}
    if question.function == "predict":
        return {"predictions": (len(arguments["inputs"]), *list(weights.values())[-1])}  # as many as output biases
    if question.function == "loss_and_gradients":
        return {"loss": ()} | {f"gradients/{name}": shape for name, shape in weights.items()}
    return {"losses": (arguments["epochs"], None)} | {f"weights/{name}": shape for name, shape in weights.items()}


def _spelled(shape: tuple[int | None, ...]) -> str:
    lengths = ["any number" if n is None else str(n) for n in shape]
    return f"({', '.join(lengths)}{',' * (len(lengths) == 1)})"
