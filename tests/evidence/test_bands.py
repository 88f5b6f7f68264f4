"""The joint conformal test, worked by hand, by symmetry and by simulation; and the envelope that is drawn."""

import numpy as np
import pytest

from reproduce.evidence.bands import band_test, envelope, p_values

CURVES, EPOCHS = 39, 7


def normal(rng, shape):
    return rng.standard_normal(shape)


def cauchy(rng, shape):
    return 0.001 * rng.standard_cauchy(shape)  # neither variance nor mean; small, so that exp() stays within floats


def draw(rng, noise=normal, curves=CURVES + 1, epochs=EPOCHS):
    """Draw loss curves of one program: they fall with the epochs, and each stays near where it came from."""
    return np.exp(-1 - 0.5 * np.arange(epochs) + 0.1 * noise(rng, (curves, epochs)).cumsum(axis=1))


def with_loss(curve, epoch, loss):
    changed = curve.copy()
    changed[epoch] = loss
    return changed


def test_many_reported_curves_are_each_judged_alone():
    """By the same p as one at a time, of a study with a run that diverged."""
    rng = np.random.default_rng(5)
    study, reported = draw(rng, curves=CURVES), draw(rng) ** np.linspace(1, 1.5, CURVES + 1)[:, np.newaxis]
    study[3, 2] = np.inf
    alone = [band_test(study, one).p_value for one in reported]
    assert len(set(alone)) > 5
    assert p_values(study, reported).tolist() == alone


# --- Worked by hand -------------------------------------------------------------------------------------------------
# 39 study curves over two epochs, in log losses: curve v = -19 … 19 has v at the first epoch and -2 v at the second,
# only curve -19 has 200 there: a slow starter. The reported curve has 30, then 0.


@pytest.fixture
def hand_study():
    v = np.arange(-19.0, 20)
    log_losses = np.stack([v, -2 * v], axis=1)
    log_losses[0, 1] = 200
    return np.exp(log_losses)


def test_band_test_agrees_with_hand_worked_example(hand_study):
    # First epoch, 40 values -19 … 19, 30: the 20th is 0, the 21st 1, so m = 0.5. Distances: 0.5 twice, … 18.5 twice
    # (for -18 and 19), 19.5, 29.5; the 20th is 9.5, the 21st 10.5, so d = 10.
    # Second epoch, halved: -19 … 18, 100 and another 0: the 20th and 21st are both 0, so m = 0. Distances: 0 twice,
    # 1 twice, … 18 twice, 19, 100; the 20th is 9, the 21st 10, so d = 9.5.
    # Scores: reported 29.5 / 10 = 2.95; curve -19 has 100 / 9.5 = 10.526…; of the others v = 19 has the highest,
    # max(18.5 / 10, 19 / 9.5) = 2. So one study curve scores as high: p = (1 + 1) / 40.
    result = band_test(hand_study, np.exp([30.0, 0.0]))

    assert result.p_value == 0.05
    assert result.score == pytest.approx(2.95)
    assert result.worst_epoch_index == 0
    assert result.study_scores[[0, 38]] == pytest.approx([100 / 9.5, 2.0])
    assert result.study_scores[[1, 19]] == pytest.approx(
        [18 / 9.5, 0.05]
    )  # v = -18: 1.85 at the first; v = 0: 0.5 / 10


# --- The test: symmetry ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [normal, cauchy])
@pytest.mark.parametrize("curves", [40, 41, 60])
def test_band_test_gives_each_curve_in_turn_another_rank(noise, curves):
    # What "exact under exchangeability" rests on: of n + 1 curves exactly one has p = 1 / (n + 1), one 2 / (n + 1), …
    losses = draw(np.random.default_rng(curves), noise, curves)

    p_values = [band_test(np.delete(losses, i, axis=0), losses[i]).p_value for i in range(curves)]

    assert sorted(p_values) == pytest.approx(np.arange(1, curves + 1) / curves)


def test_band_test_does_not_depend_on_the_order_of_the_study():
    rng = np.random.default_rng(1)
    *study, reported = draw(rng)
    order = rng.permutation(CURVES)

    first, second = band_test(study, reported), band_test(np.array(study)[order], reported)

    assert (second.p_value, second.score) == (first.p_value, first.score)
    assert second.study_scores.tolist() == first.study_scores[order].tolist()


@pytest.mark.parametrize(
    ("factor", "power"),
    [
        pytest.param(1e4, 1, id="another unit"),
        pytest.param(1, 0.5, id="root of the loss"),
        pytest.param(1, -1, id="reciprocal"),
        pytest.param(np.geomspace(0.01, 300, EPOCHS), np.linspace(0.3, 3, EPOCHS), id="another scale at each epoch"),
    ],
)
def test_band_test_does_not_depend_on_the_scale_of_the_losses(factor, power):
    *study, reported = draw(np.random.default_rng(2))

    plain = band_test(study, reported)
    scaled = band_test(factor * np.power(study, power), factor * reported**power)

    assert scaled.p_value == plain.p_value
    assert scaled.worst_epoch_index == plain.worst_epoch_index
    assert scaled.score == pytest.approx(plain.score, rel=1e-9)  # float64, a few logs


def test_band_test_counts_a_study_curve_that_scores_the_same():
    study = draw(np.random.default_rng(3), curves=CURVES)
    oddest = band_test(study, np.median(study, axis=0)).study_scores.argmax()

    result = band_test(study, study[oddest])

    assert result.study_scores[oddest] == result.score
    assert result.p_value == 2 / 40


def test_band_test_gives_no_less_than_one_in_curves_plus_one():
    study = draw(np.random.default_rng(4), curves=CURVES)

    assert band_test(study, 1000 * study[0]).p_value == 1 / 40


@pytest.mark.parametrize("factor", [5, 1 / 5], ids=["above", "below"])
def test_band_test_names_the_epoch_where_the_reported_curve_is_oddest(factor):
    study = draw(np.random.default_rng(5), curves=CURVES)
    typical = np.median(study, axis=0)

    result = band_test(study, with_loss(typical, 4, factor * typical[4]))

    assert result.worst_epoch_index == 4
    assert result.p_value <= 0.05


# --- The test: simulation -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [normal, cauchy])
def test_band_test_rejects_one_draw_in_twenty_of_the_same_program(noise):
    # 10 000 studies: the standard error of the rate is 0.22 %, so ±1 % is 4.6 of them.
    rng = np.random.default_rng(6)

    p_values = np.array(
        [band_test(curves[1:], curves[0]).p_value for curves in (draw(rng, noise) for _ in range(10_000))]
    )

    assert np.mean(p_values <= 0.05) == pytest.approx(0.05, abs=0.01)
    assert np.mean(p_values <= 0.5) == pytest.approx(0.5, abs=0.02)  # 4 standard errors


def test_band_test_rejects_no_more_when_some_runs_diverge():
    rng = np.random.default_rng(7)
    p_values = []
    for _ in range(4000):
        curves = draw(rng)
        curves[1:][rng.random(CURVES) < 0.03, 3:] = np.nan  # one run in 33, a reported one never
        p_values.append(band_test(curves[1:], curves[0]).p_value)

    assert 0.005 < np.mean(np.array(p_values) <= 0.05) < 0.05


@pytest.mark.parametrize(("shift", "least", "most"), [(1.1, 0.04, 0.3), (1.5, 0.8, 1), (2, 0.99, 1)])
def test_band_test_rejects_a_program_with_higher_losses(shift, least, most):
    # At the first epoch the log loss has a standard deviation of 0.1: a factor of 1.1, 1.5 or 2 is 1, 4 or 7 of them.
    rng = np.random.default_rng(8)

    p_values = [band_test(curves[1:], shift * curves[0]).p_value for curves in (draw(rng) for _ in range(500))]

    assert least <= np.mean(np.array(p_values) <= 0.05) <= most


def test_band_test_rejects_a_curve_that_one_slow_starter_hides_from_a_normal_interval():
    study = draw(np.random.default_rng(9), curves=CURVES)
    study[17, 0] *= np.exp(3)  # 30 standard deviations of the others
    typical = np.median(study, axis=0)
    reported = with_loss(typical, 0, typical[0] * np.exp(0.7))  # 7 of them

    logs = np.log(study)
    half_width = 1.96 * logs.std(axis=0, ddof=1) * np.sqrt(1 + 1 / CURVES)  # of a 95 % interval for one more draw

    assert (np.abs(np.log(reported) - logs.mean(axis=0)) < half_width).all()
    assert band_test(study, reported).p_value == 2 / 40  # only the slow starter is odder


# --- Diverged runs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [np.nan, np.inf])
def test_band_test_keeps_a_diverged_run_with_an_infinite_score(loss):
    study = draw(np.random.default_rng(10), curves=CURVES)
    study[23, 5:] = loss

    result = band_test(study, 1000 * study[0])

    assert np.flatnonzero(np.isinf(result.study_scores)).tolist() == [23]
    assert result.p_value == 2 / 40


@pytest.mark.parametrize(("curves", "diverged"), [(39, 18), (40, 19)], ids=["odd", "even"])
def test_band_test_bears_diverged_runs_of_just_under_half(curves, diverged):
    study = draw(np.random.default_rng(12), curves=curves)
    study[:diverged, 3] = np.inf

    assert band_test(study, study[-1]).p_value > diverged / (curves + 1)


@pytest.mark.parametrize(("curves", "tied"), [(39, 19), (40, 19)], ids=["odd", "even"])
def test_band_test_bears_ties_of_just_under_half(curves, tied):
    study = draw(np.random.default_rng(19), curves=curves)
    study[:tied, 3] = np.median(study[tied:, 3]) * 1.001  # in their midst, and met by the reported curve

    assert np.isfinite(band_test(study, study[0]).score)


# --- Refusals -------------------------------------------------------------------------------------------------------

STUDY = draw(np.random.default_rng(18), curves=CURVES)
REPORTED = np.median(STUDY, axis=0)


def study_with(rows, epoch, loss):
    changed = STUDY.copy()
    changed[rows, epoch] = loss
    return changed


@pytest.mark.parametrize(
    ("study", "message"),
    [
        pytest.param(STUDY[:38], r"shape \(38, 7\), expected .* at least 39 curves", id="few curves"),
        pytest.param(STUDY[:, 0], r"shape \(39,\), expected \(curves, epochs\)", id="one axis"),
        pytest.param(STUDY[:, :0], r"shape \(39, 0\)", id="no epochs"),
        pytest.param(study_with(30, 2, 0), "study curve 30, epoch index 2: loss is 0.0, expected above 0", id="zero"),
        pytest.param(study_with(30, 2, -np.inf), "study curve 30, epoch index 2: loss is -inf", id="negative"),
        pytest.param(study_with(slice(20), 5, 0.25), "epoch index 5: half the study curves share one loss", id="ties"),
        pytest.param(study_with(slice(19), 5, np.nan), "epoch index 5: 19 of 39 curves diverged", id="diverged"),
    ],
)
def test_band_test_refuses_a_study_it_cannot_rank(study, message):
    with pytest.raises(ValueError, match=message):
        band_test(study, REPORTED)


@pytest.mark.parametrize(
    ("reported", "message"),
    [
        pytest.param(REPORTED[:6], r"shape \(6,\), expected \(7,\)", id="fewer epochs"),
        pytest.param(REPORTED[None], r"shape \(1, 7\), expected \(7,\)", id="two axes"),
        pytest.param(with_loss(REPORTED, 3, np.nan), "epoch index 3 is nan, expected finite", id="nan"),
        pytest.param(with_loss(REPORTED, 3, np.inf), "epoch index 3 is inf, expected finite", id="infinite"),
        pytest.param(with_loss(REPORTED, 3, 0), "epoch index 3 is 0.0, expected finite and above 0", id="zero"),
    ],
)
def test_band_test_refuses_a_reported_curve_it_cannot_rank(reported, message):
    with pytest.raises(ValueError, match=message):
        band_test(STUDY, reported)


# --- The envelope ---------------------------------------------------------------------------------------------------


def test_envelope_is_the_median_and_the_middle_nine_tenths():
    """21 curves lie 5 % apart: the second lowest and the second highest are its ends, whatever the outermost are."""
    losses = np.random.default_rng(20).permutation(np.arange(21.0))[:, np.newaxis] * [1, 10] + 1
    losses[losses == [21, 201]] = 1e6

    low, median, high = envelope(losses)

    assert (low.tolist(), median.tolist(), high.tolist()) == ([2, 11], [11, 101], [20, 191])


@pytest.mark.parametrize("loss", [np.nan, np.inf])
def test_envelope_leaves_out_what_is_not_finite(loss):
    """Of an epoch at which all runs diverged nothing is known."""
    losses = np.array([[1.0, 2, loss], [3, loss, loss], [2, loss, loss]])

    low, median, high = envelope(losses)

    assert (low[0], median[0], high[0]) == pytest.approx((1.1, 2, 2.9))
    assert (low[1], median[1], high[1]) == (2, 2, 2)
    assert np.isnan([low[2], median[2], high[2]]).all()
