"""Tidy tables as CSV: a dataclass a row, its fields the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import TypeVar, get_type_hints

Row = TypeVar("Row")


def table_text(kind: type[Row], rows: Iterable[Row]) -> str:
    """The rows, instances of the dataclass `kind`, under a header; a float with nine digits, None as nothing."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(kind)], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: f"{v:.9g}" if isinstance(v, float) else v for name, v in asdict(row).items()})
    return text.getvalue()


def parse_table(kind: type[Row], text: str) -> list[Row]:
    """Undo `table_text`, for fields of type str, int and float.

    Raises:
        KeyError, ValueError: a column is missing; a line has too many cells or too few, or a number is none.
    """
    kinds, rows = get_type_hints(kind), list(csv.DictReader(io.StringIO(text)))
    if any(None in row or None in row.values() for row in rows):  # DictReader's word for too many cells, and too few
        raise ValueError("a line has more cells than the header, or fewer")
    return [kind(**{name: of(row[name]) for name, of in kinds.items()}) for row in rows]
