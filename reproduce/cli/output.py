"""How commands speak: tables or JSON on stdout, remarks on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand

from reproduce.articles.article import Shown
from reproduce.errors import RunError
from reproduce.runs.files import json_text, write_text

STDOUT = "-"
PIPE_WIDTH = 160  # columns; a pipe has no width of its own

JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="[FILE]", help="Print JSON in place of tables, or write it to FILE.")
]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Your own price table (CSV).  [default: the one in the package]")
]
TextOption = Annotated[
    Path | None, typer.Option("--text", help="Your own text (UTF-8), for macbeth.  [default: Macbeth, as installed]")
]


class Command(TyperCommand):
    """A command whose `--json` may stand without a file, which typer cannot express: it then means stdout."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        """Give a `--json` with nothing or an option behind it the file `-`."""
        followed_by = [*args[1:], "--"]
        given = [
            f"--json={STDOUT}" if word == "--json" and after.startswith("-") and after != STDOUT else word
            for word, after in zip(args, followed_by, strict=False)
        ]
        return super().parse_args(ctx, given)


class Interrupted(Exception):
    """Ctrl-C where there is more to say than that: the message, in which the way on stands."""


def note(text: str) -> None:
    """Say something that is not a result."""
    print(text, file=sys.stderr)


def show(tables: Sequence[Shown], json_to: str | None, **more: Any) -> None:
    """Print tables, or one JSON document of them.

    Args:
        json_to: None for the tables, `-` for JSON on stdout, else a file.
        more: what the document has beside its tables; of it, `assumptions` are printed too.

    Raises:
        RunError: the file cannot be written.
    """
    if json_to is not None:
        first, *others = [{"title": table.title, "rows": list(table.rows)} for table in tables]
        give_json(first | ({"more": others} if others else {}) | more, json_to)
        return
    for table in tables:
        print_table(table.title, table.texts)
    for line in more.get("assumptions", ()):
        print(line)


def give_json(document: dict[str, Any], json_to: str) -> None:
    """Print `document` as JSON where `json_to` is `-`, or write it to that file.

    Raises:
        RunError: the file cannot be written.
    """
    text = json_text(document)
    if json_to == STDOUT:
        sys.stdout.write(text)
        return
    path = Path(json_to)
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # a pipe or a device, which nothing can be moved over
        else:
            write_text(path.resolve(), text)  # what a link leads to, not the link
    except (OSError, ValueError) as error:
        raise RunError(f"{json_to}: {getattr(error, 'strerror', None) or error}; give --json another file") from error


def print_table(title: str, texts: Sequence[dict[str, str]]) -> None:
    """Print rows, every value a text, on stdout; a title alone where there are none."""
    console = Console()
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    table = Table(title=title, title_justify="left")
    for name in texts[0] if texts else ():
        longest = max(len(word) for cell in (name, *(row[name] for row in texts)) for word in [*cell.split(), ""])
        table.add_column(name, overflow="fold", min_width=min(longest, console.width // 3))  # words stay whole
    for row in texts:
        table.add_row(*(Text(cell) for cell in row.values()))  # Text: a name with [brackets] is no markup
    console.print(table)


def checked(parse: Callable[..., Any], *arguments: Any, option: str, **values: Any) -> Any:
    """Call `parse`; a ValueError becomes a misuse of `option`, exit code 2."""
    try:
        return parse(*arguments, **values)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
