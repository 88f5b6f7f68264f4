"""The rules that claims.toml and verdicts.json are held to.

Each broken one is a line of its own, and all of them are told together.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

SETTING, RECONSTRUCTION = "setting", "reconstruction"  # shown, and not counted among the claims
KINDS = ("exact", "band", "comparison", "picture", "wording", SETTING, RECONSTRUCTION)
VERDICTS = ("reproduced", "partly reproduced", "not reproduced", "not testable")
TESTS = ("draw", "days", "mean", "count", "order", "intervals")  # what a p-value is of: reproduce/evidence/chance.py
RELATIONS = {"==": operator.eq, "<": operator.lt, ">": operator.gt}

REQUIRED = ("id", "place", "text", "kind", "output", "rule", "evidence")
OPTIONAL = ("partly", "expected", "shown", "of_data", "test", "p", "seeds")
_ID = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def document_problems(document: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with a parsed claims.toml: where, what came, what was wanted; empty where all is sound."""
    known = ("article", "check", "claim")
    problems = [f"{table}: unknown table, expected {', '.join(known)}" for table in document if table not in known]
    problems += _header_problems(document, "article", {"title": str, "authors": list, "reference": str})
    problems += _header_problems(document, "check", {"codecheckers": list})
    claims = document.get("claim")
    if not (isinstance(claims, list) and claims and all(isinstance(claim, dict) for claim in claims)):
        return [*problems, "claim: missing, expected at least one [[claim]]"]
    seen = set()
    for number, claim in enumerate(claims, start=1):
        where = f"claim {number} ({claim.get('id', 'without an id')})"
        problems += [f"{where}, {problem}" for problem in claim_problems(claim)]
        if str(claim.get("id")) in seen:
            problems.append(f"{where}, id: stands twice, expected once")
        seen.add(str(claim.get("id")))
    return problems


def _header_problems(document: Mapping[str, Any], table: str, kinds: Mapping[str, type]) -> Iterator[str]:
    fields = document.get(table)
    if not isinstance(fields, dict):
        yield f"{table}: missing, expected [{table}] with {', '.join(kinds)}"
        return
    yield from (f"[{table}] {name}: unknown, expected {', '.join(kinds)}" for name in fields if name not in kinds)
    words = {str: "a text", list: "a list of names"}
    for name, kind in kinds.items():
        value = fields.get(name)
        is_sound = isinstance(value, kind) and bool(value)
        if kind is list:
            is_sound = is_sound and all(isinstance(item, str) and item for item in value)
        if not is_sound:
            yield f"[{table}] {name}: {_came(fields, name)}, expected {words[kind]}"


def record_problems(record: Any) -> Iterator[str]:
    """Yield what is wrong with a parsed verdicts.json: {"time": …, "verdicts": {id: verdict}, "p_values": {id: p}}.

    An older record has no p-values.
    """
    known = {"time", "verdicts", "p_values"}
    if not (
        isinstance(record, dict)
        and known - {"p_values"} <= set(record) <= known
        and all(isinstance(record[name], dict) for name in set(record) - {"time"})
    ):
        yield "expected an object with time, verdicts and p_values, both by the claims' ids"
        return
    if not _is_time(record["time"]):
        yield f"time: {record['time']!r}, expected a time such as 2018-05-26T12:00:00+00:00"
    yield from (
        f"{id_}: {verdict!r}, expected one of {', '.join(VERDICTS)}"
        for id_, verdict in record["verdicts"].items()
        if verdict not in VERDICTS
    )
    yield from (
        f"p_values, {id_}: {p!r}, expected a number from 0 to 1"
        for id_, p in record.get("p_values", {}).items()
        if not (isinstance(p, (int, float)) and not isinstance(p, bool) and 0 <= p <= 1)
    )


def claim_problems(claim: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the fields of one claim, each beginning with the field's name."""
    fields = (*REQUIRED, *OPTIONAL)
    yield from (f"{name}: unknown field, expected one of {', '.join(fields)}" for name in claim if name not in fields)
    yield from (
        f"{name}: {_came(claim, name)}, expected a text"
        for name in REQUIRED
        if not (isinstance(claim.get(name), str) and claim[name].strip())
    )
    yield from (
        f"{name}: {_came(claim, name)}, expected a text"
        for name in ("partly", "shown", "test", "p")
        if not isinstance(claim.get(name, ""), str)
    )
    if not isinstance(claim.get("of_data", False), bool):
        yield f"of_data: {_came(claim, 'of_data')}, expected true or false"
    texts = {name: value for name, value in claim.items() if isinstance(value, str) and value}
    if "id" in texts and not _ID.fullmatch(texts["id"]):
        yield f"id: {texts['id']!r}, expected article/claim in small letters, digits and hyphens"
    if "kind" in texts and texts["kind"] not in KINDS:
        yield f"kind: {texts['kind']!r}, expected one of {', '.join(KINDS)}"
    for name in ("output", "p"):
        if name in texts and not _NAME.fullmatch(texts[name]):
            yield f"{name}: {texts[name]!r}, expected a name such as loss_30"
    yield from _test_problems(texts.get("test", ""), texts.get("p", ""), claim.get("seeds", 0))
    if "evidence" in texts and not _is_inside(texts["evidence"]):
        yield f"evidence: {texts['evidence']!r}, expected a file's path from the top of the repository"
    expected = claim.get("expected")
    if not _is_value(expected):
        yield f"expected: {expected!r}, expected a number, a text or a list of them"
    if "shown" in texts and not _is_format(texts["shown"], expected):
        yield f"shown: {texts['shown']!r}, expected a format such as .4f, and one that fits the expected value"
    for name in ("rule", "partly"):
        if name in texts:
            yield from (f"{name}: {texts[name]!r}, expected {wanted}" for wanted in _rule_wants(texts[name], expected))
    if "partly" in texts and texts["partly"] == texts.get("rule"):
        yield f"partly: {texts['partly']!r}, expected another rule than the claim's own"


def _test_problems(test: str, p: str, seeds: Any) -> Iterator[str]:
    if test and test not in TESTS:
        yield f"test: {test!r}, expected one of {', '.join(TESTS)}"
    if not isinstance(seeds, int) or isinstance(seeds, bool) or seeds < 0:
        yield f"seeds: {seeds!r}, expected a whole number"
    elif bool(p) + bool(seeds) != bool(test):
        yield f"test: {test or 'none'} with {p or 'no p'} and {seeds or 'no'} seeds, expected one of both with a test"
    elif seeds and test != "count":
        yield f"seeds: {seeds} with test {test!r}, expected count, where our value is a number of seeds"


def _rule_wants(rule: str, expected: Any) -> Iterator[str]:
    words = rule.split()
    values = words[::2]
    if (
        len(words) != 3
        or words[1] not in RELATIONS
        or not all(number(v) is not None or _NAME.fullmatch(v) for v in values)
    ):
        yield f"a value, one of {' '.join(RELATIONS)} and a value"
        return
    if not names_in(rule) - {"expected"}:
        yield "a value of ours on one side"
    if "expected" in words and expected is None:
        yield "no word `expected` in it, or the field expected beside it"
    if "expected" in words and words[1] != "==" and isinstance(expected, (str, list)):
        yield f"== where the expected value is no number, as {words[1]} cannot compare it"


def names_in(rule: str) -> set[str]:
    """The values of ours that a rule names: all its words that are no numbers."""
    return {word for word in rule.split()[::2] if number(word) is None}


def number(word: str) -> float | None:
    """The number that a word of a rule is; None where it is none, but the name of a value."""
    try:
        return None if _NAME.fullmatch(word) else float(word)  # nan and inf are names here
    except ValueError:
        return None


def _came(fields: Mapping[str, Any], name: str) -> str:
    return repr(fields[name]) if name in fields else "missing"


def _is_time(text: Any) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and pure.name != ""


def _is_value(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(
            item is not None and not isinstance(item, list) and _is_value(item) for item in value
        )
    return value is None or (isinstance(value, (int, float, str)) and not isinstance(value, bool) and value != "")


def _is_format(form: str, expected: Any) -> bool:
    try:
        for value in expected if isinstance(expected, list) else [0.5 if expected is None else expected]:
            format(value, form)
    except ValueError:
        return False
    except TypeError:  # of what is no value, which is told of `expected`
        return True
    return True
