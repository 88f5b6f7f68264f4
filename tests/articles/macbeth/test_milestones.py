"""What is measured after an epoch: cross-entropy, repeat rate, the text that is kept; and its table."""

from dataclasses import astuple

import numpy as np
import pytest

from reproduce.articles.macbeth import milestones
from reproduce.articles.macbeth.milestones import (
    Milestone,
    cross_entropy,
    is_milestone,
    read_milestones,
    sample_name,
    text_repeat_rate,
    write_milestones,
)
from reproduce.articles.macbeth.training import load_weights, parts
from reproduce.inputs.text import Samples
from reproduce.networks.characters.generation import generate
from reproduce.runs.directory import Directory
from tests.articles.samples import VARIANTS, config_of, tiny_text
from tests.networks.characters.test_generation import greedily, numpy_logits, numpy_window_text

pytestmark = pytest.mark.usefixtures("one_thread")
TEXT, TINY = tiny_text(), VARIANTS["macbeth"]


class Table:
    """An engine whose probabilities are looked up by the first character of a window."""

    def __init__(self, probabilities):
        self._probabilities = np.array(probabilities, dtype=np.float32)
        self.sizes = []

    def probabilities(self, inputs):
        self.sizes.append(len(inputs))
        return self._probabilities[inputs[:, 0]]


def test_cross_entropy_is_the_mean_over_samples(monkeypatch):
    """In nats, by hand; three at a time, the last one alone, which counts no more than another."""
    monkeypatch.setattr(milestones, "AT_ONCE", 3)
    engine = Table([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.2, 0.3, 0.5]])
    samples = Samples(np.array([[0, 1], [1, 0], [2, 2], [0, 2]]), np.array([1, 1, 0, 0]))
    expected = -(np.log(0.25) + np.log(0.75) + np.log(0.2) + np.log(0.5)) / 4
    assert cross_entropy(engine, samples) == pytest.approx(expected, rel=1e-7)
    assert engine.sizes == [3, 1]


def test_cross_entropy_of_what_was_held_impossible_is_finite():
    """A probability of 0 in float32 counts as the smallest there is, 87 nats."""
    samples = Samples(np.array([[0, 1]]), np.array([1]))
    assert cross_entropy(Table([[1, 0]]), samples) == pytest.approx(87.3, abs=0.1)


def test_held_out_loss_of_a_run_is_that_of_its_weights(finished):
    """On the last six samples, by a loop in NumPy, without dropout."""
    weights, losses = load_weights(finished("macbeth")), []
    for start in range(108, 114):
        logits, _ = numpy_logits(weights, TEXT.indices[start : start + 6])
        losses.append(np.log(np.sum(np.exp(logits))) - logits[TEXT.indices[start + 6]])
    assert read_milestones(finished("macbeth"))[-1].held_out_loss == pytest.approx(np.mean(losses), rel=1e-5)


def share_repeated(text):
    """Of the text's pieces of ten characters, the share that stood before; counted one by one."""
    seen, repeated = set(), 0
    for first in range(len(text) - 9):
        piece = tuple(text[first : first + 10])
        repeated += piece in seen
        seen.add(piece)
    return repeated / (len(text) - 9)


def test_run_keeps_a_text_of_each_milestone(finished):
    """Window and text of the first held-out sample, in characters, and a line end."""
    window = TEXT.characters[108:114]
    for epoch in (1, 2):
        kept = (finished("macbeth").path / sample_name(epoch)).read_text(encoding="utf-8")
        assert kept.startswith(window)
        assert (len(kept), kept[-1]) == (6 + 500 + 1, "\n")
    written = numpy_window_text(load_weights(finished("macbeth")), TEXT.indices[108:114].tolist(), 500, greedily)
    assert kept == window + TEXT.decode(np.array(written)) + "\n"


def test_run_s_repeat_rate_is_that_of_its_last_weights(finished):
    """Written from held-out windows: of six, some twice."""
    inputs, weights = parts(TEXT, TINY)[1].inputs, load_weights(finished("macbeth"))
    written = [
        generate(weights, inputs[place], 500, memory="window", temperature=0, seed=0)
        for place in (0, 0, 1, 1, 2, 2, 3, 3, 4, 5)
    ]
    rates = [share_repeated(text.tolist()) for text in written]
    assert read_milestones(finished("macbeth"))[-1].repeat_rate == pytest.approx(np.mean(rates), rel=1e-12)


@pytest.mark.parametrize(
    ("length", "firsts"),
    [
        pytest.param(12, [0, 17, 35, 53, 71, 88, 106, 124, 142, 160], id="pieces"),
        pytest.param(500, [0] * 10, id="text-shorter-than-a-piece"),
    ],
)
def test_repeat_rate_of_the_text_is_that_of_pieces_as_long(length, firsts, monkeypatch):
    """A longer text repeats itself more; 172 characters, of which the pieces begin at equal distances."""
    monkeypatch.setattr(milestones, "LENGTH", length)
    text = [0, 1] * 43 + list(range(5)) * 17 + [9]
    judged = Samples(np.zeros((172, 6), np.int32), np.array(text, np.int32))
    rates = [share_repeated(text[first : first + length]) for first in firsts]
    assert text_repeat_rate(judged) == pytest.approx(np.mean(rates))
    assert np.mean(rates) > 0


def test_milestones_are_few():
    """1, 2, 5 and so on, up to the hundred epochs of the prose."""
    assert [epoch for epoch in range(200) if is_milestone(epoch)] == [1, 2, 5, 10, 20, 30, 50, 70, 100]


def test_table_reads_back_equal(tmp_path):
    """To the last bit, nan too."""
    directory = Directory(tmp_path, config_of("macbeth"))
    directory.path.mkdir()
    rows = [Milestone(1, 0.1 + 0.2, float("nan"), 1 / 3), Milestone(20, 2.5, 1 / 7, 0.0)]
    write_milestones(directory, rows)
    assert [str(astuple(row)) for row in read_milestones(directory)] == [str(astuple(row)) for row in rows]
    assert (directory.path / "milestones.csv").read_text().splitlines()[0] == "epoch,loss,held_out_loss,repeat_rate"


def test_cross_entropy_is_taken_in_float64():
    """The network's probabilities are float32; nothing is rounded after them."""
    samples = Samples(np.array([[0, 1]]), np.array([1]))
    assert cross_entropy(Table([[0.7, 0.3]]), samples) == pytest.approx(-np.log(float(np.float32(0.3))), rel=1e-14)
