"""One frozen configuration of the guide's experiment; every default is what the published program has."""

from __future__ import annotations

from dataclasses import dataclass, field

from reproduce.runs.variant import ALONE, parse_variant, variant_name

NETWORKS = ("lstm", "simple-rnn", "mlp", "gru")  # the guide's own, its two rivals, and the one it announces
LABELS = dict(zip(NETWORKS, ("LSTM", "SimpleRNN", "MLP", "GRU"), strict=True))  # as the guide writes them
_COUNTS = ("window", "first", "second", "epochs", "batch", "test_days")


@dataclass(frozen=True)
class Variant:
    """All that is chosen about an experiment, except the seed.

    Raises:
        ValueError: a field has a value it cannot have; the message lists those it can.
    """

    network: str = field(default="lstm", metadata={ALONE: NETWORKS})
    window: int = 60  # days that predict the next
    first: int = 50  # units of the first layer, which hands on its whole sequence
    second: int = 100  # units of the second, which hands on its last output
    dropout: float = 0.2  # share of each layer's outputs that training drops
    epochs: int = 50
    batch: int = 64  # windows
    test_days: int = 60  # the newest days; the guide's x label says 60

    def __post_init__(self) -> None:
        if self.network not in NETWORKS:
            raise ValueError(f"network is {self.network!r}, expected one of {', '.join(NETWORKS)}")
        for name in _COUNTS:
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} is {value!r}, expected a whole number of at least 1")
        if not isinstance(self.dropout, (int, float)) or not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout!r}, expected a share of at least 0 and below 1")
        object.__setattr__(self, "dropout", float(self.dropout))  # 0 and 0.0 are one variant, with one name

    @property
    def name(self) -> str:
        """Its name in run directories: `published`, or the departures from it joined by `+`.

        >>> Variant().name, Variant(network="simple-rnn").name, Variant(network="gru", epochs=3).name
        ('published', 'simple-rnn', 'gru+epochs-3')
        """
        return variant_name(self)

    @classmethod
    def parse(cls, text: str) -> Variant:
        """The variant of that `name`.

        >>> Variant.parse("mlp+first-20") == Variant(network="mlp", first=20)
        True

        Raises:
            ValueError: a word names no field, or gives it a value it cannot have.
        """
        return parse_variant(cls, text)
