"""What the page of a run says: the article's verdicts, the article's account of the run, and what ran."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reproduce.articles.sections import Account
from reproduce.evidence.claims import VERDICTS, ClaimsFile, Judgement
from reproduce.report.machine import Fact, facts_of
from reproduce.report.subject import Subject

APART = {  # kinds of claims that are listed and not counted as reproduced, and why
    "setting": "settings, which we typed from the article: that they agree proves nothing.",
    "reconstruction": "reconstructions: counts that the article never prints.",
}


@dataclass(frozen=True)
class ClaimRow:
    """A claim in the table of verdicts, and what its filter knows it by."""

    judgement: Judgement

    @property
    def is_counted(self) -> bool:
        """Whether it is a claim proper."""
        return self.judgement.claim.kind not in APART

    @property
    def group(self) -> str:
        """The verdict of a claim proper, else the kind."""
        return self.judgement.verdict if self.is_counted else self.judgement.claim.kind


@dataclass(frozen=True)
class Page:
    """Everything the template shows."""

    title: str  # of the article
    authors: Sequence[str]
    reference: str
    run: str  # which, in words
    notices: Sequence[str]
    claims: Sequence[ClaimRow]
    counts: dict[str, int]  # by group: verdicts of claims proper in the order of VERDICTS, then the kinds APART
    account: Account
    facts: Sequence[Fact]


def page_of(subject: Subject, article: ClaimsFile, judgements: Sequence[Judgement]) -> Page:
    """Put a page together; nothing is trained.

    Args:
        article: what its claims.toml says of the article itself.
        judgements: of its claims, by the tables in the package: the same for every run.

    Raises:
        RunError: a file of the run is damaged, or does not agree with the others.
    """
    config = subject.directory.config
    account = subject.article.account(subject.directory, subject.study)
    claims = [ClaimRow(judgement) for judgement in judgements]
    groups = [row.group for row in claims]
    return Page(
        title=article.title,
        authors=article.authors,
        reference=article.reference,
        run=f"variant {config.variant.name}, seed {config.seed}, {config.engine} engine",
        notices=list(_notices(subject, account)),
        claims=claims,
        counts={group: groups.count(group) for group in (*VERDICTS, *APART)},
        account=account,
        facts=facts_of(subject.directory, has_published_input=account.has_published_input),
    )


def _notices(subject: Subject, account: Account) -> Iterator[str]:
    """Yield what a reader must know before the values."""
    config = subject.directory.config
    if subject.study is not None:
        yield (
            "The pictures show one run of the study, the first finished seed of its first variant: variant "
            f"{config.variant.name}, seed {config.seed}."
        )
    if not account.has_published_input:
        yield (
            "This run read another file than the article's data. The verdicts are those of the article's data; the "
            "pictures and losses are this run's."
        )
    yield from account.notices
