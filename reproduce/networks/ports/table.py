"""The table of all slips: exchanged gates first, which are generated, then those that are written out."""

from __future__ import annotations

from itertools import combinations, permutations

from reproduce.networks.ports.program import GATES
from reproduce.networks.ports.slips import SINGLE, Slip, exchange, gate_order
from reproduce.networks.ports.training_slips import TRAINING

SLIPS: tuple[Slip, ...] = (
    *(gate_order("".join(gates)) for gates in permutations(GATES) if "".join(gates) != GATES),
    *(exchange(kind, pair) for kind in "xhb" for pair in combinations(GATES, 2)),
    *SINGLE,
    *TRAINING,
)
