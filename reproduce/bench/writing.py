"""What writing with the Macbeth network costs a character: Keras's `predict` once for each, and our two loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from reproduce.bench.contenders import CORES, Contender
from reproduce.bench.process import Work
from reproduce.bench.rounds import Result, failures_of, started, still_in
from reproduce.inputs.text import scale
from reproduce.networks.characters.generation import generate
from reproduce.networks.characters.weights import CharWeights

if TYPE_CHECKING:
    from reproduce.networks.characters.keras import Network

PREDICT, WINDOW, CARRIED = "Keras predict", "generate, memory window", "generate, memory carried"
PREDICTED = 30  # characters a turn, as each takes a while
LENGTH = 1000  # characters a turn of `generate`
LOUDER = 5  # times as large as training begins: weights that do not write one character for ever


@dataclass(frozen=True)
class WritingProblem:
    """Everything a writer is given."""

    network: Network
    characters: int  # distinct ones
    weights: CharWeights
    start: np.ndarray  # (window,) numbers of characters, int32


@dataclass(frozen=True)
class Writing:
    """The times of all writers, in microseconds a character."""

    results: Sequence[Result]
    compared: int  # characters that `predict` and `generate` with memory window both wrote, the same or it failed


def create_writing_problem(network: Network, characters: int, seed: int = 0) -> WritingProblem:
    """Weights that write many characters, and a drawn start; starts TensorFlow."""
    from reproduce.networks.characters.keras import initial_weights

    weights = CharWeights(*(np.float32(LOUDER) * w for w in initial_weights(network, characters, seed)))
    start = np.random.default_rng(seed).integers(characters, size=network.window, dtype=np.int32)
    return WritingProblem(network, characters, weights, start)


def write_by_predict(length: int, problem: WritingProblem) -> Work:
    """`predict` once a character, fed back, `length` a turn; each turn goes on where the one before stopped."""
    from reproduce.networks.characters.keras import build_model

    model = build_model(problem.network, problem.characters, seed=0)
    model.set_weights(problem.weights)
    read = problem.start.tolist()

    def write() -> list[int]:
        for _ in range(length):
            x = scale(np.array(read[-problem.network.window :]), problem.characters)  # (window, 1)
            read.append(int(np.argmax(model.predict(x[np.newaxis], verbose=0))))
        return read[-length:]

    return lambda times: [write() for _ in range(times)]


def write_by_generate(memory: str, length: int, problem: WritingProblem) -> Work:
    """`reproduce.networks.characters.generation.generate`, greedily; every turn writes the same text."""

    def write() -> list[int]:
        written = generate(problem.weights, problem.start, length, memory=memory, temperature=0, seed=0)
        return written.tolist()

    return lambda times: [write() for _ in range(times)]


def all_writers() -> list[Contender]:
    """Every row, in the table's order; `predict` on TensorFlow's default pools, as the article calls it."""
    return [
        Contender(PREDICT, "described", CORES, partial(write_by_predict, PREDICTED)),
        Contender(WINDOW, "described", 1, partial(write_by_generate, "window", LENGTH)),
        Contender(CARRIED, "described", 1, partial(write_by_generate, "carried", LENGTH)),
    ]


def time_writers(
    writers: Sequence[Contender], problem: WritingProblem, rounds: int, on_progress: Callable[[str], None]
) -> Writing:
    """Have each write in turn, each in a process of its own; the turn before the rounds is not timed.

    Args:
        on_progress: called `rounds + 1` times, with what has just ended.
    """
    results = [Result(writer, missing=writer.why_missing()) for writer in writers]
    texts: dict[str, list[list[int]]] = {writer.name: [] for writer in writers}  # one a turn
    with started(writers) as processes:
        for number in range(rounds + 1):
            for result in still_in(results):
                writer = result.contender
                with failures_of(result):
                    if number == 0:
                        processes[writer].ask_to_build(writer.build, problem)
                    else:
                        processes[writer].ask_to_go_on(1)
                    chunk = processes[writer].answer()
                    (text,) = chunk.outcomes
                    texts[writer.name].append(text)
                    result.peak_bytes = chunk.peak_bytes
                    if number > 0:
                        result.microseconds.append(chunk.seconds / len(text) * 1e6)
            on_progress(f"text {number}")
    return Writing(results, _compare(results, texts))


def _compare(results: Sequence[Result], texts: dict[str, list[list[int]]]) -> int:
    """Mark `generate` with memory window as failed where it writes another text than `predict`.

    Returns:
        How many characters both have written.
    """
    window = next(result for result in results if result.contender.name == WINDOW)
    predicted = chain.from_iterable(texts[PREDICT])
    written = chain.from_iterable(texts[WINDOW][:1])
    pairs = list(zip(predicted, written, strict=False))
    differing = [place for place, (theirs, ours) in enumerate(pairs) if theirs != ours]
    if window.is_in and not pairs:
        window.failure = f"not checked: {PREDICT} has written no text to compare with"
    elif window.is_in and differing:
        window.failure = f"writes another text than {PREDICT} from character {differing[0]} on"
    return len(pairs)
