"""Lesson 6: a whole port in a file, asked all that `reproduce compare` asks, but for windows."""

from __future__ import annotations

from pathlib import Path

from reproduce.lessons.exercises.asking import explained
from reproduce.networks.ports.contract import ANY_HIDDEN, ask_port, load
from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.price import FUNCTIONS, price_target
from reproduce.networks.ports.price_questions import ask

WANTED = [name for name in FUNCTIONS if name != "windows"]
BEGINNING = "cell(weights, x, h, c), which returns h and c"


def problem(file: str | Path) -> str | None:
    """What is wrong with the port in this file; None where nothing is.

    Raises:
        PortError: it cannot be loaded or asked.
    """
    if not isinstance(file, str | Path):
        return f"this is {type(file).__name__}, and no file; give the name of yours"
    path = Path(file)
    if not path.exists():
        return (
            f"there is no {path.name} in {path.absolute().parent}; one function is enough to begin: {BEGINNING}; the "
            "lesson lists all four"
        )
    port = load(path)
    questions = ask(port.hidden or ANY_HIDDEN)
    answers = ask_port(port, questions)
    if not answers.by_question:
        return f"it has none of {', '.join(WANTED)}"
    comparison = compare(price_target("published"), questions, answers.by_question, answers.dtype)
    missing = [name for name in WANTED if name not in port.functions]
    if comparison.agrees and missing:
        return f"what it has agrees, and {comparison.not_shown} slips would not show; write {', '.join(missing)} too"
    return explained(comparison)
