"""The published program as a record: what it does, a field each. A slip of a port is one field that is different."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

GATES = "ifog"  # the program's order; Keras's is i f g o, and it calls the candidate c


@dataclass(frozen=True)
class Program:
    """The defaults are the published program.

    `gates` says, for the program's gates i, f, o, g in turn, whose weights a port takes: `fiog` has the first two
    exchanged. The three fields below it say the same of one kind of weights.
    """

    wiring: str = "published"  # D2; or described
    gates: str = GATES
    gates_x: str = GATES  # of W_x* alone
    gates_h: str = GATES  # of W_h* alone
    gates_b: str = GATES  # of b_* alone
    way: str = (
        "both"  # weights are laid out wrongly on the way in and, by the same rule, out; or only `in`, or only `out`
    )
    recurrent: str = "as given"  # or transposed
    gate_biases: float = 1.0  # how often they are added
    output_bias: float = 1.0  # likewise
    forget_bias: float = 0.0  # added to b_f
    sigmoid: str = "smooth"  # or hard-0.2 (Keras 1 and 2: 0.2 z + 0.5), hard-6 (Keras 3: z / 6 + 0.5), cut to 0 … 1
    read_out: str = "h"  # or c
    last_tanh: bool = True  # h = o tanh(c); else o c
    days: str = "forward"  # or backward
    loss: str = "mean"  # of squared errors; or sum, half, root, absolute
    backward_days: str = "all"  # through how many days gradients flow; or the last
    clipping: str = "unused"  # D3; or global, each, each-packed, value; the margin is 4
    optimizer: str = "Adam"  # or SGD
    epsilon: tuple[float, str] = (1e-8, "before")  # Adam's, added before or after its means are corrected
    is_corrected: bool = True  # Adam's means, for their start at 0
    beta2: float = 0.999
    learning_rate: float = 0.001
    decay: float = 0.0  # a share of each weight, times the rate, is taken off it at each step
    bias_steps: float = 1.0  # how often each gate bias takes its step: two biases that are summed both do
    remainder: str = "dropped"  # D6; or kept
    order: str = "given"  # of the windows in an epoch; or shuffled
    state: str = "zeros"  # at the start of a window; or carried from batch to batch; or within-epoch, carried and reset

    def changed(self) -> dict[str, Any]:
        """The fields that are not as published."""
        return {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}


def combined(first: Program, second: Program, wiring: str) -> Program | None:
    """Both changes at once, beside the wiring that is asked for; None where they change the same field."""
    changes = [{k: v for k, v in one.changed().items() if k != "wiring"} for one in (first, second)]
    wirings = {one.wiring for one in (first, second)} - {wiring}
    both_rewire = first.wiring == second.wiring != wiring
    if set(changes[0]) & set(changes[1]) or both_rewire:
        return None
    return replace(Program(), **changes[0], **changes[1], wiring=wirings.pop() if wirings else wiring)
