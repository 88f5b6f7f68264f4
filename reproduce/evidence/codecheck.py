"""The audit as a CODECHECK manifest (codecheck.org.uk): the files a checker looks at, and what each is to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from reproduce.evidence.claims import ClaimsFile, Judgement
from reproduce.evidence.tally import count_verdicts

WRITTEN_BY = "# Written by: reproduce claims "  # the first words of a manifest of ours
SPECIFICATION = "https://codecheck.org.uk/spec/config/1.0"


def codecheck_text(article: str, about: ClaimsFile, judgements: Sequence[Judgement]) -> str:
    """The text of an article's codecheck.yml, which names the command that wrote it.

    The manifest has an entry for each claim, setting and reconstruction, in the order of claims.toml; the summary
    counts them apart. Questions of ours are not the article's, so they are left out.

    Args:
        article: its id, such as `macbeth`.
    """
    document = _document(about, [one for one in judgements if one.claim.group != "ours"])
    options = {"sort_keys": False, "allow_unicode": True, "explicit_start": True, "width": 120}
    head = f"{WRITTEN_BY}{article} --codecheck codecheck.yml\n"
    return head + yaml.safe_dump(document, **options)


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
        "check_time": about.time.isoformat() if about.time else None,
        "certificate": None,
        "report": None,
    }


def _comment(judged: Judgement) -> str:
    claim, shown = judged.claim, judged.as_text()
    said = f"{claim.id} ({claim.kind}, {claim.place}): {claim.text}"
    values = f"expected: {shown['article']}; ours: {shown['ours']}"
    return f"{said}; {values}; rule: {judged.rule_text()}; verdict: {judged.verdict}"


def _summary(judgements: Sequence[Judgement]) -> str:
    tally = count_verdicts([one.claim for one in judgements], {one.claim.id: one.verdict for one in judgements})
    return (
        f"A program holds each to a rule. {tally.sentence()}. "
        "A setting was typed from the article, so that it agrees proves nothing; a reconstruction is a count that the "
        "article never prints. "
        "Each comment of the manifest has the expected value, ours, the rule and the verdict; a dash is no value. "
        "The maintainers checked this themselves: no certificate number, report or address of a public repository "
        "exists yet, so those fields are empty."
    )
