"""Findings on memory, gates and forgetting: their sentences follow the tables."""

import re
from dataclasses import replace

import keras
import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import changes, clipping, forgetting, memory, months, recall, trained_gates
from reproduce.articles.bitcoin_lstm import findings as module
from reproduce.articles.bitcoin_lstm.changes import ChangeRow
from reproduce.articles.bitcoin_lstm.clipping import PLAIN_RNN
from reproduce.articles.bitcoin_lstm.trained_gates import GateRow
from reproduce.evidence.pairs import pair_seeds
from tests.articles.bitcoin_lstm.test_clipping import rows_of as clipping_rows
from tests.articles.bitcoin_lstm.test_months import rows_of as months_rows
from tests.articles.bitcoin_lstm.test_recall import rows_of as recall_rows

pytestmark = pytest.mark.usefixtures("one_thread")


def found(study):
    """The finding that is made from a study's table."""
    (finding,) = (one for one in module.findings() if one.study == study)
    return finding


def test_line_is_told_by_the_network_that_is_least_of_one(ship):
    """To a tenth of a per cent below it, as no network may be below what is told; how many networks there are."""
    rows = [GateRow("published", seed, *[0.5] * 7, share) for seed, share in enumerate((0.9949, 0.9999, 0.9987))]
    ship(trained_gates.TABLE, rows)
    text = found("bitcoin-gates").text
    assert "each of 3 networks" in text
    assert "a line explains 99.4 % or more" in text


def test_weights_of_the_network_are_counted():
    """As Keras counts them: four gates of 256 units, and an output."""
    model = keras.Sequential([keras.Input((7, 1)), keras.layers.LSTM(256), keras.layers.Dense(1)])
    assert f"the network {model.count_params():,}." in found("bitcoin-gates").text


def test_memory_has_the_medians_of_the_seeds(monkeypatch, ship):
    """Of an LSTM and of a plain RNN, as Keras draws their weights."""
    reached = {("simple-rnn", "keras"): np.array([0.1, 0.2, 0.9]), ("described", "keras"): np.array([2e-4, 4e-4, 9e-4])}
    ship(memory.TABLE, None)
    monkeypatch.setattr(memory, "reached_of", lambda rows, column: reached)  # noqa: ARG005
    assert "an LSTM's state keeps 4e-04 and a plain RNN's 0.20 (medians of 3 seeds" in found("bitcoin-memory").because


@pytest.mark.parametrize(
    ("differences", "headline"),
    [
        ((3.0, 3.1, 3.2), "predicts worse"),
        ((-3.0, -3.1, -3.2), "predicts better"),
        ((1.0, -1.0, 0.1), "predicts as well"),
    ],
)
def test_forgetting_turns_round_with_the_differences(differences, headline, monkeypatch):
    """The error without forgetting minus that with it, seed by seed."""
    learned = dict.fromkeys(range(3), 10.0)
    never = {seed: 10 + difference for seed, difference in enumerate(differences)}
    monkeypatch.setattr(forgetting, "pairs_of", lambda _: pair_seeds("never", never, learned))
    finding = found("bitcoin-forgetting")
    assert re.fullmatch(f"A network that can never forget {headline}.", finding.headline)
    assert f"{np.mean(differences):.3f} USD" in finding.because


@pytest.mark.parametrize(("at_4", "verb"), [(4, "keeps"), (5, "does not keep")])
def test_clipping_prevents_where_sixteen_seeds_are_saved(at_4, verb, ship):
    """At the article's margin, of a plain RNN; all three counts are told, and the losses that the trainings end at."""
    plain = clipping.UNCLIPPED[PLAIN_RNN]
    scale = {plain.name: 1, replace(plain, clipping="applied", epochs=40).name: 2}  # a loss for each seed; at 1 tiny
    rows = [replace(row, last_loss=row.seed / 250 * scale.get(row.variant, 0.1)) for row in clipping_rows(20, at_4, 2)]
    ship(clipping.TABLE, rows)
    finding = found("bitcoin-clipping")
    assert finding.headline == (
        f"Clipping the gradients at the article's margin of 4 {verb} a plain RNN's training from collapsing."
    )
    assert (
        f"20 of 20 seeds collapse within 40 epochs without clipping, {at_4} with it at 4, and 2 at 1; the last loss is"
        in (finding.because)
    )
    assert finding.because.endswith("is 0.4 to 0.48 without it, 0.8 to 0.95 at 4, and 0.04 to 0.048 at 1.")


@pytest.mark.parametrize(
    ("errors", "headline", "compared"),
    [
        ((130, 125, 120), "neither an LSTM nor a plain RNN predicts", "is not surely better"),
        ((90, 85, 120), "only an LSTM as published and an LSTM as described can predict", "is better"),
        ((130, 125, 80), "only a plain RNN can predict", "is not surely better"),
    ],
)
def test_months_name_who_is_better_than_persistence(errors, headline, compared, ship):
    """By the intervals; with the medians of all three."""
    ship(months.TABLE, months_rows(*errors))
    finding = found("bitcoin-months")
    assert finding.headline == (
        f"Trained to March 2018, {headline} April and May better than repeating the day before."
    )
    assert f"{errors[1]} USD for an LSTM as described, {errors[0]} as published and {errors[2]} for a plain RNN" in (
        finding.because
    )
    assert f"The LSTM {compared} than the plain RNN" in finding.more


def test_recall_is_told_by_trainings_of_both_draws(ship):
    """Keras's draw first, then the program's; and of all networks what ten times the steps give."""
    learnt = {
        ("simple-rnn", 7): (10, 9),
        ("simple-rnn", 60): (1, 4),
        ("described", 7): (8, 7),
        ("described", 60): (0, 2),
        ("published", 60): (3, 0),
        ("gru", 60): (6, 5),
    }  # by the program's draw and by Keras's
    ship(recall.TABLE, recall_rows(learnt, later=1))
    finding = found("bitcoin-recall")
    assert finding.headline == (
        "A plain RNN learns to recall the first of 60 numbers in 5 of 20 trainings, and an LSTM in 2."
    )
    assert finding.because == (
        "Seeds of 10 that learn it over 7, 20 and 60 numbers: by Keras's draw of first weights 9, 5, 4 (plain RNN) and "
        "7, 5, 2 (LSTM); by the program's draw of first weights 10, 5, 1 (plain RNN) and 8, 5, 0 (LSTM)."
    )
    assert "Over 60 the published wiring learns it in 3 of 20 trainings and a GRU in 11." in finding.more
    assert "of 4 trainings each: a plain RNN in 2, a GRU in 2, an LSTM as published in 2, an" in finding.more


def test_changes_are_told_by_their_medians(ship):
    """Less than a tenth, at least a half, or between; of how many seeds that is so; how many plain RNNs stand still."""
    changed = {"published": (0.1, 0.2, 0.9, np.nan), "described": (0.01, 0.06, 0.3), "simple-rnn": (0.0, 0.7, 0.8)}
    rows = [ChangeRow(network, seed, one) for network, ones in changed.items() for seed, one in enumerate(ones)]
    ship(changes.TABLE, rows)
    finding = found("bitcoin-changes")
    assert finding.headline == (
        "In the median a day changes less than 10 % of an LSTM's memory as described, and 10 to 50 % as published."
    )
    assert (
        "by 6 % of its length as described (less than 10 % in 2 of 3 seeds) and by 20 % as published (10 to 50 % "
        in (finding.because)
    )
    assert "(10 to 50 % in 2 of 4 seeds), and a plain RNN's h by 70 % (medians of 3 seeds)." in finding.because
    assert "1 of the 3 plain RNNs have an h that no longer changes" in finding.more
