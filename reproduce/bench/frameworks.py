"""The contenders of every article: each a framework that begins from a problem's weights and trains on its batches.

Libraries are imported by the contender that needs them, in its own process.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from reproduce.bench.contender import (
    COMPILED,
    GRAPH,
    JAX,
    KERAS,
    LOSS_TOLERANCE,
    PYTORCH,
    SESSION,
    THREADS,
    Contender,
)
from reproduce.bench.problem import Problem, unbatched
from reproduce.bench.process import Train
from reproduce.evidence.program import load_program, program_path
from reproduce.runs.process import ONE_THREAD_A_PRODUCT

PROGRAM = program_path("bitcoin_lstm")
STEPS_A_CALL = 20  # of the Macbeth engine, as `reproduce run macbeth` trains
OTHER_DRAWS = 0.05  # relative, of the first epoch's mean loss, where dropout draws other units than Keras does


def train_graph(threads: int, problem: Problem) -> Train:
    """The published Bitcoin program's own graph, session settings and loop over batches, in the wiring it has."""
    _pools(threads)
    import tensorflow.compat.v1 as tf

    from reproduce.networks.lstm.weights import Weights
    from reproduce.networks.ports.layouts import from_keras

    program, variant, weights = load_program(PROGRAM.stem), problem.variant, from_keras(problem.weights)
    program.batch_size, program.window_size, program.hidden_layer = variant.batch, variant.window, variant.hidden
    program.learning_rate = variant.learning_rate
    with tf.Graph().as_default():
        inputs, targets, outputs, loss, update = program.build_graph(seed=0)
        config = tf.ConfigProto()
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        session = tf.Session(config=config)
        session.run(tf.global_variables_initializer())
        for variable, name in zip(tf.trainable_variables(), Weights._fields, strict=True):
            variable.load(weights[name], session)

    def train_epoch() -> float:
        batches = zip(problem.x, problem.targets, strict=True)
        return float(np.mean([session.run([outputs, loss, update], {inputs: x, targets: y})[1] for x, y in batches]))

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def train_session(threads: int, problem: Problem) -> Train:
    """The session engine in the published wiring, with as many operations at once."""
    from reproduce.runs.process import limit_threads

    limit_threads(threads)
    return _train_prices("session", threads, replace(problem, variant=replace(problem.variant, wiring="published")))


def train_compiled(threads: int, problem: Problem) -> Train:
    """The compiled engine, as `reproduce run --intra-op-threads` trains."""
    from reproduce.runs.process import limit_threads

    limit_threads(1, threads)
    return _COMPILED[problem.article](threads, problem)


def train_keras(threads: int, problem: Problem) -> Train:
    """Keras's `fit`, unshuffled, in one call for all epochs, because each call takes a while to begin.

    Keras's default for jit_compile, "auto", leaves a model with a recurrent layer uncompiled; XLA made it no faster,
    nor did several steps an execution.
    """
    _pools(threads)
    model = _KERAS[problem.article](problem)
    model.set_weights(problem.weights)
    x, y = map(unbatched, (problem.x, problem.targets))
    if problem.classes:
        y = np.eye(problem.classes, dtype=np.float32)[y]
    settings = {"batch_size": problem.variant.batch, "shuffle": False, "verbose": 0}
    return lambda epochs: model.fit(x, y, epochs=epochs, **settings).history["loss"]


def train_pytorch(threads: int, problem: Problem) -> Train:
    """`reproduce.bench.pytorch`."""
    from reproduce.bench.pytorch import build

    return build(threads, problem)


def train_jax(threads: int, problem: Problem) -> Train:
    """`reproduce.bench.jax_scan`, on one thread or on JAX's own pool, which has one for each core.

    JAX has no setting of its own. Its pool has a thread for each core that the process may use when JAX starts; where a
    system cannot say which those are, as macOS, this flag at least keeps each product on one thread.
    """
    if threads == 1:
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {ONE_THREAD_A_PRODUCT}"
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    from reproduce.bench.jax_scan import build

    return build(problem)


def contenders_of(article: str, threads: Sequence[int] = THREADS) -> list[Contender]:
    """Everyone who can train the article's network, on each number of threads, in the table's order."""
    published = article == "bitcoin-lstm"  # the two others' programs are Keras's fit
    other = LOSS_TOLERANCE if published else OTHER_DRAWS
    rows = [
        *([Contender(GRAPH, 0, train_graph, file=PROGRAM, reference=SESSION)] * published),
        *([Contender(SESSION, 0, train_session, reference=SESSION)] * published),
        Contender(KERAS, 0, train_keras),
        Contender(PYTORCH, 0, train_pytorch, "torch", tolerance=other),
        Contender(JAX, 0, train_jax, "jax", tolerance=other),
        Contender(COMPILED, 0, train_compiled),
    ]
    return [replace(row, threads=n, build=partial(row.build, n)) for row in rows for n in threads]


def _pools(threads: int) -> None:
    """TensorFlow with one thread, or as it comes, with one for each core."""
    from reproduce.runs.process import limit_threads

    if threads == 1:
        limit_threads(1)


def _train_prices(name: str, threads: int, problem: Problem) -> Train:
    from reproduce.networks.lstm.create import create_engine
    from reproduce.networks.ports.layouts import from_keras

    engine = create_engine(name, problem.variant, seed=0, threads=threads)
    engine.set_weights(from_keras(problem.weights))
    windows = unbatched(problem.x), unbatched(problem.targets)
    return lambda epochs: [float(np.mean(engine.train_epoch(*windows).losses)) for _ in range(epochs)]


def _train_stacked(threads: int, problem: Problem) -> Train:
    from reproduce.networks.engine import epoch_order
    from reproduce.networks.forecasters.create import create_forecaster
    from reproduce.networks.stack.weights import StackWeights

    engine = create_forecaster("compiled", problem.variant, problem.seed, threads)
    engine.set_weights(StackWeights(*problem.weights))
    x, y = unbatched(problem.x), unbatched(problem.targets)
    back = np.argsort(epoch_order(problem.seed, 0, len(x)))  # undoes the order in which it takes the first epoch
    return lambda epochs: [engine.train_epoch(0, x[back], y[back]) for _ in range(epochs)]


def _train_characters(threads: int, problem: Problem) -> Train:
    from reproduce.networks.characters.create import create_char_engine
    from reproduce.networks.stack.weights import StackWeights

    engine = create_char_engine("compiled", problem.variant, problem.classes, problem.seed, threads)
    engine.set_weights(StackWeights(*problem.weights))
    calls = [slice(start, start + STEPS_A_CALL) for start in range(0, problem.steps, STEPS_A_CALL)]

    def train_epoch() -> float:
        sums = [engine.train(problem.inputs[c], problem.targets[c]) * len(problem.targets[c]) for c in calls]
        return sum(sums) / problem.steps

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def _keras_prices(problem: Problem) -> Any:
    from reproduce.networks.lstm.keras import build_model, build_optimizer

    model = build_model(problem.variant)
    model.compile(optimizer=build_optimizer(problem.variant), loss="mse")
    return model


def _keras_stacked(problem: Problem) -> Any:
    from reproduce.networks.forecasters.keras import build_model

    return build_model(problem.variant, problem.seed)


def _keras_characters(problem: Problem) -> Any:
    from reproduce.networks.characters.keras import build_model

    return build_model(problem.variant, problem.classes, problem.seed)


_COMPILED = {
    "bitcoin-lstm": partial(_train_prices, "compiled"),
    "stacked-lstm": _train_stacked,
    "macbeth": _train_characters,
}
_KERAS = {"bitcoin-lstm": _keras_prices, "stacked-lstm": _keras_stacked, "macbeth": _keras_characters}
