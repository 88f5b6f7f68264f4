"""The Macbeth network against the clock: its contenders, and the tables and targets of their race and their writing.

The article's `fit` is the base line. Libraries are imported by the contender that needs them, in its own process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reproduce.bench.contender import COMPILED, KERAS, PYTORCH, THREADS, Contender, fit
from reproduce.bench.floor import floor_of, floor_rows, floor_text, speed_meter
from reproduce.bench.machine import Speed
from reproduce.bench.problem import Problem, create_char_problem
from reproduce.bench.process import Train
from reproduce.bench.results import Bench, Result, bench_of, fastest, ratio, rows_of, table_of, timed
from reproduce.bench.rounds import race, started
from reproduce.bench.targets import MEMORY, Target, target_table
from reproduce.bench.work import character_work
from reproduce.bench.writing import PREDICT, WINDOW, WritingProblem, compared, create_writing_problem, time_writers
from reproduce.inputs.text import scale

if TYPE_CHECKING:
    from reproduce.networks.engine import CharSettings

CHARACTERS = 43  # distinct ones in Macbeth
STEPS = 60  # an epoch here; a call of fit takes as long to begin as one step, and an epoch of the article has 3343
CALL = 20  # steps in a call of the compiled engine, as `reproduce run macbeth` trains
TOLERANCE = 1e-5  # relative, of the mean loss of the first STEPS steps; as the proof's
OTHER_DRAWS = 0.005  # likewise, where dropout draws other units than Keras does; draws of 100 units differ by 0.001
STEP_COLUMNS = {
    "contender": "{contender}",
    "threads": "{threads}",
    "ms a step": "{ms_per_step:.1f}",
    "lower quartile": "{lower_quartile:.1f}",
    "upper quartile": "{upper_quartile:.1f}",
    "times compiled": "{times_compiled:.2f}",
    "times floor": "{times_floor:.2f}",
    "peak MB": "{peak_memory_mb:.0f}",
    "first loss": "{first_loss:.6f}",
    "status": "{status}",
}
WRITING_COLUMNS = {
    "writer": "{writer}",
    "threads": "{threads}",
    "ms a character": "{ms_per_character:.2f}",
    "lower quartile": "{lower_quartile:.2f}",
    "upper quartile": "{upper_quartile:.2f}",
    "times as fast as predict": "{times_as_fast:.1f}",
    "peak MB": "{peak_memory_mb:.0f}",
    "equal to predict's": "{equal_characters} characters",
    "status": "{status}",
}


def train_keras(threads: int, problem: Problem) -> Train:
    """`fit` as the article has it, but unshuffled, on one thread or on TensorFlow's default pools, all cores."""
    from reproduce.networks.characters.keras import build_model
    from reproduce.runs.process import limit_threads

    if threads == 1:
        limit_threads(1)
    network = problem.variant
    model = build_model(network, problem.characters, problem.seed)
    model.set_weights(problem.weights)
    inputs, targets = problem.unbatched
    x = scale(inputs, problem.characters)
    one_hot = np.eye(problem.characters, dtype=np.float32)[targets]
    return fit(model, x, one_hot, network.batch)


def train_compiled(threads: int, problem: Problem) -> Train:
    """The compiled engine, `threads` of which share a batch, in calls as a run's."""
    from reproduce.networks.characters.create import create_char_engine
    from reproduce.runs.process import limit_threads

    limit_threads(1, threads)
    engine = create_char_engine("compiled", problem.variant, problem.characters, problem.seed, threads)
    engine.set_weights(problem.weights)
    calls = [slice(start, start + CALL) for start in range(0, problem.steps, CALL)]

    def train_epoch() -> float:
        sums = [engine.train(problem.inputs[c], problem.targets[c]) * len(problem.targets[c]) for c in calls]
        return sum(sums) / problem.steps

    return lambda epochs: [train_epoch() for _ in range(epochs)]


def train_pytorch(threads: int, problem: Problem) -> Train:
    """`reproduce.bench.pytorch`."""
    from reproduce.bench.pytorch import train_characters

    return train_characters(problem, threads)


def all_contenders() -> list[Contender]:
    """Every row, in the table's order, each held to Keras's loss."""
    rows = []
    for name, build, tolerance, package in (
        (KERAS, train_keras, TOLERANCE, None),
        (COMPILED, train_compiled, TOLERANCE, None),
        (PYTORCH, train_pytorch, OTHER_DRAWS, "torch"),
    ):
        held_to = {"references": (KERAS,), "tolerance": tolerance}
        rows += [Contender(name, None, n, partial(build, n), package, **held_to) for n in reversed(THREADS)]
    return rows


def create_problems(network: CharSettings) -> tuple[Problem, WritingProblem]:
    """What is trained and what is written with; starts TensorFlow."""
    return create_char_problem(network, CHARACTERS, steps=STEPS), create_writing_problem(network, CHARACTERS)


def run_char_bench(
    contenders: Sequence[Contender],
    writers: Sequence[Contender],
    problems: tuple[Problem, WritingProblem],
    *,
    rounds: int,
    on_progress: Callable[[str], None],
) -> Bench:
    """Race the contenders, then have the writers write, as many rounds each.

    Args:
        on_progress: called `len(contenders) + len(writers) + 2 * (rounds + 1)` times, with what has just ended.
    """
    training, writing = problems
    with speed_meter([character_work(training.variant, training.characters)]) as meter:
        with started(contenders) as processes:
            results = race(dict.fromkeys(contenders, training), processes, rounds, on_progress)
        meter.measure()
        speeds = meter.best()
    return show(results, time_writers(writers, writing, rounds, on_progress), training, speeds)


def show(results: Sequence[Result], written: Sequence[Result], problem: Problem, speeds: Sequence[Speed]) -> Bench:
    """The tables of a race on `problem` and of the writing after it, and the targets.

    Args:
        speeds: of this machine, by numbers of threads.
    """
    n, work = problem.variant, character_work(problem.variant, problem.characters)
    floors = {speed.threads: floor_of(work, speed).microseconds for speed in speeds}
    compiled, predict = fastest(results, COMPILED), fastest(written, PREDICT)
    title = (
        f"One training step: {n.batch} samples of {n.window} of {problem.characters} characters, two layers of "
        f"{n.hidden} hidden units, dropout {n.dropout:g}, float32\n"
        f"First loss: the mean of the first {problem.steps} steps; PyTorch drops other units than Keras and "
        f"is held to it within {OTHER_DRAWS:.1%}\n" + floor_text(work, speeds)
    )
    steps = rows_of(
        results,
        *("contender", "ms_per_step"),
        lambda r: {
            "times_compiled": ratio(r.median, compiled),
            "times_floor": r.median / floors[r.contender.threads],
            "first_loss": r.first_loss,
        },
        unit=1000,
    )
    steps += floor_rows(work, speeds, "contender", "ms_per_step", unit=1000)
    characters = rows_of(
        written,
        *("writer", "ms_per_character"),
        lambda r: (
            {"times_as_fast": ratio(predict, r.median)}
            | ({"equal_characters": len(compared(written))} if r.contender.name == WINDOW else {})
        ),
        unit=1000,
    )
    best = timed(results, COMPILED)
    memory = {name: min((r.peak_bytes for r in timed(results, name)), default=None) for name in (COMPILED, KERAS)}
    targets = [  # where a contender has several numbers of threads, its fastest, or leanest, counts
        (
            "time of the best of Keras and PyTorch / compiled",
            *("at least", 1.2),
            ratio(fastest(results, KERAS, PYTORCH), compiled),
        ),
        (
            "time of compiled / floor of its threads",
            *("at most", 1.5),
            min((r.median / floors[r.contender.threads] for r in best if r.median == compiled), default=None),
        ),
        (MEMORY, "at most", 1, ratio(memory[COMPILED], memory[KERAS])),
        (
            "time of Keras predict / generate with memory window",
            *("at least", 20),
            ratio(predict, fastest(written, WINDOW)),
        ),
    ]
    return bench_of(
        [*results, *written],
        table_of(title, steps, STEP_COLUMNS),
        table_of("One written character, greedily, each fed back", characters, WRITING_COLUMNS),
        target_table([Target(name, None, *rest) for name, *rest in targets]),
    )
