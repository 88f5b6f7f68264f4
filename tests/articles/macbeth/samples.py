"""What the tests of this article share: a tiny text and variant, an engine that stands in for a network, rows."""

import hashlib
from dataclasses import replace

import numpy as np

from reproduce.articles.macbeth.study import TREND, MilestoneRow
from reproduce.articles.macbeth.training import RunConfig
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.inputs.text import number_characters
from reproduce.networks.characters.weights import CharWeights, weight_shapes

# 120 characters make 114 samples of 6: 102 to train on, 25 batches of 4 and one of 2, and 6 held out.
TINY = MacbethVariant(window=6, batch=4, hidden=5, epochs=2, held_out="last-tenth", learning_rate=0.01)
STEPS, CHECKPOINT_EVERY = 5, 2  # in place of 20 and 10: calls of 5 steps, of which an epoch has 5, and one of 1


def tiny_text(length=120, seed=4):
    """A text of nine characters, each drawn from three that depend on the one before."""
    characters, rng, text = "abcdef \ng", np.random.default_rng(seed), [0]
    while len(text) < length:
        text.append((2 * text[-1] + int(rng.integers(3))) % len(characters))
    written = "".join(characters[index] for index in text)
    return number_characters(written, hashlib.sha256(written.encode()).hexdigest(), "tiny.txt")


def config_of(variant=TINY, *, seed=0, engine="compiled", text=None):
    """A run on the tiny text."""
    return RunConfig(variant, seed, engine, (text or tiny_text()).sha256)


class StandIn:
    """An engine whose every figure hangs on each step before it and what that read, chaotically."""

    def __init__(self, _name, network, characters, seed):
        self._shapes, self._characters = weight_shapes(network.hidden, characters), characters
        self._x = np.array([0.1, 0.2, 0.3]) + 0.01 * seed

    def train(self, inputs, targets):
        losses = []
        for read, wanted in zip(inputs, targets, strict=True):
            place = np.arange(1, 1 + read.size)  # the order of samples counts
            self._x = (3.9 * self._x * (1 - self._x) + 1e-3 * (place @ read.ravel() + wanted.sum())) % 1
            losses.append(self._x.sum())
        return float(np.mean(losses))

    def probabilities(self, inputs):
        scores = 1 + np.sin(inputs.sum(axis=1)[:, np.newaxis] + np.arange(self._characters) + self._x[0])
        return (scores + 0.1) / np.sum(scores + 0.1, axis=1, keepdims=True)

    def weights(self):
        waves = (np.sin(9 * self._x[1] * np.arange(1, 1 + np.prod(shape))) for shape in self._shapes)
        return CharWeights(
            *(wave.reshape(shape).astype(np.float32) for wave, shape in zip(waves, self._shapes, strict=True))
        )

    def state(self):
        return {"x": self._x.copy()}

    def restore(self, state):
        self._x = state["x"].copy()

    def close(self):
        pass


ROW = MilestoneRow(
    variant=MacbethVariant().name,
    seed=0,
    epoch=1,
    loss=2.75,
    held_out_loss=float("nan"),
    repeat_rate=0.9375,
    entropy_0=3.0,
    entropy_1=2.5,
    text_repeat_rate=0.125,
    characters=100319,
    distinct_characters=43,
    samples=100269,
    batches=3343,
    weights=1096543,
    writes="the the the",
    seconds=120.5,
    version="0.1.0",
)
# A study in figures that are easily worked: three seeds of one epoch, and two of the trend. The held-out loss falls at
# each step; the mean repeat rate falls, stays, rises, falls.
HELD_OUT = {1: (2.5, 2.75), 2: (2.25, 2.5), 5: (2.0, 2.25), 10: (1.75, 2.0), 20: (1.5, 1.75)}
REPEATS = {1: (0.75, 1.0), 2: (0.5, 0.75), 5: (0.75, 0.5), 10: (0.875, 0.625), 20: (0.5, 0.25)}


def study_rows():
    """Its table."""
    published = [replace(ROW, seed=seed, loss=loss) for seed, loss in enumerate((2.75, 2.5, 2.875))]
    trend = [
        replace(
            ROW,
            variant=TREND.name,
            seed=seed,
            epoch=epoch,
            loss=held_out + 0.125,
            held_out_loss=held_out,
            repeat_rate=REPEATS[epoch][seed],
            entropy_0=3.125,
            entropy_1=2.625,
        )
        for seed in range(2)
        for epoch in HELD_OUT
        for held_out in [HELD_OUT[epoch][seed]]
    ]
    return trend + published
