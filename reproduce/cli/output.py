"""How commands speak: tables or JSON on stdout, remarks on stderr."""

from __future__ import annotations

import json
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
from reproduce.runs.files import check_writable, json_text, write_text

STDOUT = "-"
ENDING = ".json"
STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/fd/")  # names that a shell gives; a file may be behind them
PIPE_WIDTH = 160  # columns; a pipe has no width of its own


def _check_target(json_to: str | None) -> str | None:
    """Refuse what is no JSON file, or cannot be written, before the work is done that it is to tell of.

    Raises:
        typer.BadParameter: its name does not end as that of a JSON file, so that it may be the command's next word.
        RunError: as `check_writable` says.
    """
    if json_to in (None, STDOUT):
        return json_to
    if _is_stream(json_to):
        return json_to
    path = Path(json_to)
    if path.suffix != ENDING:
        wanted = f'a name that ends in {ENDING}; to print the JSON write "--json -" in place of "--json"'
        raise typer.BadParameter(f"is {json_to!r}, expected {wanted}", param_hint="--json")
    check_writable(path, "--json")
    return json_to


def _is_stream(json_to: str) -> bool:
    """Whether it is a pipe, a device, or a name that the shell has for what it has opened."""
    return json_to.startswith(STREAMS) or Path(json_to).is_fifo() or Path(json_to).is_char_device()


JsonOption = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="[FILE]",
        callback=_check_target,
        help="Print JSON in place of tables, or write it to FILE (.json).",
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", readable=False, help="Your own price table (CSV).  [default: the one in the package]"),
]
TextOption = Annotated[
    Path | None,
    typer.Option(
        "--text", readable=False, help="Your own text (UTF-8), for macbeth.  [default: Macbeth, as installed]"
    ),
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


def plain_table(title: str, rows: Sequence[dict[str, Any]]) -> Shown:
    """A table that people read as programs do."""
    return Shown(title, rows, [{name: str(value) for name, value in row.items()} for row in rows])


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
    print_lines(more.get("assumptions", ()))


def print_lines(lines: Sequence[str]) -> None:
    """Print lines of text on stdout, on a terminal without breaking a word."""
    console = Console()
    for line in lines:
        if console.is_terminal:
            console.print(Text(line, overflow="fold"))
        else:
            print(line)


def give_json(document: dict[str, Any], json_to: str) -> None:
    """Print `document` as JSON where `json_to` is `-`, or write it to that file.

    Raises:
        RunError: the file cannot be written.
    """
    text = json_text(document)
    if json_to == STDOUT:
        sys.stdout.write(_encodable(text, sys.stdout.encoding or "utf-8"))
        return
    text = _encodable(text, "utf-8")  # a file's name in it may have bytes that are no UTF-8
    try:
        if _is_stream(json_to):
            with Path(json_to).open("a", encoding="utf-8") as stream:  # there may be a file behind it, with more in it
                stream.write(text)
        else:
            write_text(Path(json_to), text)
    except (OSError, ValueError) as error:
        raise RunError(f"{json_to}: {getattr(error, 'strerror', None) or error}; give --json another file") from error


def _encodable(text: str, encoding: str) -> str:
    """JSON as it is, or with escapes for all but ASCII where the encoding lacks a character."""
    try:
        text.encode(encoding)
    except UnicodeError:
        return json.dumps(json.loads(text), indent=2) + "\n"
    return text


def print_table(title: str, texts: Sequence[dict[str, str]]) -> None:
    """Print rows, every value a text, on stdout; a title alone where there are none.

    No word is broken: where the columns' longest words do not fit beside each other, each row is a list of its values.
    """
    console = Console()
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    console.print(Text(title, style="italic", overflow="fold"))  # not the table's own title, which is as narrow as it
    if not texts:
        return
    widths = _column_widths(texts, console.width)
    if widths is None:
        _print_lists(console, texts)
        return
    table = Table()
    for name, width in widths.items():
        table.add_column(name, overflow="fold", width=width)
    for row in texts:
        table.add_row(*(Text(cell) for cell in row.values()))  # Text: a name with [brackets] is no markup
    console.print(table)


def _column_widths(texts: Sequence[dict[str, str]], width: int) -> dict[str, int] | None:
    """The characters of each column of a table that is `width` wide; None where a word would have to be broken.

    Each has its longest word; what is left over goes first to those that need least to have every cell on one line.
    """
    cells = {name: [name, *(row[name] for row in texts)] for name in texts[0]}
    widths = {name: max(len(word) for cell in column for word in [*cell.split(), ""]) for name, column in cells.items()}
    wanted = {name: max(map(len, column)) - widths[name] for name, column in cells.items()}
    spare = width - sum(widths.values()) - 3 * len(widths) - 1  # the frame around each
    if spare < 0:
        return None
    for left, name in zip(range(len(widths), 0, -1), sorted(widths, key=wanted.__getitem__), strict=True):
        more = min(wanted[name], spare // left)
        widths[name], spare = widths[name] + more, spare - more
    return widths


def _print_lists(console: Console, texts: Sequence[dict[str, str]]) -> None:
    for row in texts:
        console.print()
        for name, cell in row.items():
            console.print(Text.assemble((f"{name}: ", "bold"), cell, overflow="fold"))


def checked(parse: Callable[..., Any], *arguments: Any, option: str, **values: Any) -> Any:
    """Call `parse`; a ValueError becomes a misuse of `option`, exit code 2."""
    try:
        return parse(*arguments, **values)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
