"""What the article's terms are in its program: looked at where the program would do something else."""

import numpy as np
import pytest

from reproduce.articles.macbeth.program import watch_main
from reproduce.articles.macbeth.terms import (
    LENGTH,
    LETTERS,
    is_built_without_sequences,
    made_up_text,
    predictions_read,
    rows_not_one_hot,
    softmax_neurons,
    term_outputs,
)
from reproduce.evidence.program import load_program

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def program():
    """The published program."""
    return load_program("macbeth")


def test_made_up_text_has_every_letter():
    """Nine of them, in 500 characters."""
    assert (set(made_up_text()), len(made_up_text())) == (set(LETTERS), LENGTH)
    assert len(LETTERS) == 9


@pytest.mark.parametrize(
    ("outputs", "count"),
    [
        pytest.param([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]], 3, id="softmax"),
        pytest.param([[0.5, 0.25, 0.5], [0.1, 0.2, 0.7]], 0, id="sum-above-1"),
        pytest.param([[1.5, -0.25, -0.25], [0.1, 0.2, 0.7]], 0, id="linear"),
    ],
)
def test_softmax_is_told_by_its_outputs(outputs, count):
    """Above 0, and 1 together."""
    assert softmax_neurons(np.array(outputs)) == count


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        pytest.param([[0, 1, 0], [1, 0, 0]], 0, id="one-hot"),
        pytest.param([[0, 1, 0], [0, 1, 0]], 1, id="another-s"),
        pytest.param([[0, 1, 1], [0, 0, 0]], 2, id="two-or-none"),
        pytest.param([[0, 2, 0], [1, 0, 0]], 1, id="no-1"),
    ],
)
def test_rows_that_are_not_one_hot_are_counted(rows, count):
    """For the characters 1 and 0."""
    assert rows_not_one_hot(np.array(rows, dtype=float), [1, 0]) == count


def test_loop_that_appends_reads_every_prediction(program):
    """As printed it reads none (M3); with the line that is missing, all of the 49 before the last."""
    assert predictions_read(program) == 0

    def repaired(model, pattern, characters):
        written = []
        for _ in range(program.steps):
            index = np.argmax(model.predict(program.shape_input([pattern], characters), verbose=0))
            written.append(characters[index])
            pattern = [*pattern[1:], index]
        return "".join(written)

    program.generate = repaired
    assert predictions_read(program) == 49


def test_second_lstm_refuses_the_last_output_alone(program, monkeypatch):
    """Handed whole sequences it is built."""
    assert not is_built_without_sequences(program)
    lstm = program.keras.layers.LSTM
    monkeypatch.setattr(program.keras.layers, "LSTM", lambda units: lstm(units, return_sequences=True))
    assert is_built_without_sequences(program)


def test_values_are_those_of_the_made_up_text():
    """Windows of 50 characters, one number each; nine variables to predict."""
    found = term_outputs()
    assert (found["characters_in_x"], found["x_features"], found["y_variables"]) == (50, 1, 9)
    assert (found["softmax_neurons"], found["distinct_neurons"], found["neurons_beyond"]) == (9, 9, 0)
    assert (found["inputs_outside"], found["rows_not_one_hot"], found["starts_left_out"]) == (0, 0, 0)


def test_main_is_watched_and_not_assumed(program, monkeypatch):
    """What its own line hands over: here targets that are no longer one-hot."""
    text = made_up_text()
    monkeypatch.setattr(program.keras.utils, "to_categorical", lambda numbers: np.array(numbers)[:, np.newaxis] * 2)
    found = watch_main(program, text)
    assert found.inputs.shape == (len(text) - 50, 50, 1)
    assert (found.starts, set(found.targets.ravel())) == (len(text) - 50, set(range(0, 18, 2)))
