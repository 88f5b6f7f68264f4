"""Claims of an article, the rule each is held to, and the verdict that follows. The rules stand before the run does."""

from __future__ import annotations

import operator
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REPRODUCED, PARTLY, NOT_REPRODUCED, NOT_TESTABLE = VERDICTS = (
    "reproduced",
    "partly reproduced",
    "not reproduced",
    "not testable",
)
_RELATIONS = {"==": operator.eq, "<": operator.lt, ">": operator.gt}


@dataclass(frozen=True)
class Claim:
    """One statement or figure of an article, or of ours, and how it is judged."""

    id: str
    place: str  # where the article says it
    text: str  # what it says, in our words
    output: str  # the name of our figure, called `ours` in the rule
    rule: str  # value, relation, value: `ours == expected`, `ours < 1`, `p_30 > 0.05`
    expected: Any = None  # the article's figure, where it gives one
    shown: str = ""  # a format for our figure, such as `.4f`; empty shows it as it is

    def __post_init__(self) -> None:
        words = self.rule.split()
        if len(words) != 3 or words[1] not in _RELATIONS:
            raise ValueError(
                f"claim {self.id}: rule is {self.rule!r}, expected a value, one of {' '.join(_RELATIONS)} and a value"
            )
        if "expected" in words and self.expected is None:
            raise ValueError(f"claim {self.id}: rule is {self.rule!r}, but no expected value is given")

    def judge(self, outputs: Mapping[str, Any]) -> Judgement:
        """Hold our figures to the rule; where one is missing there is nothing to test."""
        named = {**outputs, "ours": outputs.get(self.output), "expected": self.expected}
        left, relation, right = self.rule.split()
        values = [named[word] if word in named else _number(word) for word in (left, right)]
        if None in (named["ours"], *values):
            return Judgement(self, named["ours"], NOT_TESTABLE)
        return Judgement(self, named["ours"], REPRODUCED if _RELATIONS[relation](*values) else NOT_REPRODUCED)


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None  # the name of an output that this run does not have


@dataclass(frozen=True)
class Judgement:
    """A claim with our figure and the verdict."""

    claim: Claim
    value: Any
    verdict: str

    def as_row(self) -> dict[str, Any]:
        """One row of a table, for people and for JSON."""
        return {
            "id": self.claim.id,
            "place": self.claim.place,
            "claim": self.claim.text,
            "article": self.claim.expected,
            "ours": self.value,
            "rule": self.claim.rule,
            "verdict": self.verdict,
        }

    def as_text(self) -> dict[str, str]:
        """The same row as people read it; a dash where there is nothing."""
        words = {"claim": self.claim.text, "article": self._shown(self.claim.expected), "ours": self._shown(self.value)}
        return words | {"verdict": self.verdict}

    def _shown(self, value: Any) -> str:
        if value is None:
            return "-"
        if isinstance(value, list):
            return f"({', '.join(map(str, value))})"
        return format(value, self.claim.shown)


def load_claims(package: str) -> list[Claim]:
    """Read `claims.toml` of an article's package, in its order.

    Raises:
        ValueError: a claim has a field too many, lacks one or breaks a rule of `Claim`; or an id stands twice.
    """
    document = tomllib.loads((files(package) / "claims.toml").read_text(encoding="utf-8"))
    claims = []
    for number, entry in enumerate(document["claim"], start=1):
        try:
            claims.append(Claim(**entry))
        except TypeError as error:
            raise ValueError(f"claims.toml, claim {number} ({entry.get('id')}): {error}") from error
    ids = [claim.id for claim in claims]
    if len(set(ids)) < len(ids):
        raise ValueError(f"claims.toml: an id stands twice: {sorted({i for i in ids if ids.count(i) > 1})}")
    return claims
