"""The L2 penalty that slipped programs add to their loss, for the size of their weights; the published add none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reproduce.networks.ports.rule import Steps
from reproduce.networks.ports.slips import Number, Slip

PENALISED = {  # W_x, W_h, biases, W_y; what people penalise, and what regularizers of Keras's layers reach
    "all": "xhby",
    "matrices": "xhy",
    "kernels": "x",
    "kernels and output": "xy",
    "recurrent": "h",
    "kernels and recurrent": "xh",
    "output": "y",
}


class Penalty:
    """P programs' penalties of flat weights, (P, D): a share times the sum of their squares."""

    def __init__(self, programs: Sequence[Steps], arrays: Sequence[tuple[str, int]], is_trained: bool, dtype: str):
        """Work out the share of each weight.

        Args:
            arrays: the kind of each, a letter of `PENALISED`, and its size, as they lie one behind the other in D.
            is_trained: whether it is asked for in training.
        """
        shares = [one.loss_penalty + one.training_penalty * is_trained for one in programs]
        self._shares = None  # of each weight, (P, D)
        if any(shares):
            kinds = np.repeat([kind for kind, _ in arrays], [size for _, size in arrays])
            is_in = {some: np.isin(kinds, list(PENALISED[some])) for some in {one.penalised for one in programs}}
            reached = [is_in[one.penalised] for one in programs]
            self._shares = (np.array(shares)[:, None] * reached).astype(dtype)

    def loss(self, w: np.ndarray) -> np.ndarray | int:
        """What each adds, (P,)."""
        return 0 if self._shares is None else (self._shares * w**2).sum(axis=1)

    def gradient(self, w: np.ndarray) -> np.ndarray | int:
        """Its derivative by the weights, (P, D)."""
        return 0 if self._shares is None else 2 * self._shares * w


def _penalties(field: str) -> tuple[dict[str, Any], ...]:
    """Of all weights, or of some."""
    return tuple({field: 1e-3} | ({} if some == "all" else {"penalised": some}) for some in PENALISED)


PENALTIES = (
    Slip(
        "loss-penalised",
        "{0} times the sum of the squared weights is added to the loss; the program adds nothing",
        "Predictions are right. The loss is too large, and weights shrink.",
        "An L2 penalty by hand, such as 1e-3 * sum((w**2).sum() for w in model.parameters()).",
        "leave the penalty out of the loss",
        _penalties("loss_penalty"),
        number=Number("loss_penalty", "loss", 1e-7, 10),
    ),
    Slip(
        "training-penalised",
        "in training {0} times the sum of the squared weights is added to the loss; the program adds nothing",
        "Predictions are right, and the loss where it is computed by hand. Losses in training are too large.",
        "kernel_regularizer=L2(0.001) in Keras: fit adds it to the loss.",
        "no kernel_regularizer, recurrent_regularizer or bias_regularizer in any layer",
        _penalties("training_penalty"),
        number=Number("training_penalty", "six steps", 1e-7, 10),
    ),
)
