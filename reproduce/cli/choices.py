"""What commands take: an article, its variant, its input, seeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from reproduce.articles import ARTICLES, article_of
from reproduce.articles.article import Article
from reproduce.cli.output import note
from reproduce.inputs.prices import GAPS
from reproduce.networks.engine import check_seeds

IDS = ", ".join(one.id for one in ARTICLES)
FIRST = ARTICLES[0].id
Gaps = Literal[GAPS]
GAPS_HELP = (
    "Missing days of --data. refuse: refuse the table; keep: leave the rows as they are; previous: take the day "
    "before's price."
)
GapsOption = Annotated[Gaps, typer.Option("--gaps", help=GAPS_HELP)]


def default_of(value: Callable[[Article], Any]) -> str:
    """The end of an option's help, where each article has a default of its own."""
    return f"  [default: {', '.join(f'{value(one)} for {one.id}' for one in ARTICLES)}]"


def parse_article(id_: str) -> Article:
    """The article of that id; typer.BadParameter where there is none."""
    try:
        return article_of(id_)
    except LookupError:
        raise typer.BadParameter(f"{id_!r} is none of {IDS}") from None


def load_input(chosen: Article, data: Path | None, text: Path | None, gaps: Gaps) -> Any:
    """Read the file of `--data` or `--text`, whichever the article takes, or the article's own; say what it notes.

    Raises:
        typer.BadParameter: the other option was given, or `gaps` without `--data`.
        ReproduceError: the file cannot be used.
    """
    given = {"--data": data, "--text": text}
    path = given.pop(chosen.source.option)
    for option, other in given.items():
        if other is not None:
            raise typer.BadParameter(f"{chosen.id} does not take it; use {chosen.source.option}", param_hint=option)
    if kept_gaps(gaps) and data is None:
        raise typer.BadParameter("changes nothing without --data; leave it out", param_hint="--gaps")
    loaded = chosen.source.load(path, gaps)
    for remark in getattr(loaded, "notes", ()):
        note(f"reproduce: {remark}")
    return loaded


def kept_gaps(gaps: Gaps) -> str | None:
    """What a run's configuration has of `--gaps`: nothing where missing days are refused, as nothing is then done."""
    return None if gaps == "refuse" else gaps


def parse_seeds(text: str) -> range:
    """`0:40` → the seeds 0 … 39; `7` → seed 7 alone.

    >>> list(parse_seeds("3:6")), list(parse_seeds("7"))
    ([3, 4, 5], [7])

    Raises:
        ValueError: it is neither, or names no seed, or one that weights cannot be drawn from.
    """
    first, colon, end = text.partition(":")
    if not (first.isdecimal() and (end.isdecimal() or not colon)):
        raise ValueError(f"seeds are {text!r}, expected FIRST:END such as 0:40, or one seed such as 7")
    seeds = range(int(first), int(end) if colon else int(first) + 1)
    if not seeds:
        raise ValueError(f"seeds are {text!r}, which is none; END is not included, so 0:40 means 0 to 39")
    check_seeds(seeds)
    return seeds
