"""Markdown as the documents have it: lines of at most 120 characters, and tables."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

WIDTH = 120  # characters a line


def filled(text: str) -> str:
    """One paragraph."""
    return textwrap.fill(text, WIDTH)


def table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table, a line each row."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body))


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a table that a command has written with --json."""
    return json.loads(path.read_text(encoding="utf-8"))["rows"]
