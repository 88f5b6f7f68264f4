"""The parts of README.md and docs/ that are made from tables: `python -m reproduce.report.docs .` in a checkout.

Each part stands between two marks, `<!-- NAME: made by make docs -->` and `<!-- /NAME -->`, and is named in PARTS.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np

from reproduce.articles import ARTICLES, stacked_lstm
from reproduce.articles.bitcoin_lstm import answers, departures, losses, variant, windows
from reproduce.articles.macbeth import markdown as macbeth
from reproduce.articles.stacked_lstm import findings as stacked
from reproduce.evidence.chance import sentence, standings
from reproduce.evidence.claims import read_claims
from reproduce.evidence.skill import persistence
from reproduce.evidence.tally import count_verdicts
from reproduce.inputs.prices import load_prices
from reproduce.networks.ports.table import SLIPS
from reproduce.networks.ports.two_layers.character_slips import OF_CHARACTERS
from reproduce.networks.ports.two_layers.price_slips import OF_PRICES
from reproduce.networks.ports.two_layers.slips import COMMON
from reproduce.report import findings as findings_page
from reproduce.report import losses as losses_page
from reproduce.report import slips, speed
from reproduce.report.findings import findings_of, picture, words
from reproduce.report.markdown import WIDTH, filled, read_rows, table
from reproduce.runs.files import write_text

LAST_LINES = 5  # of the output of a run

Part = Callable[[Path], str]  # from the folder docs/ to what stands between two marks


def filled_in(page: str, root: Path) -> str:
    """A page, by its path below the checkout `root`, with its parts as the tables have them now.

    Raises:
        ValueError: a mark is missing.
    """
    text = (root / page).read_text(encoding="utf-8")
    for name, write in PARTS[page].items():
        begin, end = f"<!-- {name}: made by make docs -->\n\n", f"\n\n<!-- /{name} -->"
        text = text[: text.index(begin) + len(begin)] + write(root / "docs") + text[text.index(end) :]
    return text


def _first_finding(id_: str) -> Part:
    """The finding that is least expected, and its picture, for the README."""
    return lambda _: "\n\n".join([words(findings_of(id_)[0]), picture(findings_of(id_)[0], "docs/")])


def _all_findings(id_: str) -> Part:
    """All of an article's findings, then their pictures, each once."""
    return lambda _: "\n\n".join(dict.fromkeys([*map(words, findings_of(id_)), *map(picture, findings_of(id_))]))


def _opening(_: Path) -> str:
    """The picture of the losses, which the README's first words are about."""
    (shown,) = [one for one in findings_of(ARTICLES[0].id) if one.picture == "loss"]
    return picture(shown, "docs/")


def _last_lines(docs: Path) -> str:
    lines = (docs / "run.txt").read_text(encoding="utf-8").rstrip().splitlines()
    return "\n".join(["```", *(line.rstrip() for line in lines[-LAST_LINES:]), "```"])


def _articles(_: Path) -> str:
    rows = []
    for article in ARTICLES:
        about = read_claims(article.package)
        name = f"[{article.id}](docs/{article.id}.md): {', '.join(about.authors)}, {about.reference}"
        tally = count_verdicts(about.claims, about.verdicts)
        chance = sentence(standings(about.p_values))
        rows.append((name, findings_of(article.id)[0].headline, tally.sentence(), chance))
    return table(("article", "what was found", "verdicts", "chance"), rows)


def _answers(_: Path) -> str:
    found = answers.answers(departures.by_variant(departures.TABLE.shipped()), losses.judge(losses.TABLE.shipped()))
    return table(("question", "answer", "because"), [(one.question, one.answer, one.evidence) for one in found])


def _run(docs: Path) -> str:
    """The table in which one run ends, from what it wrote with --json."""
    claims = {claim.id: claim for claim in read_claims(ARTICLES[0].package).claims}
    told = []
    for row in read_rows(docs / "run.json"):
        claim = claims[row["id"]]
        told.append(claim.judge(row["others"] | {claim.output: row["ours"]}).as_text())
    return table(tuple(told[0]), [tuple(one.values()) for one in told])


def _two_days(_: Path) -> str:
    """How much of persistence's error the two worst days of the published test set carry."""
    cut = windows.prepare(load_prices(), variant.Variant())
    inputs, targets = cut.test
    errors = np.square(targets - persistence(inputs))[:, 0]
    worst = np.argsort(errors)[-2:]
    days, share = sorted(cut.dates[cut.test_rows][worst].astype(str)), errors[worst].sum() / errors.sum()
    return filled(
        f"As published, this interval is wide, because two days, {' and '.join(days)}, carry {share:.0%} of "
        "persistence's squared error on the published test set."
    )


def _assumptions(_: Path) -> str:
    lines = stacked_lstm.assumptions(stacked_lstm.ARTICLE.Variant())
    return "\n".join(textwrap.fill(f"- {line}", WIDTH, subsequent_indent="  ") for line in lines)


PARTS: dict[str, dict[str, Part]] = {
    "README.md": {
        "opening": _opening,
        "run": _last_lines,
        "articles": _articles,
        **{article.id: _first_finding(article.id) for article in ARTICLES},
    },
    "docs/findings.md": {
        "findings": findings_page.findings,
        "counts": findings_page.counts,
        "tests": findings_page.tests,
    },
    "docs/bitcoin-lstm.md": {
        "findings": _all_findings("bitcoin-lstm"),
        "answers": _answers,
        "days": _two_days,
        "run": _run,
        "chance": lambda _: findings_page.chance_of("bitcoin-lstm"),
    },
    "docs/stacked-lstm.md": {
        "findings": _all_findings("stacked-lstm"),
        "networks": lambda _: "\n".join(stacked.table_lines()),
        "chance": lambda _: findings_page.chance_of("stacked-lstm"),
        "assumptions": _assumptions,
    },
    "docs/macbeth.md": {
        "findings": _all_findings("macbeth"),
        "milestones": lambda _: "\n".join(macbeth.trend_lines()),
        "hundred": lambda _: "\n".join(macbeth.hundred_lines()),
        "course": lambda _: "\n\n".join(map(filled, macbeth.course_words())),
        "replays": lambda _: "\n".join(macbeth.replay_lines()),
        "chance": lambda _: findings_page.chance_of("macbeth"),
    },
    "docs/slips.md": {
        "windows": slips.windows,
        "slips": lambda _: slips.page(SLIPS),
        "two-layers": lambda _: slips.page(COMMON),
        "stacked-lstm": lambda _: slips.page(OF_PRICES),
        "macbeth": lambda _: slips.page(OF_CHARACTERS),
    },
    "docs/losses.md": {"article": losses_page.article, "summary": losses_page.summary, "matrix": losses_page.matrix},
    "docs/engines.md": {
        "apart": speed.apart,
        "speed": speed.speed,
        "growth": speed.growth,
        "throughput": speed.throughput,
        "writing": speed.writing,
    },
}


if __name__ == "__main__":
    for page in PARTS:
        write_text(Path(sys.argv[1]) / page, filled_in(page, Path(sys.argv[1])))
