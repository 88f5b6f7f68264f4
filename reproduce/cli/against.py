"""What `reproduce compare PORT` may hold a port against: an article, and of the Bitcoin program a wiring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reproduce.networks.ports.price import price_target
from reproduce.networks.ports.questions import Question
from reproduce.networks.ports.target import Target
from reproduce.networks.ports.templates import template_text, two_layers_text
from reproduce.networks.ports.two_layers.targets import CHARACTERS, PRICES
from reproduce.networks.ports.windows import windows_question

TWO_LAYERS = {"stacked-lstm": PRICES, "macbeth": CHARACTERS}


@dataclass(frozen=True)
class Against:
    """What a port is held against."""

    article: str = "bitcoin-lstm"
    wiring: str = "published"

    @property
    def target(self) -> Target:
        """Its program and slips."""
        return TWO_LAYERS.get(self.article) or price_target(self.wiring)

    @property
    def title(self) -> str:
        """The program in words."""
        return f"the program of {self.article}" if self.article in TWO_LAYERS else f"the {self.wiring} program"

    @property
    def template_words(self) -> str:
        """The options of compare that print a port to begin with."""
        if self.article in TWO_LAYERS:
            return f"--article {self.article} --template keras"
        return "--template keras" + (f" --wiring {self.wiring}" if self.wiring != Against.wiring else "")

    def ask(self, hidden: int) -> tuple[list[Question], dict[str, Any] | None]:
        """All questions; where the first is about windows, the program's answer to it."""
        asked = self.target.ask(hidden)
        if "windows" not in self.target.functions:
            return asked, None
        question, expected = embedded_windows()
        return [question, *asked], expected

    def template(self, name: str) -> str:
        """A port that passes."""
        if self.article in TWO_LAYERS:
            return two_layers_text(name, self.target.program.reads)
        return template_text(name, self.wiring)


def embedded_windows() -> tuple[Question, dict[str, Any]]:
    """The question about windows, of the table in the package, and the published program's answer."""
    import numpy as np

    from reproduce.articles.bitcoin_lstm.variant import Variant
    from reproduce.articles.bitcoin_lstm.windows import prepare
    from reproduce.inputs.prices import load_prices

    table = load_prices()
    cut = prepare(table, Variant())
    expected = {"inputs": cut.inputs, "targets": cut.targets, "train": np.array(float(cut.train_windows))}
    return windows_question(table.close_usd), expected
