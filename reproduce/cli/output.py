"""How commands speak: tables or JSON on stdout, progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from reproduce.errors import RunError
from reproduce.runs.files import json_text, write_text

if TYPE_CHECKING:
    from reproduce.runs.progress import Progress as TrainingProgress

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
        print_table(title, shown)
    else:
        give_json({"title": title, "rows": list(rows)}, json_to)


def give_json(document: dict[str, Any], json_to: str) -> None:
    """Print `document` as JSON where `json_to` is `-`, or write it to that file.

    Raises:
        RunError: the file cannot be written.
    """
    text = json_text(document)
    if json_to == "-":
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


def print_table(title: str, shown: Sequence[dict[str, str]]) -> None:
    """Print rows, every value a text, on stdout."""
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


@contextmanager
def epoch_progress(epochs: int) -> Iterator[Callable[[str, TrainingProgress], None]]:
    """Progress bars on stderr over the epochs of what trains, one a name: epoch, loss, time left.

    Yields what to call with the name and its progress, before its first epoch and after each one. Ctrl-C becomes a line
    that says where it was and how to go on.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("epoch"), MofNCompleteColumn())
    bar = Progress(
        *columns, TextColumn("loss {task.fields[loss]}"), TimeRemainingColumn(), console=Console(stderr=True)
    )
    tasks: dict[str, TaskID] = {}
    reached = ""
    try:
        with ExitStack() as shown:

            def show(name: str, progress: TrainingProgress) -> None:
                nonlocal reached
                if not tasks:  # a bar without a task is an empty line, also above an error's
                    shown.enter_context(bar)
                if name not in tasks:
                    if 0 < progress.epoch < epochs:
                        bar.console.print(f"{name} goes on at epoch {progress.epoch}")
                    tasks[name] = bar.add_task(name, total=epochs, completed=progress.epoch, loss="…")
                loss = f"{progress.losses[-1]:.5f}" if progress.losses else "…"
                bar.update(tasks[name], completed=progress.epoch, loss=loss)
                reached = f" in epoch {progress.epoch} of {name}"

            yield show
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted{reached}; the same command goes on from the last checkpoint") from None


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
