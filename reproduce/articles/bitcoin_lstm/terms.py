"""What the text means by its terms, and what they are in its program: values of ours by their names in claims.toml."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from reproduce.articles.bitcoin_lstm.program import PROBE, largest, rounded
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.evidence.program import load_program
from reproduce.inputs.prices import load_prices
from reproduce.inputs.windows import Windows, cut
from reproduce.networks.adam import BETA1
from reproduce.networks.lstm.create import create_engine
from reproduce.networks.lstm.session import SessionEngine
from reproduce.networks.lstm.weights import initial_weights
from reproduce.networks.reference import Arrays, forward

SEED = 100
LENGTHS = (3, 7, 60, 365)  # days
SMALL = replace(Variant(), hidden=PROBE.hidden, window=LENGTHS[0])  # the program's graph, but small
OTHER_RATE = replace(PROBE, learning_rate=0.01)
PREDICTED = np.datetime64("2018-04-15")  # the day whose prediction is asked what it depends on
EVERY = 10  # of the windows that are predicted before it
NUDGE = 1e-20  # of an imaginary part: small enough that no square of it counts


@functools.cache
@threadpool_limits.wrap(limits=1, user_api="blas")  # the products are small: two threads take far longer than one
def term_outputs() -> Mapping[str, Any]:
    """Every value; worked out once in a process."""
    prices = load_prices()
    shape = list(prepare(prices, replace(Variant(), window=1)).inputs.shape)
    w = initial_weights(Variant().hidden, SEED, "float64")
    found = {
        **_graph_outputs(*prepare(prices, SMALL).train, prepare(prices, Variant())),
        "joined_difference": rounded(joined_difference(w)),
        "equation_lengths": sum(reads_all(w, days) for days in LENGTHS),
        "units_built": units_built(load_program("bitcoin_lstm")),
        "window_1_shape": shape,
        "window_1_start": shape[:2],
    }
    return MappingProxyType(found)


def units_built(program: ModuleType) -> int:
    """Units of the cell in the graph that the program builds, here of one day of one window."""
    program.batch_size = program.window_size = 1
    with program.tf.Graph().as_default():
        _, _, (output,), *_ = program.build_graph(seed=None)
    read_out = output.op.inputs[0].op  # the product of the cell's output, (1, units), and its weights
    return read_out.inputs[0].shape[1]


def _graph_outputs(inputs: np.ndarray, targets: np.ndarray, week: Windows) -> dict[str, int]:
    """What the program's graph does with windows; and one of another learning rate, and one of a single day.

    Args:
        week: windows of seven days, which the one of another learning rate reads.
    """
    engines = [
        create_engine("session", settings, seed=SEED, dtype="float64")
        for settings in (SMALL, OTHER_RATE, replace(PROBE, window=1))
    ]
    engine, other, of_one_day = engines
    found = {
        "windows_in_a_step": windows_in_a_step(engine, inputs[: 2 * SMALL.batch], targets[: 2 * SMALL.batch]),
        "graph_lengths": sum(reads_length(engine, days) for days in LENGTHS),
        "updates_an_epoch": count_updates(engine, inputs, targets),
        "farthest_day": farthest_day(other, week),
        "update_methods": len(update_operations(engine) | update_operations(other)),
        "weights_of_the_chain": count_weights(other) - count_weights(of_one_day),
    }
    for one in engines:
        one.close()
    return found


def count_weights(engine: SessionEngine) -> int:
    """How many numbers a graph trains."""
    return sum(array.size for array in engine.weights().values())


def joined_difference(w: Arrays) -> float:
    """How far one product of [h, x] and stacked weights is from the program's two, before each gate's activation."""
    rng = np.random.default_rng(SEED)
    h, x = rng.uniform(-1, 1, (7, len(w["b_i"]))), rng.normal(size=(7, 1))
    joined = np.concatenate([h, x], axis=1)  # (7, hidden + 1)
    apart = [
        joined @ np.concatenate([w[f"W_h{gate}"], w[f"W_x{gate}"]]) - (x @ w[f"W_x{gate}"] + h @ w[f"W_h{gate}"])
        for gate in "ifog"
    ]
    return largest(np.array(apart))


def reads_all(w: Arrays, days: int) -> bool:
    """Whether the equations predict a finite price from so many days, whose derivative by the first day is not 0."""
    window = np.random.default_rng(SEED).normal(size=(1, days, 1)).astype(complex)
    window[0, 0] += NUDGE * 1j  # the imaginary part of the prediction is then NUDGE times the derivative
    ((prediction,),) = forward({name: array.astype(complex) for name, array in w.items()}, "described", window)[0]
    return bool(np.isfinite(prediction) and prediction.imag != 0)


def reads_length(engine: SessionEngine, days: int) -> bool:
    """Whether a graph takes windows of so many days."""
    try:
        engine.predict(np.zeros((SMALL.batch, days, 1)))
    except ValueError:  # the placeholder has another shape
        return False
    return True


def farthest_day(engine: SessionEngine, windows: Windows) -> int:
    """Days from the PREDICTED one to the farthest day whose price moves its prediction; 0 where none does.

    Other windows are predicted before it, so that a state that went on from one to the next would be seen.
    """
    (row,) = np.flatnonzero(windows.dates == PREDICTED)
    away = np.abs(windows.dates - PREDICTED).astype(int)  # (rows,)

    def predicted(least: int) -> float:
        """With another price on every day that is at least so far away."""
        prices = windows.close_scaled + (away >= least)
        inputs, _ = cut(prices[:, np.newaxis], windows.window)
        return float(engine.predict(inputs[[*range(0, len(inputs), EVERY), row - windows.window]])[-1, 0])

    none = int(away.max()) + 1
    plain = predicted(none)
    return bisect_left(range(1, none + 1), True, key=lambda least: predicted(least) == plain)


def count_updates(engine: SessionEngine, inputs: np.ndarray, targets: np.ndarray) -> int:
    """How many steps Adam takes in an epoch, told by the power of β₁ that it carries on."""
    (power,) = (name for name in engine.state() if "beta1_power" in name)
    before = engine.state()[power]
    engine.train_epoch(inputs, targets)
    return round(float(np.log(engine.state()[power] / before) / np.log(BETA1)))


def update_operations(engine: SessionEngine) -> set[str]:
    """The kinds of operation by which a graph updates its weights."""
    return {op.type for op in engine.graph.get_operations() if op.type.startswith("ResourceApply")}


def windows_in_a_step(engine: SessionEngine, inputs: np.ndarray, targets: np.ndarray) -> int:
    """How many windows move the loss of the first step when each in turn is another."""
    weights = engine.weights()

    def first_loss(changed: int | None) -> float:
        engine.set_weights(weights)
        shifted = targets.copy()
        if changed is not None:
            shifted[changed] += 1
        return float(engine.train_epoch(inputs, shifted).losses[0])

    plain = first_loss(None)
    count = sum(first_loss(k) != plain for k in range(len(inputs)))
    engine.set_weights(weights)
    return count
