"""What the text says of gates, put to its own cell: values of ours by their names in claims.toml."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from threadpoolctl import threadpool_limits

from reproduce.articles.bitcoin_lstm.program import PROBE, largest, rounded
from reproduce.articles.bitcoin_lstm.variant import WIRINGS, Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.inputs.prices import load_prices
from reproduce.networks.lstm.create import create_engine
from reproduce.networks.lstm.weights import forced, initial_weights, random_weights
from reproduce.networks.reference import Arrays, Day, State, forward, step

SEEDS = range(100, 120)
EVERY = 8  # of the test windows
FREE_DAYS = 3  # before the gates are forced
LARGE = 100  # times the weights, where the gates' limits are looked for


@functools.cache
@threadpool_limits.wrap(limits=1, user_api="blas")  # the products are small: two threads take longer than one
def gate_outputs() -> Mapping[str, float]:
    """Every value, on the article's network with the weights that each seed draws; worked out once in a process."""
    inputs = prepare(load_prices(), Variant()).test[0][::EVERY]
    networks = [initial_weights(Variant().hidden, seed, "float64") for seed in SEEDS]
    kept = {wiring: max(kept_change(w, wiring, inputs) for w in networks) for wiring in WIRINGS}
    found = {
        "kept_change": max(kept.values()),
        "kept_change_of_equations": kept["described"],
        "forgotten_left": max(effect_left(w, inputs) for w in networks),
        "forgotten_c_left": max(c_left(w, inputs) for w in networks),
        "admitted_by_output_gate": max(change_by_closing(w, inputs, "o") for w in networks),
        "readings_outside": sum(readings_outside(w, inputs) for w in networks),
        "prediction_without_h": rounded(max(difference_to_h(wiring, inputs) for wiring in WIRINGS)),
    }
    return MappingProxyType(found)


def kept_change(w: Arrays, wiring: str, inputs: np.ndarray) -> float:
    """The largest change of c from day to day with f = 1 and i = 0, after FREE_DAYS with the network's own gates."""
    _, days = forward(w, wiring, inputs[:, :FREE_DAYS])
    states = [days[-1].after]
    for t in range(FREE_DAYS, inputs.shape[1]):
        states.append(step(forced(w, f=1, i=0), wiring, inputs[:, t], states[-1]).after)
    return max(largest(after.c - before.c) for before, after in pairwise(states))


def effect_left(w: Arrays, inputs: np.ndarray) -> float:
    """How much of the effect of all days but the last is left with f = 0: the effect so, over that with its own f."""
    return _effect(forced(w, f=0), inputs) / _effect(w, inputs)


def _effect(w: Arrays, inputs: np.ndarray) -> float:
    """The mean change of the prediction when the days before the last are read in reverse, in the equations."""
    turned = np.concatenate([inputs[:, -2::-1], inputs[:, -1:]], axis=1)
    return float(np.mean(np.abs(forward(w, "described", inputs)[0] - forward(w, "described", turned)[0])))


def c_left(w: Arrays, inputs: np.ndarray) -> float:
    """The largest change of the last day's c, with f = 0, when the c before it is another and the h is not."""
    before = _before_the_last(w, inputs)
    others = State(before.h, before.c[::-1])  # each window has another's
    last = [step(forced(w, f=0), "described", inputs[:, -1], state) for state in (before, others)]
    return largest(last[0].after.c - last[1].after.c)


def change_by_closing(w: Arrays, inputs: np.ndarray, gate: str) -> float:
    """The largest change of the last day's c when a gate is closed on that day."""
    before = _before_the_last(w, inputs)
    open_, closed = (step(weights, "described", inputs[:, -1], before) for weights in (w, forced(w, **{gate: 0})))
    return largest(open_.after.c - closed.after.c)


def _before_the_last(w: Arrays, inputs: np.ndarray) -> State:
    return forward(w, "described", inputs[:, :-1])[1][-1].after


def readings_outside(w: Arrays, inputs: np.ndarray) -> int:
    """How many gates lie outside 0 to 1, or candidates outside -1 to 1, by w and by LARGE times w, in both wirings."""
    large = {name: LARGE * array for name, array in w.items()}
    return sum(_outside(forward(weights, wiring, inputs)[1]) for weights in (w, large) for wiring in WIRINGS)


def _outside(days: Iterable[Day]) -> int:
    return sum(int(np.sum((gate < 0) | (gate > 1))) for day in days for gate in (day.i, day.f, day.o, (day.g + 1) / 2))


def difference_to_h(wiring: str, inputs: np.ndarray) -> float:
    """The largest difference of a small graph's predictions, with random weights, to h W_hy + b_y of the last day."""
    w = random_weights(PROBE.hidden, seed=0)
    engine = create_engine("session", replace(PROBE, wiring=wiring), seed=0, dtype="float64")
    engine.set_weights(w)
    predictions = engine.predict(inputs)
    engine.close()
    last = forward(w, wiring, inputs)[1][-1].after
    return largest(predictions - (last.h @ w["W_hy"] + w["b_y"]))
