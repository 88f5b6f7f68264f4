"""What articles read: prices or a text. A run's directory keeps it, so that no later command asks for it again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Protocol

from reproduce.inputs.prices import EMBEDDED_SHA256, PriceTable, load_prices
from reproduce.inputs.text import MACBETH_SHA256, Text, load_text, number_characters
from reproduce.runs.directory import Directory

_SAID = ("name", "gaps", "missing", "filled", "notes")  # fields of a price table


class Source(Protocol):
    """A kind of input."""

    option: str  # with which a user gives a file of their own
    own_sha256: str  # of the file that the package has, or names, for the article

    def load(self, path: Path | None, gaps: str) -> Any:
        """Read a file, None for the article's own; it has a `sha256` and a `name`.

        Args:
            gaps: what to do about missing days, one of `reproduce.inputs.prices.GAPS`; a text has none.
        """

    def write(self, directory: Directory, data: Any) -> None:
        """Keep in a run's directory what was read, and in input.json what is to be said of it."""

    def read(self, directory: Directory) -> Any:
        """Undo `write`."""


class Prices:
    """A price table, newest day first."""

    option = "--data"
    own_sha256 = EMBEDDED_SHA256

    def load(self, path: Path | None, gaps: str) -> PriceTable:
        return load_prices(path, gaps=gaps)

    def write(self, directory: Directory, data: PriceTable) -> None:
        """Write prices.csv and input.json."""
        import pandas as pd

        directory.write_table("prices.csv", pd.DataFrame({"date": data.dates.astype(str), "close": data.close_usd}))
        directory.write_json("input.json", {name: getattr(data, name) for name in _SAID})

    def read(self, directory: Directory) -> PriceTable:
        frame, said = (
            directory.read_table("prices.csv", {"date": str, "close": float}),
            directory.read_json("input.json"),
        )
        with directory.reading("prices.csv"):
            dates = frame["date"].to_numpy(dtype="datetime64[D]")
        more = {name: tuple(said[name]) if isinstance(said[name], list) else said[name] for name in _SAID}
        return PriceTable(dates, frame["close"].to_numpy(), directory.config.data_sha256, **more)


class Texts:
    """A text, lower-cased, from which its characters' numbers follow."""

    option = "--text"
    own_sha256 = MACBETH_SHA256

    def load(self, path: Path | None, _gaps: str) -> Text:
        return load_text(path)

    def write(self, directory: Directory, data: Text) -> None:
        """Write text.txt and input.json."""
        directory.write_text("text.txt", data.characters)
        directory.write_json("input.json", {"name": data.name, "text_sha256": _sha256(data.characters)})

    def read(self, directory: Directory) -> Text:
        said, characters = directory.read_json("input.json"), directory.read_text("text.txt")
        with directory.reading("text.txt"):
            if _sha256(characters) != said["text_sha256"]:  # it would number other characters
                raise ValueError("it is not the text that the run has read")
        return number_characters(characters, directory.config.data_sha256, said["name"])


def _sha256(characters: str) -> str:
    return hashlib.sha256(characters.encode()).hexdigest()


PRICES, TEXTS = Prices(), Texts()


def is_own(directory: Directory, source: Source) -> bool:
    """Whether a run read the file that belongs to the article."""
    return directory.config.data_sha256 == source.own_sha256
