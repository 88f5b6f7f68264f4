"""How `reproduce compare PORT PORT …` marks a class's ports: each in a process of its own, a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import joblib
import typer

from reproduce.articles.article import Shown
from reproduce.cli.output import Interrupted, note, show
from reproduce.cli.ports import Held
from reproduce.cli.progress import run_progress
from reproduce.errors import PortError
from reproduce.runs.limits import Limits, Lost, call_each

MEMORY = 2 * 2**30  # bytes that a port's process may have: TensorFlow takes a quarter of it
VERDICTS = ("agrees", "differs", "failed", "too slow")
IMPORTS = ("reproduce.cli.ports", "reproduce.articles.bitcoin_lstm.windows")  # which every comparison needs
SHOWN = 3  # explanations of one port, in the table

Hold = Callable[[Path], tuple[Held, list[str]]]  # a port against the program; importable by name


@dataclass(frozen=True)
class Mark:
    """What became of one port."""

    port: str
    verdict: str
    agree: int  # steps, of those that its functions answer
    answered: int
    differs_first: str | None  # the first step that does
    explanations: list[list[str]]  # names of slips: those together in one list explain it
    reason: str  # why there is no result, or what else is to be said of it

    def as_text(self) -> dict[str, str]:
        """Of one row of the table."""
        return {
            "port": self.port,
            "verdict": self.verdict,
            "steps that agree": f"{self.agree} of {self.answered}" if self.answered else "-",
            "differs first": self.differs_first or "-",
            "slip or reason": "; ".join(filter(None, (self.reason, self._slips()))) or "-",
        }

    def _slips(self) -> str:
        names = [" and ".join(slips) for slips in self.explanations]
        more = [f"{len(names) - SHOWN} more"] if len(names) > SHOWN else []
        return " or ".join([*names[:SHOWN], *more])


def mark_ports(ports: Sequence[Path], hold: Hold, title: str, seconds: float, json_to: str | None) -> None:
    """Mark every port and show a row each, in the order given.

    Args:
        title: what they are held against.
        seconds: that each may take.

    Raises:
        Interrupted: Ctrl-C; the rows that are finished have been shown.
        RunError: the JSON file cannot be written.
        Exit: 1, where one does not agree.
    """
    marks: dict[int, Mark] = {}
    is_stopped = False
    try:
        with run_progress("marking", len(ports)) as on_port:
            for number, mark in marked(ports, hold, seconds):
                marks[number] = mark
                on_port(ports[number].name)
    except KeyboardInterrupt:
        is_stopped = True
    done = [marks[number] for number in sorted(marks)]
    counted = Counter(mark.verdict for mark in done)
    count = f"{len(done)} port{'s' * (len(done) != 1)}"
    told = f"{count} against {title}; {', '.join(f'{one}: {counted[one]}' for one in VERDICTS)}"
    left = [str(port) for number, port in enumerate(ports) if number not in marks]
    show([Shown(told, [asdict(mark) for mark in done], [mark.as_text() for mark in done])], json_to, not_marked=left)
    if is_stopped:
        raise Interrupted(f"interrupted; {len(done)} of {len(ports)} ports are marked")
    if json_to is not None:
        note(f"reproduce: {told}")
    if counted["agrees"] < len(ports):
        raise typer.Exit(1)


def marked(ports: Sequence[Path], hold: Hold, seconds: float) -> Iterator[tuple[int, Mark]]:
    """Mark every port; yield its number and mark as each is done."""
    limits = Limits(seconds, MEMORY)
    calls = call_each(partial(_mark, hold=hold), ports, limits, at_once=joblib.cpu_count(), imports=IMPORTS)
    for number, outcome in calls:
        if isinstance(outcome, Lost):
            outcome = _without_result(ports[number], "too slow" if outcome.is_slow else "failed", outcome.reason)
        yield number, outcome


def _mark(port: Path, hold: Hold) -> Mark:
    """In the port's own process."""
    try:
        held, _ = hold(port)
    except PortError as error:
        return _without_result(port, "failed", str(error).removeprefix(str(port)).lstrip(",: "))
    except MemoryError:  # where even what the port has printed takes too much
        return _without_result(port, "failed", f"needs more than {MEMORY / 2**30:g} GB of memory")
    reasons = [] if held.windows is None or held.windows.agrees else [held.windows.found]
    rows = [row for row in held.rows if row.rung != "contract" and row.verdict != "not asked"]
    differing = [row for row in rows if row.verdict == "differs"]
    if not held.comparison.explanations:
        comparison = held.comparison
        known = f"as far as {comparison.until}: " + " and ".join(slip.name for slip in comparison.partly)
        reasons += [known if comparison.partly else "no known slip"]
        reasons += [row.note for row in differing if row.rung != "windows"]
    reasons += [held.remark] if held.remark else []
    return Mark(
        port=str(port),
        verdict="agrees" if held.agrees else "differs",
        agree=sum(row.verdict == "agrees" for row in rows),
        answered=len(rows),
        differs_first=differing[0].rung if differing else None,
        explanations=[[slip.name for slip in slips] for slips in held.comparison.explanations if slips],
        reason="; ".join(reasons),
    )


def _without_result(port: Path, verdict: str, reason: str) -> Mark:
    return Mark(str(port), verdict, 0, 0, None, [], reason)
