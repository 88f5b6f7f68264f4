"""The articles. A fourth is a folder and one entry here: docs/adding_an_article.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reproduce.articles import bitcoin_lstm, macbeth, stacked_lstm
from reproduce.articles.article import Article, StudyPlan
from reproduce.runs.config import RunConfig
from reproduce.runs.process import limit_threads
from reproduce.runs.training import run

ARTICLES: tuple[Article, ...] = (bitcoin_lstm.ARTICLE, stacked_lstm.ARTICLE, macbeth.ARTICLE)


def article_of(id_: str) -> Article:
    """The article of that id; LookupError where there is none."""
    return {article.id: article for article in ARTICLES}[id_]


def train(root: Path, config: RunConfig, data: Any) -> None:
    """Do one run of a study in this process; what `reproduce.runs.pool` calls on its workers."""
    limit_threads(1, config.threads)
    training = article_of(config.article).module("training")
    run(root, config, lambda directory: training.begin(directory, data), wait=True)


def studies() -> dict[str, tuple[Article, StudyPlan]]:
    """Every study by its name."""
    return {plan.name: (article, plan) for article in ARTICLES for plan in article.module("studies").STUDIES}
