"""Slipped programs as ports: what they would answer, and every hypothesis computed once for all ports of a test."""

import numpy as np

from reproduce.networks.ports import answers, diagnosis, rungs
from reproduce.networks.ports.contract import ask_port, load
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.questions import ask
from reproduce.networks.ports.table import SLIPS

HYPOTHESES = {
    wiring: list(dict.fromkeys([Program(wiring=wiring), *(p for slip in SLIPS for p in slip.programs(wiring))]))
    for wiring in ("published", "described")
}


def orders_of(programs, question, generator):
    """For each program the order in which it takes its windows; None where the question trains nothing."""
    if question.function != "train":
        return None
    epochs, windows = question.arguments["epochs"], len(question.arguments["targets"])
    given = np.tile(np.arange(windows), (epochs, 1))
    return [
        given if one.order == "given" else np.array([generator.permutation(windows) for _ in range(epochs)])
        for one in programs
    ]


def answers_as_ports(programs, questions, dtype, seed=0):
    """What each program answers to every question, as if it were a port of this dtype."""
    generator = np.random.default_rng(seed)
    ports = [{} for _ in programs]
    for question in questions:
        found = answers.answers_of(programs, question, dtype, orders_of(programs, question, generator))
        for k, port in enumerate(ports):
            port[question.name] = {key: value[k].astype("float64") for key, value in found.items()}
            if "losses" in found:
                losses = port[question.name]["losses"]
                port[question.name]["losses"] = losses[:, ~np.isnan(losses[0])]
    return ports


def compute_once(patch, wiring):
    """Let every comparison of a test take what single slips answer from one computation of all of them."""
    at = {program: k for k, program in enumerate(HYPOTHESES[wiring])}
    known, compute = {}, answers.answers_of

    def looked_up(programs, question, dtype, orders=None):
        if any(one not in at for one in programs):
            return compute(programs, question, dtype, orders)
        if (id(question), dtype) not in known:
            known[id(question), dtype] = question, compute(HYPOTHESES[wiring], question, dtype)
        rows = [at[one] for one in programs]
        found = {key: value[rows] for key, value in known[id(question), dtype][1].items()}
        shuffled = [k for k, one in enumerate(programs) if one.order == "shuffled" and orders is not None]
        if shuffled:
            anew = compute([programs[k] for k in shuffled], question, dtype, [orders[k] for k in shuffled])
            for key, value in anew.items():
                found[key][shuffled] = value if key != "losses" else widened(value, found[key].shape[-1])
        return found

    patch.setattr(rungs, "answers_of", looked_up)


def widened(losses, batches):
    """Filled up with nan, as a program that drops the remainder has them beside one that keeps it."""
    return np.pad(losses, [(0, 0), (0, 0), (0, batches - losses.shape[2])], constant_values=np.nan)


def names(comparison):
    """The explanations, each as the names of its slips; `()` is agreement."""
    return [tuple(slip.name for slip in slips) for slips in comparison.explanations]


def compare_file(path, wiring, hidden, asked):
    """Load a port's file, ask it these questions, and compare."""
    port = load(path)
    questions = [one for one in ask(hidden) if one.name in asked]
    found = ask_port(port, questions)
    return diagnosis.compare(questions, found.by_question, found.dtype, wiring)
