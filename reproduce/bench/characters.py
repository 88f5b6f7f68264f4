"""The Macbeth network against the clock: what its contenders train, and who they are.

The article's `fit` is the base line. Libraries are imported by the contender that needs them, in its own process.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reproduce.bench.contenders import THREADS, Contender
from reproduce.bench.process import Train
from reproduce.inputs.text import scale
from reproduce.networks.characters.weights import CharWeights

if TYPE_CHECKING:  # contenders' processes import this module, and what they import counts as their memory
    from reproduce.networks.characters.keras import Network

KERAS = "Keras fit"  # the base line, and whose loss it must be
CHARACTERS = 43  # distinct ones in Macbeth
STEPS = 60  # an epoch here; a call of fit takes as long to begin as one step, and an epoch of the article has 3343
CALL = 20  # steps in a call of the compiled engine, as `reproduce run macbeth` trains
TOLERANCE = 1e-5  # relative, of the mean loss of the first STEPS steps; as in `reproduce.networks.characters.proof`
OTHER_DRAWS = 0.005  # likewise, where dropout draws other units than Keras does; draws of 100 units differ by 0.001


@dataclass(frozen=True)
class CharProblem:
    """Everything a contender is given."""

    network: Network
    characters: int  # distinct ones
    seed: int  # of the units that dropout draws
    weights: CharWeights  # to begin from, float32
    inputs: np.ndarray  # (steps, batch, window) numbers of characters, int32
    targets: np.ndarray  # (steps, batch)

    @property
    def steps(self) -> int:
        """Training steps an epoch."""
        return len(self.inputs)


def create_problem(network: Network, characters: int, *, steps: int, seed: int = 0) -> CharProblem:
    """Batches from a generator, whose characters are as unequal as a language's: the k-th comes 1/k as often.

    So no text need be installed, and the network has something to learn from the first step on; starts TensorFlow.
    """
    from reproduce.networks.characters.keras import initial_weights

    often = 1 / np.arange(1, characters + 1)
    shape = (steps, network.batch, network.window + 1)
    drawn = np.random.default_rng(seed).choice(characters, shape, p=often / often.sum()).astype(np.int32)
    weights = initial_weights(network, characters, seed)
    return CharProblem(network, characters, seed, weights, inputs=drawn[..., :-1], targets=drawn[..., -1])


def train_keras(threads: int, problem: CharProblem) -> Train:
    """`fit` as the article has it, but unshuffled, on one thread or on TensorFlow's default pools, all cores."""
    from reproduce.networks.characters.keras import build_model
    from reproduce.networks.engine import limit_threads

    if threads == 1:
        limit_threads(1)
    network = problem.network
    model = build_model(network, problem.characters, problem.seed)
    model.set_weights(problem.weights)
    x = scale(problem.inputs.reshape(-1, network.window), problem.characters)
    one_hot = np.eye(problem.characters, dtype=np.float32)[problem.targets.reshape(-1)]
    settings = {"batch_size": network.batch, "shuffle": False, "verbose": 0}
    return lambda epochs: model.fit(x, one_hot, epochs=epochs, **settings).history["loss"]


def train_compiled(threads: int, problem: CharProblem) -> Train:
    """The compiled engine, `threads` of which share an operation, in calls as a run's."""
    from reproduce.networks.characters.engines import create_char_engine
    from reproduce.networks.engine import limit_threads

    limit_threads(1, within=threads)
    engine = create_char_engine("compiled", problem.network, problem.characters, problem.seed)
    engine.set_weights(problem.weights)
    calls = [slice(start, start + CALL) for start in range(0, problem.steps, CALL)]

    def train_epoch() -> float:
        sums = [engine.train(problem.inputs[c], problem.targets[c]) * len(problem.targets[c]) for c in calls]
        return sum(sums) / problem.steps

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def train_pytorch(threads: int, problem: CharProblem) -> Train:
    """`reproduce.bench.characters_pytorch`."""
    from reproduce.bench.characters_pytorch import build

    return build(problem, threads)


def all_contenders() -> list[Contender]:
    """Every row, in the table's order; Keras's layer, and so all of them, have the wiring that texts describe."""
    rows = []
    for name, build, tolerance, package in (
        (KERAS, train_keras, TOLERANCE, None),
        ("compiled engine", train_compiled, TOLERANCE, None),
        ("PyTorch nn.LSTM", train_pytorch, OTHER_DRAWS, "torch"),
    ):
        held_to = {"references": (KERAS,), "tolerance": tolerance}
        rows += [Contender(name, "described", n, partial(build, n), package, **held_to) for n in reversed(THREADS)]
    return rows
