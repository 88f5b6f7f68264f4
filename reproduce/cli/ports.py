"""How `reproduce compare PORT` holds a file against a program: a row a rung, and what explains the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reproduce.cli.against import Against
from reproduce.errors import PortError
from reproduce.networks.ports.contract import Answers, ask_port, check, load
from reproduce.networks.ports.diagnosis import Comparison
from reproduce.networks.ports.diagnosis import compare as compare_answers
from reproduce.networks.ports.questions import Question, read_answers, write_questions
from reproduce.networks.ports.rungs import Gaps
from reproduce.networks.ports.target import Rung
from reproduce.networks.ports.windows import WindowsRow, compare_windows
from reproduce.runs.process import silent_stderr


@dataclass(frozen=True)
class Row:
    """One rung, as it is printed."""

    rung: str
    largest_difference: float | None
    tolerance: float | None
    verdict: str  # agrees, differs, follows (after one that differs), not asked
    note: str

    def as_text(self) -> str:
        numbers = [f"{value:.0e}" if value is not None else "" for value in (self.largest_difference, self.tolerance)]
        if self.verdict == "follows":
            numbers = ["", ""]
        verdict = self.verdict.upper() if self.verdict == "differs" else self.verdict
        return f"  {self.rung:<12} {numbers[0] or '-':<20} {numbers[1]:<9} {verdict:<10} {self.note}".rstrip()


@dataclass(frozen=True)
class Held:
    """A port held against the program."""

    title: str
    rows: list[Row]
    comparison: Comparison
    windows: WindowsRow | None
    slips: int  # that are known of the program
    remark: str = ""  # on its file

    @property
    def agrees(self) -> bool:
        return self.comparison.agrees and (self.windows is None or self.windows.agrees)


def give_questions(path: Path, hidden: int, against: Against) -> int:
    """Write all questions to a file, and say how many they are.

    Raises:
        PortError: the file cannot be written.
    """
    questions, _ = against.ask(hidden)
    try:
        write_questions(path, questions)
    except OSError as error:
        raise PortError(f"{path}: {error.strerror or error}; give --questions another file") from error
    return len(questions)


def hold_port(path: Path, against: Against) -> tuple[Held, list[str]]:
    """Load a port, ask it everything and find out; and the lines that it printed.

    Raises:
        PortError: as `contract.load` and `contract.ask_port` say.
    """
    with silent_stderr():  # TensorFlow's start-up notes
        port = load(path, against.target.functions, against.template_words)
    questions, expected = against.ask(port.hidden or 8)
    answers = ask_port(port, questions)
    misspelt = [f"It defines {theirs}: did you mean {name}?" for name, theirs in port.misspelt.items()]
    return replace(_held(path.name, against, questions, answers, expected), remark=" ".join(misspelt)), port.printed


def hold_answers(path: Path, against: Against) -> Held:
    """The same from a file of answers.

    Raises:
        PortError: it cannot be read, or an answer has another shape than the question wants.
    """
    hidden, returned = read_answers(path)
    questions, expected = against.ask(hidden)
    answers = check(str(path), questions, returned)
    if not answers.by_question:
        raise PortError(f"{path}: answers none of the questions; give the file that answers.py wrote")
    return _held(path.name, against, questions, answers, expected)


def _held(
    name: str, against: Against, questions: Sequence[Question], answers: Answers, expected: dict[str, Any] | None
) -> Held:
    by_question = dict(answers.by_question)
    windows = by_question.pop("windows", None)
    found = compare_windows(questions[0], windows, expected) if windows else None
    comparison = compare_answers(against.target, questions, by_question, answers.dtype)
    asked = {one.function for one in questions if one.name in answers.by_question}
    hidden, weights = questions[-1].hidden, len(questions[-1].arguments["weights"])
    title = f"{name} against {against.title}, hidden {hidden}, computes in {comparison.dtype}"
    contract = f"{len(asked)} function{'s' * (len(asked) > 1)}, {weights} weights"
    rows = [Row("contract", None, None, "agrees", contract)]
    if found:
        rows.append(
            Row("windows", found.difference, found.tolerance, "agrees" if found.agrees else "differs", found.found)
        )
    elif expected:
        rows.append(Row("windows", None, None, "not asked", "it has no windows"))
    has_differed = False
    for rung in against.target.rungs:
        row = _row(rung, comparison.published.get(rung.name), has_differed)
        has_differed |= row.verdict == "differs"
        rows.append(row)
    return Held(title, rows, comparison, found, len(against.target.slips))


def _row(rung: Rung, gaps: Gaps | None, has_differed: bool) -> Row:
    if gaps is None:
        return Row(rung.name, None, None, "not asked", f"it has no {rung.function}")
    differences, tolerances = gaps.differences[0], gaps.tolerances[0]
    worst = int((differences / tolerances).argmax())
    difference, tolerance = float(differences[worst]), float(tolerances[worst])
    past = [label for label, far in zip(gaps.labels, differences > tolerances, strict=True) if far]
    if not past:
        all_of_them = f"{len(rung.keys)} of {len(rung.keys)}" if rung.name == "gradients" else ""
        return Row(rung.name, difference, tolerance, "agrees", all_of_them)
    if has_differed:
        return Row(rung.name, difference, tolerance, "follows", "")
    return Row(rung.name, difference, tolerance, "differs", rung.place(past))
