"""The network's other kinds: one that reads characters one-hot, and one of plain RNN layers."""

import numpy as np
import pytest

from reproduce.inputs.text import code, scale
from reproduce.networks.characters.create import CHAR_ENGINES, create_char_engine
from reproduce.networks.characters.generation import generate
from reproduce.networks.stack.weights import StackWeights
from tests.networks.characters.samples import Sizes
from tests.networks.forecasters import lstm_layer, simple_rnn_layer

pytestmark = pytest.mark.usefixtures("one_thread")
CHARACTERS, SEED = 7, 3
GENERATOR = np.random.default_rng(2)
INPUTS = GENERATOR.integers(CHARACTERS, size=(12, 3, 5)).astype(np.int32)
TARGETS = INPUTS[:, :, -1] * 3 % CHARACTERS  # there is something to learn
ONE_HOT, PLAIN = (
    Sizes(dropout=0.4, learning_rate=0.01, **kind) for kind in ({"coding": "one-hot"}, {"network": "simple-rnn"})
)


def drawn(shapes):
    """Distinct float32 weights of these shapes, so large that every character counts."""
    rng = np.random.default_rng(8)
    return StackWeights(*(rng.normal(0, 1, shape).astype(np.float32) for shape in shapes))


ONE_HOT_WEIGHTS = drawn([(7, 16), (4, 16), (16,), (4, 16), (4, 16), (16,), (4, 7), (7,)])
PLAIN_WEIGHTS = drawn([(1, 4), (4, 4), (4,), (4, 4), (4, 4), (4,), (4, 7), (7,)])


def logits(w, window, layer, read):
    """Of what comes after a window: float64, a character at a time."""
    w = StackWeights(*(array.astype(np.float64) for array in w))
    return layer(layer(read(window), *w[:3]), *w[3:6])[-1] @ w.kernel_out + w.bias_out


def one_hot_logits(w, window):
    """A 1 at each character's place."""
    return logits(
        w, window, lstm_layer, lambda read: np.array([[k == index for k in range(7)] for index in read], float)
    )


def plain_logits(w, window):
    """A character's number, divided by how many there are."""
    return logits(w, window, simple_rnn_layer, lambda read: np.array(read)[:, np.newaxis] / CHARACTERS)


@pytest.fixture(scope="module")
def one_hot(one_thread):  # noqa: ARG001
    """Both engines of it, which have trained: their losses step by step, their weights before and after."""
    left = {}
    for name in CHAR_ENGINES:
        engine = create_char_engine(name, ONE_HOT, CHARACTERS, SEED)
        before = engine.weights()
        losses = [engine.train(INPUTS[k : k + 1], TARGETS[k : k + 1]) for k in range(len(INPUTS))]
        left[name] = losses, before, engine.weights(), engine
    yield left
    for *_, engine in left.values():
        engine.close()


def test_one_hot_engines_train_alike(one_hot):
    """From the same draw, dropout at work; float32, sums in other orders."""
    (losses, *weights), (others, *theirs) = (one_hot[name][:3] for name in CHAR_ENGINES)
    np.testing.assert_allclose(losses, others, rtol=1e-6)
    for ours, keras in zip(weights[1], theirs[1], strict=True):
        np.testing.assert_allclose(ours, keras, rtol=1e-4, atol=1e-5)
    assert weights[0].kernel_1.shape == (CHARACTERS, 16)
    assert all(ours.tobytes() == keras.tobytes() for ours, keras in zip(weights[0], theirs[0], strict=True))
    moved = np.abs(weights[1].kernel_1 - weights[0].kernel_1).max(axis=1)
    assert (moved > 0.01).all()  # each character has weights of its own, which learn


@pytest.mark.parametrize("name", CHAR_ENGINES)
def test_one_hot_probabilities_are_those_of_the_equations(name, one_hot):
    """For random weights, biases too."""
    engine = one_hot[name][3]
    engine.set_weights(ONE_HOT_WEIGHTS)
    likelihoods = np.exp([one_hot_logits(ONE_HOT_WEIGHTS, window) for window in INPUTS[0]])
    expected = likelihoods / likelihoods.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(engine.probabilities(INPUTS[0]), expected, rtol=1e-5)


def test_plain_network_is_that_of_the_equations_and_learns():
    """In Keras; the loss falls over batches that it sees again."""
    engine = create_char_engine("keras", PLAIN, CHARACTERS, SEED)
    losses = [engine.train(INPUTS, TARGETS) for _ in range(8)]
    assert losses[-1] < losses[0] - 0.1
    assert [array.shape for array in engine.weights()] == [array.shape for array in PLAIN_WEIGHTS]
    engine.set_weights(PLAIN_WEIGHTS)
    likelihoods = np.exp([plain_logits(PLAIN_WEIGHTS, window) for window in INPUTS[0]])
    expected = likelihoods / likelihoods.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(engine.probabilities(INPUTS[0]), expected, rtol=1e-5)
    engine.close()


def test_compiled_engine_has_no_plain_network():
    """And says which has."""
    with pytest.raises(ValueError, match="network is 'simple-rnn', expected lstm; the engine keras has the others"):
        create_char_engine("compiled", PLAIN, CHARACTERS, SEED)


@pytest.mark.parametrize(
    ("weights", "of"), [(ONE_HOT_WEIGHTS, one_hot_logits), (PLAIN_WEIGHTS, plain_logits)], ids=["one-hot", "plain"]
)
@pytest.mark.parametrize("memory", ["window", "carried"])
def test_drawn_text_is_that_of_a_loop(memory, weights, of):
    """Whatever the network reads, and whatever its layers are; from the seed's uniform numbers."""
    written = generate(weights, INPUTS[0, 0], 40, memory=memory, temperature=1, seed=5)
    text = INPUTS[0, 0].tolist()
    for uniform in np.random.default_rng(5).random(40):
        likelihoods = np.exp(of(weights, text[-5:] if memory == "window" else text))
        text.append(int(np.searchsorted(np.cumsum(likelihoods) / likelihoods.sum(), uniform, side="right")))
    assert written.tolist() == text[5:]
    assert len(set(text[5:])) > 3


def test_codes_are_a_number_or_a_place():
    """Of any shape of numbers; float32."""
    numbers = INPUTS[:2]
    coded = code(numbers, CHARACTERS, "one-hot")
    assert (coded.shape, coded.dtype) == ((2, 3, 5, CHARACTERS), np.float32)
    np.testing.assert_array_equal(coded.argmax(axis=-1), numbers)
    assert set(np.unique(coded)) == {0, 1}
    assert (coded.sum(axis=-1) == 1).all()
    np.testing.assert_array_equal(code(numbers, CHARACTERS, "numbers"), scale(numbers, CHARACTERS))
