"""Writing with the Macbeth network: writers that write the same text or not."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth.variant import Variant as MacbethVariant
from reproduce.bench import writing
from reproduce.bench.contender import CORES
from reproduce.bench.writing import CARRIED, PREDICT, WINDOW, write_by_generate, write_by_predict
from reproduce.networks.characters.generation import generate
from tests.bench.contenders import steady, timed, train_raising, writer
from tests.networks.characters.samples import random_weights


def text_problem(length):
    """A network whose text goes round in no circle (tests/networks/characters/test_generation.py)."""
    network = MacbethVariant(window=9, hidden=24)
    start = np.random.default_rng(1).integers(11, size=9, dtype=np.int32)
    return writing.WritingProblem(network, 11, random_weights(24, 11, seed=60, scale=1), start, length)


def test_predict_goes_on_from_turn_to_turn():
    """Two turns and a third write the text that `generate` with memory window writes in one."""
    write = write_by_predict(text_problem(6))
    first, second = write(2)
    (third,) = write(1)
    (text,) = write_by_generate("window", text_problem(18))(1)
    assert first + second + third == text
    assert len(set(text)) > 3


@pytest.mark.parametrize("memory", ["window", "carried"])
def test_generate_writes_the_same_text_in_every_turn(memory):
    """Greedily, with the memory asked for."""
    problem = text_problem(40)
    greedy = generate(problem.weights, problem.start, 40, memory=memory, temperature=0, seed=1).tolist()
    assert write_by_generate(memory, problem)(2) == [greedy, greedy]


def test_writers_stand_in_the_table_s_order():
    """30 characters of predict on all cores, 1000 of either memory on one thread."""
    assert [(one.name, one.threads, writing.LENGTHS[one.name]) for one in writing.all_writers()] == [
        (PREDICT, CORES, 30),
        (WINDOW, 1, 1000),
        (CARRIED, 1, 1000),
    ]


def test_writing_problem_writes_many_characters():
    """At the article's size, from a seeded start; equal texts of one character for ever would prove little."""
    problem = writing.create_writing_problem()
    (text,) = write_by_generate("window", replace(problem, steps=80))(1)
    assert (problem.start.shape, problem.start.dtype) == ((50,), np.dtype("int32"))
    assert len(set(text)) >= 5


def write_all(*writers, rounds=1):
    """Time writers that pretend; results by name, and how many characters were compared."""
    results = writing.time_writers(writers, text_problem(0), rounds, on_progress=lambda _: None)
    return {result.contender.name: result for result in results}, len(writing.compared(results))


def test_writers_write_once_a_round():
    """And twice before, untimed."""
    results, characters = write_all(writer(PREDICT, [1], [2], [3], [4]), writer(WINDOW, *[[1, 2, 3, 4]] * 4), rounds=2)
    assert [(r.failure, len(r.outcomes), len(r.microseconds)) for r in results.values()] == [(None, 4, 2)] * 2
    assert characters == 4


def test_writer_of_another_text_fails():
    """From the character on at which they part, in a later turn of predict's too; carried memory may write another."""
    texts = [
        writer(PREDICT, [1, 2], [3, 4], [5]),
        writer(WINDOW, [1, 2, 3, 5, 5], [1], [1]),
        writer(CARRIED, *[[6]] * 3),
    ]
    results, characters = write_all(*texts)
    assert results[WINDOW].failure == "writes another text than Keras predict from character 3 on"
    assert [results[name].failure for name in (PREDICT, CARRIED)] == [None, None]
    assert characters == 5


def test_text_is_not_checked_where_predict_wrote_none():
    """Nothing is timed that was not checked."""
    results, _ = write_all(replace(steady(PREDICT), build=train_raising), writer(WINDOW, *[[1]] * 3))
    assert results[PREDICT].failure == "RuntimeError: out of luck"
    assert results[WINDOW].failure == "not checked: Keras predict has written no text to compare with"


def test_writer_that_fails_later_says_so():
    """It has a turn, and no more."""
    results, _ = write_all(writer(PREDICT, [1], [2], [3]), writer(WINDOW, [1]))
    assert results[WINDOW].failure == "RuntimeError: out of words"


def test_table_tells_how_much_faster_than_predict():
    """60 ms a character against 2 and 0.25; only the window's text is one that predict writes."""
    results = [timed(PREDICT, [60e3]), timed(WINDOW, [2e3]), timed(CARRIED, [250.0])]
    results[0].outcomes, results[1].outcomes = [[1, 2], [3]], [[1, 2, 3, 4]]
    done = writing.show(results)
    rows = done.tables[0].rows
    assert [row["ms"] for row in rows] == [60, 2, 0.25]
    assert [row["times_as_fast"] for row in rows] == pytest.approx([1, 30, 240])
    assert [row.get("equal_characters") for row in rows] == [None, 3, None]
    assert done.tables[0].texts[1]["equal to predict's"] == "3 characters"
