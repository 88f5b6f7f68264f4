"""The table that a study ends in: a CSV file, in the article's package and in the study's own folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Generic

from reproduce.errors import RunError
from reproduce.runs.tables import Row, parse_rows
from reproduce.runs.variant import Variant


@dataclass(frozen=True)
class StudyTable(Generic[Row]):
    """Where it lies, and what a line of it is."""

    package: str  # of the article; the table of our own study lies in it
    file: str  # its name, there and in a study's folder
    row: type[Row]  # a dataclass, its fields the columns

    def shipped(self) -> list[Row]:
        """The rows of the table in the package; none where its runs have not ended and it is not there yet."""
        path = files(self.package) / self.file
        return parse_rows(self.row, path.read_text(encoding="utf-8")) if path.is_file() else []

    def of_study(self, folder: Path | None, is_complete: Callable[[list[Row]], bool]) -> tuple[list[Row], str]:
        """A study's own rows, or the package's where it has none or not all; and whose they are, in words.

        Raises:
            RunError: the study's table is damaged.
        """
        source = "the study that comes with the package"
        if folder is None or not (path := folder / self.file).is_file():
            return self.shipped(), source
        try:
            own = parse_rows(self.row, path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{path}: not the table of a study ({error}); run the study again") from error
        if is_complete(own):
            return own, "this study"
        return self.shipped(), f"{source}, as this one's is not complete"


def has_variants(rows: Sequence[Any], variants: Iterable[Variant]) -> bool:
    """Whether a table has these; without one it answers nothing, and its picture would say what is not so."""
    return {variant.name for variant in variants} <= {row.variant for row in rows}
