"""`reproduce list`: the articles, and how their claims stand."""

from __future__ import annotations

from collections import Counter
from typing import Any

from reproduce.cli.articles import Article
from reproduce.cli.output import JsonOption, show_table
from reproduce.evidence.claims import claims_path, read_claims
from reproduce.evidence.schema import VERDICTS


def list_articles(json_to: JsonOption = None) -> None:
    """List the articles with the verdicts on record for their claims; nothing is judged anew.

    Example: reproduce list --json articles.json
    """
    rows = [_row(article) for article in Article]
    show_table("Articles, and the recorded verdicts of their claims", rows, [_text(row) for row in rows], json_to)


def _row(article: Article) -> dict[str, Any]:
    about = read_claims(claims_path(article.package))
    verdicts = Counter(claim.verdict for claim in about.claims if claim.id.startswith(f"{article.value}/"))
    return {
        "id": article.value,
        "title": about.title,
        "authors": about.authors,
        "reference": about.reference,
        "claims": verdicts.total(),
        "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS},
    }


def _text(row: dict[str, Any]) -> dict[str, str]:
    about = {"id": row["id"], "title": row["title"], "authors": ", ".join(row["authors"])}
    counts = {"claims": row["claims"], **row["verdicts"]}
    return about | {"reference": row["reference"]} | {name: str(count) for name, count in counts.items()}
