"""What the study found, in sentences and a table made from the shipped values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from reproduce.articles.article import Finding
from reproduce.articles.macbeth.dropout import DROPPED, UNDROPPED, DropoutRow, gains_of, lowest_of, shipped_dropout
from reproduce.articles.macbeth.epochs import (
    TREND,
    TREND_EPOCHS,
    MilestoneRow,
    shipped_milestones,
    trend_means,
    trend_of,
)
from reproduce.articles.macbeth.outputs import study_outputs
from reproduce.articles.macbeth.stops import EPOCH, StopRow, changes_of, interval, shipped_stops
from reproduce.articles.macbeth.variant import Variant

PROSE_EPOCHS = 100  # M1
_HEADER = "| epochs | training loss | held-out loss | repeat rate | greedy text goes on |"


def findings() -> list[Finding]:
    """What twenty epochs teach it, and what the program's one does."""
    rows = shipped_milestones()
    found = study_outputs(rows)
    published = [row for row in rows if row.variant == Variant().name]
    trend = [row for row in rows if row.variant == TREND.name]
    losses = sorted(row.loss for row in published)
    one, last = published[0], len(TREND_EPOCHS) - 1
    hours = min(row.seconds for row in published) * PROSE_EPOCHS / 3600
    seeds = len({row.seed for row in trend})
    counted = f"{seeds} seed{'s' * (seeds > 1)}"
    last_steps = f"{found['held_out_falls']} of {last} steps"
    alt = "Cross-entropy of training and held-out text by epochs, beside counted characters; below, the repeat rate"
    setbacks = _setbacks(trend_means(rows)[:, 0])
    return [
        _counted(rows, counted, alt),
        Finding(
            "More epochs write better only for a while." if setbacks else "More epochs write better.",
            f"Over {TREND.epochs} epochs with a tenth of the text held out, the held-out loss falls at {last_steps}, "
            f"from {found['held_out_first']:.3f} to {found['held_out_last']:.3f} nats a character.",
            f"{setbacks}The share of greedy text that repeats itself falls at {found['repeat_falls']} of {last}, from "
            f"{found['repeat_first']:.2f} to {found['repeat_last']:.2f}; the play's own is "
            f"{trend[0].text_repeat_rate:.3f} ({counted}).",
            "milestones",
            alt,
            claims=("macbeth/better-predictions", "macbeth/less-repetition", "macbeth/better-and-better"),
            study="macbeth-epochs",
        ),
        Finding(
            "The one epoch that the program trains teaches it which characters are frequent, and a little more.",
            f"Its loss is {found['loss_mean']:.3f} nats a character ({losses[0]:.3f} to {losses[-1]:.3f}, "
            f"{len(losses)} seeds), where characters counted alone give {one.entropy_0:.3f} and counted in pairs "
            f"{one.entropy_1:.3f}.",
            f"The {PROSE_EPOCHS} epochs of the prose would take {hours:.0f} hours at the pace of "
            "the fastest of these, one thread on a busy machine.",
            "milestones",
            alt,
            claims=("macbeth/learns", "macbeth/epochs"),
            study="macbeth-epochs",
        ),
        _dropout(shipped_dropout()),
        _stops(shipped_stops()),
    ]


def _counted(rows: Sequence[MilestoneRow], seeds: str, alt: str) -> Finding:
    """The network beside characters that are counted in contexts."""
    held_out, one = trend_means(rows)[:, 0], trend_of(rows)[0]
    best = int(held_out.argmin())
    is_better = held_out[best] < one.counted_entropy
    return Finding(
        f"The LSTM predicts the play {'better' if is_better else 'worse'} than characters that are merely counted.",
        f"Its best held-out loss over {TREND.epochs} epochs is {held_out[best]:.3f} nats a character, after epoch "
        f"{TREND_EPOCHS[best]} ({seeds}); counting what followed the last {one.counted_order:.0f} characters gives "
        f"{one.counted_entropy:.3f} and takes seconds.",
        "The counts are of the training text, smoothed by Witten and Bell's rule, and so is the choice of how far back "
        "they look. The network's epoch is chosen on the text that judges it, which helps the network.",
        "milestones",
        alt,
        claims=("macbeth/most-effective",),
        study="macbeth-epochs",
    )


def _dropout(rows: Sequence[DropoutRow]) -> Finding:
    """What dropout does to the lowest held-out loss of a smaller network, and whether there was overfitting."""
    gains = sorted(gains_of(rows).values())
    with_it, without = (np.mean(list(lowest_of(rows, variant).values())) for variant in (DROPPED, UNDROPPED))
    does = "helps" if gains[0] > 0 else "harms" if gains[-1] < 0 else "neither surely helps nor harms"
    losses = [row.held_out_loss for row in rows if (row.variant, row.epoch) == (UNDROPPED.name, UNDROPPED.epochs)]
    still = sum(loss in lowest_of(rows, UNDROPPED).values() for loss in losses)
    return Finding(
        f"Dropout {does} a smaller Macbeth network.",
        f"With {DROPPED.hidden} units a layer and {DROPPED.epochs} epochs, the lowest held-out loss is {with_it:.3f} "
        f"nats a character with dropout and {without:.3f} without (means of {len(gains)} seeds); that without "
        f"it less that with it is {gains[0]:.3f} to {gains[-1]:.3f}.",
        f"Without dropout the loss is lowest after the last epoch in {still} of {len(losses)} trainings: as long as it "
        "falls, there is no overfitting that dropout could avoid.",
        "dropout",
        "Held-out loss by epochs, a line a seed, with dropout and without",
        claims=("macbeth/dropout-helps",),
        study="macbeth-dropout",
    )


def _stops(rows: Sequence[StopRow]) -> Finding:
    """What a full stop does to the forget gate, beside what a comma does."""
    stop, comma = changes_of(rows), changes_of(rows, "f_comma")
    low, high = interval(stop)
    moves = "falls" if high < 0 else "rises" if low > 0 else "neither falls nor rises"
    beside = "more" if comma.mean() < stop.mean() else "less"
    return Finding(
        f"At a full stop the forget gate {moves}; at a comma {beside} is forgotten.",
        f"Its mean over the {len(rows)} units of a trained network changes by {stop.mean():.3f} where a full stop "
        f"is read (95 % interval {low:.3f} to {high:.3f}), and by {comma.mean():.3f} at a comma.",
        f"Elsewhere the mean is {np.mean([row.f_other for row in rows]):.2f}: a full stop makes it forget little "
        f"of what it knows. One training of the published network, after {EPOCH} epochs, on text that it had not seen.",
        "stops",
        "Each unit's mean forget gate at full stops beside that at other characters, one panel a layer",
        claims=("macbeth/full-stop-forgets",),
        study="macbeth-stops",
    )


def _setbacks(held_out: np.ndarray) -> str:
    """Between which of TREND_EPOCHS the held-out loss, (epochs,), rose."""
    steps = zip(pairwise(TREND_EPOCHS), np.diff(held_out), strict=True)
    pairs = [f"{before} and {after}" for (before, after), step in steps if step > 0]
    return f"The held-out loss rises between epochs {', '.join(pairs)}. " if pairs else ""


def table_lines() -> list[str]:
    """The trend as a Markdown table: an epoch a row, of the first seed."""
    lines = [_HEADER, "|---|---|---|---|---|"]
    for row in trend_of(shipped_milestones()):
        values = f"{row.epoch} | {row.loss:.3f} | {row.held_out_loss:.3f} | {row.repeat_rate:.2f}"
        lines.append(f"| {values} | `{row.writes}` |")
    one = trend_of(shipped_milestones())[0]
    counted = f"{one.counted_entropy:.3f} | | no network: counted after the {one.counted_order:.0f} characters before |"
    return [*lines, f"| | | {counted}"]
