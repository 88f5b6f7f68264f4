"""Who takes part: ways to train the network, each a function from a problem to a function that trains some epochs.

Every one starts from the problem's weights and takes TF1's Adam steps on the problem's batches, in order. Libraries are
imported by the contender that needs them, in its own process.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np

from reproduce.bench.problem import Problem
from reproduce.bench.process import Build, Train

PROGRAM = Path(__file__).resolve().parents[2] / "original_code" / "bitcoin_lstm.py"  # in a checkout only
CORES = os.cpu_count() or 1
THREADS = sorted({1, CORES})  # of those that may be faster on one thread, or on all
REFERENCES = ("session engine", "compiled engine")
LOSS_TOLERANCE = 1e-3  # relative, of the first epoch's mean loss; float32 leaves about 1e-6


@dataclass(frozen=True)
class Contender:
    """One row of the table."""

    name: str
    wiring: str
    threads: int  # the pool its operations run in
    build: Build
    package: str | None = None  # that must be installed
    file: Path | None = None  # that must be there
    references: tuple[str, ...] = REFERENCES  # whose loss it must have: the first of them that takes part
    tolerance: float = LOSS_TOLERANCE  # within which it must have it

    def why_missing(self) -> str | None:
        """What it needs and does not find, and what to do; None where it can take part."""
        if self.file is not None and not self.file.exists():
            return f"{self.file.name} is not installed with the package; run the bench in a checkout"
        if self.package is not None and importlib.util.find_spec(self.package) is None:
            return f"{self.package} is not installed; pip install '.[bench]' in the repository"
        return None


def train_original(problem: Problem) -> Train:
    """The published program's own graph, session settings and loop over batches."""
    import tensorflow.compat.v1 as tf

    from reproduce.networks.lstm.weights import Weights

    program = _load(PROGRAM)
    variant = problem.variant
    program.batch_size, program.window_size, program.hidden_layer = variant.batch, variant.window, variant.hidden
    program.learning_rate = variant.learning_rate
    with tf.Graph().as_default():
        inputs, targets, outputs, loss, update = program.build_graph(seed=0)
        config = tf.ConfigProto()
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        session = tf.Session(config=config)
        session.run(tf.global_variables_initializer())
        for variable, name in zip(tf.trainable_variables(), Weights._fields, strict=True):
            variable.load(problem.weights[name], session)

    def train_epoch() -> float:
        losses = []
        for start in range(0, len(problem.inputs), variant.batch):
            batch = slice(start, start + variant.batch)
            feed = {inputs: problem.inputs[batch], targets: problem.targets[batch]}
            losses.append(session.run([outputs, loss, update], feed)[1])
        return float(np.mean(losses))

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def train_engine(name: str, threads: int, problem: Problem) -> Train:
    """One of `reproduce.networks.engine.ENGINES`, with pools as `reproduce run` has them."""
    from reproduce.networks.engine import create_engine, limit_threads

    limit_threads(threads)
    engine = create_engine(name, problem.variant, seed=0, threads=threads)
    engine.set_weights(problem.weights)

    def train_epoch() -> float:
        return float(np.mean(engine.train_epoch(problem.inputs, problem.targets).losses))

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def train_keras(threads: int, problem: Problem) -> Train:
    """`fit` of the Keras equivalent, on one thread or on TensorFlow's default pools, which have one for each core.

    Keras's default for jit_compile, "auto", leaves a model with a recurrent layer uncompiled; XLA made it no faster,
    nor did several steps an execution.
    """
    from reproduce.networks.engine import limit_threads
    from reproduce.networks.lstm.keras import build_model, build_optimizer, weights_to_keras

    if threads == 1:
        limit_threads(1)
    model = build_model(problem.variant)
    model.set_weights(weights_to_keras(problem.weights))
    model.compile(optimizer=build_optimizer(problem.variant), loss="mse")

    def train(epochs: int) -> list[float]:
        # One call for all epochs, because each call of fit takes a while to begin.
        settings = {"batch_size": problem.variant.batch, "shuffle": False, "verbose": 0}
        return model.fit(problem.inputs, problem.targets, epochs=epochs, **settings).history["loss"]

    return train


def train_pytorch(threads: int, problem: Problem) -> Train:
    """`reproduce.bench.pytorch`."""
    from reproduce.bench.pytorch import build

    return build(problem, threads)


def train_jax(threads: int, problem: Problem) -> Train:
    """`reproduce.bench.jax_scan`, on one thread or on JAX's own pool, which has one for each core.

    JAX has no setting of its own: its compiler, XLA, splits large products among the pool unless this flag, read when
    JAX starts, forbids it.
    """
    if threads == 1:
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"
    from reproduce.bench.jax_scan import build

    return build(problem)


def all_contenders() -> list[Contender]:
    """Every row, in the table's order."""
    rows = [Contender("original_code's graph", "published", CORES, train_original, file=PROGRAM)]
    for wiring in ("published", "described"):
        rows += house_contenders(wiring)
        rows += [Contender("Keras fit", wiring, n, partial(train_keras, n)) for n in THREADS[1:]]
    for name, build, package in (("PyTorch nn.LSTM", train_pytorch, "torch"), ("JAX scan", train_jax, "jax")):
        rows += [Contender(name, "described", n, partial(build, n), package=package) for n in THREADS]
    return rows


def house_contenders(wiring: str) -> list[Contender]:
    """One each of those that every installation has, for either wiring."""
    return [
        Contender("session engine", wiring, CORES, partial(train_engine, "session", CORES)),
        Contender("compiled engine", wiring, 1, partial(train_engine, "compiled", 1)),
        Contender("Keras fit", wiring, 1, partial(train_keras, 1)),
    ]


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
