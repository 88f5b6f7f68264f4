"""The sentences of a lesson's text that have a figure, each built from what a run, a table or the package decides."""

import inspect

import numpy as np

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.cli.compare import compare
from reproduce.evidence.bands import ENVELOPE
from reproduce.inputs.prices import load_prices
from reproduce.lessons.exercises import curve, port, tolerance
from reproduce.networks.adam import BETA1, BETA2
from reproduce.networks.agreement import TOLERANCES
from reproduce.networks.lstm.create import ENGINES
from reproduce.networks.ports.price_questions import ask
from reproduce.networks.ports.rungs import TIMES_ITS_OWN_ROUNDING

WORDS = dict(enumerate(["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]))
WORDS[20] = "twenty"
PUBLISHED = Variant()
QUESTIONS = {one.name: one.arguments for one in ask()}


def of_cell(names):
    """Lesson 1."""
    return [
        f"Here both have {names['HIDDEN']} numbers; in the article they have {PUBLISHED.hidden}.",
        f"The network reads {WORDS[PUBLISHED.window]} daily prices",
        f"{WORDS[len(names['GATES']) - 1]} *gates*, called i, f and o",
        f"Its two arrays are `W_hy`, which is {names['weights']['W_hy'].shape} here, "
        f"and `b_y`, which is {names['weights']['b_y'].shape}.",
        f"With {WORDS[len([name for name in names['weights'] if name.endswith('f')])]} for each of the "
        f"{WORDS[len(names['GATES'])]} parts, `weights` has {len(names['weights'])} arrays.",
    ]


def of_graph(names):
    """Lesson 2; its run is held to the products in test_lessons."""
    days, windows = names["variant"].window, names["variant"].batch
    products = sum(one.type == "MatMul" for one in names["operations"])
    return [
        f"here with {WORDS[windows]} windows and {names['variant'].hidden} units",
        f"There are {WORDS[windows]} windows: {windows} · ({days} · 8 + 1) = {products}.",
    ]


def of_wirings(names):
    """Lesson 3: the first day on which h differs, and the one before."""
    days = [part for _, part in names["runs"].values()]
    apart = [np.abs(a.after.h - b.after.h).max() > 0 for a, b in zip(*days, strict=True)]
    first = apart.index(True)
    return [f"On day {first - 1} nothing differs", f"From day {first} on they differ."]


def of_gradients(names):
    """Lesson 4."""
    return [f"Day {names['inputs'].shape[1] - 1} is the last one that is read."]


def of_adam(names):
    """Lesson 5: the rates of the package, the factor on step 1, and that on the last step it is nearly gone."""
    first, last = (1 / np.sqrt(1 - BETA2**steps) for steps in (1, 3000))
    assert abs(last - 1) < 0.05
    return [
        f"m = {BETA1} * m + {1 - BETA1:.1f} * g",
        f"v = {BETA2} * v + {1 - BETA2:.3f} * g²",
        f"*learning rate*, {PUBLISHED.learning_rate}",
        f"√(1 / (1 - {BETA2})) times as much, which is {first:.0f} times. After 3000 steps the correction is nearly 1",
        f"## {WORDS[len(names['ADAMS'])].capitalize()} Adams",
        f"learning rate {PUBLISHED.learning_rate}, betas {BETA1} and {BETA2}, epsilon 1e-8.",
    ]


def of_port(names):
    """Lesson 6: its table of rungs."""
    gradients, steps, epochs = (QUESTIONS[name] for name in ("gradients", "six steps", "two epochs"))
    return [
        f"the prediction after 1, 2, … {names['asked'][11].arguments['inputs'].shape[1]} days",
        f"the loss of {WORDS[len(gradients['inputs'])]} windows",
        f"its derivative by each of {len(gradients['weights'])} weights",
        f"`weights` is a dictionary of {len(gradients['weights'])} arrays",
        f"It needs {WORDS[len(port.WANTED)]} functions.",
        *sorted({f"{one.function}({', '.join(one.arguments)})" for one in names["asked"]}),
        f"the weights after {WORDS[len(steps['inputs']) // steps['batch']]} steps",
        f"all losses of {WORDS[epochs['epochs']]} epochs",
        f"about {WORDS[TIMES_ITS_OWN_ROUNDING]} times what the same rounding makes",
    ]


def of_bits(_):
    """Lesson 7."""
    double, single = (round((np.finfo(dtype).nmant + 1) * np.log10(2)) for dtype in ("float64", "float32"))
    share = {1e-3: "one in a thousand"}[TOLERANCES["float32"]["losses"]]
    rounding, epsilon = tolerance.limits()
    assert TOLERANCES["float64"]["losses"] < rounding < epsilon < TOLERANCES["float32"]["losses"]  # and so it passes
    epochs = inspect.signature(compare).parameters["epochs"].default
    steps = len(prepare(load_prices(), PUBLISHED).train[0]) // PUBLISHED.batch
    return [
        f"with {PUBLISHED.hidden} units, {WORDS[PUBLISHED.window]} days and any first weights, after {WORDS[epochs]} "
        f"epochs of {steps} steps.",
        f"This package has {WORDS[len(ENGINES)]} for the same network",
        f"about {double} digits of a number in *float64*, and about {single} in *float32*",
        f"of {WORDS[tolerance.VARIANT.window]} days each",
        f"In float32 losses may differ by {share}.",
        f"The check tries {WORDS[len(tolerance.SEEDS)]} draws of first weights",
    ]


def of_curve(names):
    """Lesson 8."""
    runs, points = names["studies"]["published"].shape
    (left,) = {len(study) for study in curve.draw(names["SEED"]).studies.values()}
    first, second, third, *_, last = REPORTED_LOSSES
    low, _, high = (round(100 * quantile) for quantile in ENVELOPE)
    return [
        f"prints {WORDS[points]} losses: those of epochs {first}, {second}, {third}, … {last}.",
        f"with {runs} seeds, and {WORDS[len(names['studies']) - 1]} variants of it too",
        f"one of {runs + 1} curves of the same kind",
        f"in only one of {runs + 1} cases",
        f"p = (1 + number of curves with at least its score) / {runs + 1}",
        f"If p is {100 * curve.LEVEL:.0f} % or less",
        f"after {last} epochs, is no better than no network",
        f"The band has {low} to {high} % of them",
        f"its study, which has {left} curves left",
    ]


OF_LESSON = (of_cell, of_graph, of_wirings, of_gradients, of_adam, of_port, of_bits, of_curve)
