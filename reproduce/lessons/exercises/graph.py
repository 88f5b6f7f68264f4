"""Lesson 2: a value that was fetched from the published graph, and where in the graph it stands."""

from __future__ import annotations

from typing import Any

import numpy as np

from reproduce.lessons.exercises.asking import WORDS
from reproduce.networks import reference

ASKED = "f", 3, 0  # gate, day, window
NEAR = 1e-6  # what float32 may make of a gate


def problem(mine: Any, weights: dict[str, np.ndarray], inputs: np.ndarray) -> str | None:
    """What is wrong with it; None where it is what is asked for."""
    if mine is None or mine is ...:
        return "nothing is fetched; give session.run the name, with :0 at its end, or it is the name of an operation"
    if isinstance(mine, str):
        return "this is a name; session.run gives the value that it names"
    if hasattr(mine, "graph"):
        return "this is a place in the graph, and no value; session.run gives the value"
    try:
        value = np.asarray(mine, float)
    except (TypeError, ValueError):
        return f"this is {type(mine).__name__}, and no array; fetch one name"
    hidden = len(weights["b_i"])
    if value.shape != (1, hidden):
        return f"its shape is {value.shape}; a gate of one window has {(1, hidden)}"
    found = _find(value[0], weights, np.asarray(inputs, float))
    if found is None:
        return "no gate of these windows has this value; feed these windows, and fetch what comes out of the sigmoid"
    name, day, window = found
    wanted = f"{WORDS[ASKED[0]]} of window {ASKED[2]}, day {ASKED[1]}"
    return None if found == ASKED else f"this is {WORDS[name]} of window {window}, day {day}; {wanted} is asked for"


def _find(row: np.ndarray, weights: dict[str, np.ndarray], inputs: np.ndarray) -> tuple[str, int, int] | None:
    """The gate, h or c, the day and the window whose value is nearest to this one, (hidden,); None if none is near."""
    _, days = reference.forward(weights, "published", inputs)
    gaps = {}
    for t, day in enumerate(days):
        for name, rows in zip("ifoghc", (day.i, day.f, day.o, day.g, day.after.h, day.after.c), strict=True):
            gaps |= {(name, t, k): float(np.abs(known - row).max()) for k, known in enumerate(rows)}
    nearest = min(gaps, key=gaps.__getitem__)
    return nearest if gaps[nearest] < NEAR else None
