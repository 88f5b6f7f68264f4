"""What was found of choices: dropout or none, an LSTM or a plain RNN, numbers or one-hot characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reproduce.articles.article import Finding
from reproduce.articles.macbeth.coding import numbers_gains
from reproduce.articles.macbeth.curves import CurveRow, lowest_of
from reproduce.articles.macbeth.dropout import DROPPED, UNDROPPED, gains_of
from reproduce.articles.macbeth.epochs import MilestoneRow
from reproduce.articles.macbeth.plain import PLAIN
from reproduce.articles.macbeth.variant import Variant
from reproduce.evidence.tally import counted


def plain_finding(rows: Sequence[CurveRow], lstm: Sequence[CurveRow], pairs: float) -> Finding:
    """A plain RNN beside an LSTM of as many weights."""
    lowest, of_lstm = (np.array(list(lowest_of(*of).values())) for of in ((rows, PLAIN), (lstm, DROPPED)))
    last = [row.held_out_loss for row in rows if (row.variant, row.epoch) == (PLAIN.name, max(r.epoch for r in rows))]
    risen = sum(loss not in lowest for loss in last)
    if lowest.min() > pairs:
        headline = "A plain RNN cannot write the play: it knows less than pairs of characters."
    else:
        is_worse, is_better = lowest.min() > of_lstm.max(), lowest.max() < of_lstm.min()
        than = "worse than" if is_worse else "better than" if is_better else "as well as"
        headline = f"A plain RNN learns the play too, {than} an LSTM of as many weights."
    return Finding(
        headline,
        f"Two layers of {PLAIN.hidden} plain units reach {lowest.mean():.3f} nats a character of held-out text "
        f"in {PLAIN.epochs} epochs ({lowest.min():.3f} to {lowest.max():.3f}, {counted(len(lowest), 'seed')}), two "
        f"LSTM layers of {DROPPED.hidden} units {of_lstm.mean():.3f} ({of_lstm.min():.3f} to {of_lstm.max():.3f}).",
        f"Characters counted in pairs give {pairs:.3f} on that text. After the last epoch the plain RNN's loss stands "
        f"above its lowest in {risen} of {counted(len(lowest), 'seed')}.",
        "plain",
        "Held-out loss by epochs, a line a seed, of a plain RNN and an LSTM, beside characters counted in pairs",
        claims=("macbeth/rnn-cannot-write",),
        study="macbeth-plain",
    )


def coding_finding(rows: Sequence[CurveRow], epochs: Sequence[MilestoneRow]) -> Finding:
    """What a number in place of a character does to the one epoch of the program."""
    gains = sorted(numbers_gains(rows, epochs).values())
    one_hot = np.mean([row.loss for row in rows])
    pairs = next(row.entropy_1 for row in epochs if row.variant == Variant().name)
    return Finding(
        f"Reading characters as numbers {_effect(gains)} the network.",
        f"The same epoch on one-hot characters has a loss of {one_hot:.3f} nats; that minus the loss with numbers "
        f"is {gains[0]:.3f} to {gains[-1]:.3f} ({counted(len(gains), 'seed')}).",
        f"Characters counted in pairs, of the whole text, give {pairs:.3f}. Numbers put the characters into the order "
        "of the alphabet, which tells nothing of what follows; one-hot input has weights of its own for each.",
        "coding",
        "The loss of the one epoch with numbers and with one-hot input, the same seeds joined, beside counts",
        claims=("macbeth/integers-help",),
        study="macbeth-coding",
    )


def dropout_finding(rows: Sequence[CurveRow]) -> Finding:
    """What dropout does to the lowest held-out loss of a smaller network, and whether there was overfitting."""
    gains = sorted(gains_of(rows).values())
    with_it, without = (np.mean(list(lowest_of(rows, variant).values())) for variant in (DROPPED, UNDROPPED))
    losses = [row.held_out_loss for row in rows if (row.variant, row.epoch) == (UNDROPPED.name, UNDROPPED.epochs)]
    still = sum(loss in lowest_of(rows, UNDROPPED).values() for loss in losses)
    return Finding(
        f"Dropout {_effect(gains)} a smaller Macbeth network.",
        f"With {DROPPED.hidden} units a layer and {DROPPED.epochs} epochs, the lowest held-out loss is {with_it:.3f} "
        f"nats a character with dropout and {without:.3f} without (means of {len(gains)} seeds); that without "
        f"it minus that with it is {gains[0]:.3f} to {gains[-1]:.3f}.",
        f"Without dropout the loss is lowest after the last epoch in {still} of {len(losses)} trainings: as long as it "
        "falls, there is no overfitting that dropout could avoid.",
        "dropout",
        "Held-out loss by epochs, a line a seed, with dropout and without",
        claims=("macbeth/dropout-helps",),
        study="macbeth-dropout",
    )


def _effect(gains: Sequence[float]) -> str:
    """What something does, by its gains in order: sure where every seed's is on one side of 0."""
    return "helps" if gains[0] > 0 else "harms" if gains[-1] < 0 else "neither surely helps nor harms"
