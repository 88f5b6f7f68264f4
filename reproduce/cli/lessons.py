"""`reproduce lessons`: the lessons on low-level TensorFlow, to read, to run and as notebooks."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from reproduce.articles.article import Shown
from reproduce.cli.output import JsonOption, note, show
from reproduce.errors import RunError
from reproduce.inputs.source import printable
from reproduce.lessons.catalogue import Lesson, read_lessons
from reproduce.lessons.notebook import as_notebook
from reproduce.runs.files import check_writable, write_json

ENDING = ".ipynb"


def lessons(
    number: Annotated[
        int | None, typer.Argument(metavar="[N]", help="The lesson to show.  [default: list all]")
    ] = None,
    notebook: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Of lesson N: write it as a Jupyter notebook (.ipynb).")
    ] = None,
    json_to: JsonOption = None,
) -> None:
    """List the lessons on low-level TensorFlow, show one, or write it as a notebook that also opens in Colab.

    A lesson is a Python program with its text in comments. Shown into a file, it can be run:
    reproduce lessons 1 > lesson1.py

    Example: reproduce lessons 1 --notebook lesson1.ipynb
    """
    if notebook is not None and number is None:
        raise typer.BadParameter("needs the number of a lesson: reproduce lessons N", param_hint="--notebook")
    known = read_lessons()
    if number is None:
        show([Shown("Lessons", [_row(one) for one in known], [_text(one) for one in known])], json_to)
        return
    lesson = next((one for one in known if one.number == number), None)
    if lesson is None:
        raise typer.BadParameter(f"there is no lesson {number}; choose from 1 to {len(known)}", param_hint="N")
    if notebook is not None:
        _write_notebook(lesson, notebook)
    if json_to is not None:
        more = {"blocks": [asdict(block) for block in lesson.blocks]}
        show([Shown(lesson.title, [_row(lesson)], [_text(lesson)])], json_to, **more)
    elif notebook is None:
        _print(lesson)


def _row(lesson: Lesson) -> dict[str, str | int]:
    return {
        "number": lesson.number,
        "title": lesson.title,
        "question": lesson.question,
        "source": lesson.source,
        "minutes": lesson.minutes,
        "file": str(lesson.path),
    }


def _text(lesson: Lesson) -> dict[str, str]:
    return {name: str(value) for name, value in _row(lesson).items() if name != "file"}


def _write_notebook(lesson: Lesson, path: Path) -> None:
    """Write it, over nothing.

    Raises:
        typer.BadParameter: the name does not end as a notebook's.
        RunError: there is a file of that name, or it cannot be written.
    """
    shown = printable(str(path))
    if path.suffix != ENDING:
        raise typer.BadParameter(f"is {shown}, expected a name that ends in {ENDING}", param_hint="--notebook")
    if path.exists() or path.is_symlink():
        raise RunError(f"{shown}: is there already, and may have your answers in it; give --notebook another file")
    check_writable(path, "--notebook")
    write_json(path, as_notebook(lesson))
    note(f"reproduce: {shown}: lesson {lesson.number}; open it with Jupyter (pip install notebook), VS Code or Colab")


def _print(lesson: Lesson) -> None:
    """Print the text: laid out on a terminal; elsewhere as the program that it is."""
    if not sys.stdout.isatty():  # rich takes a file for a terminal where FORCE_COLOR is set
        sys.stdout.write(lesson.path.read_text(encoding="utf-8"))
        return
    from rich.markdown import Markdown
    from rich.syntax import Syntax

    console = Console()
    look = {"theme": "ansi_dark", "background_color": "default", "word_wrap": True}
    for block in lesson.blocks:
        console.print(Syntax(block.text, "python", **look) if block.is_code else Markdown(block.text))
        console.print()
    number = lesson.number
    note(f"reproduce: a copy to work on: reproduce lessons {number} > lesson{number}.py; python lesson{number}.py")
    note(f"reproduce: as a notebook: reproduce lessons {number} --notebook lesson{number}.ipynb")
