"""The audit as a CODECHECK manifest (codecheck.org.uk): the files a checker looks at, and what each is to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import yaml

from reproduce.evidence.claims import ClaimsFile, Judgement
from reproduce.evidence.schema import VERDICTS

SPECIFICATION = "https://codecheck.org.uk/spec/config/1.0"
_HEAD = "# Written by: reproduce claims bitcoin-lstm --codecheck codecheck.yml\n"


def codecheck_text(about: ClaimsFile, judgements: Sequence[Judgement]) -> str:
    """The text of codecheck.yml: one manifest entry a claim, in the order of claims.toml."""
    document = _document(about, judgements)
    options = {"sort_keys": False, "allow_unicode": True, "explicit_start": True, "width": 120}
    return _HEAD + yaml.safe_dump(document, **options)


def _document(about: ClaimsFile, judgements: Sequence[Judgement]) -> dict[str, Any]:
    return {
        "version": SPECIFICATION,
        "paper": {
            "title": about.title,
            "authors": [{"name": name} for name in about.authors],
            "reference": about.reference,
        },
        "manifest": [{"file": judged.claim.evidence, "comment": _comment(judged)} for judged in judgements],
        "codechecker": [{"name": name} for name in about.codecheckers],
        "summary": _summary(judgements),
        "repository": None,
        "check_time": about.time.isoformat(),
        "certificate": None,
        "report": None,
    }


def _comment(judged: Judgement) -> str:
    claim, shown = judged.claim, judged.as_text()
    said = f"{claim.id} ({claim.kind}, {claim.place}): {claim.text}"
    figures = f"expected: {shown['article']}; ours: {shown['ours']}"
    return f"{said}; {figures}; rule: {judged.rule_text()}; verdict: {judged.verdict}"


def _summary(judgements: Sequence[Judgement]) -> str:
    counts = Counter(judged.verdict for judged in judgements)
    verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
    return (
        f"{len(judgements)} statements and figures of the article, each held to a rule by a program: {verdicts}. "
        "Each comment of the manifest has the expected value, ours, the rule and the verdict; a dash is no value. "
        "The maintainers checked this themselves: no certificate number, report or address of a public repository "
        "exists yet, so those fields are empty."
    )
