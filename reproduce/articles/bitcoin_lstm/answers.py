"""What the audit's tables say, in words: questions a reader of the article has, and the answers that follow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from reproduce.articles.bitcoin_lstm.departures import ALONE, TEXT, DepartureRow
from reproduce.articles.bitcoin_lstm.losses import BandVerdict
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.sections import Answer

NO_INTERVAL = "It cannot be told: the price moved on too few days for an interval of the skill."


def answers(table: Mapping[str, DepartureRow], bands: Sequence[BandVerdict]) -> list[Answer]:
    """Answer from the rows of departures.csv, by variant name, and the joint tests of the candidate programs.

    The words follow from the 95 % intervals: two variants differ where theirs have no value in common, a strict rule.

    Args:
        bands: empty for a table of other data than the article's, whose losses say nothing of it.
    """
    published, ordered, short, clipped = (
        table[variant.name]
        for variant in (
            Variant(),
            ALONE["rows in date order"],
            ALONE["window of 3 days"],
            ALONE["clipping applied"],
        )
    )
    undone = table[TEXT.name]
    found = [
        Answer("Does the model beat persistence as published?", _beats(published), _evidence(published)),
        Answer("And in date order, where the past predicts the future?", _beats(ordered), _evidence(ordered)),
        Answer(
            "And with five deviations undone together: wiring, clipping, order, scaler and remainder?",
            _beats(undone),
            _evidence(undone),
        ),
        Answer(
            "Does a window of 3 days improve it?",
            _improves(published, short),
            f"skill {_interval(short)}, median {short.skill_median:.2f}, against {_interval(published)}, median "
            f"{published.skill_median:.2f}, with 7 days",
        ),
        Answer(
            "What does clipping, applied, do?",
            _changes(published, clipped),
            f"skill {_interval(clipped)} against {_interval(published)} without; median final loss "
            f"{clipped.final_loss:.5f} against {published.final_loss:.5f}",
        ),
        Answer(
            "Does it foresee whether the price rises or falls?",
            _foresees(published, ordered),
            f"right on {published.direction_accuracy:.0%} of the days as published, the better constant guess on "
            f"{published.majority_share:.0%}; in date order {ordered.direction_accuracy:.0%} and "
            f"{ordered.majority_share:.0%}",
        ),
    ]
    if bands:
        tests = "; ".join(f"{band.variant}: p = {band.p_value:.3f}, {band.seeds} seeds" for band in bands)
        found.append(Answer("Which program can have produced the seven reported losses?", _produced(bands), tests))
    return found


def _beats(row: DepartureRow) -> str:
    if math.isnan(row.skill_low):
        return NO_INTERVAL
    if row.skill_low > 0:
        return "Yes, its error is below that of persistence."
    if row.skill_high < 0:
        return "No, its error is above that of persistence."
    return "It cannot be told: the interval of its skill contains 0."


def _improves(published: DepartureRow, short: DepartureRow) -> str:
    if math.isnan(published.skill_low + short.skill_low):
        return NO_INTERVAL
    against = "" if short.skill_low > 0 else ", though not above persistence"
    if short.skill_low > published.skill_high:
        return f"Yes{against}."
    if short.skill_high < published.skill_low:
        return "No, it makes it worse."
    pooled, middle = (
        "better" if after > before else "worse"
        for before, after in ((published.skill, short.skill), (published.skill_median, short.skill_median))
    )
    return f"Not significantly: it is {pooled} over all seeds, {middle} in the median one, and the intervals overlap."


def _changes(published: DepartureRow, clipped: DepartureRow) -> str:
    loss = "lower" if clipped.final_loss < published.final_loss else "higher"
    if math.isnan(published.skill_low + clipped.skill_low):
        skill = "Whether the test error changes cannot be told"
    elif clipped.skill_low > published.skill_high:
        skill = "The test error falls"
    elif clipped.skill_high < published.skill_low:
        skill = "The test error grows"
    else:
        skill = "The test error does not change significantly"
    return f"{skill}; the final training loss is {loss}."


def _foresees(*rows: DepartureRow) -> str:
    """Above the more frequent direction by more than two standard errors of a fair coin over the days that moved."""
    if not all(row.moved_days for row in rows):
        return "It cannot be told: the price did not move on the tested days."
    gains = [row.direction_accuracy - row.majority_share for row in rows]
    foreseen = [gain > 2 * math.sqrt(0.25 / row.moved_days) for gain, row in zip(gains, rows, strict=True)]
    if all(foreseen):
        return "Yes, more often than always guessing the more frequent direction."
    if any(foreseen):
        return "Not in both orders."
    return "No: not significantly better than always guessing the more frequent direction."


def _produced(bands: Sequence[BandVerdict]) -> str:
    consistent = [band.variant for band in bands if band.words == "consistent"]
    excluded = [band.variant for band in bands if band.words == "excluded"]
    words = [f"Consistent: {', '.join(consistent) or 'none'}", f"excluded: {', '.join(excluded) or 'none'}"]
    return "; ".join(words) + "."


def _interval(row: DepartureRow) -> str:
    return f"{row.skill:.2f} ({row.skill_low:.2f} to {row.skill_high:.2f})"


def _evidence(row: DepartureRow) -> str:
    return (
        f"skill {_interval(row)}, {row.seeds} seeds; error {row.test_rmse_usd:.0f} USD over all seeds, "
        f"{row.median_rmse_usd:.0f} USD in the median, of persistence "
        f"{row.persistence_rmse_usd:.0f} USD; Diebold-Mariano p {row.dm_p_words}"
    )
