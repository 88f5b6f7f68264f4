"""What an exercise is told: `right`, or `not yet` and what is wrong. Every function prints, and none raises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.errors import PortError
from reproduce.lessons.exercises import adam as adam_exercise
from reproduce.lessons.exercises import backward, graph
from reproduce.lessons.exercises import cell as cell_exercise
from reproduce.lessons.exercises import curve as curve_exercise
from reproduce.lessons.exercises import port as port_exercise
from reproduce.lessons.exercises import slip as slip_exercise
from reproduce.lessons.exercises import tolerance as tolerance_exercise


def _say(problem_of: Callable[..., str | None], *given: Any) -> None:
    try:
        problem = problem_of(*given)
    except PortError as error:
        problem = str(error)
    except Exception as error:  # of a student's value that nobody thought of, or of ours
        print(f"the check failed, and says nothing of your answer ({type(error).__name__}: {error}); please report it")
        return
    print("right" if problem is None else f"not yet: {problem}")


def cell(mine: Any) -> None:
    """Lesson 1: one day of the described cell, `mine(weights, x, h, c)` → h, c."""
    _say(cell_exercise.problem, mine)


def gate(mine: Any, weights: dict[str, np.ndarray], inputs: np.ndarray) -> None:
    """Lesson 2: the forget gate of window 0 on day 3, fetched from the published graph.

    Args:
        weights: that the graph has, by name; inputs: that it was fed, (windows, days, 1).
    """
    _say(graph.problem, mine, weights, inputs)


def slip(mine: Any, seed: int) -> None:
    """Lesson 3: the name of the slip in the program that the seed draws."""
    _say(slip_exercise.problem, mine, seed)


def day_back(mine: Any) -> None:
    """Lesson 4: one day of the described cell's way back, `mine(day, dh, dc)` → {gate: derivative}, derivative by c."""
    _say(backward.problem, mine)


def adam(mine: Any) -> None:
    """Lesson 5: a step of TF1's Adam for one array, `mine(w, g, m, v, t)` → w, m, v; t is 1 on the first step."""
    _say(adam_exercise.problem, mine)


def port(file: str | Path) -> None:
    """Lesson 6: a port in a file of your own, against the published program."""
    _say(port_exercise.problem, file)


def tolerance(mine: Any) -> None:
    """Lesson 7: a relative tolerance for the losses of the first epoch."""
    _say(tolerance_exercise.problem, mine)


def curve(mine: Any, seed: int) -> None:
    """Lesson 8: the letter of the described curve among those that the seed draws."""
    _say(curve_exercise.problem, mine, seed)
