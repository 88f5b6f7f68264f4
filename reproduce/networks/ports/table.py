"""The table of all slips: exchanged gates first, which are generated, then those that are written out."""

from __future__ import annotations

from itertools import combinations, permutations

from reproduce.networks.ports.layer import GATES
from reproduce.networks.ports.network_slips import NETWORK
from reproduce.networks.ports.slips import Slip, ways
from reproduce.networks.ports.training_slips import TRAINING


def _spelled(gates: str) -> str:
    return " ".join(gates)


def gate_order(gates: str) -> Slip:
    """All weights of the gates in another order."""
    exchanged = [f"{ours} has {theirs}'s" for ours, theirs in zip(GATES, gates, strict=True) if ours != theirs]
    return Slip(
        f"gate-order-{gates}",
        f"the gates i f o g take the weights of {_spelled(gates)}; in the program each takes its own",
        "Predictions are wrong from the first day. Shapes and the loss's fall look right.",
        "Names of gates are exchanged, or one wide matrix is filled in one order and cut in another: Keras and PyTorch "
        "have i f g o (Keras calls g c), TF1's BasicLSTMCell has i g f o (it calls g j), this program i f o g.",
        f"give each gate its own weights; now {', '.join(exchanged)}. A wide matrix is packed by layouts.py",
        ways({"gates": gates}),
        "https://github.com/keras-team/keras/issues/3088",
    )


def exchange(kind: str, pair: tuple[str, str]) -> Slip:
    """One kind of weights, x, h or b, of two gates in each other's place."""
    one, other = pair
    gates = GATES.translate(str.maketrans(one + other, other + one))
    name = {"x": "W_x", "h": "W_h", "b": "b_"}[kind]
    return Slip(
        f"exchanged-{name.rstrip('_')}{one}-{name.rstrip('_')}{other}".lower().replace("_", "-"),
        f"{name}{one} and {name}{other} stand in each other's place; the other weights are where they belong",
        "Predictions are a little wrong, the more the longer the window."
        if kind == "h"
        else "Predictions are a little wrong from the first day.",
        "One of three matrices is packed in another order than the two others, or two lines were copied and one name "
        "was not changed.",
        f"exchange {name}{one} and {name}{other}",
        ways({f"gates_{kind}": gates}),
    )


SLIPS: tuple[Slip, ...] = (
    *(gate_order("".join(gates)) for gates in permutations(GATES) if "".join(gates) != GATES),
    *(exchange(kind, pair) for kind in "xhb" for pair in combinations(GATES, 2)),
    *NETWORK,
    *TRAINING,
)
