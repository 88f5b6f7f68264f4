"""The walk through a window that the page offers: the six equations with their numbers, unit by unit, day by day.

One set of trained weights in both wirings. Every number and sum on the page is made here, by the NumPy network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reproduce.articles.bitcoin_lstm.inside import trained_weights
from reproduce.articles.bitcoin_lstm.variant import WIRINGS
from reproduce.articles.sections import Paragraph, Section, Walk, WalkDay, WalkWindow, numeral
from reproduce.evidence.tally import counted
from reproduce.inputs.windows import Windows
from reproduce.networks import reference
from reproduce.networks.layers import leading_units
from reproduce.runs.directory import Directory

UNITS = 8
DAYS = 10  # of a window, the last ones


def walk_section(directory: Directory, windows: Windows, predicted: np.ndarray) -> Section:
    """The walk and what to look for; no walk where the training diverged. RunError for a damaged checkpoint.

    Args:
        predicted: (tested,), scaled: what the run predicted of its test set.
    """
    weights, variant = trained_weights(directory), directory.config.variant
    title, link = "Walk through a window, day by day", "Walk"
    if not all(np.isfinite(array).all() for array in (predicted, *weights.values())):
        return Section("walk", title, link, [Paragraph("The training diverged: there is no number to show.")])
    order = "newest first (a step up is then a fall in time)" if windows.reads_backwards else "oldest first"
    last = f" The last {DAYS} are shown." if windows.window > DAYS else ""
    words = (
        f"The network reads a window's {counted(windows.window, 'price')} one after another, {order}.{last} Choose a "
        "unit and a day: the unit's six equations stand below with that day's numbers. Both sides have the weights of "
        f"this run, trained in the {variant.wiring} wiring. As published the gates read c of the row before and the "
        "forget gate scales h, the reverse of the text: both are red. A gate near 0 is shut, near 1 open; blue is "
        "above 0, orange below. Numbers are rounded: sums agree to the last digit, products nearly."
    )
    return Section("walk", title, link, [Paragraph(words), walk_of(weights, variant.wiring, windows, predicted)])


def walk_of(weights: reference.Arrays, wiring: str, windows: Windows, predicted: np.ndarray) -> Walk:
    """Both wirings of a run's weights on a few windows of its test set.

    Args:
        weights: by name, all finite.
        wiring: the one that they were trained in; it decides which units matter most.
        predicted: (tested,), scaled, finite: what the run predicted of its test set.
    """
    exact = {name: array.astype(np.float64) for name, array in weights.items()}
    other = next(one for one in WIRINGS if one != wiring)
    return Walk(
        labels={wiring: f"{wiring} wiring, as trained", other: f"{other} wiring, the same weights"},
        others=max(len(exact["b_i"]) - UNITS, 0),
        windows=[_window(exact, wiring, windows, at, name) for at, name in chosen_windows(windows, predicted).items()],
    )


def chosen_windows(windows: Windows, predicted: np.ndarray) -> dict[int, str]:
    """Windows of the test set by number, each with what it stands for; one that is two of these has both names."""
    inputs, targets = windows.test
    steps = targets[:, 0] - inputs[:, -1, 0]
    wanted = {
        "first test window": 0,
        "largest error": int(np.argmax(np.abs(predicted - targets[:, 0]))),
        "largest step up": int(np.argmax(steps)),
        "largest step down": int(np.argmin(steps)),
    }
    return {at: ", ".join(name for name, of in wanted.items() if of == at) for at in dict.fromkeys(wanted.values())}


def rounded_sum(parts: dict[str, float], total: str, rest: str) -> dict[str, int]:
    """Parts and their sum, named `total`, in thousandths: every one rounded but `rest`, the part that makes them agree.

    >>> rounded_sum({"a": 0.1244, "b": 0.1244, "c": 0.1244}, "sum", rest="b")
    {'a': 124, 'b': 125, 'c': 124, 'sum': 373}
    """
    found = {name: _thousandths(value) for name, value in parts.items()}
    found[total] = _thousandths(sum(parts.values()))
    found[rest] = found[total] - sum(found[name] for name in parts if name != rest)
    return found


def _window(w: reference.Arrays, trained: str, windows: Windows, at: int, name: str) -> WalkWindow:
    """The window `at` of the test set."""
    first = windows.train_windows + at
    runs = {wiring: reference.forward(w, wiring, windows.inputs[[first]].astype(np.float64)) for wiring in WIRINGS}
    _, days = runs[trained]
    units = leading_units(w["W_hy"][:, 0], days[-1].after.h[0], UNITS)
    ends = {wiring: _end(w, past[-1], units) for wiring, (_, past) in runs.items()}
    target = first + windows.window
    return WalkWindow(
        name=name,
        target=f"{windows.dates[target]}: {windows.close_usd[target]:,.2f} USD",
        units=units.tolist(),
        days=[
            _day(
                windows,
                first,
                k,
                {
                    wiring: [_cell(w, past[k], unit) | _share(w, past[-1], unit) | ends[wiring] for unit in units]
                    for wiring, (_, past) in runs.items()
                },
            )
            for k in range(max(windows.window - DAYS, 0), windows.window)
        ],
        predictions={
            wiring: f"{windows.to_usd(float(predicted[0, 0])):,.2f} USD" for wiring, (predicted, _) in runs.items()
        },
    )


def _day(windows: Windows, first: int, k: int, cells: Mapping[str, Sequence[Mapping[str, int]]]) -> WalkDay:
    """Day k of the window that begins with row `first`; the first day is 0."""
    row = first + k
    date, usd = windows.dates[row], f"{windows.close_usd[row]:,.2f}"
    x = numeral(_thousandths(windows.close_scaled[row]))
    return WalkDay(f"{date}: {usd}", f"Day {k + 1} of {windows.window}, {date}: {usd} USD, scaled x = {x}", cells)


def _cell(w: reference.Arrays, day: reference.Day, unit: int) -> dict[str, int]:
    """One unit on one day: the numbers of its six equations, by name, in thousandths."""
    found = {}
    for gate in "ifog":
        parts = {
            f"{gate}_x": _thousandths(day.x[0, 0] * w[f"W_x{gate}"][0, unit]),
            f"{gate}_read": _thousandths(day.read[0] @ w[f"W_h{gate}"][:, unit]),
            f"{gate}_b": _thousandths(w[f"b_{gate}"][unit]),
        }
        found |= parts | {f"{gate}_sum": sum(parts.values()), gate: _thousandths(getattr(day, gate)[0, unit])}
    i, f, g, kept, c, h = (one[0, unit] for one in (day.i, day.f, day.g, day.kept, day.after.c, day.after.h))
    found |= rounded_sum({"f_kept": float(f * kept), "i_g": float(i * g)}, "c", rest="i_g")
    return found | {"kept": _thousandths(kept), "tanh_c": _thousandths(np.tanh(c)), "h": _thousandths(h)}


def _share(w: reference.Arrays, last: reference.Day, unit: int) -> dict[str, int]:
    """What the prediction takes of one unit."""
    weight, h = w["W_hy"][unit, 0], last.after.h[0, unit]
    return {"W_hy": _thousandths(weight), "last_h": _thousandths(h), "share": _thousandths(weight * h)}


def _end(w: reference.Arrays, last: reference.Day, units: np.ndarray) -> dict[str, int]:
    """The prediction as a sum: of the units shown, of all others, and the bias."""
    shares = w["W_hy"][:, 0] * last.after.h[0]  # (hidden,)
    parts = {"shown": float(shares[units].sum()), "b_y": float(w["b_y"][0])}
    if len(shares) == len(units):
        return rounded_sum(parts, "predicted", rest="shown")
    return rounded_sum(parts | {"others": float(np.delete(shares, units).sum())}, "predicted", rest="others")


def _thousandths(value: float) -> int:
    return round(1000 * float(value))
