"""The lessons as they lie on disk: Python files in jupytext's percent format, each opened by a block of one form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from reproduce.errors import ReproduceError

HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\n\*\*(?P<question>.+\?)\*\*\n\n"
    r"Source: `(?P<source>[^`]+)`\. Time: (?P<minutes>\d+) minutes\."
)
MARK = re.compile(r"(?m)^# %%(?P<markdown> \[markdown\])?\n")


@dataclass(frozen=True)
class Block:
    """A part of a lesson: prose in Markdown, or code."""

    is_code: bool
    text: str


@dataclass(frozen=True)
class Lesson:
    """One file."""

    number: int
    title: str
    question: str
    source: str  # the file that it explains, from the top of the repository
    minutes: int  # to read it and do its exercise
    path: Path
    blocks: tuple[Block, ...]


def folder() -> Path:
    """Where the lessons are; they need not be there.

    In a wheel they lie inside the package, as reproduce/lessons/texts; in a checkout beside it, as ../lessons.
    """
    here = Path(__file__).resolve().parent
    inside = here / "texts"
    return inside if inside.is_dir() else here.parents[1] / "lessons"


def read_lessons() -> list[Lesson]:
    """All lessons, by number.

    Raises:
        ReproduceError: there is none.
    """
    paths = sorted(folder().glob("[0-9][0-9]_*.py"))
    if not paths:
        raise ReproduceError(f"{folder()}: holds no lessons; install reproduce again")
    return [_read(path) for path in paths]


def _read(path: Path) -> Lesson:
    blocks = split(path.read_text(encoding="utf-8"))
    head = HEAD.match(blocks[0].text)
    if head is None:
        raise ReproduceError(f"{path}: does not open with number, question, source and time; install reproduce again")
    number, minutes = int(head["number"]), int(head["minutes"])
    return Lesson(number, head["title"], head["question"], head["source"], minutes, path, blocks)


def split(text: str) -> tuple[Block, ...]:
    """Cut a file in percent format at its marks.

    >>> split("# %% [markdown]\\n# A *word*.\\n\\n# %%\\nx = 1\\n")
    (Block(is_code=False, text='A *word*.'), Block(is_code=True, text='x = 1'))
    """
    marks = list(MARK.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    blocks = []
    for mark, end in zip(marks, ends, strict=True):
        part = text[mark.end() : end].strip("\n")
        prose = re.sub(r"(?m)^# ?", "", part)
        blocks.append(Block(is_code=not mark["markdown"], text=prose if mark["markdown"] else part))
    return tuple(blocks)
