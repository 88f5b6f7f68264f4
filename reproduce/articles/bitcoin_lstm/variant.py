"""One frozen configuration of the first article's experiment; every default is what the published program has."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from reproduce.runs.variant import ALONE, parse_variant, variant_name

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

    # D2: `described` is the LSTM of the article's equations
    wiring: str = field(default="published", metadata={ALONE: _CHOICES["wiring"]})
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
        return variant_name(self)

    @classmethod
    def parse(cls, text: str) -> Variant:
        """The variant of that `name`.

        >>> Variant.parse("described+epochs-3") == Variant(wiring="described", epochs=3)
        True

        Raises:
            ValueError: a word names no field, or gives it a value it cannot have.
        """
        return parse_variant(cls, text)
