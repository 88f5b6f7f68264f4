"""Write files so that a reader, or a resumed run, sees the old one or the new one and never a half."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

PARTIAL = ".partial"  # the suffix of a file being written; a killed process may leave one, which nothing reads


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` fill a file beside `path`, then move it into place; an OSError names `path`."""
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")  # two studies may write a table at once
    try:
        with partial.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)  # a full disk has no room for half a file either
        if isinstance(error, OSError) and error.errno is not None:  # the system's, which may name the partial, or none
            error.filename = str(path)
        raise


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, atomically."""
    write_atomically(path, lambda file: file.write(text.encode()))


def write_json(path: Path, value: Any) -> None:
    """Write `json_text`, atomically."""
    write_text(path, json_text(value))


def json_text(value: Any) -> str:
    """Indented JSON with a final newline; a number that is not finite, which JSON has no word for, is null."""
    return json.dumps(_known(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _known(value: Any) -> Any:
    """The value, or None for a number that is not finite; in lists and dictionaries too."""
    if isinstance(value, dict):
        return {name: _known(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_known(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
