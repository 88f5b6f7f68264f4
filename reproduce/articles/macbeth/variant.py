"""What is chosen about training the Macbeth network, and about what it writes. M-numbers: original_code/README.md."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reproduce.runs import variant
from reproduce.runs.variant import above_zero, check_fields, choice, count, number, share

DRAWS = range(1, 6)  # other orders of samples and other masks, of which each replay has one
REPLAYS = ("none", "as-before", *(f"reshuffled-{k}" for k in DRAWS))
REPLAYS += ("clipped", *(f"clipped-{k}" for k in DRAWS), "epsilon", "rate")


@dataclass(frozen=True)
class Variant(variant.Variant):
    """All that is chosen about a training, except text, seed and engine.

    >>> Variant().name, Variant(epochs=100, held_out="last-tenth").name
    ('published', 'epochs-100+held-out-last-tenth')
    >>> Variant.parse("hidden-32+dropout-0.0") == Variant(hidden=32, dropout=0)
    True
    """

    window: int = count(50)  # characters
    batch: int = count(30)  # samples
    hidden: int = count(300)  # of each of the two layers
    dropout: float = share(0.2)
    epochs: int = count(1)  # M1: the text says 100
    held_out: str = choice("none", "last-tenth")  # M5: `last-tenth` keeps text back: what was learnt, not memorised
    learning_rate: float = above_zero(0.001)  # Adam's default, which the program leaves
    recorded: str = choice("epochs", "steps")  # `steps` keeps every step's values and every epoch's state; same bits
    replay: str = choice(*REPLAYS)  # two epochs around the collapse of a run with `steps` recorded: replay.py
    network: str = choice("lstm", "simple-rnn")  # what both layers are; the engine keras has both
    coding: str = choice("numbers", "one-hot")  # what is read of a character: its number, or an input each

    def refuses(self, engine: str) -> str:
        """The compiled engine has LSTM layers alone."""
        has_it = engine != "compiled" or self.network == "lstm"
        return "" if has_it else f"the engine compiled has no {self.network}, only lstm; train it with --engine keras"


@dataclass(frozen=True)
class Generation:
    """How a trained network writes; none of it changes the training.

    Raises:
        ValueError: a field has a value it cannot have; the message lists those it can.
    """

    loop: str = choice("published", "repaired")  # M3: `repaired` appends each predicted character
    memory: str = choice("window", "carried")  # `carried` hands the state on and reads every character once
    temperature: float = number(0, "a number of at least 0", least=0, below=math.inf)  # 0: the likeliest; above: drawn
    length: int = count(50)  # characters
    start: str = ""  # the text to go on from; empty: a window of the training text, drawn with `seed`
    seed: int = count(0, least=0)  # M2: of the drawn window, and of the drawn characters

    def __post_init__(self) -> None:
        check_fields(self)
        if self.loop == "published" and (self.memory, self.temperature) != ("window", 0):
            raise ValueError(
                f"loop is 'published' with memory {self.memory!r} and temperature {self.temperature:g}, expected "
                "'window' and 0, as that loop feeds nothing back; choose the loop 'repaired'"
            )
