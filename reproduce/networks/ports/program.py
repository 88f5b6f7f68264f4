"""The published program as a record: what it does, a field each. A slip of a port is one field that is different."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from reproduce.networks.ports.layer import Cell
from reproduce.networks.ports.rule import Optimizer, Steps


@dataclass(frozen=True)
class AnyProgram(Cell, Steps):
    """What every published program has: its layers, its steps, and these."""

    axes: str = "days"  # along which a layer runs; or windows, with the days as its batch
    days: str = "forward"  # or backward; or by view, where (n, T) numbers are read as (T, n)
    output_bias: float = 1.0  # how often it is added
    gradient_factor: float = 1.0  # by which all gradients are more than the loss's
    reported: str = "batch"  # of training: each batch's loss; or running mean of the epoch so far, or after the step
    order: str = "given"  # of the windows in an epoch; or shuffled

    @property
    def sees_order(self) -> bool:
        """Whether a prediction hangs on the other windows of its batch, or on those before."""
        return self.axes == "windows" or self.days == "by view"


@dataclass(frozen=True)
class Program(AnyProgram):
    """The defaults are the published program."""

    wiring: str = "published"  # D2; or described
    cell_wiring: str = "as the loop's"  # of the cell that is asked alone; or other
    layer: ClassVar[str] = "both"  # it has one
    read_out: str = "h"  # or c
    cell_returns: str = "h, c"  # to whoever calls it alone; or c, h
    loss: str = "mean"  # of squared errors; or another kind of `network.losses_of`
    optimizer: str = "Adam"  # or SGD
    epsilon: tuple[float, str] = (1e-8, "before")  # Adam's, added before or after its means are corrected
    is_corrected: bool = True  # Adam's means, for their start at 0
    beta1: float = 0.9
    beta2: float = 0.999
    remainder: str = "dropped"  # D6; or kept
    state: str = "zeros"  # at the start of a window; or carried from batch to batch; or within-epoch, carried and reset

    @property
    def sees_order(self) -> bool:
        return super().sees_order or self.state != "zeros"

    @property
    def steps_by(self) -> Optimizer:
        """What turns its gradients into steps."""
        return Optimizer(self.optimizer, self.beta1, self.beta2, *self.epsilon, is_corrected=self.is_corrected)


def changes(program: Any, published: Any) -> dict[str, Any]:
    """The fields in which a program is not the published one, as it has them."""
    own = {one.name: getattr(program, one.name) for one in fields(published)}
    return {name: value for name, value in own.items() if value != getattr(published, name)}


def combined(first: dict[str, Any], second: dict[str, Any], published: Any) -> Any | None:
    """The published program with both `changes` at once; None where they change the same field."""
    return None if first.keys() & second.keys() else replace(published, **first, **second)
