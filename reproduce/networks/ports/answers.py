"""What slipped programs answer to a question: P programs at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reproduce.networks.ports.network import KINDS, NAMES, Network, Packed
from reproduce.networks.ports.penalty import Penalty
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.training import Training, apart, flat, kinds, train

FLOATS_AT_ONCE = 2_000_000  # of all weights: programs are computed in parts, so that memory stays small


def answers_of(
    programs: Sequence[Program], question: Question, dtype: str, orders: Sequence[np.ndarray] | None = None
) -> Answer:
    """The programs' answers, each array with an axis (P,) in front; the losses of a batch not trained on are nan.

    Args:
        orders: for `train`, (epochs, windows) for each program; None for the windows as they are given.
    """
    return in_parts(_answer, programs, question, dtype, orders)


def in_parts(
    answer: Callable[..., Answer], programs: Sequence[Any], question: Question, dtype: str, draws: Sequence[Any] | None
) -> Answer:
    """What `answer` says of all programs, of some at once: those whose layers run along the same axis.

    Args:
        answer: takes programs and the rest.
        draws: of each program; None where nothing is random.
    """
    weights = sum(array.size for array in question.arguments["weights"].values())
    at_once = max(1, min(512, FLOATS_AT_ONCE // weights))
    rows_of = [np.array([one.axes == axes for one in programs]).nonzero()[0] for axes in ("days", "windows")]
    parts = [rows[k : k + at_once] for rows in rows_of for k in range(0, len(rows), at_once)]
    with np.errstate(all="ignore"):  # a slip may well overflow; then its answers are far from any port's
        found = [
            answer([programs[k] for k in rows], question, dtype, None if draws is None else [draws[k] for k in rows])
            for rows in parts
        ]
    order = np.argsort(np.concatenate(parts))
    return {name: _joined([part[name] for part in found])[order] for name in found[0]}


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    """One below the other; losses of fewer batches are filled up with nan."""
    if len(arrays) == 1 or arrays[0].ndim == 1:
        return np.concatenate(arrays)
    widest = max(array.shape[-1] for array in arrays)
    filled = [np.pad(a, [(0, 0)] * (a.ndim - 1) + [(0, widest - a.shape[-1])], constant_values=np.nan) for a in arrays]
    return np.concatenate(filled)


def _alone(program: Program) -> Program:
    """As its cell is when it is asked by itself."""
    if program.cell_wiring != "other":
        return program
    return replace(program, wiring="published" if program.wiring == "described" else "described")


def _answer(programs: Sequence[Program], question: Question, dtype: str, orders: Sequence[np.ndarray] | None) -> Answer:
    given, P = question.arguments, len(programs)
    if question.function == "train":
        training = Training(programs, given["weights"], given["inputs"], given["targets"][:, 0], dtype)
        losses, weights = train(training, given["batch"], given["epochs"], None if orders is None else np.stack(orders))
        return {"losses": losses} | {f"weights/{name}": array for name, array in weights.items()}
    if question.function == "cell":
        programs = [_alone(one) for one in programs]
    network = Network(programs, dtype)
    weights = network.weights(given["weights"])
    w = network.inside(weights)
    if question.function == "cell":
        x, h, c = (np.repeat(given[name][None].astype(dtype), P, axis=0) for name in ("x", "h", "c"))
        day = network.step(w, x, h, c)
        is_exchanged = network.mask(lambda one: one.cell_returns == "c, h", 2)
        return {"h": np.where(is_exchanged, day.c, day.h), "c": np.where(is_exchanged, day.h, day.c)}
    inputs = np.repeat(given["inputs"][None].astype(dtype), P, axis=0)
    zeros = network.zeros(inputs.shape[1], question.hidden)
    predictions, days = network.forward(w, inputs, zeros, zeros)
    if question.function == "predict":
        return {"predictions": predictions[:, :, None]}
    loss, d_prediction = network.loss(predictions, given["targets"][None, :, 0].astype(dtype))
    penalty, found = Penalty(programs, kinds(KINDS, weights), False, dtype), network.backward(w, days, d_prediction)
    found = Packed(*apart(flat(found) + penalty.gradient(flat(weights)), found))
    gradients = network.named(found)
    return {"loss": loss + penalty.loss(flat(weights))} | {f"gradients/{name}": gradients[name] for name in NAMES}
