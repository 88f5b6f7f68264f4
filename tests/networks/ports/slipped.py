"""Slipped programs as ports: what they would answer, and every hypothesis computed once for all ports of a test."""

import functools
from dataclasses import replace

import numpy as np

from reproduce.networks.ports import diagnosis
from reproduce.networks.ports.contract import ask_port, load
from reproduce.networks.ports.price import price_target
from reproduce.networks.ports.two_layers.network import Masks

PUBLISHED = price_target("published")


def with_slips(target):
    """The program, and each slip of it in its first way."""
    return [target.program, *(slip.programs(target.program)[0] for slip in target.slips)]


def draws_of(programs, question, generator):
    """What each program draws: the order of its windows, or what dropout drops; None where nothing is random."""
    if question.function == "train":
        epochs, windows = question.arguments["epochs"], len(question.arguments["targets"])
        given = np.tile(np.arange(windows), (epochs, 1))
        return [
            given if one.order == "given" else np.array([generator.permutation(windows) for _ in range(epochs)])
            for one in programs
        ]
    if question.function != "predict" or all(getattr(one, "dropout", "off") == "off" for one in programs):
        return None
    (n, days), w = question.arguments["inputs"].shape[:2], question.arguments["weights"]
    shapes = (n, days, len(w["recurrent_1"])), (n, len(w["recurrent_2"]))
    return [
        None if one.dropout == "off" else Masks(*((generator.random(shape) > 0.2) / 0.8 for shape in shapes))
        for one in programs
    ]


def answers_as_ports(target, programs, questions, dtype, seed=0):
    """What each program answers to every question, as if it were a port of this dtype."""
    generator = np.random.default_rng(seed)
    ports = [{} for _ in programs]
    for question in questions:
        found = target.answers(programs, question, dtype, draws_of(programs, question, generator))
        for k, port in enumerate(ports):
            port[question.name] = {key: value[k].astype("float64") for key, value in found.items()}
            if "losses" in found:
                losses = port[question.name]["losses"]
                port[question.name]["losses"] = losses[:, ~np.isnan(losses[0])]
    return ports


@functools.cache
def computed_once(target):
    """The target, which takes what single slips answer from one computation of all of them, for every port and test.

    Questions are cached too, by width and seed, so that a question of two tests is one.
    """
    hypotheses = list(
        dict.fromkeys([target.program, *(p for one in target.slips for p in one.programs(target.program))])
    )
    at = {program: k for k, program in enumerate(hypotheses)}
    known, compute = {}, target.answers

    def looked_up(programs, question, dtype, draws=None):
        rows = [at.get(one) for one in programs]
        if None in rows:
            return compute(programs, question, dtype, draws)
        if (id(question), dtype) not in known:
            anything = target.draws(hypotheses, question, None)
            known[id(question), dtype] = question, compute(hypotheses, question, dtype, anything)
        found = {key: value[rows] for key, value in known[id(question), dtype][1].items()}
        drawing = [k for k, one in enumerate(programs) if draws is not None and is_random(one, question)]
        if drawing:
            anew = compute([programs[k] for k in drawing], question, dtype, [draws[k] for k in drawing])
            for key, value in anew.items():
                found[key][drawing] = value if key != "losses" else widened(value, found[key].shape[-1])
        return found

    return replace(target, answers=looked_up, ask=functools.cache(target.ask))


def is_random(program, question):
    """Whether its answer depends on what it draws."""
    if question.function == "train":
        return program.order == "shuffled" and len(question.arguments["targets"]) > question.arguments["batch"]
    return getattr(program, "dropout", "off") != "off"


def widened(losses, batches):
    """Filled up with nan, as a program that drops the remainder has them beside one that keeps it."""
    return np.pad(losses, [(0, 0), (0, 0), (0, batches - losses.shape[2])], constant_values=np.nan)


def names(comparison):
    """The explanations, each as the names of its slips; `()` is agreement."""
    return [tuple(slip.name for slip in slips) for slips in comparison.explanations]


def compare_file(path, target, hidden, asked):
    """Load a port's file, ask it these questions, and compare."""
    port = load(path, target.functions)
    questions = [one for one in target.ask(hidden) if one.name in asked]
    found = ask_port(port, questions)
    return diagnosis.compare(target, questions, found.by_question, found.dtype)
