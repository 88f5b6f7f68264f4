"""Configurations of any article's runs as config.json keeps them."""

from __future__ import annotations

import json
import typing
from dataclasses import asdict, is_dataclass
from typing import Any, Protocol, TypeVar


class Config(Protocol):
    """A frozen dataclass of everything that determines a run's result; its fields may be frozen dataclasses too."""

    @property
    def name(self) -> str:
        """The name of the run's directory: different for different runs, but for what `Directory` checks."""


AnyConfig = TypeVar("AnyConfig", bound=Config)


def read_config(kind: type[AnyConfig], text: str) -> AnyConfig:
    """Undo `json.dumps(asdict(config))`. A field that is not in the text takes its default.

    Raises:
        ValueError, TypeError, AttributeError: the text is no JSON, or not the fields of a `kind`.
    """
    return _build(kind, json.loads(text))


def _build(kind: type, values: dict[str, Any]) -> Any:
    """Make a dataclass from what JSON keeps of it, the dataclasses and tuples in its fields as well."""
    hints = typing.get_type_hints(kind)
    fields = dict(values.items())  # a list, a number: AttributeError
    for name, value in values.items():
        hint = hints.get(name)
        if is_dataclass(hint):
            fields[name] = _build(hint, value)
        elif isinstance(value, list) and typing.get_origin(hint) is tuple:
            fields[name] = tuple(value)
    return kind(**fields)


def json_values(config: Any) -> dict[str, Any]:
    """The configuration as it reads back from JSON, where a tuple is a list, and so comparable with another's."""
    return json.loads(json.dumps(asdict(config)))
