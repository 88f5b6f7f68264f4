"""What a slip is: what a port does instead, how that shows, where it comes from and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

WAYS = ("both", "in", "out")


@dataclass(frozen=True)
class Number:
    """What a port may have in place of a program's number: found from its answers."""

    field: str  # of the program
    rung: str  # whose first question tells it
    low: float
    high: float
    kind: str = "size"  # or near 1: looked for by what it lacks of 1; or factor: of either sign, or a fraction like 1/3

    @property
    def signs(self) -> tuple[int, ...]:
        """Those that it may have."""
        return (1, -1) if self.kind == "factor" else (1,)

    def spelled(self, value: float) -> str:
        """As a person writes it."""
        short = f"{value:.6g}"
        return short if self.kind != "factor" or float(short) == value else str(fraction_near(value))


def fraction_near(value: float) -> Fraction:
    """The nearest fraction whose smaller part is at most 12."""
    parts = Fraction(max(abs(value), 1 / abs(value))).limit_denominator(12)
    return (parts if abs(value) > 1 else 1 / parts) * (-1 if value < 0 else 1)


@dataclass(frozen=True, eq=False)  # each is itself
class Slip:
    """One change to the program."""

    name: str
    words: str  # its title, with {0} where it has a number
    symptom: str
    cause: str
    mend: str
    changes: tuple[dict[str, Any], ...]  # fields of a program, one way the slip may be made or several
    issue: str = ""  # where people asked it
    number: Number | None = None

    @property
    def title(self) -> str:
        """What the port does; what the program does."""
        number = self.number
        return self.words if number is None else self.words.format(number.spelled(self.changes[0][number.field]))

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
    name: str,
    words: str,
    symptom: str,
    cause: str,
    mend: str,
    change: dict[str, Any],
    issue: str = "",
    number: Number | None = None,
) -> Slip:
    """A slip that is made in one way only."""
    return Slip(name, words, symptom, cause, mend, (change,), issue, number)
