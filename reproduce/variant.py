"""One frozen configuration of the first article's experiment; every default is what the published program has."""

from __future__ import annotations

import math
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

    @property
    def name(self) -> str:
        """Its name in run directories: `published`, or the departures from it joined by `+`.

        >>> Variant().name, Variant(wiring="described").name, Variant(clipping="applied", window=3).name
        ('published', 'described', 'clipping-applied+window-3')
        """
        departures = [(f.name, getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != f.default]
        words = [value if name == "wiring" else f"{name}-{value}".replace("_", "-") for name, value in departures]
        return "+".join(words) or "published"

    @classmethod
    def parse(cls, text: str) -> Variant:
        """The variant of that `name`; `published` and the empty text are the published one.

        >>> Variant.parse("described+epochs-3") == Variant(wiring="described", epochs=3)
        True

        Raises:
            ValueError: a word names no field, or gives it a value it cannot have.
        """
        known = {f.name.replace("_", "-"): f for f in fields(cls)}
        values = {}
        for word in filter(None, text.split("+")):
            if word in _CHOICES["wiring"]:
                values["wiring"] = word
                continue
            name = next((name for name in known if word.startswith(name + "-")), None)
            if name is None:
                raise ValueError(
                    f"variant {text!r}: {word!r} is no departure; write described or FIELD-VALUE, "
                    f"with FIELD one of {', '.join(known)}"
                )
            values[known[name].name] = _read(word[len(name) + 1 :], type(known[name].default))
        return cls(**values)


def _read(text: str, kind: type) -> str | int | float:
    try:
        return kind(text)
    except ValueError:
        return text  # refused by Variant, with the field's name
