"""What every article's variant is: a frozen configuration whose fields know their limits, and its name both ways.

The name stands in run directories and on the command line: `published`, or the settings that differ from the published
program's, joined by `+`.
"""

from __future__ import annotations

import contextlib
import math
import re
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar

_CHOICES, _LEAST, _LIMITS, _ALONE = "choices", "least", "limits", "alone"  # keys of a field's metadata

T = TypeVar("T", bound="Variant")


def choice(*values: str, alone: bool = False) -> Any:
    """A field that has one of these values, by default the first; `alone`: a name has the value without the field."""
    return field(default=values[0], metadata={_CHOICES: values, _ALONE: alone})


def count(default: int, *, least: int = 1) -> Any:
    """A field that is a whole number of at least `least`."""
    return field(default=default, metadata={_LEAST: least})


def number(default: float, wanted: str, *, above: float = -math.inf, least: float = -math.inf, below: float) -> Any:
    """A field that is a number within limits, which `wanted` says in words; kept as a float, so 1 and 1.0 are one."""
    return field(default=float(default), metadata={_LIMITS: (wanted, above, least, below)})


def above_zero(default: float) -> Any:
    """A field that is a finite number above 0."""
    return number(default, "a number above 0", above=0, below=math.inf)


def share(default: float) -> Any:
    """A field that is at least 0 and below 1."""
    return number(default, "a share of at least 0 and below 1", least=0, below=1)


def check_fields(instance: Any) -> None:
    """Hold each field of a frozen dataclass to its limits, and make its numbers floats.

    Raises:
        ValueError: a field has a value it cannot have; the message lists those it can.
    """
    for one in fields(instance):
        value = getattr(instance, one.name)
        if _CHOICES in one.metadata and value not in one.metadata[_CHOICES]:
            raise ValueError(f"{one.name} is {value!r}, expected one of {', '.join(one.metadata[_CHOICES])}")
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if _LEAST in one.metadata:
            least = one.metadata[_LEAST]
            if not (is_number and isinstance(value, int) and value >= least):
                raise ValueError(f"{one.name} is {value!r}, expected a whole number of at least {least}")
        if _LIMITS in one.metadata:
            wanted, above, least, below = one.metadata[_LIMITS]
            if not (is_number and above < value < below and value >= least):
                raise ValueError(f"{one.name} is {value!r}, expected {wanted}")
            object.__setattr__(instance, one.name, float(value))


@dataclass(frozen=True)
class Variant:
    """All that is chosen about a training, except data, seed and engine; every default is the published program's.

    Raises:
        ValueError: a field has a value it cannot have; the message lists those it can.
    """

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def name(self) -> str:
        """`published`, or the settings that differ from it joined by `+`: FIELD-VALUE, or the value alone."""
        differing = [(f, getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != f.default]
        words = [str(value) if f.metadata.get(_ALONE) else f"{_written(f)}-{value}" for f, value in differing]
        return "+".join(word.replace("e+", "e") for word in words) or "published"  # 1e+30 is 1e30

    def refuses(self, engine: str) -> str:  # noqa: ARG002  an article may use it
        """Why `reproduce run` does not train it on an engine, and what to do; empty where it does."""
        return ""

    @classmethod
    def parse(cls: type[T], text: str) -> T:
        """The variant of that `name`.

        Raises:
            ValueError: a word names no field or one twice, or gives it a value it cannot have.
        """
        known = {_written(f): f for f in fields(cls)}
        alone = {value: name for name, f in known.items() if f.metadata.get(_ALONE) for value in f.metadata[_CHOICES]}
        values: dict[str, Any] = {}
        for word in text.split("+"):
            if word == "published" and word not in alone:
                continue
            name = alone.get(word) or next((name for name in known if word.startswith(f"{name}-")), None)
            if name is None or known[name].name in values:
                words = ", ".join(dict.fromkeys(("published", *alone)))
                raise ValueError(
                    f"unknown or repeated setting {word!r} in {text!r}; choose from {words}, or write FIELD-VALUE with "
                    f"FIELD one of {', '.join(known)}"
                )
            given = word if word in alone else word[len(name) + 1 :]
            values[known[name].name] = _read(given, type(known[name].default))
        return cls(**values)


def _written(one: Field) -> str:
    return one.name.replace("_", "-")


def _read(text: str, kind: type) -> str | int | float:
    if kind is not str and re.fullmatch(r"[0-9.]+(e-?[0-9]+)?", text):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text  # refused by the variant, with the field's name, where a number was wanted
