"""What 100 epochs say: milestones compared, and where and how a training collapses; on records worked by hand."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from reproduce.articles.macbeth.hundred import (
    HUNDRED,
    better_steps,
    excess,
    explosion,
    hundred_outputs,
    measures_better,
    onset,
)
from reproduce.articles.macbeth.milestones import MILESTONES, Milestone
from reproduce.articles.macbeth.variant import Variant
from reproduce.evidence.chance import order_p

STEPS = 120  # an epoch


def measured(held_out, repeats):
    """Milestones with these values, one after another."""
    return [Milestone(epoch, 1.0, *values) for epoch, *values in zip(MILESTONES, held_out, repeats, strict=False)]


def record_of(losses, norms=None):
    """A record with these losses, (epochs, STEPS), and gradient norms; the updates are large and say nothing."""
    record = np.full((*np.shape(losses), 7), 1e6, dtype=np.float32)
    record[..., 0] = losses
    record[..., 1:4] = np.array([2, 3, 6]) / 7 * (np.ones_like(losses) if norms is None else norms)[..., np.newaxis]
    return record


def test_runs_are_the_article_s_network_over_the_text_s_epochs():
    """Width 300, nothing changed but what is held out and what is recorded; nine milestones, eight steps."""
    assert HUNDRED.name == "epochs-100+held-out-last-tenth+recorded-steps"
    assert (Variant().hidden, len(MILESTONES), MILESTONES[-1]) == (300, 9, HUNDRED.epochs)


@pytest.mark.parametrize(
    ("held_out", "repeats", "steps", "better", "above"),
    [
        pytest.param([4, 3, 2, 1], [0.9, 0.8, 0.7, 0.6], 3, 2, 0, id="always"),
        pytest.param([4, 3, 3, 1], [0.9, 0.8, 0.7, 0.7], 1, 2, 0, id="a-tie-is-no-fall"),
        pytest.param([3, 1, 2, 4], [0.9, 0.8, 0.7, 0.6], 1, 1, 3, id="learns-by-heart"),
        pytest.param([3, 2, 1.5, 3], [0.5, 0.6, 0.4, 0.5], 1, 0, 1.5, id="back-where-it-began"),
    ],
)
def test_milestones_are_compared(held_out, repeats, steps, better, above):
    """Steps at which both fall; measures that end lower; how far the last lies above the best."""
    milestones = measured(held_out, repeats)
    assert (better_steps(milestones), measures_better(milestones), excess(milestones)) == (steps, better, above)


def test_unknown_milestone_is_not_better():
    """A training that has diverged has no held-out loss."""
    milestones = measured([3, 2, np.nan], [0.9, 0.8, 0.7])
    assert (better_steps(milestones), measures_better(milestones)) == (1, 1)
    assert np.isnan(excess(milestones))


def scalar_onset(losses):
    """The rule in a loop: the last 100 losses up to each step against the epoch before."""
    steps = losses.shape[1]
    for step in range(max(steps, 99), losses.size):
        epoch_before = losses[step // steps - 1]
        if sum(losses.ravel()[step - 99 : step + 1]) / 100 > sum(epoch_before) / steps + 0.5:
            return step
    return None


@pytest.mark.parametrize("at", [0, 1, 50, 68, 119])
@pytest.mark.parametrize("epoch", [1, 2])
def test_onset_is_found_where_the_loss_jumps(epoch, at):
    """From 1 to 2 for good, at the first, a middle and the last step of an epoch: after 51 steps the mean is over."""
    losses = np.random.default_rng(1).normal(1, 0.01, (4, STEPS))
    losses.ravel()[epoch * STEPS + at :] += 1
    found = onset(record_of(losses))
    assert found == scalar_onset(losses.astype(np.float32).astype(float))
    assert 48 <= found - (epoch * STEPS + at) <= 52


@pytest.mark.parametrize("steps", [30, 99, 100, 101])
def test_onset_in_epochs_of_few_steps_looks_across_them(steps):
    """A short text has fewer steps an epoch than the rule takes a mean of; before so many nothing is judged."""
    losses = np.random.default_rng(2).normal(1, 0.01, (9, steps))
    losses.ravel()[211:] += 4
    found = onset(record_of(losses))
    assert found == scalar_onset(losses.astype(np.float32).astype(float))
    assert found >= 211
    assert onset(record_of(9 * np.ones((3, 30)) ** [[1], [2], [3]])) is None
    assert onset(record_of(np.outer([1, 9, 9], np.ones(30)))) is None


def test_onset_may_lie_in_the_next_epoch_and_is_measured_against_the_one_before_it():
    """The loss rises 20 steps before an epoch's end, so little that this epoch's own mean rises with it."""
    losses = np.ones((3, STEPS))
    losses.ravel()[2 * STEPS - 20 :] += 1.5
    found = onset(record_of(losses))
    assert found == scalar_onset(losses)
    assert found > 2 * STEPS - 20 + 34  # 0.5 above 1 would be crossed after 34 steps


@pytest.mark.parametrize(
    "losses",
    [
        pytest.param(np.ones((3, STEPS)), id="level"),
        pytest.param(np.linspace(3, 1, 3 * STEPS).reshape(3, STEPS), id="falling"),
        pytest.param(
            np.where(np.arange(3 * STEPS) % 120 < 40, 2.2, 1.0).reshape(3, STEPS), id="up-and-down-each-epoch"
        ),
        pytest.param(1 + 4.9 * (np.arange(3 * STEPS) // 10 == 20).reshape(3, STEPS), id="ten-bad-steps"),
        pytest.param(np.vstack([np.linspace(1, 2.4, STEPS), np.full((2, STEPS), 2.1)]), id="in-the-first-epoch"),
    ],
)
def test_no_onset_where_nothing_collapses(losses):
    """Noise, a slow rise in the first epoch, or a few bad steps are none."""
    assert scalar_onset(losses) is None
    assert onset(record_of(losses)) is None


def test_loss_that_is_no_number_is_an_onset():
    """At its first step."""
    losses = np.ones((3, STEPS))
    losses[1, 30:] = np.nan
    assert onset(record_of(losses)) == STEPS + 30


def test_explosion_is_the_largest_norm_before_the_onset_by_the_epoch_s_median():
    """Of 50 steps, the onset not among them, by the median of the epoch before that of the onset."""
    norms = np.ones((3, STEPS))
    norms[1] = np.arange(1, STEPS + 1)  # median 60.5
    at = 2 * STEPS + 70
    norms.ravel()[[at - 51, at - 50, at - 1, at]] = 9000, 600, 605, 8000
    assert explosion(record_of(np.ones((3, STEPS)), norms), at) == pytest.approx(10, rel=1e-6)
    norms.ravel()[at - 50] = 1210
    assert explosion(record_of(np.ones((3, STEPS)), norms), at) == pytest.approx(20, rel=1e-6)


# What they are judged by


def test_values_of_the_hundred_epochs_are_those_of_the_worst_seed():
    """Fewest steps, fewest measures, largest excess; each p the least sure, and none before both seeds have ended."""
    first = measured([5, 4, 3, 2, 1, 0.9, 0.8, 0.7, 0.6], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    second = measured([5, 4, 3, 2, 3, 2.9, 2.8, 2.7, 2.5], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.6, 0.5])
    found = hundred_outputs({100: first, 101: second})
    assert found == {
        "hundred_better_steps": 2,  # the last two, at which the second seed repeats itself less
        "hundred_measures_better": 1,
        "hundred_excess": pytest.approx(0.5),
        "hundred_p": order_p(2, 8),
        "hundred_excess_p": pytest.approx(ttest_1samp([0, 0.5], 0.1).pvalue),
    }
    assert hundred_outputs({100: first}) == dict.fromkeys(found)
