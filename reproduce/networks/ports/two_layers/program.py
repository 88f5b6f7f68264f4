"""Two LSTM layers with dropout and an output layer, as a record: what the program does, a field each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reproduce.networks.ports.layer import GATES
from reproduce.networks.ports.rule import Step

DROPOUT = 0.2  # of both programs
OPTIMIZERS = {  # kind, beta1, mean of squares, epsilon and its place, what the mean of squares begins at
    "RMSprop": ("RMSprop", 0.0, 0.9, 1e-7, "inside", 0.0),
    "RMSprop of PyTorch": ("RMSprop", 0.0, 0.99, 1e-8, "outside", 0.0),
    "RMSprop of TF1": ("RMSprop", 0.0, 0.9, 1e-10, "inside", 1.0),
    "Adam": ("Adam", 0.9, 0.999, 1e-7, "before", 0.0),
    "Adam of PyTorch": ("Adam", 0.9, 0.999, 1e-8, "after", 0.0),
    "Adam of TF1": ("Adam", 0.9, 0.999, 1e-8, "before", 0.0),
    "SGD": ("SGD", 0.0, 0.0, 1.0, "before", 0.0),
}


@dataclass(frozen=True)
class TwoLayers:
    """The defaults are Keras's layers. Fields of the layers are those of `reproduce.networks.ports.program`."""

    reads: str  # prices, or numbers of characters
    optimizer: str  # a key of OPTIMIZERS
    layer: str = "both"  # in which the fields down to `backward_days` hold; or first, or second
    gates: str = GATES
    gates_x: str = GATES
    gates_h: str = GATES
    gates_b: str = GATES
    way: str = "both"
    recurrent: str = "as given"
    gate_biases: float = 1.0
    forget_bias: float = 0.0
    sigmoid: str = "smooth"
    activation: str = "tanh"
    candidate: str = "activation"
    last_tanh: bool = True
    returned: str = "h"
    backward_days: str = "all"
    wiring: ClassVar[str] = "described"
    between: str = "sequence"  # what the second layer reads: each day's h; or last, repeated on every day
    second_begins: str = "zeros"  # its state; or first's, the last state of the first layer
    axes: str = "days"  # along which a layer runs; or windows, with the days as its batch
    days: str = "forward"
    read_out: str = "h"  # of the second layer's last day; or c, first day, mean
    dropout: str = "off"  # at inference; or on, between, last
    output_bias: float = 1.0
    scale: str = "count"  # by which a character's number is divided; or count - 1, none
    output: str = (
        "plain"  # prices as they are, probabilities; or relu, sigmoid, tanh; softmax twice or by column, logits, log
    )
    loss: str = (
        "mean"  # of squares, or another kind of `network.losses_of`; of cross-entropies, or a kind in outputs.py
    )
    gradient_factor: float = 1.0
    labels: str = "given"  # or one up, one down
    epsilon: tuple[float, str] | None = None  # the optimizer's own; here and in the next
    squares: float | None = None
    learning_rate: float = 0.001
    decay: float = 0.0
    clipping: str = "unused"
    margin: float = 1.0
    penalty: float = 0.0
    rate_by_step: float = 1.0
    rate_by_epoch: float = 1.0
    is_renewed: bool = False
    is_added_up: bool = False
    reported: str = "batch"
    bias_steps: float = 1.0
    remainder: str = "kept"
    order: str = "given"

    @property
    def step(self) -> Step:
        """How it moves its weights."""
        kind, beta1, squares, *epsilon, begins = OPTIMIZERS[self.optimizer]
        return Step(
            kind,
            self.learning_rate,
            beta1,
            squares if self.squares is None else self.squares,
            *(epsilon if self.epsilon is None else self.epsilon),
            begins=begins,
            decay=self.decay,
            clipping=self.clipping,
            margin=self.margin,
            penalty=self.penalty,
            rate_by_step=self.rate_by_step,
            rate_by_epoch=self.rate_by_epoch,
            bias_steps=self.bias_steps,
            is_renewed=self.is_renewed,
            is_added_up=self.is_added_up,
        )
