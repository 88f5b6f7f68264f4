"""What the tests of this article share: an engine that stands in for a network, and the rows of a study."""

from dataclasses import replace

import numpy as np

from reproduce.articles.macbeth.epochs import TREND, MilestoneRow
from reproduce.articles.macbeth.variant import Variant
from reproduce.networks.stack.weights import StackWeights, weight_shapes


class StandIn:
    """An engine whose every value depends on each step before it and what that read, chaotically."""

    def __init__(self, _name, network, characters, seed, _threads=1):
        self._shapes, self._characters = weight_shapes((network.hidden, network.hidden), characters), characters
        self._x = np.array([0.1, 0.2, 0.3]) + 0.01 * seed

    def train(self, inputs, targets):
        return float(np.mean(self.train_steps(inputs, targets)[:, 0], dtype=np.float64))

    def train_steps(self, inputs, targets):
        record = []
        for read, wanted in zip(inputs, targets, strict=True):
            place = np.arange(1, 1 + read.size)  # the order of samples counts
            self._x = (3.9 * self._x * (1 - self._x) + 1e-3 * (place @ read.ravel() + wanted.sum())) % 1
            record.append([self._x.sum(), *self._x, *(2 * self._x)])
        return np.array(record, dtype=np.float32)

    def probabilities(self, inputs):
        scores = 1 + np.sin(inputs.sum(axis=1)[:, np.newaxis] + np.arange(self._characters) + self._x[0])
        return (scores + 0.1) / np.sum(scores + 0.1, axis=1, keepdims=True)

    def weights(self):
        waves = (np.sin(9 * self._x[1] * np.arange(1, 1 + np.prod(shape))) for shape in self._shapes)
        return StackWeights(
            *(wave.reshape(shape).astype(np.float32) for wave, shape in zip(waves, self._shapes, strict=True))
        )

    def state(self):
        return {"x": self._x.copy()}

    def restore(self, state):
        self._x = state["x"].copy()

    def close(self):
        pass


ROW = MilestoneRow(
    variant=Variant().name,
    seed=0,
    epoch=1,
    loss=2.75,
    held_out_loss=float("nan"),
    repeat_rate=0.9375,
    entropy_0=3.0,
    entropy_1=2.5,
    counted_order=float("nan"),
    counted_entropy=float("nan"),
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
# A study in values that are easily worked: three seeds of one epoch, and two of the trend. The held-out loss falls at
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
            counted_order=4.0,
            counted_entropy=1.75,
        )
        for seed in range(2)
        for epoch in HELD_OUT
        for held_out in [HELD_OUT[epoch][seed]]
    ]
    return trend + published
