"""`reproduce claims`: the audit of the articles, statement by statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reproduce.cli.articles import Article
from reproduce.cli.output import JsonOption, give_json, note, print_table
from reproduce.networks.engine import limit_threads

if TYPE_CHECKING:
    from reproduce.evidence.claims import Judgement


def claims(
    article: Annotated[Article | None, typer.Argument(help="Of which article.  [default: of all three]")] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write the verdicts, and the time, into claims.toml.")
    ] = False,
    codecheck: Annotated[
        Path | None, typer.Option(help="Also write one article's audit as a CODECHECK manifest, such as codecheck.yml.")
    ] = None,
    json_to: JsonOption = None,
) -> None:
    """Judge every claim by the tables that come along; exit 1 where a verdict is not the recorded one.

    Trains nothing but tiny networks, for a few seconds. Each rule stands in the article's claims.toml.

    Example: reproduce claims bitcoin-lstm --json claims.json
    """
    if codecheck is not None and article is None:
        wanted = "is of one article; name it: reproduce claims ARTICLE --codecheck FILE"
        raise typer.BadParameter(f"a manifest {wanted}", param_hint="--codecheck")
    audits = _audit(list(Article) if article is None else [article])
    if record:
        _record(audits)
    if codecheck is not None:
        _write_manifest(codecheck, audits[0])
    if json_to is None:
        for one in audits:
            print_table(one.title, [_text(judged) for judged in one.judged])
            for assumption in one.assumptions:
                print(assumption)
    else:
        give_json(_document(audits), json_to)
    if _tell_moved(audits, recorded=record) and not record:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Audit:
    """An article's claims, judged, and what had to be assumed to judge them."""

    article: Article
    judged: list[Judgement]
    assumptions: tuple[str, ...]

    @property
    def title(self) -> str:
        """How many claims of the article have which verdict, the commonest first; those of ours are counted apart."""
        counts = Counter(one.verdict for one in self.judged if one.claim.id.startswith(f"{self.article.value}/"))
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
        ours = len(self.judged) - counts.total()
        return f"{self.article.value}: {counts.total()} claims, {verdicts}" + (f"; and {ours} of ours" if ours else "")


def _audit(articles: list[Article]) -> list[_Audit]:
    from reproduce.evidence.claims import claims_path, read_claims

    for article in articles:  # refused now, before TensorFlow starts
        with _problems_told(article):
            read_claims(claims_path(article.package))
    limit_threads(1)
    audits = []
    for article in articles:
        with _problems_told(article):
            judged = import_module(f"{article.package}.audit").audit()
        audits.append(_Audit(article, judged, getattr(import_module(article.package), "ASSUMPTIONS", ())))
    return audits


@contextmanager
def _problems_told(article: Article) -> Iterator[None]:
    """Tell what is wrong with an article's claims.toml in a line each, and end with 1."""
    from reproduce.evidence.claims import ClaimsError

    try:
        yield
    except ClaimsError as error:
        for line in str(error).splitlines():
            note(f"reproduce: {article.value}: {line}")
        raise typer.Exit(1) from error


def _record(audits: list[_Audit]) -> None:
    from reproduce.evidence.claims import claims_path, record_verdicts

    time = datetime.now(timezone.utc).replace(microsecond=0)
    for one in audits:
        with _problems_told(one.article):
            record_verdicts(claims_path(one.article.package), one.judged, time)


def _write_manifest(path: Path, audit: _Audit) -> None:
    from reproduce.evidence.claims import claims_path, read_claims
    from reproduce.evidence.codecheck import codecheck_text
    from reproduce.runs.files import write_text

    write_text(path, codecheck_text(read_claims(claims_path(audit.article.package)), audit.judged))


def _tell_moved(audits: list[_Audit], *, recorded: bool) -> bool:
    """A line for every verdict that is not the one on record; whether there was one."""
    moved = [judged for audit in audits for judged in audit.judged if judged.has_moved]
    for one in moved:
        was = f'"{one.claim.verdict}"' if one.claim.verdict else "none"
        told = "recorded before" if recorded else "recorded"
        note(f'reproduce: {one.claim.id}: the verdict is "{one.verdict}", {told}: {was}')
    return bool(moved)


def _document(audits: list[_Audit]) -> dict[str, Any]:
    """What `--json` gives: one list of rows whatever the number of articles, and each article's assumptions."""
    return {
        "title": "; ".join(one.title for one in audits),
        "rows": [_row(judged) for one in audits for judged in one.judged],
        "assumptions": {one.article.value: list(one.assumptions) for one in audits if one.assumptions},
    }


def _row(judged: Judgement) -> dict[str, Any]:
    more = {"output": judged.claim.output, "evidence": judged.claim.evidence, "recorded": judged.claim.verdict or None}
    return judged.as_row() | more


def _text(judged: Judgement) -> dict[str, str]:
    shown = judged.as_text()
    verdict = shown.pop("verdict")
    return {"kind": judged.claim.kind} | shown | {"rule": judged.rule_text(), "verdict": verdict}
