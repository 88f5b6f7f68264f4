"""What the page of a run says: the article's verdicts and findings, its account of the run, and what ran."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reproduce.articles.article import Article
from reproduce.articles.sections import Account, Answer, Answers, Section, Table
from reproduce.articles.sources import is_own
from reproduce.evidence.chance import KEY, sentence, standings, told_each
from reproduce.evidence.claims import REPRODUCED, ClaimsFile, Judgement, p_values_of, read_claims
from reproduce.evidence.tally import Tally, count_verdicts
from reproduce.report.machine import Fact, facts_of
from reproduce.runs.directory import Directory

APART = {  # groups of claims that are listed and not counted as reproduced: names for one and for more, what they are
    "settings": ("setting", "settings", "typed from the article, so that it proves nothing if they agree"),
    "reconstructions": ("reconstruction", "reconstructions", "counts that the article never prints"),
    "ours": ("question of ours", "questions of ours", "which the article does not ask"),
}


@dataclass(frozen=True)
class ClaimRow:
    """A claim in the table of verdicts."""

    judgement: Judgement
    chance: str  # its p-value, and whether it stands among those of the article; empty where no chance is in it

    @property
    def is_counted(self) -> bool:
        """Whether it is a claim proper."""
        return self.judgement.claim.group not in APART

    @property
    def group(self) -> str:
        """What the filter knows it by: the verdict of a claim proper, else the claim's group."""
        return self.judgement.verdict if self.is_counted else self.judgement.claim.group

    @property
    def agreement(self) -> str:
        """Whether a value that is counted apart is the article's; the verdict of a question of ours."""
        if self.group == "ours":
            return self.judgement.verdict
        return "agrees" if self.judgement.verdict == REPRODUCED else "differs"


@dataclass(frozen=True)
class Page:
    """Everything the template shows."""

    about: ClaimsFile  # what the article's claims.toml says of the article itself
    run: str  # which, in words
    tally: Tally
    claims: Sequence[ClaimRow]
    chance: str  # how many rest on chance, and how many of those stand
    lead: str
    notices: Sequence[str]
    opening: Sequence[Section]  # before the verdicts: what the run says of a user's own data
    sections: Sequence[Section]
    facts: Sequence[Fact]


def page_of(article: Article, directory: Directory, study: Path | None, judgements: Sequence[Judgement]) -> Page:
    """Put a page together; nothing is trained.

    Args:
        directory: of a finished run.
        study: the folder of the study that the page was asked for, if it was.
        judgements: of the article's claims, by the tables in the package: the same for every run.

    Raises:
        RunError: a file of the run is damaged, or does not agree with the others.
    """
    config, about = directory.config, read_claims(article.package)
    environment = directory.read_environment()  # a damaged one is refused now, before pictures are drawn
    account: Account = article.module("page").account(directory, study)
    p_values = p_values_of(judgements)
    chance = told_each(p_values)
    found = [Answer(one.headline, one.text) for one in article.module("findings").findings()]
    return Page(
        about=about,
        run=f"variant {config.variant.name}, seed {config.seed}, {config.engine} engine",
        tally=count_verdicts(about.claims, {one.claim.id: one.verdict for one in judgements}),
        claims=[ClaimRow(one, chance.get(one.claim.id, "")) for one in judgements],
        chance=f"{sentence(standings(p_values))}. {KEY}",
        lead=account.lead,
        notices=[*_notices(article, directory, study), *account.notices],
        opening=[] if is_own(directory, article.source) else [_own_result(article, directory)],
        sections=[Section("findings", "What was found", "Findings", [Answers(found)]), *account.sections],
        facts=facts_of(article, directory, environment),
    )


def _own_result(article: Article, directory: Directory) -> Section:
    """What `reproduce run` tells first of data that are not the article's."""
    result = article.module("outputs").own_result(directory)
    rows = [tuple(text.values()) for text in result.texts]
    table = Table("What this run says of the file it read", {"What": "", "Value": ""}, {"": rows})
    return Section("own", result.title, result.title, [table])


def _notices(article: Article, directory: Directory, study: Path | None) -> Iterator[str]:
    """Yield what a reader must know before the values, of any article."""
    config = directory.config
    if study is not None:
        yield (
            "The pictures show one run of the study, the first finished seed of its first variant: variant "
            f"{config.variant.name}, seed {config.seed}."
        )
    if not is_own(directory, article.source):
        yield (
            "This run read another file than the article's data. Verdicts and findings are those of the article's "
            "data; the pictures and losses of the run are its own."
        )
