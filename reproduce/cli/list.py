"""`reproduce list`: the articles, and how their claims stand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reproduce.articles import ARTICLES
from reproduce.articles.article import Article, Shown
from reproduce.cli.output import JsonOption, show
from reproduce.evidence.claims import read_claims
from reproduce.evidence.tally import count_verdicts


def list_articles(json_to: JsonOption = None) -> None:
    """List the articles with the verdicts on record for their claims; nothing is judged anew.

    Example: reproduce list --json articles.json
    """
    rows, texts = zip(*(_row(article) for article in ARTICLES), strict=True)
    show([Shown("Articles, and the recorded verdicts of their claims", rows, texts)], json_to)


def _row(article: Article) -> tuple[dict[str, Any], dict[str, str]]:
    about = read_claims(article.package)
    tally = count_verdicts(about.claims, about.verdicts)
    head = {"id": article.id, "title": about.title, "authors": about.authors, "reference": about.reference}
    text = {
        "article": article.id,
        "what it is": f"{about.title}. {', '.join(about.authors)}, {about.reference}",
        "recorded verdicts": tally.sentence(),
    }
    return head | asdict(tally), text
