"""How `reproduce compare PORT` speaks: a line a rung, then what explains the difference; or all of it as JSON."""

from __future__ import annotations

import textwrap

from reproduce.cli.output import give_json
from reproduce.cli.ports import Held
from reproduce.networks.ports.diagnosis import Comparison
from reproduce.networks.ports.search import Slips
from reproduce.networks.ports.windows import WindowsRow

WIDTH = 120  # of a line of prose
WAYS = {"in": "only where the weights are handed in", "out": "only where weights and gradients are handed back"}
COUNTS = {2: "two", 3: "three", 4: "four"}
LAYERS = {"first": "only in the first layer", "second": "only in the second layer"}


def as_text(held: Held) -> str:
    """What is printed."""
    head = f"  {'rung':<12} {'largest difference':<20} tolerance"
    lines = [held.title, "", head, *(row.as_text() for row in held.rows), ""]
    for paragraph in [*_told(held), *filter(None, [held.remark])]:
        lines += textwrap.wrap(paragraph, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join(lines)


def _told(held: Held) -> list[str]:
    """The explanation, a paragraph each."""
    comparison, told = held.comparison, []
    if held.windows is not None and not held.windows.agrees:
        told += _windows(held.windows)
    if comparison.agrees:
        of_network = [row for row in held.rows if row.rung not in ("contract", "windows")]
        agreeing = [row for row in held.rows if row.rung != "contract" and row.verdict == "agrees"]
        told.append(_agreement(len(agreeing), held.agrees))
        if comparison.not_shown:
            missing = sorted({row.note.removeprefix("it has no ") for row in of_network if row.verdict == "not asked"})
            unseen = f"{comparison.not_shown} of {held.slips} slips would not show in these functions"
            told.append(f"{unseen}; add {', '.join(missing)}.")
        if held.not_compared:
            told.append(f"Not compared, as what is random cannot be: {held.not_compared}. Check them by reading.")
        return told
    found = comparison.explanations
    if comparison.drawing:
        told.append(f"{drawn(comparison)}. Look for dropout that is on, a random first state, stateful=True.")
    if found == ((),):
        told.append("Else every rung that it answers agrees.")
    elif not found:
        told += _unexplained(held)
    elif len(found) == 1:
        told += _exactly(found[0], comparison, held.slips)
    else:
        told.append(f"Explained by each of {len(found)} changes, which these functions cannot tell apart:")
        told += [f"- {_titles(slips)}" for slips in found[:6]]
        told += [f"- and {len(found) - 6} more"] * (len(found) > 6)
        told.append(
            f"Add {comparison.add[0]} to tell them apart." if comparison.add else "No function tells them apart."
        )
    return told


def _windows(windows: WindowsRow) -> list[str]:
    """What is wrong with the windows."""
    if len(windows.slips) < 2:
        return [f"Windows: {windows.found}."]
    return [f"Windows: explained by {len(windows.slips)} slips together:", *(f"- {slip}" for slip in windows.slips)]


def drawn(comparison: Comparison) -> str:
    """That a function's answer is not that of its arguments alone."""
    return f"{comparison.drawing} answers the same question differently: it draws something, or keeps it from a call"


def _agreement(rungs: int, is_all: bool) -> str:
    if not is_all:
        return f"The other rungs that it answers agree: {rungs}." if rungs else "No rung of the network was asked."
    return f"Agrees on {'the one rung' if rungs == 1 else f'all {rungs} rungs'} that it answers."


def _unexplained(held: Held) -> list[str]:
    row = next(row for row in held.rows if row.rung != "windows" and row.verdict == "differs")
    place = f"differs first on the rung {row.rung}, {row.note}, by {row.largest_difference:.0e} of the largest value"
    comparison = held.comparison
    names = [one.rung for one in held.rows]
    agreeing = [one.rung for one in held.rows if one.verdict == "agrees" and one.rung != "contract"]
    later = [rung for rung in agreeing if comparison.partly and names.index(rung) > names.index(comparison.until)]
    if later:  # then the slip is in no more than what these functions return, and its remedy would spoil the others
        return [
            f"As far as the rung {comparison.until} it looks like this: {_titles(comparison.partly)}"
            f"{_where(comparison)}. But {', '.join(later)} {'agrees' if len(later) == 1 else 'agree'} with the "
            f"program, so look only at what the function of the rung {row.rung} returns. It {place}.",
        ]
    if comparison.partly:
        return [
            f"Explained as far as the rung {comparison.until}: {_titles(comparison.partly)}{_where(comparison)}.",
            *_remedies(comparison.partly),
            f"  The rungs after {comparison.until} differ in more than that. Mend that first, and compare again.",
            f"It {place}.",
        ]
    known = "" if comparison.drawing else "No known slip explains it, and no pair of them that was tried. "
    told = [f"{known}It {place}."]
    right = [rung for rung in agreeing if names.index(rung) < names.index(row.rung)]
    told += [f"  Right so far: {', '.join(right)}."] * bool(right)
    return told


def _titles(slips: Slips) -> str:
    return "; and ".join(slip.title for slip in slips)


def _where(comparison: Comparison) -> str:
    """In which layer and way what explains it is made, if not in both."""
    layers = [LAYERS[one] for one in comparison.layers[:1] if "both" not in comparison.layers]
    ways = [WAYS[one] for one in comparison.ways[:1] if "both" not in comparison.ways]
    return "".join(f" ({words})" for words in layers + ways)


def _exactly(slips: Slips, comparison: Comparison, known: int) -> list[str]:
    count = "one slip" if len(slips) == 1 else f"{COUNTS[len(slips)]} slips together"
    exactly = " exactly" if comparison.dtype == "float64" else ""
    agree = f"every rung agrees; the largest difference left is {comparison.largest:.0e} of its array's largest value"
    return [
        f"Explained{exactly} by {count} of {known}: {_titles(slips)}{_where(comparison)}.",
        f"  With {'it' if len(slips) == 1 else 'them'}, {agree}.",
        *_remedies(slips),
    ]


def _remedies(slips: Slips) -> list[str]:
    return [line for slip in slips for line in (f"  Cause: {slip.cause}", f"  To mend: {slip.mend}: {slip.anchor}")]


def _as_json(slips: Slips) -> list[dict[str, str]]:
    return [
        {"name": one.name, "title": one.title, "cause": one.cause, "mend": one.mend, "more": one.anchor}
        for one in slips
    ]


def give_held(held: Held, json_to: str) -> None:
    """The same as JSON.

    Raises:
        RunError: the file cannot be written.
    """
    comparison = held.comparison
    document = {
        "title": held.title,
        "agrees": held.agrees,
        "computes_in": comparison.dtype if comparison.published else None,
        "rows": [row.__dict__ for row in held.rows],
        "windows": None if held.windows is None else held.windows.found,
        "explanations": [_as_json(slips) for slips in comparison.explanations],
        "partly": _as_json(comparison.partly),
        "partly_until": comparison.until,
        "ways": list(comparison.ways),
        "layers": list(comparison.layers),
        "add": list(comparison.add),
        "slips_that_would_not_show": comparison.not_shown,
        "drawing": comparison.drawing,
        "not_compared": held.not_compared,
        "remark": held.remark,
    }
    give_json(document, json_to)
