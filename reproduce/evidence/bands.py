"""Could the program have made a reported loss curve? A joint conformal test over seeds, and the envelope to draw.

An article reports the losses of one training without a seed; a study trains the same program with n seeds. Losses
across seeds are heavy-tailed: one slow starter widens mean ± 2 standard deviations until that accepts everything. So
no distribution is assumed, only that the n + 1 curves are exchangeable: if the reported one is a draw like the others,
each is equally likely to be the odd one out. With x[i, t] the log loss of curve i at epoch t, i = 0 the reported curve:

    m[t] = median over i = 0 … n of x[i, t]
    d[t] = median over i = 0 … n of |x[i, t] − m[t]|           (MAD, median absolute deviation)
    s[i] = max over t of |x[i, t] − m[t]| / d[t]               (score of a curve)
    p    = (1 + number of i ≥ 1 with s[i] ≥ s[0]) / (n + 1)

The reported curve enters m and d like any other (full conformal), so the order of the curves does not matter, s[0] is
equally likely to take any rank, and P(p ≤ α) ≤ α for every n and every distribution; it equals α when no scores tie and
α (n + 1) is whole. One maximum judges the epochs jointly: there is nothing to correct for their number. A curve is
rejected when p ≤ α = 1 − level, that is, when fewer than k = ⌊α (n + 1)⌋ study curves score as high.

At least 39 study curves: p has steps of 1 / (n + 1), so 5 % can reject from n = 19 on, but there (k = 1) only a curve
odder than all of the study, and a single slow starter would excuse everything. At 39, k = 2 leaves room for one.

A study run that diverged (loss nan or infinite) is a draw too, and to drop it would break exchangeability: its log loss
is +∞, hence its score. m and d stay finite while fewer than half the curves diverge at an epoch. The reported curve is
finite, or it would not have been reported; given that, P(p ≤ α) ≤ α still holds. Once k study curves diverge nothing
can be rejected.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

MIN_CURVES = 39
ENVELOPE = (0.05, 0.5, 0.95)  # the quantiles that are drawn


@dataclass(frozen=True, eq=False)
class BandTest:
    """Where a reported curve stands among a study's; scores in MADs of the log loss."""

    p_value: float
    score: float  # of the reported curve
    study_scores: np.ndarray  # (curves,), in the study's order; inf for a run that diverged
    worst_epoch_index: int  # where the reported curve's score is attained, the first such epoch


def band_test(study_losses: ArrayLike, reported_losses: ArrayLike) -> BandTest:
    """Rank a reported curve among a study's by the joint conformal test above; return a `BandTest`.

    Args:
        study_losses: (curves, epochs), a run a row, at the reported epochs only; nan or inf where a run diverged.
        reported_losses: (epochs,).
    Raises:
        ValueError: fewer than 39 study curves, epochs that do not match, a loss that is not positive, a reported loss
            that is not finite, or an epoch where half the study curves, or nearly so, diverged or share one loss.
    """
    study = _log_study(study_losses)
    curves = np.vstack([study, _log_reported(reported_losses, epochs=study.shape[1])])  # (curves + 1, epochs)
    distances = _distances(curves)
    scores = distances.max(axis=1)
    return BandTest(
        p_value=float(_p_of_last(scores)),
        score=float(scores[-1]),
        study_scores=scores[:-1],
        worst_epoch_index=int(distances[-1].argmax()),
    )


def p_values(study_losses: ArrayLike, reported_losses: ArrayLike) -> np.ndarray:
    """The p-value of `band_test` for each of many reported curves, judged alone.

    Args:
        study_losses: as of `band_test`.
        reported_losses: (reported, epochs).
    Returns:
        (reported,).
    Raises:
        ValueError: as `band_test`.
    """
    study = _log_study(study_losses)
    reported = np.array([_log_reported(one, epochs=study.shape[1]) for one in np.asarray(reported_losses)])
    alone = reported[:, np.newaxis]  # (reported, 1, epochs)
    curves = np.concatenate([np.broadcast_to(study, (len(alone), *study.shape)), alone], axis=1)
    return _p_of_last(_distances(curves).max(axis=2))


def envelope(losses: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find what a study's losses span at each epoch, to be drawn: their 5 % quantile, median and 95 % quantile.

    Epoch by epoch, so that it decides nothing: `band_test` judges all epochs jointly.

    Args:
        losses: (curves, epochs); losses that are not finite, of runs that diverged, are left out.
    Returns:
        Three arrays (epochs,), in units of the loss; nan where no loss is finite.
    """
    known = np.where(np.isfinite(losses), losses, np.nan)
    spans = np.full((3, known.shape[1]), np.nan)
    drawn = ~np.isnan(known).all(axis=0)
    spans[:, drawn] = np.nanquantile(known[:, drawn], ENVELOPE, axis=0)
    low, median, high = spans
    return low, median, high


def _p_of_last(scores: np.ndarray) -> np.ndarray:
    """(1 + number of i with s[i] ≥ s[last]) / (n + 1), (…,), of scores (…, n + 1)."""
    return (1 + (scores[..., :-1] >= scores[..., -1:]).sum(axis=-1)) / scores.shape[-1]


def _distances(log_losses: np.ndarray) -> np.ndarray:
    """|x[i, t] − m[t]| / d[t] of curves (…, curves, epochs)."""
    apart = np.abs(log_losses - np.median(log_losses, axis=-2, keepdims=True))
    return apart / np.median(apart, axis=-2, keepdims=True)


def _log_study(study_losses: ArrayLike) -> np.ndarray:
    losses = np.asarray(study_losses, dtype=float)
    if losses.ndim != 2 or losses.shape[0] < MIN_CURVES or losses.shape[1] == 0:
        raise ValueError(f"study has shape {losses.shape}, expected (curves, epochs) with at least {MIN_CURVES} curves")
    curves = len(losses)
    if (losses <= 0).any():
        curve, epoch = np.argwhere(losses <= 0)[0]
        raise ValueError(f"study curve {curve}, epoch index {epoch}: loss is {losses[curve, epoch]}, expected above 0")
    log_losses = np.log(np.where(np.isnan(losses), np.inf, losses))
    diverged = np.isinf(log_losses).sum(axis=0)
    if (diverged >= curves // 2).any():  # one more at +∞ and the median is +∞
        epoch, most = diverged.argmax(), curves // 2 - 1
        raise ValueError(f"epoch index {epoch}: {diverged[epoch]} of {curves} curves diverged, expected at most {most}")
    half = (curves + 1) // 2  # if so many are equal, a reported curve that joins them makes the MAD 0
    ordered = np.sort(log_losses, axis=0)
    tied = (ordered[half - 1 :] == ordered[: curves - half + 1]).any(axis=0)
    if tied.any():
        raise ValueError(f"epoch index {tied.argmax()}: half the study curves share one loss, so the MAD can be 0")
    return log_losses


def _log_reported(reported_losses: ArrayLike, epochs: int) -> np.ndarray:
    losses = np.asarray(reported_losses, dtype=float)
    if losses.shape != (epochs,):
        raise ValueError(f"reported losses have shape {losses.shape}, expected ({epochs},), the epochs of the study")
    if not (np.isfinite(losses) & (losses > 0)).all():
        epoch = np.argmin(np.isfinite(losses) & (losses > 0))
        raise ValueError(f"reported loss at epoch index {epoch} is {losses[epoch]}, expected finite and above 0")
    return np.log(losses)
