"""Tiny problems of each article, their weights random, distinct and so large that an exchanged gate shows in a loss."""

from dataclasses import replace

import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant as Bitcoin
from reproduce.articles.macbeth.variant import Variant as Macbeth
from reproduce.articles.stacked_lstm.variant import Variant as Stacked
from reproduce.bench.tasks import TASKS

# Of each network another window: JAX unrolls the short ones. The rate is high, so that losses move.
TINY = {
    "bitcoin-lstm": Bitcoin(wiring="described", window=4, batch=3, hidden=8, learning_rate=0.02),
    "stacked-lstm": Stacked(window=6, first=3, second=5, batch=4, dropout=0),
    "macbeth": Macbeth(window=11, batch=4, hidden=5, learning_rate=0.02, dropout=0),
}
STEPS = 23  # so that the compiled Macbeth engine's last call is shorter
TASK = {task.article: replace(task, variant=TINY[task.article], classes=task.classes and 7) for task in TASKS}


def tiny_problem(article, **changes):
    """Of the tiny variant, or of it with these changes."""
    variant = replace(TINY[article], **changes)
    problem = TASK[article].problem(variant, STEPS)
    rng = np.random.default_rng(5)
    shapes = [w.shape for w in problem.weights[:-2]]
    outputs = problem.classes or 1
    shapes += [(problem.weights[-2].shape[0], outputs), (outputs,)]
    return replace(problem, weights=[rng.normal(0, 0.7, shape).astype(np.float32) for shape in shapes])
