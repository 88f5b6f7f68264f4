"""Two LSTM layers with dropout and an output layer, as a record: what the program does, a field each."""

from __future__ import annotations

from dataclasses import dataclass, field

from reproduce.networks.ports.program import AnyProgram
from reproduce.networks.ports.rule import Optimizer

DROPOUT = 0.2  # of both programs
OPTIMIZERS = {
    "RMSprop": Optimizer("RMSprop", 0.0, 0.9, 1e-7, "inside"),
    "RMSprop of PyTorch": Optimizer("RMSprop", 0.0, 0.99, 1e-8, "outside"),
    "RMSprop of TF1": Optimizer("RMSprop", 0.0, 0.9, 1e-10, "inside", begins=1.0),
    "Adam": Optimizer("Adam", 0.9, 0.999, 1e-7, "before"),
    "Adam of PyTorch": Optimizer("Adam", 0.9, 0.999, 1e-8, "after"),
    "Adam of TF1": Optimizer("Adam", 0.9, 0.999, 1e-8, "before"),
    "SGD": Optimizer("SGD", 0.0, 0.0, 1.0, "before"),
}


@dataclass(frozen=True)
class TwoLayers(AnyProgram):
    """The defaults are Keras's layers."""

    reads: str = field(kw_only=True)  # prices, or characters, by their numbers
    optimizer: str = field(kw_only=True)  # a key of OPTIMIZERS
    layer: str = "both"  # in which the fields of a cell hold; or first, or second
    between: str = "sequence"  # what the second layer reads: each day's h; or last, repeated on every day
    second_begins: str = "zeros"  # its state; or first's, the last state of the first layer
    read_out: str = "h"  # of the second layer's last day; or c, first day, mean
    dropout: str = "off"  # at inference; or on, between, last
    scale: str = "count"  # by which a character's number is divided; or count - 1, none
    output: str = "plain"  # of prices none, of characters softmax; or another activation of `outputs`
    loss: str = "mean"  # of squares, or another kind of `network.losses_of`; of cross-entropies, or a kind of `outputs`
    asked_loss: str = ""  # of loss_and_gradients alone, where that is another than in training
    labels: str = "given"  # or one up, one down
    epsilon: tuple[float, str] | None = None  # the optimizer's own; here and in the next
    squares: float | None = None
    remainder: str = "kept"

    @property
    def steps_by(self) -> Optimizer:
        """What turns its gradients into steps."""
        optimizer = OPTIMIZERS[self.optimizer]
        if self.squares is not None:
            optimizer = optimizer._replace(squares=self.squares)
        if self.epsilon is not None:
            epsilon, place = self.epsilon
            optimizer = optimizer._replace(epsilon=epsilon, place=place)
        return optimizer
