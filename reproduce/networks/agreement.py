"""How far apart two trainings of the same network are."""

from __future__ import annotations

import math


def relative_difference(loss: float, reference: float) -> float:
    """|loss / reference - 1|; inf where one of the two diverged, and nan where both did, which tells nothing."""
    diverged = [not math.isfinite(one) for one in (loss, reference)]
    if any(diverged):
        return math.nan if all(diverged) else math.inf
    return abs(loss / reference - 1)
