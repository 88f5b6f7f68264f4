"""What is chosen about training the Macbeth network, and about the text it then writes; defaults are as published."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reproduce.runs.variant import parse_variant, variant_name

_COUNTS = ("window", "batch", "hidden", "epochs")
_HELD_OUT = ("none", "last-tenth")
_LOOPS = ("published", "repaired")
_MEMORIES = ("window", "carried")


@dataclass(frozen=True)
class MacbethVariant:
    """All that is chosen about a training, except text, seed and engine. M-numbers: original_code/README.md.

    Raises:
        ValueError: a field has a value it cannot have; the message lists those it can.
    """

    window: int = 50  # characters
    batch: int = 30  # samples
    hidden: int = 300  # of each of the two layers
    dropout: float = 0.2
    epochs: int = 1  # M1: the text says 100
    held_out: str = "none"  # M5: `last-tenth` keeps text back, to tell what was learnt from what was memorised
    learning_rate: float = 0.001  # Adam's default, which the program leaves

    def __post_init__(self) -> None:
        for name in _COUNTS:
            _check_whole(name, getattr(self, name), 1)
        _check_choice("held_out", self.held_out, _HELD_OUT)
        _check_number("dropout", self.dropout, "of at least 0 and below 1", 0 <= _as_number(self.dropout) < 1)
        rate = _as_number(self.learning_rate)
        _check_number("learning_rate", self.learning_rate, "above 0", 0 < rate < math.inf)
        for name in ("dropout", "learning_rate"):  # 0 and 0.0 are one variant, with one name
            object.__setattr__(self, name, float(getattr(self, name)))

    @property
    def name(self) -> str:
        """Its name in run directories: `published`, or the departures from it joined by `+`.

        >>> MacbethVariant().name, MacbethVariant(epochs=100, held_out="last-tenth").name
        ('published', 'epochs-100+held-out-last-tenth')
        """
        return variant_name(self)

    @classmethod
    def parse(cls, text: str) -> MacbethVariant:
        """The variant of that `name`.

        >>> MacbethVariant.parse("hidden-32+dropout-0.0") == MacbethVariant(hidden=32, dropout=0)
        True

        Raises:
            ValueError: a word names no field, or gives it a value it cannot have.
        """
        return parse_variant(cls, text)


@dataclass(frozen=True)
class Generation:
    """How a trained network writes; none of it changes the training.

    Raises:
        ValueError: a field has a value it cannot have; the message lists those it can.
    """

    loop: str = "published"  # M3: `repaired` appends each predicted character before the window moves on
    memory: str = "window"  # `carried` hands the state on and reads every character once
    temperature: float = (
        0.0  # 0 is greedy, as published; above, characters are drawn from softmax(logits / temperature)
    )
    length: int = 50  # characters
    start: str = ""  # the text to go on from; empty: a window of the training text, drawn with `seed`
    seed: int = 0  # M2: of the drawn window, and of the characters drawn where the temperature is above 0

    def __post_init__(self) -> None:
        _check_choice("loop", self.loop, _LOOPS)
        _check_choice("memory", self.memory, _MEMORIES)
        temperature = _as_number(self.temperature)
        _check_number("temperature", self.temperature, "of at least 0", 0 <= temperature < math.inf)
        object.__setattr__(self, "temperature", float(self.temperature))
        _check_whole("length", self.length, 1)
        _check_whole("seed", self.seed, 0)
        if not isinstance(self.start, str):
            raise ValueError(f"start is {self.start!r}, expected a text")
        if self.loop == "published" and (self.memory, self.temperature) != ("window", 0):
            raise ValueError(
                f"loop is 'published' with memory {self.memory!r} and temperature {self.temperature:g}, expected "
                "'window' and 0, as that loop feeds nothing back; choose the loop 'repaired'"
            )


def _as_number(value: object) -> float:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan


def _check_whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} is {value!r}, expected a whole number of at least {least}")


def _check_number(name: str, value: object, wanted: str, is_sound: bool) -> None:
    if not is_sound:
        raise ValueError(f"{name} is {value!r}, expected a number {wanted}")


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {value!r}, expected one of {', '.join(choices)}")
