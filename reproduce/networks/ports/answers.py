"""What slipped programs answer to a question: P programs at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reproduce.networks.ports.network import NAMES, Network
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.training import Training, find_order, train

FLOATS_AT_ONCE = 4_000_000  # of one array of weights: programs are computed in parts, so that memory stays small


def answers_of(
    programs: Sequence[Program], question: Question, dtype: str, orders: Sequence[np.ndarray] | None = None
) -> Answer:
    """The programs' answers, each array with an axis (P,) in front; the losses of a batch not trained on are nan.

    Args:
        orders: for `train`, (epochs, windows) for each program; None for the windows as they are given.
    """
    at_once = max(1, min(512, FLOATS_AT_ONCE // (8 * question.hidden**2)))
    parts = []
    with np.errstate(all="ignore"):  # a slip may well overflow; then its answers are far from any port's
        for first in range(0, len(programs), at_once):
            some = slice(first, first + at_once)
            parts.append(_answer(programs[some], question, dtype, None if orders is None else orders[some]))
    return {name: joined([part[name] for part in parts]) for name in parts[0]}


def joined(arrays: list[np.ndarray]) -> np.ndarray:
    """One below the other; losses of fewer batches are filled up with nan."""
    widest = max(array.shape[-1] for array in arrays)
    filled = [
        np.pad(a, [(0, 0)] * (a.ndim - 1) + [(0, widest - a.shape[-1])], constant_values=np.nan) if a.ndim > 1 else a
        for a in arrays
    ]
    return np.concatenate(filled)


def _answer(programs: Sequence[Program], question: Question, dtype: str, orders: Sequence[np.ndarray] | None) -> Answer:
    given, P = question.arguments, len(programs)
    if question.function == "train":
        training = Training(programs, given["weights"], given["inputs"], given["targets"][:, 0], dtype)
        losses, counts, weights = train(
            training, given["batch"], given["epochs"], None if orders is None else np.stack(orders)
        )
        for row, count in zip(losses, counts, strict=True):
            row[:, count:] = np.nan
        return {"losses": losses} | {f"weights/{name}": array for name, array in weights.items()}
    network = Network(programs, dtype)
    w = network.inside(network.weights(given["weights"]))
    if question.function == "cell":
        x, h, c = (np.repeat(given[name][None].astype(dtype), P, axis=0) for name in ("x", "h", "c"))
        day = network.step(w, x, h, c)
        return {"h": day.h, "c": day.c}
    inputs = np.repeat(given["inputs"][None].astype(dtype), P, axis=0)
    zeros = network.zeros(inputs.shape[1], question.hidden)
    predictions, days = network.forward(w, inputs, zeros, zeros)
    if question.function == "predict":
        return {"predictions": predictions[:, :, None]}
    loss, d_prediction = network.loss(predictions, given["targets"][None, :, 0].astype(dtype))
    gradients = network.named(network.backward(w, days, d_prediction))
    return {"loss": loss} | {f"gradients/{name}": gradients[name] for name in NAMES}


def order_found(program: Program, question: Question, losses: np.ndarray) -> np.ndarray:
    """The order, (epochs, windows), in which a port that shuffles took its windows, if it is otherwise this program."""
    given = question.arguments
    inputs, targets = given["inputs"], given["targets"][:, 0]
    with np.errstate(all="ignore"):
        start = Training([program], given["weights"], inputs, targets, "float64")
        found = find_order(start, given["batch"], losses)
    return np.tile(np.arange(len(targets)), (given["epochs"], 1)) if found is None else found
