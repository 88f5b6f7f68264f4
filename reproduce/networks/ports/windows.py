"""The windows rung: prices cut into what the network reads, and the slips of that, a field each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reproduce.networks.ports.price_questions import WINDOW
from reproduce.networks.ports.program import changes
from reproduce.networks.ports.questions import Answer, Question

SHARE = 0.8  # that trains
TOLERANCES = {"float64": 1e-9, "float32": 1e-6}


@dataclass(frozen=True)
class Cut:
    """How prices become windows; the defaults are the published program's."""

    newest_first: bool = True  # D1
    scaled_by: str = "all"  # D4: rows that the scaler is fitted on; or seen in training, or as many as windows train
    scaler: str = "standard"  # or sample (a deviation with n - 1), or range (0 to 1)
    split_of: str = "rows"  # D5; or windows
    keeps_newest: bool = True  # D11
    ahead: int = 1  # days from the window's last one to the target
    left_out: int = 0  # windows missing at the end


SLIPS = {  # the ways in which each is made
    "the table is turned round, oldest day first; the program reads it as it lies, newest first (D1)": (
        Cut(newest_first=False),
    ),
    "the scaler is fitted on the training rows; the program's on all rows (D4)": (
        Cut(scaled_by="seen"),
        Cut(scaled_by="as many"),
    ),
    "the scaler divides by a deviation with n - 1 (ddof=1, as pandas does); the program's with n": (
        Cut(scaler="sample"),
    ),
    "prices are scaled to 0 … 1; the program subtracts the mean and divides by the deviation": (Cut(scaler="range"),),
    "80 % of the windows train; in the program 80 % of the rows, 1018 (D5)": (Cut(split_of="windows"),),
    "the newest row is left out; the program keeps it (D11)": (Cut(keeps_newest=False),),
    "the target is the window's own last day; in the program it is the day behind it": (
        Cut(ahead=0),
        Cut(ahead=0, left_out=1),  # as many windows as the program's, though one more has its target
    ),
    "the target is two days behind the window; in the program it is the next day": (Cut(ahead=2),),
    "the last window is missing; the program has one for every row that has seven before it": (Cut(left_out=1),),
}


@dataclass(frozen=True)
class WindowsRow:
    """What the windows rung found."""

    difference: float  # the largest, in scaled prices; inf where the counts differ
    tolerance: float
    place: str  # counts where it agrees, else where the first difference is
    slips: tuple[str, ...] = ()  # that make it together; none where none are known

    @property
    def agrees(self) -> bool:
        return self.difference <= self.tolerance

    @property
    def found(self) -> str:
        """What explains it, or where it is."""
        return "; and ".join(self.slips) or self.place


def windows_question(close: np.ndarray) -> Question:
    """Ask for the windows of these prices, (rows,), newest first."""
    return Question("windows", "windows", {"close": close})


def cut(close: np.ndarray, how: Cut) -> Answer:
    """What a port that cuts like this would answer: inputs (n, 7, 1), targets (n, 1) and how many of them train."""
    rows = close[0 if how.keeps_newest else 1 :][:: 1 if how.newest_first else -1]
    count = len(rows) - WINDOW - how.ahead + 1 - how.left_out
    train = int(SHARE * (len(rows) if how.split_of == "rows" else count))
    seen = rows[: {"all": len(rows), "seen": train + WINDOW, "as many": train}[how.scaled_by]]
    zero, unit = seen.mean(), seen.std(ddof=1 if how.scaler == "sample" else 0)
    if how.scaler == "range":
        zero, unit = seen.min(), np.ptp(seen)
    scaled = (rows - zero) / unit
    inputs = sliding_window_view(scaled, WINDOW)[:count, :, None]
    targets = scaled[WINDOW + how.ahead - 1 :][:count, None]
    return {"inputs": inputs, "targets": targets, "train": np.array(float(train))}


def compare_windows(question: Question, answer: Answer, expected: Answer) -> WindowsRow:
    """Hold a port's windows against the program's, and name the slips where they are known.

    Args:
        expected: the program's own, from whoever has it.
    """
    is_float32 = any(np.array_equal(answer[name].astype("float32"), answer[name]) for name in ("inputs", "targets"))
    tolerance = TOLERANCES["float32" if is_float32 else "float64"]
    difference = _difference(answer, expected)
    if difference <= tolerance:
        return WindowsRow(difference, tolerance, f"{len(answer['inputs'])}, {int(answer['train'])} for training")
    close, place = question.arguments["close"], _place(answer, expected, lambda gap: gap > tolerance)
    known = (slips for slips, how in _slipped() if _difference(answer, cut(close, how)) <= tolerance)
    return WindowsRow(difference, tolerance, place, next(known, ()))


def _slipped() -> Iterator[tuple[tuple[str, ...], Cut]]:
    """Each slip in each of its ways, then all that change different fields together, the fewest first."""
    ones = [(slip, changes(how, Cut())) for slip, ways in SLIPS.items() for how in ways]
    for count in range(1, len(fields(Cut)) + 1):
        for some in combinations(ones, count):
            changed = [change for _, changes_of in some for change in changes_of.items()]
            if len(dict(changed)) == len(changed):
                yield tuple(slip for slip, _ in some), Cut(**dict(changed))


def _difference(answer: Answer, expected: Answer) -> float:
    if any(answer[name].shape != expected[name].shape for name in expected) or answer["train"] != expected["train"]:
        return np.inf
    return max(float(np.abs(answer[name] - expected[name]).max()) for name in ("inputs", "targets"))


def _place(answer: Answer, expected: Answer, is_past: Callable[[np.ndarray], np.ndarray]) -> str:
    """Where the first difference is."""
    windows, days = answer["inputs"].shape[:2]
    if len(answer["targets"]) != windows:
        return f"{len(answer['targets'])} targets for {windows} windows"
    if days != WINDOW:
        return f"windows of {days} days, the program's have {WINDOW}"
    if windows != len(expected["inputs"]):
        return f"{windows} windows, the program has {len(expected['inputs'])}"
    if answer["train"] != expected["train"]:
        return f"{int(answer['train'])} for training, the program has {int(expected['train'])}"
    for name in ("inputs", "targets"):
        past = is_past(np.abs(answer[name] - expected[name])).reshape(len(answer[name]), -1).any(axis=1)
        if past.any():
            return f"first in the {name} of window {int(np.argmax(past))}, counted from 0"
    return ""
