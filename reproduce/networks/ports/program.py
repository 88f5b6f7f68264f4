"""The published program as a record: what it does, a field each. A slip of a port is one field that is different."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from reproduce.networks.ports.layer import GATES  # the program's order; Keras's is i f g o, it calls the candidate c
from reproduce.networks.ports.rule import Step


@dataclass(frozen=True)
class Program:
    """The defaults are the published program.

    `gates` says, for the program's gates i, f, o, g in turn, whose weights a port takes: `fiog` has the first two
    exchanged. The three fields below it say the same of one kind of weights.
    """

    wiring: str = "published"  # D2; or described
    cell_wiring: str = "as the loop's"  # of the cell that is asked alone; or other
    gates: str = GATES
    gates_x: str = GATES  # of W_x* alone
    gates_h: str = GATES  # of W_h* alone
    gates_b: str = GATES  # of b_* alone
    way: str = (
        "both"  # weights are laid out wrongly on the way in and, by the same rule, out; or only `in`, or only `out`
    )
    layer: ClassVar[str] = "both"  # it has one
    recurrent: str = "as given"  # or transposed; or `transposed i`, one gate's alone
    gate_biases: float = 1.0  # how often they are added
    output_bias: float = 1.0  # likewise
    forget_bias: float = 0.0  # added to b_f
    sigmoid: str = "smooth"  # or hard-0.2 (Keras 1 and 2: 0.2 z + 0.5), hard-6 (Keras 3: z / 6 + 0.5), cut to 0 … 1
    read_out: str = "h"  # or c
    returned: str = "h"  # by the cell at each step, and read at the next; or c, and h is lost
    activation: str = "tanh"  # of the candidate and of c; or relu
    candidate: str = "activation"  # what it goes through; or sigmoid, as the gates do
    cell_returns: str = "h, c"  # to whoever calls it alone; or c, h
    last_tanh: bool = True  # h = o tanh(c); else o c
    days: str = "forward"  # or backward; or by view, where (n, T) numbers are read as (T, n)
    axes: str = "days"  # along which the cell runs; or windows, with the days as its batch
    loss: str = (
        "mean"  # of squared errors; or sum, half, half sum, root, absolute, or of every prediction with every target
    )
    reported: str = "batch"  # of training: each batch's loss; or running mean of the epoch so far, or after the step
    gradient_factor: float = 1.0  # by which all gradients are more than the loss's
    backward_days: str = "all"  # through how many days gradients flow; or the last
    clipping: str = "unused"  # D3; or global, each, each-packed, value
    margin: float = 4.0  # of clipping
    optimizer: str = "Adam"  # or SGD
    epsilon: tuple[float, str] = (1e-8, "before")  # Adam's, added before or after its means are corrected
    is_corrected: bool = True  # Adam's means, for their start at 0
    beta1: float = 0.9
    beta2: float = 0.999
    learning_rate: float = 0.001
    decay: float = 0.0  # a share of each weight, times the rate, is taken off it at each step
    penalty: float = 0.0  # a share of each weight is added to its gradient before the step
    rate_by_step: float = 1.0  # how much of the rate is left after each step
    rate_by_epoch: float = 1.0  # likewise
    bias_steps: float = 1.0  # how often each gate bias takes its step: two biases that are summed both do
    counted: str = "step"  # what Adam's t counts; or epoch
    is_renewed: bool = False  # whether each epoch begins with a new optimizer
    is_added_up: bool = False  # whether gradients are never set back to zero
    remainder: str = "dropped"  # D6; or kept
    order: str = "given"  # of the windows in an epoch; or shuffled
    state: str = "zeros"  # at the start of a window; or carried from batch to batch; or within-epoch, carried and reset

    @property
    def step(self) -> Step:
        """How it moves its weights."""
        return Step(
            self.optimizer,
            self.learning_rate,
            self.beta1,
            self.beta2,
            *self.epsilon,
            is_corrected=self.is_corrected,
            decay=self.decay,
            clipping=self.clipping,
            margin=self.margin,
            penalty=self.penalty,
            rate_by_step=self.rate_by_step,
            rate_by_epoch=self.rate_by_epoch,
            bias_steps=self.bias_steps,
            counted=self.counted,
            is_renewed=self.is_renewed,
            is_added_up=self.is_added_up,
        )


def combined(first: Any, second: Any, published: Any) -> Any | None:
    """A program with both changes to the published one at once; None where they change the same field."""
    changes = [{name: getattr(one, name) for name in changed_fields(one, published)} for one in (first, second)]
    return None if set(changes[0]) & set(changes[1]) else replace(published, **changes[0], **changes[1])


def changed_fields(program: Any, published: Any) -> set[str]:
    """The names of the fields in which they differ."""
    return {one.name for one in fields(published) if getattr(program, one.name) != getattr(published, one.name)}
