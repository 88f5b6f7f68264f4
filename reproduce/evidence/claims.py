"""Claims of an article, the rule each is held to, and the verdict that follows. The rules stand before the run does."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from reproduce.errors import ReproduceError
from reproduce.evidence.schema import RELATIONS, VERDICTS, claim_problems, document_problems, names_in, number
from reproduce.runs.files import write_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REPRODUCED, PARTLY, NOT_REPRODUCED, NOT_TESTABLE = VERDICTS


class ClaimsError(ReproduceError):
    """A claims.toml breaks rules, or a verdict cannot be recorded in it; the message has a line for each."""


@dataclass(frozen=True)
class Claim:
    """One statement or figure of an article, or of ours, and how it is judged.

    Raises:
        ValueError: a field breaks a rule of `reproduce.evidence.schema`.
    """

    id: str
    place: str  # where the article says it
    text: str  # what it says, in our words
    kind: str  # one of KINDS
    output: str  # the name of our figure, called `ours` in the rule
    rule: str  # value, relation, value: `ours == expected`, `ours < 1`, `p_30 > 0.05`
    evidence: str  # the file of the repository that our figure is read from
    partly: str = ""  # a weaker rule: where it alone holds, the claim is partly reproduced
    expected: Any = None  # the article's figure, where it gives one
    shown: str = ""  # a format for our figure, such as `.4f`; empty shows it as it is
    verdict: str = ""  # the one on record, by `reproduce claims --record`; empty where there is none

    def __post_init__(self) -> None:
        problems = list(claim_problems(vars(self)))
        if problems:
            raise ValueError("\n".join(f"claim {self.id}, {problem}" for problem in problems))

    @property
    def names(self) -> set[str]:
        """Every figure of ours that its verdict hangs on."""
        return ({self.output} | names_in(self.rule) | names_in(self.partly)) - {"ours", "expected"}

    def judge(self, outputs: Mapping[str, Any]) -> Judgement:
        """Hold our figures to the rule; where one is missing there is nothing to test."""
        figures = {name: outputs.get(name) for name in sorted(self.names)}
        named = {**figures, "ours": figures[self.output], "expected": self.expected}
        if None in figures.values():
            verdict = NOT_TESTABLE
        elif _holds(self.rule, named):
            verdict = REPRODUCED
        else:
            verdict = PARTLY if self.partly and _holds(self.partly, named) else NOT_REPRODUCED
        others = {name: value for name, value in figures.items() if name != self.output}
        return Judgement(self, named["ours"], verdict, others)


def _holds(rule: str, named: Mapping[str, Any]) -> bool:
    left, relation, right = rule.split()
    return bool(RELATIONS[relation](*(named[word] if number(word) is None else number(word) for word in (left, right))))


@dataclass(frozen=True)
class Judgement:
    """A claim with our figure and the verdict."""

    claim: Claim
    value: Any
    verdict: str
    figures: dict[str, Any] = field(default_factory=dict)  # the others that the rules name, such as p_30

    @property
    def has_moved(self) -> bool:
        """Whether the verdict is another than the one on record."""
        return self.verdict != self.claim.verdict

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
            "figures": self.figures,
            "verdict": self.verdict,
        }

    def as_text(self) -> dict[str, str]:
        """The row as people read it; a dash where there is nothing."""
        words = {"claim": self.claim.text, "article": self._shown(self.claim.expected), "ours": self._shown(self.value)}
        return words | {"verdict": self.verdict}

    def rule_text(self) -> str:
        """The rule, the weaker one, and the figures they name: `p_30 > 0.05 (p_30 is 0.122)`."""
        rule = f"{self.claim.rule}, partly {self.claim.partly}" if self.claim.partly else self.claim.rule
        known = [
            f"{name} is {_formatted(value, '.3g' if isinstance(value, float) else '')}"
            for name, value in self.figures.items()
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
    """All that a claims.toml says."""

    title: str  # of the article
    authors: list[str]
    reference: str
    codecheckers: list[str]  # who checked its claims
    time: datetime  # when the verdicts were recorded
    claims: list[Claim]


def claims_path(package: str) -> Path:
    """The claims.toml of an article's package."""
    return Path(str(files(package) / "claims.toml"))


def load_claims(package: str) -> list[Claim]:
    """The claims of an article's package, in their order; `ClaimsError` as of `read_claims`."""
    return read_claims(claims_path(package)).claims


def judge_all(claims: Sequence[Claim], outputs: Mapping[str, Any]) -> list[Judgement]:
    """Judge claims, in their order, by our figures of those names.

    Raises:
        ClaimsError: a claim names a figure that is none of the outputs; the message has a line for each such claim.
    """
    unknown = {claim.id: sorted(claim.names - set(outputs)) for claim in claims}
    problems = [
        f"claims.toml, {id_}: no figure is called {', '.join(names)}" for id_, names in unknown.items() if names
    ]
    if problems:
        raise ClaimsError("\n".join(problems))
    return [claim.judge(outputs) for claim in claims]


def judge_by_run(package: str, outputs: Mapping[str, Any]) -> list[Judgement]:
    """Judge those claims of an article's package that one run's figures tell something of."""
    return [claim.judge(outputs) for claim in load_claims(package) if claim.output in outputs]


def read_claims(path: Path) -> ClaimsFile:
    """Read a claims.toml.

    Raises:
        ClaimsError: it breaks rules of `reproduce.evidence.schema`; the message has a line for each.
    """
    return _parse(path, path.read_text(encoding="utf-8"))


def _parse(path: Path, text: str) -> ClaimsFile:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClaimsError(f"{path.name}: not TOML: {error}") from error
    problems = document_problems(document)
    if problems:
        raise ClaimsError("\n".join(f"{path.name}, {problem}" for problem in problems))
    return ClaimsFile(**document["article"], **document["check"], claims=[Claim(**one) for one in document["claim"]])


_ID_LINE = re.compile(r'id\s*=\s*"(?P<id>[^"]*)"')
_VERDICT_LINE = re.compile(r'(?<=verdict = )"[^"]*"')
_TIME_LINE = re.compile(r"(?<=time = )\S+")


def record_verdicts(path: Path, judgements: Sequence[Judgement], time: datetime) -> None:
    """Write verdicts into the `verdict = "…"` lines of a claims.toml, and the time; nothing else in it changes.

    Raises:
        ClaimsError: a claim has no such line below its id; the file stays as it was.
    """
    verdicts = {judgement.claim.id: judgement.verdict for judgement in judgements}
    before = read_claims(path)
    text = "".join(_recorded(path.read_bytes().decode("utf-8"), verdicts, time))
    after = _parse(path, text)
    wanted = [replace(claim, verdict=verdicts.get(claim.id, claim.verdict)) for claim in before.claims]
    problems = [
        f'{path.name}, {claim.id}: no verdict could be recorded; give it a line verdict = "" below its id'
        for claim, there in zip(wanted, after.claims, strict=True)
        if claim != there
    ]
    if replace(before, time=time, claims=after.claims) != after:
        problems.append(f"{path.name}, [check]: no time could be recorded; give it a line time = {time.isoformat()}")
    if problems:
        raise ClaimsError("\n".join(problems))
    write_text(path, text)


def _recorded(text: str, verdicts: Mapping[str, str], time: datetime) -> Iterator[str]:
    """Yield the lines of `text`, those of verdicts and time rewritten."""
    table = claim = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("["):
            table, claim = line.strip(), ""
        elif found := _ID_LINE.match(line):
            claim = found["id"]
        if table == "[[claim]]" and claim in verdicts and line.startswith("verdict = "):
            yield _VERDICT_LINE.sub(f'"{verdicts[claim]}"', line, count=1)
        elif table == "[check]" and line.startswith("time = "):
            yield _TIME_LINE.sub(time.isoformat(), line, count=1)
        else:
            yield line
