"""What a slip is: what a port does instead, how that shows, where it comes from and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

WAYS = ("both", "in", "out")


@dataclass(frozen=True)
class Number:
    """What a port may have in place of a program's number: found from its answers."""

    field: str  # of the program
    question: str  # whose answer tells it
    low: float
    high: float
    title: str  # with {0} for the number
    is_near_1: bool = False


@dataclass(frozen=True, eq=False)  # each is itself
class Slip:
    """One change to the program."""

    name: str
    title: str  # what the port does; what the program does
    symptom: str
    cause: str
    mend: str
    changes: tuple[dict[str, Any], ...]  # fields of a program, one way the slip may be made or several
    issue: str = ""  # where people asked it
    number: Number | None = None

    @property
    def anchor(self) -> str:
        """Its place in the documents."""
        return f"docs/slips.md#{self.name}"

    def programs(self, published: Any) -> tuple[Any, ...]:
        """The published program with the slip in it, in each of its ways."""
        other = {"published": "described", "described": "published"}.get(published.wiring)
        return tuple(
            replace(published, **change | ({"wiring": other} if "wiring" in change else {})) for change in self.changes
        )


def ways(change: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The change where weights are handed in and back, or one of the two alone."""
    return tuple(change | {"way": way} for way in WAYS)


def one_slip(
    name: str, title: str, symptom: str, cause: str, mend: str, change: dict[str, Any], issue: str = ""
) -> Slip:
    """A slip that is made in one way only."""
    return Slip(name, title, symptom, cause, mend, (change,), issue)
