"""How `reproduce compare PORT` speaks: a line a rung, then what explains the difference."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.cli.against import Against
from reproduce.cli.output import give_json
from reproduce.errors import PortError
from reproduce.networks.ports.contract import Answers, ask_port, check, load
from reproduce.networks.ports.diagnosis import Comparison, Slips
from reproduce.networks.ports.diagnosis import compare as compare_answers
from reproduce.networks.ports.questions import Question, read_answers, write_questions
from reproduce.networks.ports.rungs import Gaps
from reproduce.networks.ports.target import Rung
from reproduce.networks.ports.windows import WindowsRow, compare_windows

WIDTH = 120  # of a line of prose
WAYS = {"in": "only where the weights are handed in", "out": "only where weights and gradients are handed back"}
LAYERS = {"first": "only in the first layer", "second": "only in the second layer"}


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
    port = load(path, against.target.functions, against.template_words)
    questions, expected = against.ask(port.hidden or 8)
    answers = ask_port(port, questions)
    return _held(path.name, against, questions, answers, expected), port.printed


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


def as_text(held: Held) -> str:
    """What is printed."""
    head = f"  {'rung':<12} {'largest difference':<20} tolerance"
    lines = [held.title, "", head, *(row.as_text() for row in held.rows), ""]
    for paragraph in _told(held):
        lines += textwrap.wrap(paragraph, WIDTH, subsequent_indent="  ")
    return "\n".join(lines)


def _told(held: Held) -> list[str]:
    """The explanation, a paragraph each."""
    comparison, told = held.comparison, []
    if held.windows is not None and not held.windows.agrees:
        told.append(f"Windows: {held.windows.found}.")
    if comparison.agrees:
        of_network = [row for row in held.rows if row.rung not in ("contract", "windows")]
        asked = [row for row in of_network if row.verdict == "agrees"]
        told.append(
            f"Agrees on all {len(asked)} rungs that it answers." if asked else "No rung of the network was asked."
        )
        if comparison.not_shown:
            missing = sorted({row.note.removeprefix("it has no ") for row in of_network if row.verdict == "not asked"})
            unseen = f"{comparison.not_shown} of {held.slips} slips would not show in these functions"
            told.append(f"{unseen}; add {', '.join(missing)}.")
        return told
    found = comparison.explanations
    if not found:
        row = next(row for row in held.rows if row.rung != "windows" and row.verdict == "differs")
        told.append(
            f"No known slip explains it, and no two together. It differs first on the rung {row.rung}, {row.note}, by "
            f"{row.largest_difference:.0e} of the largest value."
        )
    elif len(found) == 1:
        told += _exactly(found[0], comparison, held.slips)
    else:
        told.append(f"Explained exactly by {len(found)} changes that these functions cannot tell apart:")
        told += [f"- {_titles(slips)}" for slips in found[:6]]
        told += [f"- and {len(found) - 6} more"] * (len(found) > 6)
        told.append(
            f"Add {comparison.add[0]} to tell them apart." if comparison.add else "No function tells them apart."
        )
    return told


def _titles(slips: Slips) -> str:
    return "; and ".join(slip.title for slip in slips)


def _exactly(slips: Slips, comparison: Comparison, known: int) -> list[str]:
    count = "one slip" if len(slips) == 1 else "two slips together"
    ways = () if "both" in comparison.ways else comparison.ways
    layers = () if "both" in comparison.layers else comparison.layers
    where = "".join(f" ({words})" for words in [*(LAYERS[one] for one in layers[:1]), *(WAYS[one] for one in ways[:1])])
    mends = [f"{slip.mend}: {slip.anchor}" for slip in slips]
    return [
        f"Explained exactly by {count} of {known}: {_titles(slips)}{where}.",
        f"  With {'it' if len(slips) == 1 else 'them'}, all rungs agree to {comparison.largest:.0e}.",
        *(f"  To mend: {mend}" for mend in mends),
    ]


def give_held(held: Held, json_to: str) -> None:
    """The same as JSON.

    Raises:
        RunError: the file cannot be written.
    """
    comparison = held.comparison
    document = {
        "title": held.title,
        "agrees": held.agrees,
        "computes_in": comparison.dtype,
        "rows": [row.__dict__ for row in held.rows],
        "windows": None if held.windows is None else held.windows.found,
        "explanations": [
            [{"name": one.name, "title": one.title, "mend": one.mend, "more": one.anchor} for one in slips]
            for slips in comparison.explanations
        ],
        "ways": list(comparison.ways),
        "layers": list(comparison.layers),
        "add": list(comparison.add),
        "slips_that_would_not_show": comparison.not_shown,
    }
    give_json(document, json_to)
