"""The sentences that the README has, made from other values."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import dropout, epochs, replays, stops
from reproduce.articles.macbeth.choices import coding_finding, plain_finding
from reproduce.articles.macbeth.epochs import TREND, TREND_EPOCHS
from reproduce.articles.macbeth.findings import findings
from reproduce.articles.macbeth.hundred import HUNDRED
from reproduce.articles.macbeth.milestones import MILESTONES
from reproduce.articles.macbeth.outputs import study_outputs
from reproduce.articles.macbeth.replays import ReplayRow
from reproduce.articles.macbeth.stops import StopRow
from reproduce.evidence.claims import read_claims
from tests.articles.macbeth.samples import study_rows
from tests.articles.macbeth.test_coding import rows_of as coding_rows
from tests.articles.macbeth.test_dropout import rows_of as dropout_rows
from tests.articles.macbeth.test_plain import LSTM
from tests.articles.macbeth.test_plain import rows_of as plain_rows
from tests.articles.macbeth.test_replay import rows_of as replay_rows

PUBLISHED = [row for row in epochs.TABLE.shipped() if row.variant == "published"]

CALM = ReplayRow(101, "none", 0, float("nan"), float("nan"), 1.0)


def about(claim):
    """The finding that has this claim."""
    (found,) = [one for one in findings() if claim in one.claims]
    return found


def rows_of(*losses):
    """The study's rows with one trend a seed: its held-out losses at each of TREND_EPOCHS."""
    first = next(row for row in epochs.TABLE.shipped() if row.variant == TREND.name)
    return PUBLISHED + [
        replace(first, seed=seed, epoch=epoch, held_out_loss=loss)
        for seed, of_seed in enumerate(losses)
        for epoch, loss in zip(TREND_EPOCHS, of_seed, strict=True)
    ]


@pytest.mark.parametrize(
    ("losses", "told"),
    [
        pytest.param([[5, 4, 3, 2, 1]], None, id="falls"),
        pytest.param([[5, 4, 3, 2, 3]], "between epochs 10 and 20", id="rises-at-last"),
        pytest.param([[5, 6, 3, 2, 3]], "between epochs 1 and 2, 10 and 20", id="rises-twice"),
        pytest.param([[5, 4, 3, 2, 3], [5, 4, 3, 2, 3]], "between epochs 10 and 20", id="of-two-seeds"),
        pytest.param([[5, 4, 3, 2, 3], [5, 4, 3, 2, 0]], None, id="of-one-and-not-in-the-mean"),
    ],
)
def test_rise_of_the_held_out_loss_is_told_once(losses, told, ship):
    """That of its mean over the seeds, as the sentence before speaks of means; the headline follows."""
    ship(epochs.TABLE, rows_of(*losses))
    found = about("macbeth/better-and-better")
    assert found.headline == ("More epochs write better only for a while." if told else "More epochs write better.")
    assert found.text.count("The held-out loss rises") == (told is not None)
    seeds = f"(means of {len(losses)} seed{'s' if len(losses) > 1 else ''})"
    assert f" nats a character {seeds}. {f'The held-out loss rises {told}. ' if told else ''}The share" in found.text


@pytest.mark.parametrize(
    ("losses", "told"),
    [
        pytest.param([[5, 4, 1.5, 2, 3], [5, 4, 1.75, 2, 3]], "better", id="better"),
        pytest.param([[5, 4, 3, 2, 3], [5, 4, 3, 1.4, 3]], "worse", id="worse-in-the-mean"),
    ],
)
def test_network_stands_beside_counted_characters(losses, told, ship):
    """By its best epoch, of the mean over the seeds; counted characters give 1.656 nats in the shipped table."""
    ship(epochs.TABLE, rows_of(*losses))
    (claim,) = [one for one in read_claims("reproduce.articles.macbeth").claims if one.id == "macbeth/most-effective"]
    found = about("macbeth/most-effective")
    assert found.headline.startswith(f"The LSTM predicts the play {told} than")
    best = 5 if told == "better" else 10
    assert f"Of epochs 1, 2, 5, 10 and 20 its held-out loss is lowest after {best}: " in found.text
    assert " nats a character (2 seeds); " in found.text
    verdict = claim.judge(study_outputs(rows_of(*losses))).verdict
    assert verdict == {"better": "reproduced", "worse": "not reproduced"}[told]


@pytest.mark.parametrize(
    ("gains", "told", "without", "change"),
    [
        ((0.03, 0.051), "helps", "2.141 without", "is 0.030 to 0.051"),
        ((-0.3, -0.201), "harms", "1.850 without", "is -0.300 to -0.201"),
        ((-0.01, 0.051), "neither surely helps nor harms", "2.121 without", "is -0.010 to 0.051"),
    ],
)
def test_dropout_is_told_by_what_all_seeds_show(gains, told, without, change, ship):
    """With how many trainings without it had their lowest loss at the end: none here, where it rises."""
    ship(dropout.TABLE, dropout_rows(*gains))
    found = about("macbeth/dropout-helps")
    assert found.headline == f"Dropout {told} a smaller Macbeth network."
    assert f"nats a character with dropout and {without} (means of 2 seeds)" in found.text
    assert change in found.text
    assert "lowest after the last epoch in 0 of 2 trainings" in found.text


@pytest.mark.parametrize(
    ("stop", "comma", "headline"),
    [
        (-0.25, -0.5, "At a full stop the forget gate falls, and no less at a comma."),
        (-0.25, -0.125, "At a full stop the forget gate falls."),
        (0.25, -0.5, "At a full stop the forget gate rises."),
    ],
)
def test_full_stop_stands_beside_a_comma(stop, comma, headline, ship):
    """Of ten units, all alike; no test compares the two, so the headline says at most that a comma's is no less."""
    rows = [StopRow(100, 1, unit, 0.5 + stop, 0.5, 0.5 + comma) for unit in range(10)]
    ship(stops.TABLE, rows)
    found = findings()[-1]
    assert found.headline == headline
    assert f"changes by {stop:.3f}" in found.text
    assert f"by {comma:.3f} at a comma" in found.text


# The 100 epochs, once both have ended


def hundreds(*losses):
    """Rows of 100 epochs, a seed each: held-out losses after each milestone; repetition falls."""
    first = next(row for row in epochs.TABLE.shipped() if row.variant == HUNDRED.name)
    return [
        replace(first, seed=seed, epoch=epoch, held_out_loss=loss, repeat_rate=1 - epoch / 200)
        for seed, of_seed in enumerate(losses, start=100)
        for epoch, loss in zip(MILESTONES, of_seed, strict=True)
    ]


@pytest.mark.parametrize(
    ("second", "headline", "told"),
    [
        (
            [5, 4, 3, 2, 3, 3.5, 4, 4.5, 5],
            "100 epochs predict the play worse than 10, and 10 worse than characters that are merely counted.",
            "Of 9 milestones the held-out loss is lowest after epoch 10: 2.000 nats a character; after epoch 100 it is "
            "3.250 (means of 2 seeds).",
        ),
        (
            [5, 4, 3, 1, 3, 3.5, 4, 4.5, 5],
            "100 epochs predict the play worse than 10.",
            "Loss and share both fall at 3 of 8 steps in the worse seed. On the way 1 of 2 trainings collapse.",
        ),
        (
            [5, 4, 3, 2, 1.9, 1.8, 1.42, 1.6, 1.53],
            "100 epochs predict the play worse than fewer in one seed.",
            "Of 9 milestones the held-out loss is lowest after epoch 100: 1.515",
        ),
        (
            [5, 4, 3, 2, 1.9, 1.8, 1.7, 1.6, 1.6],
            "100 epochs predict the play no worse than fewer.",
            "Greedy text repeats itself less: a share of 0.99 after the first epoch, 0.50 after the last.",
        ),
    ],
)
def test_hundred_epochs_are_told_by_the_worse_seed_and_their_means(second, headline, told, ship):
    """Beside counted characters, which give 1.656; and not before both have ended."""
    good = [5, 4, 3, 2, 1.9, 1.8, 1.7, 1.6, 1.5]
    rows = [row for row in epochs.TABLE.shipped() if row.variant != HUNDRED.name]
    ship(epochs.TABLE, rows + hundreds(good, second))
    ship(replays.TABLE, [CALM, *replay_rows()])
    found = findings()[0]
    assert found.headline == headline
    assert told in found.text
    ship(epochs.TABLE, rows + hundreds(good))
    assert [one for one in findings() if "macbeth/hundred-epochs" in one.claims] == []


FALLING = [5, 4, 3, 2, 1.9, 1.8, 1.7, 1.6, 1.5]


@pytest.mark.parametrize(
    ("rows", "headline", "told"),
    [
        (
            replay_rows(),
            "1 of 2 trainings of 100 epochs collapse.",
            "rises by more than 0.5 nats, first in epoch 1 (seed 100). Exploding gradients are the cause of 1 of these "
            "collapses. From the last state before, of 5 other orders so many collapse again: 4 (seed 100). Of the "
            "same 5 with gradients clipped to a norm of 1: 1 (seed 100). Clipping prevents 1 of these collapses.",
        ),
        (
            [
                *replay_rows(explosion=1.0, reshuffled=2),
                *replay_rows(explosion=1.0, clipped_others=5, seed=102),
            ],
            "2 of 3 trainings of 100 epochs collapse.",
            "the cause of none of these collapses. From the last state before, of 5 other orders so many collapse "
            "again: 2 (seed 100) and 4 (seed 102). Of the same 5 with gradients clipped to a norm of 1: 1 (seed 100) "
            "and 5 (seed 102). Where fewer than 3 other orders collapse, there is too little for clipping to prevent: "
            "whether it helps is not judged.",
        ),
        (
            [replace(CALM, seed=100)],
            "None of 2 trainings of 100 epochs collapse.",
            "The mean loss of 100 steps never rises by more than 0.5 nats.",
        ),
    ],
    ids=["prevented", "open", "calm"],
)
def test_collapses_are_told_with_what_their_replays_tell(rows, headline, told, ship):
    """Seed by seed, in the order of the table."""
    ship(epochs.TABLE, [*PUBLISHED, *rows_of(FALLING[:5]), *hundreds(FALLING, FALLING)])
    ship(replays.TABLE, [CALM, *rows])
    found = about("ours/hundred-collapses")
    assert found.headline == headline
    assert found.text.endswith(told)


@pytest.mark.parametrize(
    ("onsets", "when"),
    [
        ((3009 * 18 - 1, 3009 * 99), "epoch 18 (seed 100) and 100 (seed 101)"),
        ((3009 * 17, np.nan), "epoch 18 (seed 100)"),
    ],
)
def test_collapse_is_told_with_its_epoch(onsets, when, ship):
    """Of 3009 steps, counted from 1."""
    rows = [
        replace(row, seed=seed, onset=onset if row.replay == "none" else row.onset)
        for seed, onset in zip((100, 101), onsets, strict=True)
        for row in replay_rows()
    ]
    ship(epochs.TABLE, [*PUBLISHED, *rows_of(FALLING[:5]), *hundreds(FALLING, FALLING)])
    ship(replays.TABLE, rows)
    assert f"nats, first in {when}. " in about("ours/hundred-collapses").text


def test_collapses_are_not_told_before_all_are_replayed(ship):
    """That they collapse is."""
    ship(epochs.TABLE, [*PUBLISHED, *rows_of(FALLING[:5]), *hundreds(FALLING, FALLING)])
    ship(replays.TABLE, [CALM, *replay_rows()[:-1]])
    assert [one for one in findings() if "ours/hundred-collapses" in one.claims] == []
    assert about("macbeth/hundred-epochs").text.endswith("On the way 1 of 2 trainings collapse.")


@pytest.mark.parametrize(
    ("lowest", "headline"),
    [
        ((2.625, 2.75), "A plain RNN cannot write the play: it knows less than pairs of characters."),
        ((2.4, 2.625), "A plain RNN learns the play too, worse than an LSTM of as many weights."),
        ((2.3, 2.625), "A plain RNN learns the play too, as well as an LSTM of as many weights."),
        ((2.0, 2.125), "A plain RNN learns the play too, better than an LSTM of as many weights."),
    ],
)
def test_plain_network_is_told_beside_pairs_and_the_lstm(lowest, headline):
    """Pairs give 2.5, the LSTM 2.25 and 2.375."""
    found = plain_finding(plain_rows(*lowest), LSTM, 2.5)
    assert found.headline == headline
    assert f"({min(lowest):.3f} to {max(lowest):.3f}, 2 seeds)" in found.text
    assert "stands above its lowest in 2 of 2 seeds" in found.text


@pytest.mark.parametrize(
    ("gains", "told"),
    [((0.1, 0.2, 0.3), "helps"), ((-0.1, 0.2, 0.3), "neither surely helps nor harms"), ((-0.3, -0.2, -0.1), "harms")],
)
def test_numbers_are_told_by_what_all_seeds_show(gains, told):
    """Seed by seed."""
    found = coding_finding(coding_rows(*gains)[:3], study_rows())
    assert found.headline == f"Reading characters as numbers {told} the network."
    assert f"is {min(gains):.3f} to {max(gains):.3f} (3 seeds)" in found.text
    assert "Characters counted in pairs, of the whole text, give 2.500." in found.text
