"""The parts of docs/findings.md: each finding with what it rests on, and which verdicts stand among many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reproduce.articles import ARTICLES, article_of, studies
from reproduce.articles.article import Article, Finding, StudyPlan
from reproduce.evidence.chance import ABOVE, EXPLAINED, FALLS, STANDS, sentence, standings, told_each
from reproduce.evidence.claims import Claim, ClaimsFile, read_claims
from reproduce.report.costs import cost
from reproduce.report.markdown import filled, table


def findings_of(id_: str) -> list[Finding]:
    """An article's findings, the least expected first."""
    return article_of(id_).module("findings").findings()


def words(finding: Finding) -> str:
    """All of a finding, as one paragraph."""
    return filled(f"**{finding.headline}** {finding.text}")


def picture(finding: Finding, folder: str = "") -> str:
    """The picture of a finding, in Markdown."""
    return f"![{finding.alt}]({folder}{finding.picture}.png)"


def findings(docs: Path) -> str:
    """Every finding of every article in two sentences, with rules, seeds, command and cost; every picture once."""
    parts: list[str] = []
    for article in ARTICLES:
        about = read_claims(article.package)
        parts.append(f"## {article.label}\n\n[All about it]({article.id}.md): {about.title}.")
        for finding in findings_of(article.id):
            shown = picture(finding)
            parts += [filled(f"**{finding.headline}** {finding.because}"), *([] if shown in parts else [shown])]
            parts.append(_rests_on(article, about, finding, docs))
    return "\n\n".join(parts)


def _rests_on(article: Article, about: ClaimsFile, finding: Finding, docs: Path) -> str:
    """Its claims, each with verdict, rule and p; how to run it again, with which seeds, and at what cost."""
    (_, plan), chance = studies()[finding.study], told_each(about.p_values)
    lines = [
        f"{about.verdicts.get(claim.id, 'no verdict yet').capitalize()}: {claim.text}. Rule: {_rule(claim)}"
        + (f"; p {chance[claim.id]}" if claim.id in chance else "")
        for claim in about.claims
        if claim.id in finding.claims
    ]
    lines += [
        f"Again: `reproduce study {plan.name}`; with `--shipped` it shows our table and trains nothing",
        f"Seeds: {_seeds(plan)}",
        f"Cost: {cost(article, plan, docs)}",
    ]
    return "\n".join(f"- {line}." for line in lines)


def _rule(claim: Claim) -> str:
    """The rule and the weaker one, with the article's value in them: `ours == 7`."""
    rules = [rule.split() for rule in (claim.rule, claim.partly) if rule]
    words = [" ".join(str(claim.expected) if word == "expected" else word for word in rule) for rule in rules]
    return ", partly ".join(f"`{rule}`" for rule in words)


def _seeds(plan: StudyPlan) -> str:
    """Which variants are trained from which seeds; of those under way, what the table has, if its rows say it."""
    rows = [row for row in plan.table.shipped() if hasattr(row, "seed")]  # none where they are means over seeds
    there = {row.seed for row in rows}
    of_runs = {variant.name: [seed for seed in seeds if seed in there or not there] for variant, seeds in plan.runs}
    of_table: dict[str, dict[int, None]] = {}
    for row in rows:
        if hasattr(row, "variant"):
            of_table.setdefault(row.variant, {})[row.seed] = None
    variants: dict[tuple[int, ...], list[str]] = {}
    for name, seeds in (of_table or of_runs).items():
        variants.setdefault(tuple(seeds), []).append(name)
    return ", ".join(f"{_span(seeds)} of {_named(names)}" for seeds, names in variants.items())


def _span(seeds: Sequence[int]) -> str:
    return f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else str(seeds[0])


def _named(names: Sequence[str]) -> str:
    return f"`{names[0]}`" if len(names) == 1 else f"each of {len(names)} variants"


def counts(_: Path) -> str:
    """How many verdicts of each article rest on chance, and how many of them stand."""
    rows = []
    for article in ARTICLES:
        found = list(standings(read_claims(article.package).p_values).values())
        link = f"[{article.label}]({article.id}.md#verdicts-that-rest-on-chance)"
        rows.append((link, *map(str, (len(found), *(found.count(one) for one in (STANDS, FALLS, ABOVE))))))
    return table(("article", "verdicts that rest on chance", STANDS, FALLS, ABOVE), rows)


def tests(_: Path) -> str:
    """What each p-value is, and what it would be rare under."""
    return table(("test", "p is", "a small p is rare if"), [(name, *told) for name, told in EXPLAINED.items()])


def chance_of(id_: str) -> str:
    """An article's verdicts that rest on chance, in the order of claims.toml."""
    about = read_claims(article_of(id_).package)
    chance = told_each(about.p_values)
    rows = [
        (claim.text, about.verdicts[claim.id], claim.test, chance[claim.id])
        for claim in about.claims
        if claim.id in chance
    ]
    head = filled(f"{sentence(standings(about.p_values))}.")
    return f"{head}\n\n{table(('claim', 'verdict', 'test', 'p, 5 % FDR'), rows)}"
