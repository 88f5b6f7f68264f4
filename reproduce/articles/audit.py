"""Judge an article by what the package ships: its tables, and what its program does in a moment."""

from __future__ import annotations

from reproduce.articles.article import Article
from reproduce.evidence.claims import Judgement, judge_all, read_claims


def audit(article: Article) -> list[Judgement]:
    """Judge every claim of the article, and those of ours that need no run, in the order of claims.toml.

    Raises:
        ClaimsError: a claim's rule names a value that is none of the article's `audit_outputs`.
    """
    outputs = article.module("outputs").audit_outputs()
    claims = read_claims(article.package).claims
    judged = [one for one in claims if one.group != "ours" or one.names <= set(outputs)]
    return judge_all(judged, outputs)
