"""What a network writes: against a float64 loop that reads one character at a time, and against Keras's predict."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.inputs.text import TextError, scale
from reproduce.networks.characters.generation import choose_start, draw_start, generate, pad_start, predict_shrinking
from tests.networks.characters.samples import random_weights, small_text

HIDDEN, CHARACTERS, WINDOW = 24, 11, 9
LENGTH = 200
# With larger ones float32 and float64 part ways after 70 characters of carried state; smaller ones write one letter.
WEIGHTS = random_weights(HIDDEN, CHARACTERS, seed=60, scale=1)
START = np.random.default_rng(1).integers(CHARACTERS, size=WINDOW)

pytestmark = pytest.mark.usefixtures("one_thread")


def numpy_logits(w, indices, state=None):
    """The logits after these characters and the state: float64, a gate and a character at a time, from `state` or 0."""
    w = type(w)(*(array.astype(np.float64) for array in w))
    h_1, c_1, h_2, c_2 = state or [np.zeros(len(w.kernel_out))] * 4
    for index in indices:
        h_1, c_1 = numpy_cell(np.array([index / len(w.bias_out)]), h_1, c_1, w.kernel_1, w.recurrent_1, w.bias_1)
        h_2, c_2 = numpy_cell(h_1, h_2, c_2, w.kernel_2, w.recurrent_2, w.bias_2)
    return h_2 @ w.kernel_out + w.bias_out, (h_1, c_1, h_2, c_2)


def numpy_cell(x, h, c, kernel, recurrent, bias):
    """One step of an LSTM, its gates cut out of Keras's arrays one by one."""
    hidden = len(h)
    pre = {}
    for place, gate in enumerate("ifgo"):
        columns = slice(place * hidden, (place + 1) * hidden)
        pre[gate] = x @ kernel[:, columns] + h @ recurrent[:, columns] + bias[columns]
    i, f, o = (1 / (1 + np.exp(-pre[gate])) for gate in "ifo")
    c = f * c + i * np.tanh(pre["g"])
    return o * np.tanh(c), c


def numpy_window_text(w, start, length, choose):
    """`length` characters, each chosen by choose(logits, step) after the last window, read from zeros."""
    text = list(start)
    for step in range(length):
        logits, _ = numpy_logits(w, text[-len(start) :])
        text.append(choose(logits, step))
    return text[len(start) :]


def numpy_carried_text(w, start, length, choose):
    """The same, every character read once."""
    text, unread, state = [], start, None
    for step in range(length):
        logits, state = numpy_logits(w, unread, state)
        text.append(choose(logits, step))
        unread = text[-1:]
    return text


NUMPY_TEXTS = {"window": numpy_window_text, "carried": numpy_carried_text}


def greedily(logits, _):
    """The likeliest."""
    return int(np.argmax(logits))


def drawn_with(temperature, uniforms):
    """The first character at which the summed probability passes the step's uniform number."""

    def choose(logits, step):
        weights = np.exp(logits / temperature)
        total = 0
        for index, weight in enumerate(weights / weights.sum()):
            total += weight
            if uniforms[step] < total:
                return index
        raise AssertionError("probabilities sum to less than the uniform number")

    return choose


@pytest.fixture(scope="module")
def keras_model():
    """The published model, small, with WEIGHTS."""
    model = keras.Sequential(
        [
            keras.Input((WINDOW, 1)),
            keras.layers.LSTM(HIDDEN, return_sequences=True),
            keras.layers.Dropout(0.2),
            keras.layers.LSTM(HIDDEN),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(CHARACTERS, activation="softmax"),
        ]
    )
    model.set_weights(WEIGHTS)
    return model


def keras_choice(model, window):
    """The likeliest character after a window, by predict."""
    return int(np.argmax(model.predict(scale(np.array([window]), CHARACTERS), verbose=0)))


@pytest.mark.parametrize("memory", ["window", "carried"])
def test_greedy_text_is_that_of_a_loop(memory):
    """200 characters, most of the alphabet among them."""
    written = generate(WEIGHTS, START, LENGTH, memory=memory, temperature=0, seed=0)
    assert written.tolist() == NUMPY_TEXTS[memory](WEIGHTS, START, LENGTH, greedily)
    assert len(set(written.tolist())) >= 8  # otherwise any network would do
    assert (written.shape, written.dtype) == ((LENGTH,), np.int32)


@pytest.mark.parametrize("temperature", [0.3, 1, 2.5])
@pytest.mark.parametrize("memory", ["window", "carried"])
@pytest.mark.parametrize(("hidden", "characters", "window"), [(5, 7, 6), (4, 3, 1)], ids=["six", "one"])
def test_drawn_text_is_that_of_a_loop(memory, temperature, hidden, characters, window):
    """By inverse distribution function from the seed's uniform numbers; a window may be one character long."""
    weights = random_weights(hidden, characters, seed=6, scale=1)
    start = np.arange(window)
    uniforms = np.random.default_rng(5).random(LENGTH)
    written = generate(weights, start, LENGTH, memory=memory, temperature=temperature, seed=5)
    assert written.tolist() == NUMPY_TEXTS[memory](weights, start, LENGTH, drawn_with(temperature, uniforms))
    assert len(set(written.tolist())) > 1


def test_two_memories_write_different_texts():
    """Otherwise the tests above could not tell them apart."""
    texts = [
        generate(WEIGHTS, START, LENGTH, memory=memory, temperature=0, seed=0).tolist()
        for memory in ("window", "carried")
    ]
    assert texts[0][0] == texts[1][0]  # both have read the start and nothing else
    assert texts[0] != texts[1]


def test_greedy_text_is_that_of_predict_once_a_character(keras_model):
    """The article's loop, repaired: what it says, a character at a time."""
    text = START.tolist()
    for _ in range(25):
        text.append(keras_choice(keras_model, text[-WINDOW:]))
    assert generate(WEIGHTS, START, 25, memory="window", temperature=0, seed=0).tolist() == text[WINDOW:]


def test_published_loop_predicts_from_a_shrinking_window(keras_model):
    """As Keras 3 does it: the model reads 9, 8, … 1 characters of the start without complaint."""
    expected = [keras_choice(keras_model, START[step:]) for step in range(WINDOW)]
    assert predict_shrinking(WEIGHTS, START, WINDOW).tolist() == expected
    assert expected == [int(np.argmax(numpy_logits(WEIGHTS, START[step:])[0])) for step in range(WINDOW)]
    assert len(set(expected)) > 2


def test_published_loop_begins_as_the_repaired_one():
    """The first window is whole in both; fewer steps are the first ones."""
    first = generate(WEIGHTS, START, 1, memory="window", temperature=0, seed=0)
    assert predict_shrinking(WEIGHTS, START, 1).tolist() == first.tolist()
    assert predict_shrinking(WEIGHTS, START, 5).tolist() == predict_shrinking(WEIGHTS, START, WINDOW)[:5].tolist()


def test_published_loop_ends_with_its_window():
    """After nine steps there is nothing left to read."""
    with pytest.raises(ValueError, match=r"^length is 10, expected at most 9: the published loop shortens its window"):
        predict_shrinking(WEIGHTS, START, 10)


def test_text_hangs_on_the_seed_and_nothing_else():
    """The same seed writes the same text, another one another; the start array is left alone."""
    start = START.copy()
    texts = [generate(WEIGHTS, start, LENGTH, memory="window", temperature=1, seed=seed).tolist() for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]
    np.testing.assert_array_equal(start, START)


def test_shorter_text_is_the_beginning_of_a_longer_one():
    """Length changes no draw."""
    texts = [generate(WEIGHTS, START, n, memory="window", temperature=1, seed=4).tolist() for n in (40, 60)]
    assert texts[0] == texts[1][:40]


def test_greedy_text_hangs_on_no_seed():
    """Nothing is drawn."""
    texts = [generate(WEIGHTS, START, 30, memory="carried", temperature=0, seed=s).tolist() for s in (0, 1)]
    assert texts[0] == texts[1]


def test_low_temperature_approaches_the_greedy_text():
    """Without an overflow on the way."""
    texts = [generate(WEIGHTS, START, 60, memory="window", temperature=t, seed=0).tolist() for t in (0, 1e-6)]
    assert texts[0] == texts[1]


def test_large_weights_overflow_nowhere():
    """Gates that are all but shut or open; a RuntimeWarning would be an error here."""
    weights = random_weights(HIDDEN, CHARACTERS, seed=60, scale=1e4)
    assert len(generate(weights, START, 3, memory="window", temperature=1, seed=0)) == 3


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"memory": "none"}, "memory is 'none', expected window or carried"),
        ({"temperature": -0.5}, "temperature is -0.5, expected a number of at least 0"),
        ({"temperature": float("nan")}, "temperature is nan, expected a number of at least 0"),
        ({"start": np.array([], dtype=int)}, "start has shape (0,), expected at least one character in one dimension"),
        ({"start": np.zeros((1, 3), dtype=int)}, "start has shape (1, 3), expected at least one character"),
    ],
    ids=["memory", "below-0", "nan", "empty", "two-dimensions"],
)
def test_generation_refuses_what_it_cannot_do(choice, message):
    """The message quotes what came and what was wanted."""
    arguments = {"start": START, "memory": "window", "temperature": 0} | choice
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the message is compared below, as it has brackets
        generate(WEIGHTS, length=2, seed=0, **arguments)
    assert str(refusal.value).startswith(message)


def test_start_text_gives_its_last_window():
    """Lower-cased; what stands before is not read."""
    text = small_text("abcdefgh\n")
    assert text.decode(choose_start(text, "habc\nHEAD", 5)) == "\nhead"
    assert text.decode(choose_start(text, "\nhead", 5)) == "\nhead"


def test_start_text_that_is_too_short_is_read_as_it_is():
    """A network that carries its state on needs no window."""
    text = small_text()
    assert text.decode(choose_start(text, "Fair", 5)) == "fair"


@pytest.mark.parametrize(
    ("characters", "padded", "words"),
    [("abc d", "    abc", "spaces"), ("abcd", "cabcabc", "itself repeated")],
    ids=["with-spaces", "without"],
)
def test_short_start_is_padded_on_its_left(characters, padded, words):
    """With spaces, or where the text has none with the start over and over; it ends as it was."""
    text = small_text(characters)
    indices, with_what = pad_start(text, text.encode("abc"), 7)
    assert (text.decode(indices), with_what, indices.dtype) == (padded, words, np.int32)


def test_start_text_with_an_unknown_character_is_refused():
    """The network has no number for it."""
    with pytest.raises(TextError, match=r"^'z' does not occur in small\.txt"):
        choose_start(small_text(), "fair is foulz", 5)


@given(st.integers(0, 10**6), st.integers(1, 30))
def test_drawn_start_is_a_window_of_the_text(seed, window):
    """With a character after it; the same one for the same seed."""
    text = small_text()
    start = draw_start(text, window, seed)
    assert text.decode(start) in text.characters[:-1]
    assert len(start) == window
    np.testing.assert_array_equal(start, draw_start(text, window, seed))


def test_drawn_starts_reach_both_ends():
    """Six windows of a text of eight, each about a sixth of the time."""
    text = small_text("abcdefgh")
    places = np.bincount([draw_start(text, 2, seed)[0] for seed in range(1200)])
    assert len(places) == 6
    assert places.min() > 150  # of 200 expected; five deviations are 65
