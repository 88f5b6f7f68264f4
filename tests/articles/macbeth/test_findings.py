"""The sentences that the README has, made from other values."""

from dataclasses import replace

import pytest

from reproduce.articles.macbeth import findings as module
from reproduce.articles.macbeth.epochs import TREND, TREND_EPOCHS, shipped_milestones
from reproduce.articles.macbeth.findings import findings
from reproduce.articles.macbeth.hundred import HUNDRED
from reproduce.articles.macbeth.outputs import study_outputs
from reproduce.articles.macbeth.stops import StopRow
from reproduce.evidence.claims import read_claims
from tests.articles.macbeth.test_dropout import rows_of as dropout_rows

PUBLISHED = [row for row in shipped_milestones() if row.variant not in (TREND.name, HUNDRED.name)]


def about(claim):
    """The finding that has this claim."""
    (found,) = [one for one in findings() if claim in one.claims]
    return found


def rows_of(*losses):
    """The study's rows with one trend a seed: its held-out losses at each of TREND_EPOCHS."""
    first = next(row for row in shipped_milestones() if row.variant == TREND.name)
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
def test_rise_of_the_held_out_loss_is_told_once(losses, told, monkeypatch):
    """That of its mean over the seeds, as the sentence before speaks of means; the headline follows."""
    monkeypatch.setattr(module, "shipped_milestones", lambda: rows_of(*losses))
    found = about("macbeth/better-and-better")
    assert found.headline == ("More epochs write better only for a while." if told else "More epochs write better.")
    assert found.text.count("The held-out loss rises") == (told is not None)
    assert not told or f" nats a character. The held-out loss rises {told}. The share" in found.text
    assert found.text.endswith("seeds)." if len(losses) > 1 else "seed).")


@pytest.mark.parametrize(
    ("losses", "told"),
    [
        pytest.param([[5, 4, 1.5, 2, 3], [5, 4, 1.75, 2, 3]], "better", id="better"),
        pytest.param([[5, 4, 3, 2, 3], [5, 4, 3, 1.4, 3]], "worse", id="worse-in-the-mean"),
    ],
)
def test_network_stands_beside_counted_characters(losses, told, monkeypatch):
    """By its best epoch, of the mean over the seeds; counted characters give 1.656 nats in the shipped table."""
    monkeypatch.setattr(module, "shipped_milestones", lambda: rows_of(*losses))
    (claim,) = [one for one in read_claims("reproduce.articles.macbeth").claims if one.id == "macbeth/most-effective"]
    found = findings()[0]
    assert found.headline.startswith(f"The LSTM predicts the play {told} than")
    assert f"after epoch {5 if told == 'better' else 10} (2 seeds)" in found.text
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
def test_dropout_is_told_by_what_all_seeds_show(gains, told, without, change, monkeypatch):
    """With how many trainings without it had their lowest loss at the end: none here, where it rises."""
    monkeypatch.setattr(module, "shipped_dropout", lambda: dropout_rows(*gains))
    found = about("macbeth/dropout-helps")
    assert found.headline == f"Dropout {told} a smaller Macbeth network."
    assert f"nats a character with dropout and {without} (means of 2 seeds)" in found.text
    assert change in found.text
    assert "lowest after the last epoch in 0 of 2 trainings" in found.text


@pytest.mark.parametrize(
    ("stop", "comma", "headline"),
    [
        (-0.25, -0.5, "At a full stop the forget gate falls; at a comma more is forgotten."),
        (-0.25, -0.125, "At a full stop the forget gate falls; at a comma less is forgotten."),
        (0.25, -0.5, "At a full stop the forget gate rises; at a comma more is forgotten."),
    ],
)
def test_full_stop_stands_beside_a_comma(stop, comma, headline, monkeypatch):
    """Of ten units, all alike."""
    rows = [StopRow(100, 1, unit, 0.5 + stop, 0.5, 0.5 + comma) for unit in range(10)]
    monkeypatch.setattr(module, "shipped_stops", lambda: rows)
    found = findings()[-1]
    assert found.headline == headline
    assert f"changes by {stop:.3f}" in found.text
    assert f"by {comma:.3f} at a comma" in found.text
