"""What writing with the Macbeth network costs a character: Keras's `predict` once for each, and our two loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from reproduce.bench.contender import CORES, Contender
from reproduce.bench.process import Work
from reproduce.bench.results import Result
from reproduce.bench.rounds import race, started
from reproduce.inputs.text import scale
from reproduce.networks.characters.generation import generate
from reproduce.networks.stack.weights import StackWeights

if TYPE_CHECKING:
    from reproduce.networks.engine import CharSettings

PREDICT, WINDOW, CARRIED = "Keras predict", "generate, memory window", "generate, memory carried"
LENGTHS = {PREDICT: 30, WINDOW: 1000, CARRIED: 1000}  # characters a text, of `predict` few, as each takes a while
LOUDER = 5  # times as large as training begins: weights that do not write one character for ever


@dataclass(frozen=True)
class WritingProblem:
    """Everything a writer is given."""

    network: CharSettings
    characters: int  # distinct ones
    weights: StackWeights
    start: np.ndarray  # (window,) numbers of characters, int32
    steps: int = 0  # characters a text


def create_writing_problem(network: CharSettings, characters: int, seed: int = 0) -> WritingProblem:
    """Weights that write many characters, and a drawn start; starts TensorFlow."""
    from reproduce.networks.characters.keras import initial_weights

    weights = StackWeights(*(np.float32(LOUDER) * w for w in initial_weights(network, characters, seed)))
    start = np.random.default_rng(seed).integers(characters, size=network.window, dtype=np.int32)
    return WritingProblem(network, characters, weights, start)


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
        Contender(PREDICT, None, CORES, write_by_predict),
        Contender(WINDOW, None, 1, partial(write_by_generate, "window")),
        Contender(CARRIED, None, 1, partial(write_by_generate, "carried")),
    ]


def time_writers(
    writers: Sequence[Contender], problem: WritingProblem, rounds: int, on_progress: Callable[[str], None]
) -> list[Result]:
    """Have each write in turn; `generate` with memory window has failed where it writes another text than `predict`.

    Args:
        on_progress: as `reproduce.bench.rounds.race` calls it.
    """
    problems = {writer: replace(problem, steps=LENGTHS[writer.name]) for writer in writers}
    with started(writers) as processes:
        results = race(problems, processes, rounds, on_progress, check=lambda _: None, chunk_seconds=0)
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
