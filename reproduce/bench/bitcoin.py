"""The Bitcoin network against the clock: its contenders, and the table and targets of their race.

Every contender starts from the problem's weights and takes TF1's Adam steps on the problem's batches, in order.
Libraries are imported by the contender that needs them, in its own process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench.contender import COMPILED, CORES, KERAS, PYTORCH, SESSION, THREADS, Contender, fit
from reproduce.bench.floor import floor_of, floor_rows, floor_text, speed_meter
from reproduce.bench.machine import Speed
from reproduce.bench.problem import Problem, create_problem
from reproduce.bench.process import Train
from reproduce.bench.results import Bench, Result, Row, bench_of, fastest, ratio, rows_of, table_of, timed
from reproduce.bench.rounds import race, started
from reproduce.bench.targets import MEMORY, Target, target_table
from reproduce.bench.work import price_work
from reproduce.evidence.program import load_program, program_path

PROGRAM = program_path("bitcoin_lstm")
WIRINGS = ("published", "described")
ORIGINAL, JAX = "original_code's graph", "JAX scan"
COLUMNS = {
    "contender": "{contender}",
    "wiring": "{wiring}",
    "threads": "{threads}",
    "µs a step": "{us_per_step:.0f}",
    "lower quartile": "{lower_quartile:.0f}",
    "upper quartile": "{upper_quartile:.0f}",
    "times compiled": "{times_compiled:.2f}",
    "times floor": "{times_floor:.2f}",
    "peak MB": "{peak_memory_mb:.0f}",
    "epoch 0 loss": "{first_epoch_loss:.5f}",
    "status": "{status}",
}


def train_original(problem: Problem) -> Train:
    """The published program's own graph, session settings and loop over batches."""
    import tensorflow.compat.v1 as tf

    from reproduce.networks.lstm.weights import Weights

    program = load_program(PROGRAM.stem)
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
        batches = zip(problem.inputs, problem.targets, strict=True)
        return float(np.mean([session.run([outputs, loss, update], {inputs: x, targets: y})[1] for x, y in batches]))

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def train_engine(name: str, threads: int, problem: Problem) -> Train:
    """One of `reproduce.networks.engine.ENGINES`, with pools as `reproduce run` has them."""
    from reproduce.networks.lstm.create import create_engine
    from reproduce.runs.process import limit_threads

    limit_threads(threads)
    engine = create_engine(name, problem.variant, seed=0, threads=threads)
    engine.set_weights(problem.weights)
    return lambda epochs: [float(np.mean(engine.train_epoch(*problem.unbatched).losses)) for _ in range(epochs)]


def train_keras(threads: int, problem: Problem) -> Train:
    """`fit` of the Keras equivalent, on one thread or on TensorFlow's default pools, which have one for each core.

    Keras's default for jit_compile, "auto", leaves a model with a recurrent layer uncompiled; XLA made it no faster,
    nor did several steps an execution.
    """
    from reproduce.networks.lstm.keras import build_model, build_optimizer
    from reproduce.networks.ports.layouts import to_keras
    from reproduce.runs.process import limit_threads

    if threads == 1:
        limit_threads(1)
    model = build_model(problem.variant)
    model.set_weights(to_keras(problem.weights))
    model.compile(optimizer=build_optimizer(problem.variant), loss="mse")
    return fit(model, *problem.unbatched, problem.variant.batch)


def train_pytorch(threads: int, problem: Problem) -> Train:
    """`reproduce.bench.pytorch`."""
    from reproduce.bench.pytorch import train_prices

    return train_prices(problem, threads)


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
    rows = [Contender(ORIGINAL, "published", CORES, train_original, file=PROGRAM)]
    for wiring in WIRINGS:
        rows += house_contenders(wiring)
        rows += [Contender(KERAS, wiring, n, partial(train_keras, n)) for n in THREADS[1:]]
    for name, build, package in ((PYTORCH, train_pytorch, "torch"), (JAX, train_jax, "jax")):
        rows += [Contender(name, "described", n, partial(build, n), package) for n in THREADS]
    return rows


def house_contenders(wiring: str) -> list[Contender]:
    """One each of those that every installation has, for either wiring."""
    return [
        Contender(SESSION, wiring, CORES, partial(train_engine, "session", CORES)),
        Contender(COMPILED, wiring, 1, partial(train_engine, "compiled", 1)),
        Contender(KERAS, wiring, 1, partial(train_keras, 1)),
    ]


def run_bench(
    contenders: Sequence[Contender], variant: Variant, *, steps: int, rounds: int, on_progress: Callable[[str], None]
) -> Bench:
    """Race the contenders on `steps` batches of `variant`, each in its wiring; the floor is measured before and after.

    Args:
        on_progress: as `reproduce.bench.rounds.race` calls it.
    """
    wired = {wiring: create_problem(replace(variant, wiring=wiring), steps=steps) for wiring in WIRINGS}
    with speed_meter([price_work(variant)]) as meter, started(contenders) as processes:
        results = race({one: wired[one.wiring] for one in contenders}, processes, rounds, on_progress)
        meter.measure()
        return show(results, variant, meter.best())


def show(results: Sequence[Result], variant: Variant, speeds: Sequence[Speed]) -> Bench:
    """The table of a race, with the floors as its last rows, and the targets.

    Args:
        variant: of either wiring; both take the same operations.
        speeds: of this machine, by numbers of threads.
    """
    work = price_work(variant)
    floors = {speed.threads: floor_of(work, speed).microseconds for speed in speeds}

    def more(result: Result) -> Row:
        compiled = fastest(results, COMPILED, wiring=result.contender.wiring)
        floor = floors[result.contender.threads]
        times = {"times_compiled": ratio(result.median, compiled), "times_floor": result.median / floor}
        return times | {"first_epoch_loss": result.first_loss}

    title = (
        f"One training step: {variant.batch} windows of {variant.window} days, {variant.hidden} hidden units, float32\n"
        + floor_text(work, speeds)
    )
    rows = rows_of(results, "contender", "us_per_step", more)
    targets = target_table(list(targets_of(results, floors)))
    return bench_of(
        results, table_of(title, [*rows, *floor_rows(work, speeds, "contender", "us_per_step")], COLUMNS), targets
    )


def targets_of(results: Sequence[Result], floors: Mapping[int, float]) -> Iterator[Target]:
    """Every target; where a contender has several numbers of threads, its fastest, and the leanest, counts.

    Args:
        floors: microseconds by numbers of threads.
    """

    def times(wiring: str, *names: str) -> float | None:
        return ratio(fastest(results, *names, wiring=wiring), fastest(results, COMPILED, wiring=wiring))

    def memory(wiring: str, name: str) -> int | None:
        return min((result.peak_bytes for result in timed(results, name, wiring=wiring)), default=None)

    yield Target("time of original_code's graph / compiled", "published", "at least", 6, times("published", ORIGINAL))
    for wiring in WIRINGS:
        yield Target("time of Keras fit / compiled", wiring, "at least", 4, times(wiring, KERAS))
    others = times("described", PYTORCH, JAX)
    yield Target("time of the best of PyTorch and JAX / compiled", "described", "at least", 1, others)
    for wiring in WIRINGS:
        yield Target(MEMORY, wiring, "at most", 1, ratio(memory(wiring, COMPILED), memory(wiring, KERAS)))
    for wiring in WIRINGS:
        compiled = min(timed(results, COMPILED, wiring=wiring), key=lambda result: result.median, default=None)
        times_floor = None if compiled is None else compiled.median / floors[compiled.contender.threads]
        yield Target("time of compiled / floor", wiring, "at most", 1.5, times_floor)
