"""Write files so that a reader, or a resumed run, sees the old one or the new one and never a half."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from reproduce.errors import RunError

PARTIAL = ".partial"  # the suffix of a file being written; a killed process may leave one, which nothing reads


def check_writable(path: Path, option: str) -> None:
    """Refuse a place where no file can be written, before the work is done that it is to tell of.

    Args:
        option: of the command line, that gave the path.

    Raises:
        RunError: it is a folder, or may not be written, or its folder does not exist.
    """
    target = _target(path)
    needed = [target.parent, target] if target.is_file() else [target if target.exists() else target.parent]
    if not target.parent.is_dir():
        problem = "its folder does not exist"
    elif target.is_dir():
        problem = os.strerror(errno.EISDIR)
    elif target.is_symlink():
        problem = os.strerror(errno.ELOOP)
    elif not all(os.access(one, os.W_OK) for one in needed):
        problem = os.strerror(errno.EACCES)
    else:
        return
    raise RunError(f"{path}: {problem}; give {option} another file")


def _target(path: Path) -> Path:
    """What a link leads to; pathlib's own fails on a link to itself."""
    return Path(os.path.realpath(path))


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` fill a file beside `path`, or beside that to which it leads, then move it into place.

    A file that was there gives its mode to the new one. An OSError names `path`.
    """
    target = _target(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}{PARTIAL}")  # two studies may write a table at once
    try:
        with partial.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, partial)
        partial.replace(target)
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
