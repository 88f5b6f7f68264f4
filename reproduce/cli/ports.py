"""How `reproduce compare PORT` holds a file against a program: a row a rung, and what explains the difference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import typer

from reproduce.cli.against import Against
from reproduce.cli.startup_notes import without_startup_notes
from reproduce.errors import PortError
from reproduce.evidence.tally import counted
from reproduce.networks.ports import contract, questions
from reproduce.networks.ports.diagnosis import Comparison
from reproduce.networks.ports.diagnosis import compare as compare_answers
from reproduce.networks.ports.rungs import Gaps
from reproduce.networks.ports.search import OnTried
from reproduce.networks.ports.target import Rung
from reproduce.networks.ports.windows import WindowsRow, compare_windows
from reproduce.runs.files import check_writable, write_atomically

ENDING = ".npz"


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
class Asked:
    """What a port answered."""

    name: str  # of its file
    hidden: int
    answers: contract.Answers
    remark: str = ""  # on its file
    printed: tuple[str, ...] = ()  # lines


@dataclass(frozen=True)
class Held:
    """A port held against the program."""

    title: str
    rows: list[Row]
    comparison: Comparison
    windows: WindowsRow | None
    slips: int  # that are known of the program
    not_compared: str  # what of the program is not
    remark: str  # on the port's file

    @property
    def agrees(self) -> bool:
        return self.comparison.agrees and (self.windows is None or self.windows.agrees)


def give_questions(path: Path, hidden: int, against: Against) -> int:
    """Write all questions to a file, over nothing, and say how many they are.

    Raises:
        typer.BadParameter: the name does not end as that of NumPy's arrays.
        PortError: there is a file of that name.
        RunError: it cannot be written.
    """
    if path.suffix != ENDING:
        raise typer.BadParameter(f"is {path}, expected a name that ends in {ENDING}", param_hint="--questions")
    if path.exists():
        raise PortError(f"{path}: is there already; give --questions another file")
    check_writable(path, "--questions")
    asked_for, _ = against.ask(hidden)
    write_atomically(path, lambda file: questions.write_questions(file, asked_for))
    return len(asked_for)


def ask_port(path: Path, against: Against) -> Asked:
    """Load a port and ask it everything.

    Raises:
        PortError: as `contract.load` and `contract.ask_port` say.
    """
    with without_startup_notes():
        port = contract.load(path, against.target.functions, against.template_words)
    hidden = port.hidden or contract.ANY_HIDDEN
    answers = contract.ask_port(port, against.ask(hidden)[0])
    misspelt = [f"It defines {theirs}: did you mean {name}?" for name, theirs in port.misspelt.items()]
    return Asked(path.name, hidden, answers, " ".join(misspelt), tuple(port.script.printed))


def read_answers(path: Path, against: Against) -> Asked:
    """The same from a file of answers.

    Raises:
        PortError: it cannot be read, or an answer has another shape than the question wants.
    """
    hidden, returned = questions.read_answers(path)
    if not 1 <= hidden <= contract.LARGEST_HIDDEN:
        wanted = f"expected 1 to {contract.LARGEST_HIDDEN}; copy it from the questions into the answers"
        raise PortError(f"{path}: hidden is {hidden}, {wanted}")
    answers = contract.check(str(path), against.ask(hidden)[0], returned)
    if not answers.by_question:
        raise PortError(f"{path}: answers none of the questions; give the file that answers.py wrote")
    return Asked(path.name, hidden, answers)


def hold(asked: Asked, against: Against, on_tried: OnTried = lambda *_: None) -> Held:
    """Find out what the answers show.

    Args:
        on_tried: called as slips are tried, with what, and how many of how many.
    """
    asked_for, expected = against.ask(asked.hidden)
    by_question = dict(asked.answers.by_question)
    windows = by_question.pop("windows", None)
    found = compare_windows(asked_for[0], windows, expected) if windows else None
    comparison = compare_answers(against.target, asked_for, by_question, asked.answers.dtype, on_tried)
    functions = {one.function for one in asked_for if one.name in asked.answers.by_question}
    weights = len(asked_for[-1].arguments["weights"])
    computes = f", computes in {comparison.dtype}" if comparison.published else ""
    title = f"{asked.name} against {against.title}, hidden {asked.hidden}{computes}"
    told = f"{counted(len(functions), 'function')}, {weights} weights"
    rows = [Row("contract", None, None, "agrees", told)]
    if found:
        verdict = "agrees" if found.agrees else "differs"
        difference = found.difference if math.isfinite(found.difference) else None  # none where the counts differ
        rows.append(Row("windows", difference, found.tolerance, verdict, found.place))
    elif expected:
        rows.append(Row("windows", None, None, "not asked", "it has no windows"))
    has_differed = False
    for rung in against.target.rungs:
        row = _row(rung, comparison.published.get(rung.name), has_differed)
        has_differed |= row.verdict == "differs"
        rows.append(row)
    target = against.target
    return Held(title, rows, comparison, found, len(target.slips), target.not_compared, asked.remark)


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
