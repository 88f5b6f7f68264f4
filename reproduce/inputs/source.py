"""The bytes of a user's file: read once, never without bound, and named so that every terminal can show it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from reproduce.errors import ReproduceError

LIMIT = 1 << 30  # bytes; seven million minutes have some 400 MB
_BLOCK = 1 << 20


def read_bytes(path: Path, *, expected: str, remedy: str, error: type[ReproduceError], limit: int = LIMIT) -> bytearray:
    """Read a regular file or a pipe, to its end and once.

    Args:
        expected: what the file should be, for messages: "a CSV file of prices".
        remedy: what helps in every case: "name another file with --data".
        error: what is raised.
        limit: bytes; a larger file is refused before it is read, a longer pipe as soon as it shows.
    Raises:
        ReproduceError: as `error`: the file cannot be read, is a folder or a device, or is too large.
    """
    shown = printable(str(path))
    content = bytearray()  # grows in place: joining blocks would hold the file twice
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(0, "Is a directory")
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
            raise error(f"{shown}: is a device or a socket, expected {expected}; {remedy}")
        too_large = status.st_size > limit
        if not too_large:
            with path.open("rb") as file:
                while not too_large and (block := file.read(_BLOCK)):
                    content += block
                    too_large = len(content) > limit
    except OSError as reason:
        raise error(
            f"{shown}: cannot be read ({reason.strerror}), expected {expected}; "
            f"check its name and permissions or {remedy}"
        ) from reason
    if too_large:
        raise error(f"{shown}: has more than {limit} bytes, expected at most {limit}; shorten it or {remedy}")
    return content


def printable(name: str) -> str:
    """The name with an escape for each character that cannot be shown on one line, such as bytes that are no UTF-8."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in name
    )


def quote(text: str) -> str:
    """`text` in double quotes, on one line, in ASCII so that look-alike characters show, and not too long."""
    return json.dumps(text if len(text) <= 80 else text[:77] + "...")
