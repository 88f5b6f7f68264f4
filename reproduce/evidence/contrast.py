"""Which of several programs printed a loss curve? A conformal test that sets each program against its nearest rival.

`reproduce.evidence.bands` asks of one program whether a curve is a draw of it. Where a program has a few slow starters
its band is so wide that it takes in the curves of other programs too. Here the other programs take part. With
d(a, b) = mean over epochs of |log a − log b|, and near(a, S) = mean of d from a to the 5 nearest curves of S:

    s(a) = log near(a, own curves but a) − log min over rivals R of near(a, R)      (score of a curve)
    p    = (1 + number of own study curves with s ≥ that of the printed one) / (n + 1)

The printed curve counts among its candidate's own when the scores of those are computed (full conformal), and the
rivals' curves do not depend on it. So if it is a draw of the candidate, all n + 1 scores are exchangeable and
P(p ≤ α) ≤ α for every n and every distribution, whatever the rivals are. The variants with p > α = 1 − LEVEL are a set
that holds the true one with probability LEVEL, provided that it is among the candidates (inversion of the test).

A ratio says nothing where all is far: a curve that no candidate can have made has own and rival distances alike. So the
set is empty, too, where the printed curve's `near` of every candidate is above the largest `near` of any study curve to
its own program's others. A draw of a candidate with n study curves does that with probability 1 / (n + 1) at most, so
the set may hold the true one that much less often; on the shipped curves it costs nothing (docs/losses.md).

A loss that is not finite, of a run that diverged, or that is beyond 1e30, counts as 1e30.

The score was chosen after the article's seven losses had been held against four programs, by its leave-one-out on
these: the recorded verdicts keep the rule of `bands`. Score, level and set were committed before the table of curves
that ships was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

LEVEL = 0.95
NEIGHBOURS = 5
MIN_CURVES = 19  # p has steps of 1 / (n + 1)
LARGEST = 1e30
_LEAST = 1e-12  # of a distance, so that a curve that stands twice has a logarithm


@dataclass(frozen=True)
class Place:
    """Where a printed curve stands with one program; distances are means of differences of log losses."""

    p_value: float
    near: float  # to the program's nearest curves


@dataclass(frozen=True)
class Contrast:
    """Where a printed curve stands with every program."""

    places: dict[str, Place]
    reach: float  # the largest `near` that any study curve has to its own program's others

    @property
    def is_far(self) -> bool:
        """Whether it is farther from every program than any study curve is from its own."""
        return min(place.near for place in self.places.values()) > self.reach

    @property
    def kept(self) -> tuple[str, ...]:
        """The programs that are not rejected at LEVEL."""
        return () if self.is_far else tuple(name for name, p in self.places.items() if p.p_value > 1 - LEVEL)


def contrast(curves: Mapping[str, ArrayLike], printed: ArrayLike) -> Contrast:
    """Hold a printed curve against the study curves of every program.

    Args:
        curves: (n, epochs) by program, a run a row, at the printed epochs only; nan or inf where a run diverged.
        printed: (epochs,).
    Raises:
        ValueError: there are fewer than two programs, or one has fewer than 19 curves, epochs that do not match, or a
            loss that is not above 0; or a printed loss is not finite.
    """
    logs = {name: _logs(name, losses) for name, losses in curves.items()}
    one = np.asarray(printed, dtype=float)
    _check(logs, one)
    return _Field(logs, np.log(one)).place(sum(len(own) for own in logs.values()))


def leave_one_out(curves: Mapping[str, ArrayLike]) -> dict[str, list[Contrast]]:
    """Hold every study curve against all the others, as if it had been printed: a list a program, in its order.

    Raises:
        ValueError: as `contrast`; one curve more is needed of each.
    """
    logs = {name: _logs(name, losses) for name, losses in curves.items()}
    _check({name: own[1:] for name, own in logs.items()}, np.ones(next(iter(logs.values())).shape[1]))
    field = _Field(logs)
    return {name: [field.place(one) for one in members] for name, members in field.members.items()}


def kept_as(found: Mapping[str, list[Contrast]]) -> dict[str, dict[str, float]]:
    """Of the curves of each program (first name), the share that is kept as each program (second name)."""
    return {
        name: {other: float(np.mean([other in one.kept for one in ones])) for other in found}
        for name, ones in found.items()
    }


class _Field:
    """All curves and their distances; one of them at a time is the printed one."""

    def __init__(self, logs: Mapping[str, np.ndarray], printed: np.ndarray | None = None) -> None:
        """`printed` comes last and belongs to no program."""
        ends = np.cumsum([len(own) for own in logs.values()])
        starts = [0, *ends[:-1]]
        self.members = {name: np.arange(a, b) for name, a, b in zip(logs, starts, ends, strict=True)}
        every = np.concatenate(
            [*logs.values(), *([] if printed is None else [printed[np.newaxis]])]
        )  # (curves, epochs)
        self._distances = np.stack([np.abs(every - one).mean(axis=1) for one in every])  # (curves, curves)
        np.fill_diagonal(self._distances, np.inf)  # no curve is its own neighbour
        self._near = {name: _nearest(self._distances[:, own]) for name, own in self.members.items()}  # (curves,) each

    def place(self, one: int) -> Contrast:
        """Hold the curve of that number against all others."""
        members = {name: own[own != one] for name, own in self.members.items()}
        near = {
            name: self._near[name] if len(own) == len(self.members[name]) else _nearest(self._distances[:, own])
            for name, own in members.items()
        }
        places = {}
        for name, own in members.items():
            tested = np.append(own, one)  # (n + 1,), the printed curve last
            of_own = _nearest(self._distances[np.ix_(tested, tested)])
            of_rival = np.min([near[other][tested] for other in members if other != name], axis=0)
            scores = np.log(of_own) - np.log(of_rival)
            places[name] = Place(float(np.mean(scores >= scores[-1])), float(near[name][one]))
        return Contrast(places, float(max(near[name][own].max() for name, own in members.items())))


def _nearest(distances: np.ndarray) -> np.ndarray:
    """The mean of each row's smallest distances, (rows,), from (rows, curves)."""
    smallest = np.partition(distances, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
    return np.maximum(smallest.mean(axis=1), _LEAST)


def _logs(name: str, losses: ArrayLike) -> np.ndarray:
    losses = np.asarray(losses, dtype=float)
    if losses.ndim != 2 or losses.shape[1] == 0:
        raise ValueError(f"{name}: losses have shape {losses.shape}, expected (curves, epochs)")
    if (losses <= 0).any():
        curve, epoch = np.argwhere(losses <= 0)[0]
        raise ValueError(
            f"{name}, curve {curve}, epoch index {epoch}: loss is {losses[curve, epoch]}, expected above 0"
        )
    return np.log(np.minimum(np.where(np.isnan(losses), LARGEST, losses), LARGEST))


def _check(logs: Mapping[str, np.ndarray], printed: np.ndarray) -> None:
    if len(logs) < 2:
        raise ValueError(f"{len(logs)} programs to hold the losses against, expected at least 2")
    for name, own in logs.items():
        if len(own) < MIN_CURVES:
            raise ValueError(f"{name} has {len(own)} curves, expected at least {MIN_CURVES}")
        if own.shape[1:] != printed.shape:
            raise ValueError(f"{name} has {own.shape[1]} epochs, the printed losses have shape {printed.shape}")
    if not (np.isfinite(printed) & (printed > 0)).all():
        epoch = np.argmin(np.isfinite(printed) & (printed > 0))
        raise ValueError(f"printed loss at epoch index {epoch} is {printed[epoch]}, expected finite and above 0")
