"""How commands speak: tables or JSON on stdout, progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from reproduce.errors import RunError
from reproduce.files import write_text

JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="[FILE]", help="Print JSON in place of the table, or write it to FILE.")
]


def show_table(
    title: str, rows: Sequence[dict[str, Any]], shown: Sequence[dict[str, str]], json_to: str | None
) -> None:
    """Print rows as a table, or as JSON.

    Args:
        rows: what JSON gets, one object a row.
        shown: the same rows as people read them, every value a text.
        json_to: None for the table, `-` for JSON on stdout, else a file.

    Raises:
        RunError: the file cannot be written.
    """
    if json_to is None:
        _print_table(title, shown)
        return
    text = json.dumps({"title": title, "rows": list(rows)}, indent=2, ensure_ascii=False) + "\n"
    if json_to == "-":
        sys.stdout.write(text)
        return
    try:
        write_text(Path(json_to), text)
    except (OSError, ValueError) as error:
        raise RunError(f"{json_to}: {getattr(error, 'strerror', None) or error}; give --json another file") from error


def _print_table(title: str, shown: Sequence[dict[str, str]]) -> None:
    console = Console()
    table = Table(title=title, title_justify="left")
    for name in shown[0]:
        table.add_column(name, overflow="fold")
    for row in shown:
        table.add_row(*(Text(cell) for cell in row.values()))  # Text: a name with [brackets] is no markup
    if not console.is_terminal:
        console.width = 160  # a pipe has no width of its own
    console.print(table)


class Interrupted(Exception):
    """Ctrl-C where there is more to say than that: the message, in which the way on stands."""


def note(text: str) -> None:
    """Say something that is not a result."""
    print(text, file=sys.stderr)


@contextmanager
def resumable(kept: str) -> Iterator[None]:
    """Turn Ctrl-C into a line that says what is `kept` and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {kept}, and the same command goes on") from None


def epoch_progress() -> Progress:
    """A progress bar on stderr: what is running, epoch, loss, time left."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("epoch"),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


@contextmanager
def run_progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr over runs; yields what to call as each one ends, with its name."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[last]}"), console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total, last="")
        yield lambda name: bar.update(task, advance=1, last=name)


def checked(parse: Callable[..., Any], *arguments: Any, option: str, **values: Any) -> Any:
    """Call `parse`; a ValueError becomes a misuse of `option`, exit code 2."""
    try:
        return parse(*arguments, **values)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
