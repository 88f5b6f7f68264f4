"""How `reproduce compare PORT PORT …` marks a class's ports: each in a process of its own, a row each.

Only what a port takes itself counts as its time: it is asked under limits, and its answers are judged afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import typer

from reproduce.articles.article import Shown
from reproduce.cli.against import Against
from reproduce.cli.output import Interrupted, note, show
from reproduce.cli.port_text import drawn
from reproduce.cli.ports import Asked, ask_port, hold
from reproduce.cli.progress import run_progress
from reproduce.errors import PortError
from reproduce.evidence.tally import counted
from reproduce.runs.limits import LONGEST, Limits, Lost, call_each

MEMORY = 2 * 2**30  # bytes that a port's process may have: TensorFlow takes a quarter of it
VERDICTS = ("agrees", "differs", "failed", "too slow")
IMPORTS = ("reproduce.cli.ports", "reproduce.articles.bitcoin_lstm.windows")  # which every comparison needs
SHOWN = 3  # explanations of one port, in the table
AT_A_TIME = 8  # ports, or more where there are more cores: Ctrl-C loses only what these have answered
JUDGED_WITHIN = 3600  # s for our own search, which ends by itself


@dataclass(frozen=True)
class Mark:
    """What became of one port."""

    port: str
    verdict: str
    agree: int  # rungs, of those that its functions answer
    answered: int
    differs_first: str | None  # the first rung that does
    explanations: list[list[str]]  # names of slips: those together in one list explain it
    reason: str  # why there is no result, or what else is to be said of it

    def as_text(self) -> dict[str, str]:
        """Of one row of the table."""
        return {
            "port": self.port,
            "verdict": self.verdict,
            "rungs that agree": f"{self.agree} of {self.answered}" if self.answered else "-",
            "differs first": self.differs_first or "-",
            "slip or reason": "; ".join(filter(None, (self.reason, self._slips()))) or "-",
        }

    def _slips(self) -> str:
        names = [" and ".join(slips) for slips in self.explanations]
        more = [f"{len(names) - SHOWN} more"] if len(names) > SHOWN else []
        return " or ".join([*names[:SHOWN], *more])


def mark_ports(ports: Sequence[Path], against: Against, seconds: float, json_to: str | None) -> None:
    """Mark every port and show a row each, in the order given.

    Args:
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
            for number, mark in marked(ports, against, seconds):
                marks[number] = mark
                on_port(ports[number].name)
    except KeyboardInterrupt:
        is_stopped = True
    done = [marks[number] for number in sorted(marks)]
    found = Counter(mark.verdict for mark in done)
    told = f"{counted(len(done), 'port')} against {against.title}; "
    told += ", ".join(f"{verdict}: {found[verdict]}" for verdict in VERDICTS)
    left = [str(port) for number, port in enumerate(ports) if number not in marks]
    show([Shown(told, [asdict(mark) for mark in done], [mark.as_text() for mark in done])], json_to, not_marked=left)
    if is_stopped:
        raise Interrupted(f"interrupted; {len(done)} of {len(ports)} ports are marked")
    if json_to is not None:
        note(f"reproduce: {told}")
    if found["agrees"] < len(ports):
        raise typer.Exit(1)


def marked(ports: Sequence[Path], against: Against, seconds: float) -> Iterator[tuple[int, Mark]]:
    """Mark every port, AT_A_TIME asked and then judged; yield its number and mark as each is done."""
    group = max(AT_A_TIME, joblib.cpu_count())
    for first in range(0, len(ports), group):
        for k, mark in _marked(ports[first : first + group], against, seconds):
            yield first + k, mark


def _marked(ports: Sequence[Path], against: Against, seconds: float) -> Iterator[tuple[int, Mark]]:
    answered = {}
    for number, asked in _called(partial(_asked, against=against), ports, seconds):
        if isinstance(asked, Lost):
            verdict = "too slow" if asked.is_slow else "failed"
            more = f"; --time-limit {2 * seconds:g} gives it more" if asked.is_slow and 2 * seconds <= LONGEST else ""
            yield number, _without_result(ports[number], verdict, asked.reason + more)
        elif isinstance(asked, Mark):
            yield number, asked
        else:
            answered[number] = ports[number], asked
    numbers = list(answered)
    for k, mark in _called(partial(_judged, against=against), list(answered.values()), JUDGED_WITHIN):
        port = ports[numbers[k]]
        yield numbers[k], _without_result(port, "failed", mark.reason) if isinstance(mark, Lost) else mark


def _called(work: Callable[[Any], Any], arguments: Sequence[Any], seconds: float) -> Iterator[tuple[int, Any]]:
    """Each in a process of its own."""
    limits = Limits(seconds, MEMORY)
    return call_each(work, arguments, limits, at_once=joblib.cpu_count(), imports=IMPORTS)


def _asked(port: Path, against: Against) -> Asked | Mark:
    """In the port's own process: its answers, or why it has none."""
    try:
        return replace(ask_port(port, against), printed=())
    except PortError as error:
        return _without_result(port, "failed", str(error).removeprefix(str(port)).lstrip(",: "))
    except MemoryError:  # where even what the port has printed takes too much
        return _without_result(port, "failed", f"needs more than {MEMORY / 2**30:g} GB of memory")


def _judged(answered: tuple[Path, Asked], against: Against) -> Mark:
    """In a process of ours."""
    port, asked = answered
    held = hold(asked, against)
    reasons = [] if held.windows is None or held.windows.agrees else [held.windows.found]
    rows = [row for row in held.rows if row.rung != "contract" and row.verdict != "not asked"]
    differing = [row for row in rows if row.verdict == "differs"]
    comparison = held.comparison
    if comparison.drawing:
        reasons.append(drawn(comparison))
    if not comparison.explanations:
        if comparison.partly:
            reasons.append(f"as far as {comparison.until}: {' and '.join(slip.name for slip in comparison.partly)}")
        elif not comparison.drawing:
            reasons.append("no known slip")
        reasons += [row.note for row in differing if row.rung != "windows"]
    reasons += [held.remark] if held.remark else []
    return Mark(
        port=str(port),
        verdict="agrees" if held.agrees else "differs",
        agree=sum(row.verdict == "agrees" for row in rows),
        answered=len(rows),
        differs_first=differing[0].rung if differing else None,
        explanations=[[slip.name for slip in slips] for slips in comparison.explanations if slips],
        reason="; ".join(reasons),
    )


def _without_result(port: Path, verdict: str, reason: str) -> Mark:
    return Mark(str(port), verdict, 0, 0, None, [], reason)
