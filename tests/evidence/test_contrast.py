"""The contrast score: against a loop that shares no code, its ranks, and what far, diverged and equal curves do."""

import math

import numpy as np
import pytest

from reproduce.evidence.contrast import MIN_CURVES, contrast, kept_as, leave_one_out

LEVELS = {"slow": 0.0, "middle": -0.4, "fast": -2.5}  # log losses at the first epoch
EPOCHS = 4


def draw(curves=22, seed=0):
    """Study curves of three programs, two of which overlap; heavy-tailed, and each stays near where it came from."""
    rng = np.random.default_rng(seed)
    return {
        name: np.exp(level - 0.3 * np.arange(EPOCHS) + 0.15 * rng.standard_t(3, (curves, EPOCHS)).cumsum(axis=1))
        for name, level in LEVELS.items()
    }


def distance(a, b):
    return sum(abs(math.log(x) - math.log(y)) for x, y in zip(a, b, strict=True)) / len(a)


def near(one, others):
    return sum(sorted(distance(one, other) for other in others)[:5]) / 5


def p_by_loops(curves, candidate, printed):
    """The docstring's formulas, a curve at a time, on lists."""
    own = [*map(list, curves[candidate]), list(printed)]
    scores = []
    for place, one in enumerate(own):
        rivals = [near(one, study) for name, study in curves.items() if name != candidate]
        scores.append(math.log(near(one, own[:place] + own[place + 1 :])) - math.log(min(rivals)))
    return sum(score >= scores[-1] for score in scores) / len(scores)


def test_p_values_agree_with_loops_over_the_formulas():
    """For a curve between two programs, whose p-values are neither the least nor 1."""
    curves = draw()
    printed = np.exp(-0.2 - 0.3 * np.arange(EPOCHS) + [0.1, -0.2, 0.05, 0.15])
    found = contrast(curves, printed).places
    assert {name: place.p_value for name, place in found.items()} == pytest.approx(
        {name: p_by_loops(curves, name, printed) for name in curves}
    )
    assert {name: place.near for name, place in found.items()} == pytest.approx(
        {name: near(printed, study) for name, study in curves.items()}
    )
    assert sum(1 / 23 < place.p_value < 1 for place in found.values()) >= 2


def test_leave_one_out_agrees_with_a_study_without_the_curve():
    """Each curve in turn as if it had been printed: the left-out curve is nobody's neighbour."""
    curves = draw(curves=20)
    found = leave_one_out(curves)
    for name, study in curves.items():
        for place, one in enumerate(study):
            assert found[name][place] == contrast(curves | {name: np.delete(study, place, axis=0)}, one)


@pytest.mark.parametrize("curves", [20, 23])
def test_each_curve_has_another_rank_among_its_own(curves):
    """What "exact under exchangeability" rests on: of n curves one has p = 1 / n, one 2 / n, …, one 1."""
    found = leave_one_out(draw(curves))
    for name, ones in found.items():
        assert sorted(one.places[name].p_value for one in ones) == pytest.approx(np.arange(1, curves + 1) / curves)


def test_set_tells_programs_apart_that_do_not_overlap():
    """Nearly all own curves are kept as their own, and none of a program far away."""
    shares = kept_as(leave_one_out(draw(curves=40)))
    assert min(shares[name][name] for name in shares) >= 0.9
    assert shares["fast"] == {"slow": 0.0, "middle": 0.0, "fast": shares["fast"]["fast"]}
    assert shares["middle"]["slow"] > 0.2


def test_programs_far_from_a_curve_are_all_rejected():
    """The ratio of distances tells nothing there: it would keep some."""
    far = contrast(draw(), np.full(EPOCHS, 1e6))
    assert far.is_far
    assert far.kept == ()
    assert max(place.p_value for place in far.places.values()) > 0.05


def test_scale_of_the_losses_and_order_of_the_curves_do_not_matter():
    """Another unit, another power, and every study upside down."""
    curves, printed = draw(), np.exp([-0.2, -0.5, -0.7, -1.0])
    changed = {name: 50 * study[::-1] ** 0.5 for name, study in reversed(curves.items())}
    plain, other = contrast(curves, printed), contrast(changed, 50 * printed**0.5)
    assert {name: place.p_value for name, place in plain.places.items()} == {
        name: place.p_value for name, place in other.places.items()
    }
    assert set(plain.kept) == set(other.kept)


@pytest.mark.parametrize("loss", [np.nan, np.inf, 1e300])
def test_run_that_diverged_is_a_curve_like_any_other(loss):
    """As far away as its loss can be, whichever way it is written; it makes room for no finite curve."""
    curves, printed = draw(), np.exp([-0.2, -0.5, -0.7, -1.0])
    curves["slow"][4, 2:] = loss
    same = draw()
    same["slow"][4, 2:] = 1e30
    assert contrast(curves, printed) == contrast(same, printed)


def test_curve_that_stands_twice_is_no_error():
    """A distance of 0 has no logarithm."""
    curves = draw()
    curves["slow"][:8] = curves["middle"][:8] = curves["slow"][0]
    assert 0 < contrast(curves, curves["slow"][0]).places["slow"].p_value <= 1


@pytest.mark.parametrize(
    ("change", "printed", "message"),
    [
        pytest.param(lambda c: {"slow": c["slow"]}, [1] * 4, "1 programs", id="one-program"),
        pytest.param(
            lambda c: c | {"fast": c["fast"][:18]}, [1] * 4, "fast has 18 curves, expected at least 19", id="few"
        ),
        pytest.param(lambda c: c, [1] * 3, r"slow has 4 epochs, the printed losses have shape \(3,\)", id="epochs"),
        pytest.param(
            lambda c: c | {"fast": -c["fast"]}, [1] * 4, "fast, curve 0, epoch index 0: loss is -", id="below-0"
        ),
        pytest.param(lambda c: c, [1, 1, 0, 1], "printed loss at epoch index 2 is 0", id="printed-0"),
        pytest.param(lambda c: c, [1, np.nan, 1, 1], "printed loss at epoch index 1 is nan", id="printed-nan"),
    ],
)
def test_curves_that_cannot_be_compared_are_refused(change, printed, message):
    """The message says which program, and what it has."""
    with pytest.raises(ValueError, match=message):
        contrast(change(draw(curves=MIN_CURVES)), printed)
