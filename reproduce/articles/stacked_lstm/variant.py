"""One frozen configuration of the guide's experiment."""

from __future__ import annotations

from dataclasses import dataclass

from reproduce.runs import variant
from reproduce.runs.variant import choice, count, share

NETWORKS = ("lstm", "simple-rnn", "mlp", "gru")  # the guide's own, its two rivals, and the one it announces
LABELS = dict(zip(NETWORKS, ("LSTM", "SimpleRNN", "MLP", "GRU"), strict=True))  # as the guide writes them


@dataclass(frozen=True)
class Variant(variant.Variant):
    """All that is chosen about an experiment, except the seed.

    >>> Variant().name, Variant(network="simple-rnn").name, Variant(network="gru", epochs=3).name
    ('published', 'simple-rnn', 'gru+epochs-3')
    >>> Variant.parse("mlp+first-20") == Variant(network="mlp", first=20)
    True
    """

    network: str = choice(*NETWORKS, alone=True)
    window: int = count(60)  # days that predict the next
    first: int = count(50)  # units of the first layer, which hands on its whole sequence
    second: int = count(100)  # units of the second and last, which hands on its last output
    dropout: float = share(0.2)  # of each layer's outputs, which training drops
    epochs: int = count(50)
    batch: int = count(64)  # windows
    test_days: int = count(60)  # the newest days; the guide's x label says 60
    layers: int = count(2)  # of 1 it is the second alone, and of 3 the first stands twice
    optimizer: str = choice("rmsprop", "adam", "sgd")  # as Keras has it
    series: str = choice("prices", "shuffled")  # `shuffled`: the prices' moves from day to day in another order

    def refuses(self, engine: str) -> str:
        """The compiled engine has the guide's own network alone, of any width; a run tells of prices as they were."""
        if self.series == "shuffled":
            return (
                f"the prices of {self.name} never were; train it in a study: reproduce study stacked-advice --variants "
                f"{self.name} --seeds 0"
            )
        has_it = engine != "compiled" or (self.network, self.layers, self.optimizer) == ("lstm", 2, "rmsprop")
        return "" if has_it else f"the engine compiled cannot train {self.name}; train it with --engine keras"
