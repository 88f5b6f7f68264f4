"""The page of printed losses, docs/losses.md: how often both tests keep and reject, by leave-one-out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from reproduce.articles.bitcoin_lstm.suspects import shipped_shelves
from reproduce.evidence.bands import band_test, p_values
from reproduce.evidence.contrast import LEVEL, kept_as, leave_one_out
from reproduce.report.markdown import table


def article(docs: Path) -> str:
    """What the command prints of the losses that the article's program printed."""
    return f"```text\n{(docs / 'losses.txt').read_text(encoding='utf-8').rstrip()}\n```"


def matrix(_: Path) -> str:
    """Whose curves are kept as whose, by the contrast score, all epochs' means."""
    shelf = shipped_shelves("mean")[0]
    shares = kept_as_by_contrast(shelf.curves)
    numbers = [str(number) for number in range(1, len(shares) + 1)]
    body = [
        (f"{number} `{variant}`", *(_percent(share) for share in kept.values()))
        for number, (variant, kept) in zip(numbers, shares.items(), strict=True)
    ]
    return table(("curves of, kept as", *numbers), body)


def summary(_: Path) -> str:
    """Both tests on several choices of epochs: own curves kept, variants kept, published and described exchanged."""
    mean, seven = shipped_shelves("mean")
    (last,) = shipped_shelves("last")
    every_tenth = [0, 10, 20, 30]
    cases = (
        ("0 to 30, means", mean, mean.epochs),
        ("0, 10, 20, 30, means", mean, every_tenth),
        ("0 and 30, means", mean, [0, 30]),
        ("0 to 30, last batches", last, last.epochs),
        ("0, 10, 20, 30, last batches", last, every_tenth),
        ("0, 30, … 180, means", seven, seven.epochs),
    )
    body = [
        (*(label if place == 0 else ("", "")), test, *_calibration(kept(shelf.at(epochs))))
        for name, shelf, epochs in cases
        for label in [(name, str(len(shelf.curves)))]
        for place, (test, kept) in enumerate((("contrast", kept_as_by_contrast), ("recorded", kept_as_by_bands)))
    ]
    head = ("epochs", "variants", "test", "own curves kept", "variants kept of a curve", "described kept as published")
    return table(head, body)


def kept_as_by_contrast(curves: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Of the curves of each variant (first name), the share that the contrast score keeps as each (second name)."""
    return kept_as(leave_one_out(curves))


def kept_as_by_bands(curves: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """The same by the recorded test; a curve is left out of its own variant's study."""

    def share(variant: str, other: str) -> float:
        mine = curves[variant]
        if other != variant:
            p = p_values(curves[other], mine)
        else:
            p = [band_test(np.delete(mine, place, axis=0), one).p_value for place, one in enumerate(mine)]
        return float(np.mean(np.array(p) > 1 - LEVEL))

    return {variant: {other: share(variant, other) for other in curves} for variant in curves}


def _calibration(shares: Mapping[str, Mapping[str, float]]) -> tuple[str, str, str]:
    own = [kept[variant] for variant, kept in shares.items()]
    size = np.mean([sum(kept.values()) for kept in shares.values()])
    return f"{_percent(min(own))} to {_percent(max(own))}", f"{size:.2f}", _percent(shares["described"]["published"])


def _percent(share: float) -> str:
    return f"{share:.0%}"
