"""`reproduce claims`: the audit of the articles, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import typer

from reproduce.articles import ARTICLES
from reproduce.articles.article import Article
from reproduce.cli.choices import IDS, parse_article
from reproduce.cli.output import JsonOption, give_json, note, print_lines, print_table
from reproduce.errors import RunError
from reproduce.evidence.chance import KEY, sentence, standings, told
from reproduce.evidence.claims import ClaimsError, ClaimsFile, Judgement, p_values_of, read_claims, record_verdicts
from reproduce.evidence.tally import count_verdicts
from reproduce.runs.files import check_writable, write_text
from reproduce.runs.process import limit_threads


def claims(
    chosen: Annotated[
        Article | None,
        typer.Argument(metavar="ARTICLE", parser=parse_article, help=f"One of {IDS}.  [default: all]"),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write the verdicts, their p-values and the time into verdicts.json.")
    ] = False,
    codecheck: Annotated[
        Path | None, typer.Option(help="Also write one article's audit as a CODECHECK manifest, such as codecheck.yml.")
    ] = None,
    json_to: JsonOption = None,
) -> None:
    """Judge every claim by the tables in the package; exit 1 where a verdict is not the recorded one.

    Trains nothing but tiny networks, for some twenty seconds. Each rule stands in the article's claims.toml.

    Example: reproduce claims bitcoin-lstm --json claims.json
    """
    if codecheck is not None and chosen is None:
        wanted = "is of one article; name it: reproduce claims ARTICLE --codecheck FILE"
        raise typer.BadParameter(f"a manifest {wanted}", param_hint="--codecheck")
    if codecheck is not None:
        _check_manifest(codecheck)
    audits = _audit(list(ARTICLES) if chosen is None else [chosen])
    if record:
        time = datetime.now(timezone.utc).replace(microsecond=0)
        for one in audits:
            record_verdicts(one.article.package, one.judged, time)
    if codecheck is not None:
        _write_manifest(codecheck, audits[0])
    if json_to is None:
        for one in audits:
            print_table(one.title, [_text(one, judged) for judged in one.judged])
            print_lines([f"{one.chance}. {KEY}", *one.assumptions])
    else:
        give_json(_document(audits), json_to)
    if _tell_moved(audits, recorded=record) and not record:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Audit:
    """An article's claims, judged."""

    article: Article
    about: ClaimsFile  # as it was before
    judged: list[Judgement]

    @property
    def title(self) -> str:
        """How many claims of the article have which verdict; all that is no claim of it is counted apart."""
        verdicts = {one.claim.id: one.verdict for one in self.judged}
        return f"{self.article.id}: {count_verdicts(self.about.claims, verdicts).sentence()}"

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What had to be chosen to judge them."""
        return self.article.assumptions(self.article.Variant())

    @cached_property
    def standings(self) -> dict[str, str]:
        """Which of its verdicts stand among all that rest on chance, by claim."""
        return standings(p_values_of(self.judged))

    @property
    def chance(self) -> str:
        """The same, counted."""
        return sentence(self.standings)

    @property
    def moved(self) -> list[Judgement]:
        """Those whose verdict is not the one on record."""
        return self.about.moved(self.judged)


def _audit(articles: list[Article]) -> list[_Audit]:
    found = []
    for article in articles:  # refused now, before TensorFlow starts
        with _problems_told(article):
            found.append(read_claims(article.package))
    limit_threads(1)
    from reproduce.articles.audit import audit

    audits = []
    for article, about in zip(articles, found, strict=True):
        with _problems_told(article):
            audits.append(_Audit(article, about, audit(article)))
    return audits


@contextmanager
def _problems_told(article: Article) -> Iterator[None]:
    """Tell what is wrong with an article's claims.toml in a line each, and end with 1."""
    try:
        yield
    except ClaimsError as error:
        for line in str(error).splitlines():
            note(f"reproduce: {article.id}: {line}")
        raise typer.Exit(1) from error


def _check_manifest(path: Path) -> None:
    """Refuse now, before anything is judged or recorded, what cannot be written or is a file of somebody else's."""
    from reproduce.evidence.codecheck import WRITTEN_BY

    check_writable(path, "--codecheck")
    if path.exists() and not path.read_bytes().startswith(WRITTEN_BY.encode()):
        raise RunError(f"{path}: is there, and no manifest of ours; give --codecheck another file")


def _write_manifest(path: Path, audit: _Audit) -> None:
    from reproduce.evidence.codecheck import codecheck_text

    write_text(path, codecheck_text(audit.article.id, read_claims(audit.article.package), audit.judged))


def _tell_moved(audits: list[_Audit], *, recorded: bool) -> bool:
    """A line for every verdict that is not the one on record; whether there was one."""
    moved = [(audit.about, one) for audit in audits for one in audit.moved]
    for about, one in moved:
        was = about.verdicts.get(one.claim.id)
        told = "recorded before" if recorded else "recorded"
        before = f'"{was}"' if was else "none"
        note(f'reproduce: {one.claim.id}: the verdict is "{one.verdict}", {told}: {before}')
    return bool(moved)


def _document(audits: list[_Audit]) -> dict[str, Any]:
    """What `--json` gives: one list of rows whatever the number of articles, and each article's assumptions."""
    return {
        "title": "; ".join(one.title for one in audits),
        "rows": [_row(one, judged) for one in audits for judged in one.judged],
        "chance": {one.article.id: one.chance for one in audits},
        "assumptions": {one.article.id: list(one.assumptions) for one in audits if one.assumptions},
    }


def _row(audit: _Audit, judged: Judgement) -> dict[str, Any]:
    claim = judged.claim
    more = {"output": claim.output, "evidence": claim.evidence, "recorded": audit.about.verdicts.get(claim.id)}
    return judged.as_row() | more | {"test": claim.test or None, "p": judged.p, "fdr": audit.standings.get(claim.id)}


def _text(audit: _Audit, judged: Judgement) -> dict[str, str]:
    shown = judged.as_text()
    verdict = shown.pop("verdict")
    chance = "" if judged.p is None else told(judged.p, audit.standings[judged.claim.id])
    return {"kind": judged.claim.kind} | shown | {"rule": judged.rule_text(), "verdict": verdict, "p, 5 % FDR": chance}
