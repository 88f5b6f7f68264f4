"""Lesson 8: three loss curves out of the shipped study, one of which the described wiring has made."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from reproduce.articles.bitcoin_lstm.losses import TABLE, curves_of
from reproduce.evidence.bands import band_test

LEVEL = 0.05
ASKED = "described"
VARIANTS = (ASKED, "published", "clipping-applied")


class Drawn(NamedTuple):
    """What a seed draws."""

    curves: dict[str, np.ndarray]  # by letter, (epochs,)
    studies: dict[str, np.ndarray]  # by variant, (runs, epochs): all the others


def draw(seed: int) -> Drawn:
    """Three curves, each out of another variant's study, and the studies without them.

    None is one of the two in forty that its own study excludes: a test at 5 % must exclude so many.
    """
    drawn, _ = _draw(seed)
    return drawn


def _draw(seed: int) -> tuple[Drawn, str]:
    random, shipped = np.random.default_rng(seed), curves_of(TABLE.shipped())
    letters = dict(zip(VARIANTS, random.permutation(list("ABC")).tolist(), strict=True))
    runs = {variant: int(random.choice(_typical(shipped[variant]))) for variant in VARIANTS}
    curves = {letters[variant]: shipped[variant][run] for variant, run in runs.items()}
    studies = {variant: np.delete(shipped[variant], run, axis=0) for variant, run in runs.items()}
    return Drawn(dict(sorted(curves.items())), studies), letters[ASKED]


def _typical(study: np.ndarray) -> list[int]:
    """The runs that the others do not exclude."""
    return [k for k, losses in enumerate(study) if band_test(np.delete(study, k, axis=0), losses).p_value > LEVEL]


def problem(mine: Any, seed: int) -> str | None:
    """Why the curve of this letter is not the described one; None where it is."""
    if not mine:
        return "no letter is given; compare the three curves with the described study"
    drawn, right = _draw(seed)
    if mine not in drawn.curves:
        return f"{mine!r} is none of {', '.join(drawn.curves)}"
    if mine == right:
        return None
    p = band_test(drawn.studies[ASKED], drawn.curves[mine]).p_value
    return f"held against the described study, {mine} has p = {p:.3f}; the curve that was made by it has a larger one"
