"""Claims of an article, the rule each is held to, and the verdict that follows. The rules stand before the run does.

An article's package has two files: claims.toml, written by hand, and verdicts.json, which `record_verdicts` writes.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from reproduce.evidence.chance import count_p
from reproduce.evidence.record import ClaimsError, Record, read_record, refuse, write_record
from reproduce.evidence.schema import (
    RECONSTRUCTION,
    RELATIONS,
    SETTING,
    VERDICTS,
    claim_problems,
    document_problems,
    names_in,
    number,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REPRODUCED, PARTLY, NOT_REPRODUCED, NOT_TESTABLE = VERDICTS
OURS = "ours/"  # how the id of a question of ours begins


@dataclass(frozen=True)
class Claim:
    """One statement or value of an article, or of ours, and how it is judged.

    Raises:
        ValueError: a field breaks a rule of `reproduce.evidence.schema`.
    """

    id: str
    place: str  # where the article says it
    text: str  # what it says, in our words
    kind: str  # one of KINDS
    output: str  # the name of our value, called `ours` in the rule
    rule: str  # value, relation, value: `ours == expected`, `ours < 1`, `p_30 > 0.05`
    evidence: str  # the file of the repository that our value is read from
    partly: str = ""  # a weaker rule: where it alone holds, the claim is partly reproduced
    expected: Any = None  # the article's value, where it gives one
    shown: str = ""  # a format for our value, such as `.4f`; empty shows it as it is
    of_data: bool = False  # whether it states something of the article's own data, which other data cannot test
    test: str = ""  # one of TESTS, where the verdict rests on chance …
    p: str = ""  # … and the name of our value that is its p-value …
    seeds: int = 0  # … or, where the values of its rules are counts of seeds, of how many

    def __post_init__(self) -> None:
        problems = list(claim_problems(vars(self)))
        if problems:
            raise ValueError("\n".join(f"claim {self.id}, {problem}" for problem in problems))

    @property
    def group(self) -> str:
        """What it is counted among: `claims`, `settings`, `reconstructions`, or `ours`."""
        if self.id.startswith(OURS):
            return "ours"
        return {SETTING: "settings", RECONSTRUCTION: "reconstructions"}.get(self.kind, "claims")

    @property
    def names(self) -> set[str]:
        """Every value of ours that its verdict depends on."""
        return ({self.output} | names_in(self.rule) | names_in(self.partly)) - {"ours", "expected"}

    def judge(self, outputs: Mapping[str, Any]) -> Judgement:
        """Hold our values to the rule; where one is missing there is nothing to test."""
        values = {name: outputs.get(name) for name in sorted(self.names)}
        named = {**values, "ours": values[self.output], "expected": self.expected}
        if None in values.values():
            verdict = NOT_TESTABLE
        elif _holds(self.rule, named):
            verdict = REPRODUCED
        else:
            verdict = PARTLY if self.partly and _holds(self.partly, named) else NOT_REPRODUCED
        others = {name: value for name, value in values.items() if name != self.output}
        p = None if verdict == NOT_TESTABLE else outputs.get(self.p)
        if self.seeds and verdict != NOT_TESTABLE:
            p = max(count_p(count, self.seeds) for count in values.values())  # as sure as the least sure of them
        return Judgement(self, named["ours"], verdict, others, p=p)


def _holds(rule: str, named: Mapping[str, Any]) -> bool:
    left, relation, right = rule.split()
    return bool(RELATIONS[relation](*(named[word] if number(word) is None else number(word) for word in (left, right))))


@dataclass(frozen=True)
class Judgement:
    """A claim with our value and the verdict."""

    claim: Claim
    value: Any
    verdict: str
    others: dict[str, Any] = field(default_factory=dict)  # the other values that the rules name, such as p_30
    reason: str = ""  # why it cannot be tested, where that is not for want of a value
    p: float | None = None  # None where no chance is in it, or nothing to test

    def as_row(self) -> dict[str, Any]:
        """One row of a table, for JSON."""
        return {
            "id": self.claim.id,
            "place": self.claim.place,
            "kind": self.claim.kind,
            "claim": self.claim.text,
            "article": self.claim.expected,
            "ours": self.value,
            "rule": self.claim.rule,
            "partly": self.claim.partly or None,
            "others": self.others,
            "verdict": self.verdict,
            "reason": self.reason or None,
        }

    def as_text(self) -> dict[str, str]:
        """The row as people read it; a dash where there is nothing."""
        words = {"claim": self.claim.text, "article": self._shown(self.claim.expected), "ours": self._shown(self.value)}
        return words | {"verdict": f"{self.verdict} {self.reason}".rstrip()}

    def rule_text(self) -> str:
        """The rule, the weaker one, and the values they name: `p_30 > 0.05 (p_30 is 0.122)`."""
        rule = f"{self.claim.rule}, partly {self.claim.partly}" if self.claim.partly else self.claim.rule
        known = [
            f"{name} is {_formatted(value, '.3g' if isinstance(value, float) else '')}"
            for name, value in self.others.items()
            if value is not None
        ]
        return f"{rule} ({', '.join(known)})" if known else rule

    def _shown(self, value: Any) -> str:
        return "-" if value is None else _formatted(value, self.claim.shown)


def _formatted(value: Any, form: str) -> str:
    if isinstance(value, list):
        return f"({', '.join(format(item, form) for item in value)})"
    return format(value, form)


@dataclass(frozen=True)
class ClaimsFile:
    """All that an article's claims.toml and verdicts.json say."""

    title: str  # of the article
    authors: list[str]
    reference: str
    codecheckers: list[str]  # who checked its claims
    claims: list[Claim]
    time: datetime | None  # when the verdicts were recorded; None where none are
    verdicts: dict[str, str]  # those on record by the claims' ids
    p_values: dict[str, float] = field(default_factory=dict)  # likewise, of verdicts that rest on chance

    def moved(self, judgements: Sequence[Judgement]) -> list[Judgement]:
        """Those whose verdict is another than the one on record, or that have none there."""
        return [one for one in judgements if one.verdict != self.verdicts.get(one.claim.id)]


def read_claims(package: str) -> ClaimsFile:
    """Read the claims of an article's package, such as `reproduce.articles.macbeth`, and the verdicts on record.

    Raises:
        ClaimsError: a file breaks rules of `reproduce.evidence.schema`; the message has a line for each.
    """
    path = _folder(package) / "claims.toml"
    about, claims = _parsed(path.name, path.read_text(encoding="utf-8"))
    record = read_record(path.with_name("verdicts.json")).of([claim.id for claim in claims])
    return ClaimsFile(**about, claims=[*claims], **vars(record))


@functools.lru_cache
def _parsed(name: str, text: str) -> tuple[dict[str, Any], tuple[Claim, ...]]:
    """What a claims.toml says of its article and of the check, and its claims; worked out once for each text."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClaimsError(f"{name}: not TOML: {error}") from error
    refuse(f"{name}, {problem}" for problem in document_problems(document))
    return document["article"] | document["check"], tuple(Claim(**one) for one in document["claim"])


def record_verdicts(package: str, judgements: Sequence[Judgement], time: datetime) -> None:
    """Write verdicts, their p-values and the time into verdicts.json of an article's package, moved into place whole.

    Claims that were not judged keep what is on record; ids that are in claims.toml no more are dropped.
    """
    about, judged = read_claims(package), {one.claim.id for one in judgements}
    verdicts = about.verdicts | {one.claim.id: one.verdict for one in judgements}
    p_values = {id_: p for id_, p in about.p_values.items() if id_ not in judged} | p_values_of(judgements)
    record = Record(time, verdicts, p_values).of([claim.id for claim in about.claims])
    write_record(_folder(package) / "verdicts.json", record)


def p_values_of(judgements: Sequence[Judgement]) -> dict[str, float]:
    """The p-values of those that rest on chance, by the claims' ids."""
    return {one.claim.id: one.p for one in judgements if one.p is not None}


def _folder(package: str) -> Path:
    return Path(str(files(package)))


def judge_all(claims: Sequence[Claim], outputs: Mapping[str, Any]) -> list[Judgement]:
    """Judge claims, in their order, by our values of those names.

    Raises:
        ClaimsError: a claim names a value that is none of the outputs; the message has a line for each such claim.
    """
    unknown = {claim.id: sorted((claim.names | {claim.p} - {""}) - set(outputs)) for claim in claims}
    refuse(f"claims.toml, {id_}: no value is called {', '.join(names)}" for id_, names in unknown.items() if names)
    return [claim.judge(outputs) for claim in claims]


def judge_by_run(
    package: str, outputs: Mapping[str, Any], *, has_own_data: bool, is_published: bool
) -> list[Judgement]:
    """Judge those claims of an article's package that one run's values tell something of.

    Args:
        has_own_data: whether the run read the article's data; others cannot test what the article says of its own.
        is_published: whether its variant is the published one; another cannot test a setting that it changes.
    """
    judged = []
    for claim in read_claims(package).claims:
        if claim.output not in outputs:
            continue
        one = claim.judge(outputs)
        if claim.of_data and not has_own_data:
            one = replace(one, verdict=NOT_TESTABLE, reason="on other data")
        elif one.verdict != REPRODUCED and not is_published and (claim.of_data or claim.kind == SETTING):
            one = replace(one, verdict=NOT_TESTABLE, reason="with this variant")
        judged.append(one)
    return judged
