"""Which variants can have printed given losses, by two tests, and how often these would keep a wrong one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reproduce.articles.bitcoin_lstm import curves, losses
from reproduce.articles.bitcoin_lstm.curves import CurveRow
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.evidence.bands import band_test
from reproduce.evidence.contrast import contrast, kept_as, leave_one_out

PUBLISHED = Variant().name


@dataclass(frozen=True, eq=False)
class Shelf:
    """Curves of several variants at some epochs."""

    epochs: tuple[int, ...]  # counted from 0
    curves: dict[str, np.ndarray]  # (seeds, epochs) by variant

    def at(self, epochs: Sequence[int]) -> dict[str, np.ndarray]:
        """The curves at some of the shelf's epochs, (seeds, those epochs) by variant."""
        places = [self.epochs.index(epoch) for epoch in epochs]
        return {variant: found[:, places] for variant, found in self.curves.items()}

    def shared(self, epochs: Sequence[int]) -> list[int]:
        """Those of `epochs` that the shelf has."""
        return [int(epoch) for epoch in epochs if epoch in self.epochs]


@dataclass(frozen=True)
class Suspect:
    """One variant and the printed losses."""

    variant: str
    seeds: int
    contrast_p: float
    recorded_p: float | None  # of `evidence.bands`; None with fewer than 39 seeds, or where it cannot be computed
    distance: float  # mean difference of log losses to the five nearest of its curves
    kept: bool  # whether the contrast score does not reject it
    own_kept: float  # share of its own curves that would be kept as it, each against all others
    others_kept: dict[str, float]  # the same of every other variant's curves


@dataclass(frozen=True)
class Held:
    """Printed losses held against every variant of one shelf."""

    epochs: tuple[int, ...]  # that were compared, counted from 0
    left_out: tuple[int, ...]  # that the shelf does not have
    suspects: tuple[Suspect, ...]
    is_far: bool  # from all variants, so that none is kept
    times_as_far: float  # as any curve of a study is from its own variant's others, at the most
    mean_kept: float  # variants that are kept of a study's curve, on average

    @property
    def kept(self) -> tuple[str, ...]:
        """The variants that are not rejected."""
        return tuple(one.variant for one in self.suspects if one.kept)


def shelf_of(rows: Sequence[CurveRow], what: str) -> Shelf:
    """The curves of a table such as curves.csv: `what` is mean or last, as `curves.WHAT`."""
    return Shelf(tuple(range(curves.EPOCHS)), curves.curves_of(rows, what))


def shipped_shelves(what: str) -> tuple[Shelf, ...]:
    """Twelve variants over 31 epochs; of mean losses also four variants at the seven epochs that the article prints."""
    shelves = (shelf_of(curves.TABLE.shipped(), what),)
    if what == "mean":
        shelves += (Shelf(tuple(losses.EPOCHS), losses.curves_of(losses.TABLE.shipped())),)
    return shelves


def order_shelves(shelves: Sequence[Shelf], epochs: Sequence[int]) -> list[Shelf]:
    """First the one that decides: it has more of the epochs, or as many and more variants."""
    return sorted(shelves, key=lambda one: (len(one.shared(epochs)), len(one.curves)), reverse=True)


def hold(shelf: Shelf, epochs: Sequence[int], printed: Sequence[float]) -> Held:
    """Hold losses against every variant of a shelf, which has some of the epochs.

    Args:
        epochs: counted from 0, ascending; printed: their losses.
    """
    shared = shelf.shared(epochs)
    mine = [loss for epoch, loss in zip(epochs, printed, strict=True) if epoch in shared]
    studied = shelf.at(shared)
    placed, others = contrast(studied, mine), leave_one_out(studied)
    shares = kept_as(others)
    suspects = tuple(
        Suspect(
            variant=variant,
            seeds=len(studied[variant]),
            contrast_p=place.p_value,
            recorded_p=_recorded_p(studied[variant], mine),
            distance=place.near,
            kept=variant in placed.kept,
            own_kept=shares[variant][variant],
            others_kept={other: kept[variant] for other, kept in shares.items() if other != variant},
        )
        for variant, place in placed.places.items()
    )
    return Held(
        epochs=tuple(shared),
        left_out=tuple(int(epoch) for epoch in epochs if epoch not in shared),
        suspects=suspects,
        is_far=placed.is_far,
        times_as_far=min(one.distance for one in suspects) / placed.reach,
        mean_kept=float(np.mean([len(one.kept) for ones in others.values() for one in ones])),
    )


def _recorded_p(studied: np.ndarray, printed: Sequence[float]) -> float | None:
    try:
        return band_test(studied, printed).p_value
    except ValueError:  # too few curves, too many that diverged, or half of them share one loss
        return None
