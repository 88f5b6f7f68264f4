"""One frozen configuration of the first article's experiment; every default is what the published program has."""

from __future__ import annotations

import contextlib
import math
import re
from dataclasses import dataclass, fields

_CHOICES = {
    "wiring": ("published", "described"),
    "clipping": ("unused", "applied"),
    "row_order": ("newest-first", "oldest-first"),
    "scaler_rows": ("all", "training"),
    "split_of": ("rows", "windows"),
    "remainder": ("dropped", "kept"),
    "newest_row": ("kept", "dropped"),
}
_COUNTS = ("window", "batch", "hidden", "epochs")
_RATES = ("clip_margin", "learning_rate")
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # of TF1's AdamOptimizer, whose defaults the program leaves


@dataclass(frozen=True)
class Variant:
    """All that is chosen about an experiment, except seed and engine. D-numbers: original_code/README.md.

    Raises:
        ValueError: a field has a value it cannot have; the message lists those it can.
    """

    wiring: str = "published"  # D2: `described` is the LSTM of the article's equations
    clipping: str = "unused"  # D3: `applied` scales the gradients to a global norm of at most clip_margin
    row_order: str = "newest-first"  # D1, D8, D10: `oldest-first` lets the past predict the future
    scaler_rows: str = "all"  # D4: `training` fits the scaler on the rows of the training windows only
    split_of: str = "rows"  # D5: 80 % of the table's rows; `windows`: 80 % of the windows
    remainder: str = "dropped"  # D6: `kept` trains and tests on the last, shorter batch too
    newest_row: str = "kept"  # D11: a partial day
    window: int = 7  # days
    batch: int = 7  # windows
    hidden: int = 256
    clip_margin: float = 4.0
    learning_rate: float = 0.001
    epochs: int = 200

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected one of {', '.join(choices)}")
        for name in _COUNTS:
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} is {value!r}, expected a whole number of at least 1")
        for name in _RATES:
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or not (0 < value < math.inf):
                raise ValueError(f"{name} is {value!r}, expected a number above 0")
            object.__setattr__(self, name, float(value))  # 1 and 1.0 are one variant, with one name

    @property
    def name(self) -> str:
        """Its name in run directories: `published`, or the departures from it joined by `+`.

        >>> Variant().name, Variant(wiring="described").name, Variant(clipping="applied", window=3).name
        ('published', 'described', 'clipping-applied+window-3')
        """
        departures = [(f.name, getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != f.default]
        words = [value if name == "wiring" else f"{name}-{value}".replace("_", "-") for name, value in departures]
        return "+".join(word.replace("e+", "e") for word in words) or "published"  # 1e+30 is 1e30

    @classmethod
    def parse(cls, text: str) -> Variant:
        """The variant of that `name`.

        >>> Variant.parse("described+epochs-3") == Variant(wiring="described", epochs=3)
        True

        Raises:
            ValueError: a word names no field, or gives it a value it cannot have.
        """
        known = {f.name.replace("_", "-"): f for f in fields(cls)}
        values = {}
        for word in text.split("+"):
            name = (
                "wiring" if word in _CHOICES["wiring"] else next((n for n in known if word.startswith(n + "-")), None)
            )
            if name is None or known[name].name in values:
                raise ValueError(
                    f"variant {text!r}: {word!r} is no departure, or one too many; write described or FIELD-VALUE, "
                    f"with FIELD one of {', '.join(known)}"
                )
            given = word if word in _CHOICES["wiring"] else word[len(name) + 1 :]
            values[known[name].name] = _read(given, type(known[name].default))
        return cls(**values)


def _read(text: str, kind: type) -> str | int | float:
    if kind is not str and re.fullmatch(r"[0-9.]+(e-?[0-9]+)?", text):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text  # refused by Variant, with the field's name, where a number was wanted
