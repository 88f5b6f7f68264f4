"""How `reproduce compare --losses` speaks: what was read, a line a variant, and the set that is left."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

from reproduce.articles.article import Shown
from reproduce.articles.bitcoin_lstm.curves import EPOCHS
from reproduce.articles.bitcoin_lstm.suspects import (
    PUBLISHED,
    Held,
    Shelf,
    Suspect,
    hold,
    order_shelves,
    shipped_shelves,
)
from reproduce.cli.output import give_json, print_lines, show
from reproduce.cli.own_curves import OwnTable, own_shelf
from reproduce.errors import DataError
from reproduce.evidence.contrast import LEVEL
from reproduce.inputs.printed import PrintedLosses, read_losses

WIDTH = 110  # of a line of prose
OFTEN = 0.05  # of another variant's curves: below that, the line of a variant does not name it
WORDS = {"mean": "the mean over an epoch's batches", "last": "the loss of an epoch's last batch"}
OTHER_WORDS = {"mean": "--what last: of its last batch", "last": "--what mean: the mean over its batches"}
SCORE = (
    "The contrast score sets a variant's own curves against the nearest other variant's. It was chosen after the "
    "article's losses had been seen, so the recorded verdicts keep the recorded test, whose p stands beside it."
)


def compare_losses(path: Path, first_epoch: int | None, what: str, own: OwnTable | None, json_to: str | None) -> bool:
    """Read losses, hold them against the curves in the package, or of a table of the user's, and print what was found.

    Returns:
        Whether the published program is kept.
    Raises:
        DataError: the file or the table cannot be used, or does not tell from where it counts.
        RunError: a run on the user's table failed.
    """
    printed = read_losses(path).counted_from(first_epoch)
    if own:  # before hours of training
        _require_known(printed, range(EPOCHS))
    shelves = (own_shelf(own, what),) if own else shipped_shelves(what)
    found = hold_printed(printed, shelves)
    give_losses(printed, what, found, json_to)
    return PUBLISHED in found[0].kept


def hold_printed(printed: PrintedLosses, shelves: Sequence[Shelf]) -> list[Held]:
    """Hold losses against the shelf that knows most of their epochs, and then those of the others with more variants.

    Raises:
        DataError: no shelf has any of the epochs.
    """
    first, *others = order_shelves(shelves, printed.epochs)
    more = [one for one in others if len(one.curves) > len(first.curves)]
    _require_known(printed, sorted({epoch for shelf in shelves for epoch in shelf.epochs}))
    return [hold(shelf, printed.epochs, printed.losses) for shelf in (first, *more) if shelf.shared(printed.epochs)]


def _require_known(printed: PrintedLosses, known: Sequence[int]) -> None:
    if not set(printed.epochs.tolist()) & set(known):
        raise DataError(
            f"{printed.name}: its epochs, {_spans(printed.epochs)} counted from 0, are none that the curves have; give "
            f"losses of some of the epochs {_spans(known)}"
        )


def give_losses(printed: PrintedLosses, what: str, found: Sequence[Held], json_to: str | None) -> None:
    """Print what was found, or give it as JSON."""
    if json_to is not None:
        give_json(_document(printed, what, found), json_to)
        return
    print_lines(_filled(_opening(printed, what)))
    for held in found:
        print_lines([""])
        show([_table(held)], None)
        print_lines(_filled(_conclusion(held)))
    print_lines(["", *_filled([SCORE])])


def _filled(sentences: Sequence[str]) -> list[str]:
    return [line for sentence in sentences for line in textwrap.wrap(sentence, WIDTH)]


def _opening(printed: PrintedLosses, what: str) -> list[str]:
    read = f"{printed.name}: {printed.form}, {_number(len(printed.epochs), 'loss', 'losses')}, epochs "
    read += f"{_spans(printed.epochs)} counted from 0, each taken as {WORDS[what]} ({OTHER_WORDS[what]})."
    return [read, *printed.remarks]


def _table(held: Held) -> Shown:
    seeds = sorted({one.seeds for one in held.suspects})
    of_each = f"{seeds[0]} curves of" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]} curves of each of"
    title = f"Epochs {_spans(held.epochs)} against {of_each} {len(held.suspects)} variants"
    ordered = sorted(held.suspects, key=lambda one: -one.contrast_p)
    return Shown(title, [asdict(one) for one in ordered], [_text(one) for one in ordered])


def _text(one: Suspect) -> dict[str, str]:
    return {
        "variant": one.variant,
        "contrast p": f"{one.contrast_p:.3f}",
        "recorded p": "-" if one.recorded_p is None else f"{one.recorded_p:.3f}",
        "at 5 %": "kept" if one.kept else "rejected",
        "other variants' curves kept as it": _others(one) if one.kept or one.variant == PUBLISHED else "",
    }


def _others(one: Suspect) -> str:
    """Those that are kept often, the most frequent first."""
    often = sorted(one.others_kept.items(), key=lambda pair: -pair[1])
    named = [f"{name} {share:.0%}" for name, share in often if share > OFTEN]
    return ", ".join(named) or f"none above {OFTEN:.0%}"


def _conclusion(held: Held) -> list[str]:
    lines = []
    if held.left_out:
        lines.append(f"Left out: epochs {_spans(held.left_out)}, which this table does not have.")
    if held.is_far:
        lines.append(
            f"None of these variants: the losses are {held.times_as_far:.1f} times as far from the nearest variant as "
            "any curve is from its own. Check --first-epoch, --what, and on which prices (--data) they were printed."
        )
    elif held.kept:
        lines.append(
            f"Kept: {', '.join(held.kept)}. If the program is one of the table, it is among these ({LEVEL:.0%})."
        )
    else:
        lines.append("None of these variants: each is rejected.")
    lines.append(f"Of a curve of this table {held.mean_kept:.1f} of {len(held.suspects)} variants are kept on average.")
    return lines


def _document(printed: PrintedLosses, what: str, found: Sequence[Held]) -> dict[str, object]:
    return {
        "file": printed.name,
        "form": printed.form,
        "what": what,
        "remarks": list(printed.remarks),
        "losses": {str(epoch): float(loss) for epoch, loss in zip(printed.epochs, printed.losses, strict=True)},
        "level": LEVEL,
        "published_is_kept": PUBLISHED in found[0].kept,
        "held": [asdict(held) | {"kept": list(held.kept)} for held in found],
        "score": SCORE,
    }


def _number(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _spans(epochs: Sequence[int]) -> str:
    """`0 to 30, 45`; steps that are equal are told as such: `0, 30, … 180`.

    >>> _spans([0, 1, 2, 3, 9]), _spans([0, 30, 60, 90]), _spans([0, 30])
    ('0 to 3, 9', '0, 30, … 90', '0, 30')
    """
    epochs = [int(epoch) for epoch in epochs]
    steps = {later - earlier for earlier, later in pairwise(epochs)}
    if len(epochs) > 3 and len(steps) == 1 and steps != {1}:
        return f"{epochs[0]}, {epochs[1]}, … {epochs[-1]}"
    spans: list[list[int]] = []
    for epoch in epochs:
        if spans and epoch == spans[-1][-1] + 1:
            spans[-1].append(epoch)
        else:
            spans.append([epoch])
    return ", ".join(f"{one[0]} to {one[-1]}" if len(one) > 2 else ", ".join(map(str, one)) for one in spans)
