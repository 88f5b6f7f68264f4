"""The stacked Keras LSTM of prices and the network of characters as targets: their slips, and how they are asked."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from reproduce.networks.ports.questions import Question
from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.target import Target, training_rungs
from reproduce.networks.ports.two_layers.answers import answers_of, draws_of
from reproduce.networks.ports.two_layers.character_slips import OF_CHARACTERS
from reproduce.networks.ports.two_layers.network import NAMES
from reproduce.networks.ports.two_layers.price_slips import OF_PRICES
from reproduce.networks.ports.two_layers.program import TwoLayers
from reproduce.networks.ports.two_layers.questions import WINDOW, ask
from reproduce.networks.ports.two_layers.slips import COMMON

TOLD = ("words", "symptom", "cause", "mend")
FUNCTIONS = ("predict", "loss_and_gradients", "train")
RUNGS, RUNGS_OF_TEXT = (training_rungs(NAMES, NAMES[::-1], WINDOW, unit) for unit in ("day", "character"))


def _ask_prices(hidden: int, seed: int = 0) -> list[Question]:
    """The second layer is twice as wide, as the program's 50 and 100."""
    return ask("prices", hidden, 2 * hidden, seed)


def _ask_characters(hidden: int, seed: int = 0) -> list[Question]:
    return ask("characters", hidden, hidden, seed)


def _of_text(slip: Slip) -> Slip:
    """The same where a window is of characters."""
    texts = {name: re.sub(r"\bday(s?)\b", r"character\1", getattr(slip, name)) for name in TOLD}
    return replace(slip, **texts)


_target = partial(
    Target,
    functions=FUNCTIONS,
    answers=answers_of,
    draws=draws_of,
    not_compared="the rate and place of dropout, and the order of windows in training",
)
PRICES = _target(
    program=TwoLayers(reads="prices", optimizer="RMSprop"), slips=(*COMMON, *OF_PRICES), ask=_ask_prices, rungs=RUNGS
)
CHARACTERS = _target(
    program=TwoLayers(reads="characters", optimizer="Adam"),
    slips=(*map(_of_text, COMMON), *OF_CHARACTERS),
    ask=_ask_characters,
    rungs=RUNGS_OF_TEXT,
)
