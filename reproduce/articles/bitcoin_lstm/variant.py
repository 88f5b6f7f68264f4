"""One frozen configuration of the Bitcoin article's experiment. D-numbers: original_code/README.md."""

from __future__ import annotations

from dataclasses import dataclass

from reproduce.runs import variant
from reproduce.runs.variant import above_zero, choice, count

WIRINGS = ("published", "described")  # D2: `described` is the LSTM of the text's equations


@dataclass(frozen=True)
class Variant(variant.Variant):
    """All that is chosen about an experiment, except seed and engine.

    >>> Variant().name, Variant(wiring="described").name, Variant(clipping="applied", window=3).name
    ('published', 'described', 'clipping-applied+window-3')
    >>> Variant.parse("described+epochs-3") == Variant(wiring="described", epochs=3)
    True
    """

    wiring: str = choice(*WIRINGS, alone=True)
    clipping: str = choice("unused", "applied")  # D3: `applied` scales the gradients to a global norm of clip_margin
    row_order: str = choice("newest-first", "oldest-first")  # D1, D8, D10: `oldest-first`: the past predicts the future
    scaler_rows: str = choice("all", "training")  # D4: `training` fits the scaler on the rows of training windows only
    # D5: 80 % of the table's rows; `windows`: 80 % of the windows; the date: no day after it trains
    split_of: str = choice("rows", "windows", "2018-03-31")
    remainder: str = choice("dropped", "kept")  # D6: `kept` trains and tests on the last, shorter batch too
    newest_row: str = choice("kept", "dropped")  # D11: a partial day
    forget_gate: str = choice("learned", "open")  # no D: `open` holds f at 1, so that the network never forgets
    scaling: str = choice(
        "standard", "min-max"
    )  # no D: the text names StandardScaler; rebuilt programs often have 0 to 1
    shuffling: str = choice("none", "every-epoch")  # no D: the text is silent, Keras's fit does it unless told not to
    window: int = count(7)  # days
    batch: int = count(7)  # windows
    hidden: int = count(256)
    clip_margin: float = above_zero(4.0)
    learning_rate: float = above_zero(0.001)
    epochs: int = count(200)
    network: str = choice("lstm", "simple-rnn", "gru")  # no D: another layer in the LSTM's place, for studies alone
    recorded: str = choice("epochs", "steps")  # `steps` keeps every step's loss and norms; of studies, as `network`
    draw: str = choice("program", "keras")  # `keras` draws the first weights as Keras does; of studies, as `network`
    task: str = choice("prices", "recall")  # `recall`: the first of `window` random numbers; of studies, as `network`

    @property
    def is_of_studies(self) -> bool:
        """Whether it takes the one engine that no other can be held against."""
        return (self.network, self.recorded, self.draw, self.task) != ("lstm", "epochs", "program", "prices")

    def refuses(self, engine: str) -> str:
        """A run's engine is held against another one, which what is of studies alone has not."""
        if not self.is_of_studies:
            return ""
        study = "bitcoin-recall" if self.task == "recall" else "bitcoin-clipping"
        return (
            f"no second engine proves {engine} on {self.name}; train it in a study: reproduce study {study} "
            f"--variants {self.name} --seeds 0"
        )
