"""Printed losses held against every variant: which table decides, which epochs count, and both tests' values."""

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES, losses
from reproduce.articles.bitcoin_lstm.losses import judge
from reproduce.articles.bitcoin_lstm.suspects import Shelf, hold, order_shelves, shipped_shelves
from reproduce.evidence.bands import band_test
from reproduce.evidence.contrast import contrast

EPOCHS = (0, 1, 2, 5)


def shelf(seed=0, curves=40, names=("published", "described", "window-3")):
    """Curves of variants that differ in their level; the first two overlap."""
    rng = np.random.default_rng(seed)
    levels = (0.0, -0.3, -4.0)
    return Shelf(
        EPOCHS,
        {
            name: np.exp(level - 0.2 * np.arange(4) + 0.2 * rng.standard_normal((curves, 4)).cumsum(axis=1))
            for name, level in zip(names, levels, strict=False)
        },
    )


def test_losses_are_held_at_the_epochs_that_both_have():
    """Epochs 1 and 5; epochs 3 and 9 are left out and named. Both p-values are those of the two tests there."""
    studied = shelf()
    held = hold(studied, [1, 3, 5, 9], [0.8, 7.0, 0.5, 7.0])
    assert (held.epochs, held.left_out) == ((1, 5), (3, 9))
    at = {name: curves[:, [1, 3]] for name, curves in studied.curves.items()}
    places = contrast(at, [0.8, 0.5]).places
    assert {one.variant: one.contrast_p for one in held.suspects} == {n: place.p_value for n, place in places.items()}
    assert {one.variant: one.recorded_p for one in held.suspects} == {
        name: band_test(curves, [0.8, 0.5]).p_value for name, curves in at.items()
    }


def test_variants_that_are_not_rejected_are_kept():
    """With how often their own curves and others' would be; the far variant's never."""
    held = hold(shelf(), EPOCHS, [1.0, 0.8, 0.7, 0.55])
    by_name = {one.variant: one for one in held.suspects}
    assert held.kept == tuple(one.variant for one in held.suspects if one.contrast_p > 0.05)
    assert "published" in held.kept
    assert not by_name["window-3"].kept
    assert by_name["published"].own_kept == pytest.approx(0.95, abs=0.03)
    assert by_name["published"].others_kept["window-3"] == 0
    assert 0 < by_name["published"].others_kept["described"] < 1
    assert 1 <= held.mean_kept < 2
    assert not held.is_far


def test_losses_far_from_every_variant_keep_none():
    """And it is said how far."""
    held = hold(shelf(), EPOCHS, [1e4] * 4)
    assert (held.kept, held.is_far) == ((), True)
    assert held.times_as_far > 5


def test_recorded_test_is_left_out_where_it_cannot_be_computed():
    """It needs 39 curves; the contrast score has enough with 20."""
    held = hold(shelf(curves=20), EPOCHS, [1.0, 0.8, 0.7, 0.55])
    assert {one.recorded_p for one in held.suspects} == {None}
    assert {one.seeds for one in held.suspects} == {20}


@pytest.mark.parametrize(
    ("epochs", "first"),
    [
        pytest.param([0, 30, 60], "few variants, late epochs", id="later-than-most"),
        pytest.param([0, 30], "many variants, early epochs", id="as-many-epochs"),
        pytest.param(range(200), "many variants, early epochs", id="every-epoch"),
    ],
)
def test_table_with_more_of_the_epochs_decides(epochs, first):
    """At a tie the one with more variants."""
    early = Shelf(tuple(range(31)), dict.fromkeys("abc", np.ones((40, 31))))
    late = Shelf(tuple(range(0, 181, 30)), dict.fromkeys("ab", np.ones((40, 7))))
    named = {id(early): "many variants, early epochs", id(late): "few variants, late epochs"}
    assert named[id(order_shelves([early, late], epochs)[0])] == first
    assert named[id(order_shelves([late, early], epochs)[0])] == first


def test_last_batches_are_held_against_last_batches():
    """No table has them at later epochs than 30."""
    (last,) = shipped_shelves("last")
    mean, late = shipped_shelves("mean")
    assert not np.array_equal(last.curves["published"], mean.curves["published"])
    assert late.epochs == (0, 30, 60, 90, 120, 150, 180)


def test_article_s_seven_losses_keep_the_published_program():
    """And clipping applied; the described wiring is rejected by both tests, whose recorded one is the study's own."""
    epochs, printed = list(REPORTED_LOSSES), list(REPORTED_LOSSES.values())
    held = hold(order_shelves(shipped_shelves("mean"), epochs)[0], epochs, printed)
    assert held.epochs == tuple(epochs)
    assert held.kept == ("published", "clipping-applied")
    recorded = {one.variant: one.p_value for one in judge(losses.TABLE.shipped())}
    assert {one.variant: one.recorded_p for one in held.suspects} == recorded
