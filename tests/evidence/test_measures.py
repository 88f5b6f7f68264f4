"""Repeat rate and entropies: hand-worked figures and plain loops."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.evidence import measures
from reproduce.evidence.measures import entropy_of_order, repeat_rate
from reproduce.inputs.text import Samples, cut_samples, load_text, split_samples
from tests.networks.characters.samples import needs_macbeth, small_text


def test_examples_hold():
    """Those of the docstrings."""
    assert doctest.testmod(measures) == doctest.TestResults(failed=0, attempted=4)


@pytest.mark.parametrize(
    ("text", "n", "rate"),
    [
        ("abcdef", 2, 0),
        ("aaaaaa", 2, 4 / 5),  # five pieces, one kind
        ("abcabcabc", 3, 4 / 7),  # abc bca cab, then abc bca cab abc
        ("abxaby", 2, 1 / 5),  # ab again
        ("abxaby", 1, 2 / 6),
        ("abcdef", 6, 0),  # one piece
    ],
)
def test_repeat_rate_is_the_share_of_pieces_seen_before(text, n, rate):
    """Counted by hand."""
    assert repeat_rate(small_text(text).indices, n) == pytest.approx(rate, abs=1e-15)


@given(st.lists(st.integers(0, 300), min_size=3, max_size=40), st.integers(1, 3))
def test_repeat_rate_agrees_with_a_search(indices, n):
    """Each piece looked for among those before it."""
    pieces = [indices[k : k + n] for k in range(len(indices) - n + 1)]
    repeated = sum(piece in pieces[:k] for k, piece in enumerate(pieces))
    assert repeat_rate(np.array(indices), n) == pytest.approx(repeated / len(pieces), abs=1e-12)


def test_numbers_above_255_are_told_apart():
    """A text may have more distinct characters than a byte has values."""
    assert repeat_rate(np.array([1, 257, 513]), n=1) == 0


def test_repeat_rate_takes_ten_characters_by_default():
    """A line of ten that comes twice, after another character."""
    indices = small_text("abcdefghij-abcdefghij").indices  # 12 pieces, the last one seen before
    assert repeat_rate(indices) == repeat_rate(indices, 10) == pytest.approx(1 / 12)


@pytest.mark.parametrize("n", [0, 5])
def test_repeat_rate_refuses_pieces_that_are_not_there(n):
    """In a text of four characters."""
    with pytest.raises(ValueError, match=f"^n is {n} in a text of 4 characters, expected 1 to 4$"):
        repeat_rate(np.arange(4), n)


def samples_of(text, window=3):
    """All samples of a text."""
    return cut_samples(small_text(text), window=window, batch=1)


def test_entropy_of_order_0_by_hand():
    """Targets d, a, a, b of abcdaab: after one added to each, probabilities 2/8, 3/8, 3/8, 2/8 of 4 characters."""
    seen = samples_of("abcdaab")
    expected = -np.mean(np.log([2 / 8, 3 / 8, 3 / 8, 2 / 8]))
    assert entropy_of_order(seen, seen, 0, 4) == pytest.approx(expected, rel=1e-12)


def test_entropy_of_order_1_by_hand():
    """Pairs cd, da, aa, ab: after c one of one, after d one of one, after a two different ones of two."""
    seen = samples_of("abcdaab")
    expected = -np.mean(np.log([2 / 5, 2 / 5, 2 / 6, 2 / 6]))
    assert entropy_of_order(seen, seen, 1, 4) == pytest.approx(expected, rel=1e-12)


@given(st.data(), st.integers(0, 3))
def test_entropy_agrees_with_a_loop(data, order):
    """Counts of one text, judged on another, with contexts that were never seen."""
    letters = st.lists(st.integers(0, 3), min_size=4, max_size=30)
    texts = [data.draw(letters) for _ in range(2)]
    seen, asked = ([(t[k : k + 3], t[k + 3]) for k in range(len(t) - 3)] for t in texts)
    total = 0
    for window, target in asked:
        context = window[3 - order :]
        times = sum(w[3 - order :] == context and t == target for w, t in seen)
        of = sum(w[3 - order :] == context for w, _ in seen)
        total -= math.log((times + 1) / (of + 4))
    first, second = (Samples(*(np.array(part) for part in zip(*pairs, strict=True))) for pairs in (seen, asked))
    assert entropy_of_order(first, second, order, 4) == pytest.approx(total / len(asked), rel=1e-12)


@pytest.mark.parametrize("order", [-1, 4])
def test_entropy_refuses_an_order_that_no_window_has(order):
    """Windows of three."""
    with pytest.raises(ValueError, match=f"^order is {order}, expected 0 to 3, the characters before a target$"):
        entropy_of_order(samples_of("abcdef"), samples_of("abcdef"), order, 6)


def test_types_of_the_numbers_do_not_matter():
    """Keys are bytes: the same numbers in another width must be the same keys."""
    seen = samples_of("abcdaabcab")
    wide = Samples(seen.inputs.astype(np.int64), seen.targets.astype(np.int64))
    assert entropy_of_order(seen, wide, 1, 4) == entropy_of_order(seen, seen, 1, 4)


@needs_macbeth
def test_macbeth_is_told_better_by_pairs_than_by_single_characters():
    """On the held-out tenth: below the 3.761 nats of 43 equally likely characters, and falling."""
    training, held_out = split_samples(load_text(), window=50, batch=30)
    entropies = [entropy_of_order(training, held_out, order, 43) for order in (0, 1)]
    assert entropies == pytest.approx([3.0037, 2.4277], abs=5e-4)  # of this implementation, to notice a change


def counted_by_hand(text, order, k, characters):
    """P of the character at place k of a text after the `order` before it, counted over what stands before place 30."""
    if order < 0:
        return 1 / characters
    lower = counted_by_hand(text, order - 1, k, characters)
    context, wanted = text[k - order : k], text[k]
    after = [text[m] for m in range(WINDOW, 30) if text[m - order : m] == context]
    if not after:
        return lower
    kinds = len(set(after))
    return (after.count(wanted) + kinds * lower) / (len(after) + kinds)


WINDOW = 4
COUNTED = "abracadabra abacus cadabra barabas abacab"


def test_witten_bell_mixes_every_context_with_the_shorter_one():
    """Place by place from a text, each order from 0 to the window; contexts that were never seen among them."""
    text = small_text(COUNTED)
    samples = cut_samples(text, window=WINDOW, batch=1)
    seen, asked = (Samples(samples.inputs[p], samples.targets[p]) for p in (slice(26), slice(26, None)))
    characters = len(text.vocabulary)
    expected = [
        -np.mean([math.log(counted_by_hand(COUNTED, order, k, characters)) for k in range(30, len(COUNTED))])
        for order in range(WINDOW + 1)
    ]
    assert measures.witten_bell(seen, asked, characters) == pytest.approx(expected, rel=1e-12)


def test_witten_bell_gives_probabilities():
    """Of all characters that could come after one window, they sum to 1."""
    text = small_text(COUNTED)
    samples, characters = cut_samples(text, window=WINDOW, batch=1), len(text.vocabulary)
    windows = np.repeat(samples.inputs[7:8], characters, axis=0)
    each = [
        math.exp(-measures.witten_bell(samples, Samples(windows[:1], np.array([c])), characters)[3])
        for c in range(characters)
    ]
    assert sum(each) == pytest.approx(1, abs=1e-12)


def test_order_is_chosen_on_the_training_text_alone():
    """Of two judged texts, on which other orders would be best, the same order is told; its entropy is of all of it."""
    text = small_text("abcabd" * 20 + "abc")
    samples, characters = cut_samples(text, window=WINDOW, batch=1), len(text.vocabulary)
    training = Samples(samples.inputs[:60], samples.targets[:60])
    alike, other = (
        Samples(samples.inputs[60:80], samples.targets[60:80]),
        Samples(samples.inputs[60:80], np.zeros(20, dtype=int)),
    )
    (order, entropy), (again, _) = (measures.best_counted(training, one, characters) for one in (alike, other))
    assert order == again == np.argmin(measures.witten_bell(*halves(training, 54), characters))
    assert order != np.argmin(measures.witten_bell(training, other, characters))
    assert entropy == measures.witten_bell(training, alike, characters)[order]


def halves(samples, first):
    """Those before and those from `first`."""
    return [Samples(samples.inputs[part], samples.targets[part]) for part in (slice(first), slice(first, None))]
