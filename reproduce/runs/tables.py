"""CSV tables through pandas: a dataclass a row, its fields the columns; read strictly, so that no damage passes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, TypeVar, get_type_hints

if TYPE_CHECKING:
    import pandas as pd

Row = TypeVar("Row")


def rows_text(kind: type[Row], rows: Iterable[Row]) -> str:
    """The rows, instances of the dataclass `kind`, under a header; floats with nine digits."""
    import pandas as pd  # half a second, for which help and plain errors need not wait

    frame = pd.DataFrame([asdict(row) for row in rows], columns=[column.name for column in fields(kind)])
    return frame_text(frame, float_format="%.9g")


def parse_rows(kind: type[Row], text: str) -> list[Row]:
    """Undo `rows_text`, for fields of type str, int and float; ValueError as of `parse_frame`."""
    kinds = get_type_hints(kind)
    return [kind(**row) for row in parse_frame(text, kinds).to_dict("records")]


def frame_text(frame: pd.DataFrame, float_format: str | None = None) -> str:
    """A frame as CSV text; without a format, a float takes as many digits as it needs to read back equal."""
    return frame.to_csv(index=False, na_rep="nan", lineterminator="\n", float_format=float_format)


def parse_frame(text: str, kinds: Mapping[str, type]) -> pd.DataFrame:
    """Read CSV text with the columns `kinds`, of type str, int or float, and perhaps others, which are left out.

    Raises:
        ValueError: there is no row, a column is missing, a line has more cells than the header or too few for a wanted
            column, or a number is none.
    """
    import pandas as pd

    # As text, and without a header: so a line that is too long or too short is seen, and a float reads to the last bit.
    lines = pd.read_csv(io.StringIO(text), header=None, dtype=str, na_filter=False)
    frame = lines[1:].set_axis(lines.iloc[0], axis="columns")
    missing = [name for name in kinds if name not in frame.columns]
    if missing:
        raise ValueError(f"it has no column {', '.join(missing)}")
    wanted = frame[list(kinds)].reset_index(drop=True)
    if wanted.empty or (wanted == "").any(axis=None) or not text.endswith("\n"):
        raise ValueError("it is cut short, or a cell is empty")
    return wanted.astype({name: kind for name, kind in kinds.items() if kind is not str})
