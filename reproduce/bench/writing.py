"""What writing with the Macbeth network costs a character: Keras's `predict` once for each, and our two loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from reproduce.articles.macbeth.variant import Variant
from reproduce.bench.contender import CORES, Contender
from reproduce.bench.process import Work
from reproduce.bench.results import Bench, Result, bench_of, ratio, table_of
from reproduce.bench.rounds import entered, race, started
from reproduce.bench.tasks import CHARACTERS
from reproduce.inputs.text import scale
from reproduce.networks.characters.generation import generate
from reproduce.networks.stack.weights import StackWeights
from reproduce.runs.environment import processor

if TYPE_CHECKING:
    from reproduce.networks.engine import CharSettings

PREDICT, WINDOW, CARRIED = "Keras predict", "generate, memory window", "generate, memory carried"
LENGTHS = {PREDICT: 30, WINDOW: 1000, CARRIED: 1000}  # characters a text, of `predict` few, as each takes a while
COLUMNS = {
    "writer": "{contender}",
    "threads": "{threads}",
    "ms a character": "{ms:.3g}",
    "quartiles": "{lower_quartile_ms:.3g} to {upper_quartile_ms:.3g}",
    "times as fast as predict": "{times_as_fast:.1f}",
    "peak MB": "{peak_memory_mb:.0f}",
    "equal to predict's": "{equal_characters} characters",
    "status": "{told}",
}
LOUDER = 5  # times as large as training begins: weights that do not write one character for ever


@dataclass(frozen=True)
class WritingProblem:
    """Everything a writer is given."""

    network: CharSettings
    characters: int  # distinct ones
    weights: StackWeights
    start: np.ndarray  # (window,) numbers of characters, int32
    steps: int = 0  # characters a text


def create_writing_problem() -> WritingProblem:
    """Of the article's network: weights that write many characters, and a drawn start; starts TensorFlow."""
    from reproduce.networks.stack.draws import initial_weights

    network = Variant()
    drawn = initial_weights((network.hidden, network.hidden), CHARACTERS, seed=0)
    weights = StackWeights(*(np.float32(LOUDER) * w for w in drawn))
    start = np.random.default_rng(0).integers(CHARACTERS, size=network.window, dtype=np.int32)
    return WritingProblem(network, CHARACTERS, weights, start)


def write_by_predict(problem: WritingProblem) -> Work:
    """`predict` once a character, fed back; each text goes on where the one before stopped."""
    from reproduce.networks.characters.keras import build_model

    model = build_model(problem.network, problem.characters, seed=0)
    model.set_weights(problem.weights)
    read = problem.start.tolist()

    def write() -> list[int]:
        for _ in range(problem.steps):
            x = scale(np.array(read[-problem.network.window :]), problem.characters)  # (window, 1)
            read.append(int(np.argmax(model.predict(x[np.newaxis], verbose=0))))
        return read[-problem.steps :]

    return lambda times: [write() for _ in range(times)]


def write_by_generate(memory: str, problem: WritingProblem) -> Work:
    """`reproduce.networks.characters.generation.generate`, greedily; it writes the same text every time."""
    how = {"memory": memory, "temperature": 0, "seed": 0}
    return lambda times: [generate(problem.weights, problem.start, problem.steps, **how).tolist() for _ in range(times)]


def all_writers() -> list[Contender]:
    """Every row, in the table's order; `predict` on TensorFlow's default pools, as the article calls it."""
    return [
        Contender(PREDICT, CORES, write_by_predict),
        Contender(WINDOW, 1, partial(write_by_generate, "window")),
        Contender(CARRIED, 1, partial(write_by_generate, "carried")),
    ]


def run_writing(
    writers: Sequence[Contender], problem: WritingProblem, rounds: int, on_progress: Callable[[str], None]
) -> Bench:
    """Have each write in turn; the table. `on_progress` as of `reproduce.bench.rounds.race`."""
    return show(time_writers(writers, problem, rounds, on_progress))


def show(results: Sequence[Result]) -> Bench:
    """The table of writers, each held against `predict`."""
    medians = {result.contender.name: result.median for result in results if result.is_timed}
    rows = []
    for result in results:
        name, row = result.contender.name, result.row()
        if result.is_timed:
            row["times_as_fast"] = ratio(medians.get(PREDICT), result.median)
        if result.is_timed and name == WINDOW:
            row["equal_characters"] = len(compared(results))
        rows.append(row)
    title = f"Macbeth article, one written character, greedily, each fed back\n{processor()}, {CORES} cores"
    return bench_of(results, table_of(title, rows, COLUMNS))


def time_writers(
    writers: Sequence[Contender], problem: WritingProblem, rounds: int, on_progress: Callable[[str], None]
) -> list[Result]:
    """Have each write in turn; `generate` with memory window has failed where it writes another text than `predict`.

    Args:
        on_progress: as `reproduce.bench.rounds.race` calls it.
    """
    problems = {writer: replace(problem, steps=LENGTHS[writer.name]) for writer in writers}
    results = entered(writers)
    with started(writers) as processes:
        race(results, problems, processes, rounds, on_progress, check=lambda _: None, chunk_seconds=0)
    window = next(result for result in results if result.contender.name == WINDOW)
    pairs = compared(results)
    differing = [place for place, (theirs, ours) in enumerate(pairs) if theirs != ours]
    if window.is_in and not pairs:
        window.failure = f"not checked: {PREDICT} has written no text to compare with"
    elif window.is_in and differing:
        window.failure = f"writes another text than {PREDICT} from character {differing[0]} on"
    return results


def compared(results: Sequence[Result]) -> list[tuple[int, int]]:
    """The characters that both `predict` and `generate` with memory window have written, side by side."""
    texts = {result.contender.name: result.outcomes for result in results}
    return list(zip(chain.from_iterable(texts[PREDICT]), chain.from_iterable(texts[WINDOW][:1]), strict=False))
