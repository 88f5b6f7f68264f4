"""`reproduce claims`: the audit of an article, statement by statement."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce.cli.output import JsonOption, note, show_table
from reproduce.engines import limit_threads

if TYPE_CHECKING:
    from reproduce.claims import Judgement

PACKAGE = "reproduce.articles.bitcoin_lstm"


def claims(
    record: Annotated[
        bool, typer.Option("--record", help="Write the verdicts, and the time, into claims.toml.")
    ] = False,
    codecheck: Annotated[
        Path | None, typer.Option(help="Also write the audit as a CODECHECK manifest, such as codecheck.yml.")
    ] = None,
    json_to: JsonOption = None,
) -> None:
    """Judge every claim of the article by the tables that come along; exit 1 where a verdict is not the recorded one.

    Trains nothing but a tiny network, for a few seconds. Each rule stands in the article's claims.toml.

    Example: reproduce claims --json claims.json
    """
    from reproduce.claims import ClaimsError

    try:
        has_moved = _judge(record, codecheck, json_to)
    except ClaimsError as error:
        for line in str(error).splitlines():
            note(f"reproduce: {line}")
        raise typer.Exit(1) from error
    if has_moved:
        raise typer.Exit(1)


def _judge(record: bool, codecheck: Path | None, json_to: str | None) -> bool:
    """Audit, write what was asked for, show the table; return whether a verdict differs from the record."""
    from reproduce.claims import claims_path, read_claims, record_verdicts

    path = claims_path(PACKAGE)
    read_claims(path)  # refused now, before TensorFlow starts
    limit_threads(1)
    from reproduce.articles.bitcoin_lstm.audit import audit

    judged = audit()
    moved = [one for one in judged if one.has_moved]
    if record:
        record_verdicts(path, judged, datetime.now(timezone.utc).replace(microsecond=0))
    if codecheck is not None:
        from reproduce.codecheck import codecheck_text
        from reproduce.files import write_text

        write_text(codecheck, codecheck_text(read_claims(path), judged))
    counts = Counter(one.verdict for one in judged)
    title = f"The Bitcoin article: {', '.join(f'{count} {verdict}' for verdict, count in counts.most_common())}"
    show_table(title, [_row(one) for one in judged], [_text(one) for one in judged], json_to)
    for one in moved:
        was = f'"{one.claim.verdict}"' if one.claim.verdict else "none"
        told = "recorded before" if record else "recorded"
        note(f'reproduce: {one.claim.id}: the verdict is "{one.verdict}", {told}: {was}')
    return bool(moved) and not record


def _row(judged: Judgement) -> dict:
    more = {"output": judged.claim.output, "evidence": judged.claim.evidence, "recorded": judged.claim.verdict or None}
    return judged.as_row() | more


def _text(judged: Judgement) -> dict[str, str]:
    shown = judged.as_text()
    verdict = shown.pop("verdict")
    return {"kind": judged.claim.kind} | shown | {"rule": judged.rule_text(), "verdict": verdict}
