"""The names of variants, those of every article: `published`, or the departures from it; and the way back."""

from __future__ import annotations

import contextlib
import re
from dataclasses import Field, fields
from typing import Any, TypeVar

ALONE = "alone"  # in a field's metadata: its values, which stand in a name without the field's

T = TypeVar("T")


def variant_name(variant: Any) -> str:
    """The name of a frozen dataclass in run directories: `published`, or the fields that depart from it joined by `+`.

    A departure is FIELD-VALUE, or the value alone where the field's metadata has ALONE. Every field has a default that
    is a text, a whole number or a float.
    """
    departures = [(f, getattr(variant, f.name)) for f in fields(variant) if getattr(variant, f.name) != f.default]
    words = [str(value) if ALONE in f.metadata else f"{_written(f)}-{value}" for f, value in departures]
    return "+".join(word.replace("e+", "e") for word in words) or "published"  # 1e+30 is 1e30


def parse_variant(cls: type[T], text: str) -> T:
    """The variant, of the dataclass `cls`, of that name; undoes `variant_name`.

    Raises:
        ValueError: a word names no field, or gives it a value it cannot have.
    """
    if text == "published":
        return cls()
    known = {_written(f): f for f in fields(cls)}
    alone = {value: name for name, f in known.items() for value in f.metadata.get(ALONE, ())}
    values: dict[str, Any] = {}
    for word in text.split("+"):
        name = alone.get(word) or next((name for name in known if word.startswith(f"{name}-")), None)
        if name is None or known[name].name in values:
            words = ", ".join(dict.fromkeys(("published", *alone)))
            raise ValueError(
                f"variant {text!r}: {word!r} is no departure, or one too many; write {words}, or FIELD-VALUE with "
                f"FIELD one of {', '.join(known)}"
            )
        given = word if word in alone else word[len(name) + 1 :]
        values[known[name].name] = _read(given, type(known[name].default))
    return cls(**values)


def _written(field: Field) -> str:
    return field.name.replace("_", "-")


def _read(text: str, kind: type) -> str | int | float:
    if kind is not str and re.fullmatch(r"[0-9.]+(e-?[0-9]+)?", text):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text  # refused by the variant, with the field's name, where a number was wanted
