"""The articles by their ids, as commands take them."""

from __future__ import annotations

from enum import Enum

import typer
from typer.core import TyperGroup


class Article(str, Enum):
    """The choices of ARTICLE."""

    bitcoin_lstm = "bitcoin-lstm"
    stacked_lstm = "stacked-lstm"
    macbeth = "macbeth"

    @property
    def package(self) -> str:
        """Where its variant, claims.toml and pictures are.

        >>> Article("bitcoin-lstm").package
        'reproduce.articles.bitcoin_lstm'
        """
        return f"reproduce.articles.{self.name}"


class ArticleGroup(TyperGroup):
    """A command for each article. Where the first word is an option, or there is none, the first article is meant."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        """Put the first article's id where none stands; refuse one that is unknown, as a misuse."""
        default = Article.bitcoin_lstm.value
        first = args[0] if args else "--"
        if not first.startswith("-") and first not in self.commands:
            raise typer.BadParameter(f"{first!r} is none of {', '.join(self.commands)}", param_hint="ARTICLE")
        if first.startswith("-") and first not in ctx.help_option_names:
            args = [default, *args]
        return super().parse_args(ctx, args)
