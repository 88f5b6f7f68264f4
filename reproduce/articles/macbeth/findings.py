"""What the study found, in sentences made from the shipped values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from reproduce.articles.article import Finding
from reproduce.articles.macbeth import coding, dropout, epochs, plain, replays, stops
from reproduce.articles.macbeth.choices import coding_finding, dropout_finding, plain_finding
from reproduce.articles.macbeth.epochs import (
    TREND,
    TREND_EPOCHS,
    MilestoneRow,
    trend_of,
    trend_values,
    trends_of,
)
from reproduce.articles.macbeth.hundred_findings import hundred_findings
from reproduce.articles.macbeth.outputs import study_outputs
from reproduce.articles.macbeth.stops import EPOCH, StopRow, changes_of, interval
from reproduce.articles.macbeth.variant import Variant
from reproduce.evidence.tally import counted

PROSE_EPOCHS = 100  # M1
MILESTONES_ALT = (
    "Cross-entropy of training and held-out text by epochs, beside counted characters; below, the repeat rate"
)


def findings() -> list[Finding]:
    """What 100 and 20 epochs teach it, what the program's one does, and what of its network counts."""
    milestones = epochs.TABLE.shipped()
    return [
        *hundred_findings(milestones, replays.TABLE.shipped()),
        _counted(milestones),
        coding_finding(coding.TABLE.shipped(), milestones),
        plain_finding(plain.TABLE.shipped(), dropout.TABLE.shipped(), plain.pairs_of(milestones)),
        _trend(milestones),
        _one_epoch(milestones),
        dropout_finding(dropout.TABLE.shipped()),
        _stops(stops.TABLE.shipped()),
    ]


def _counted(rows: Sequence[MilestoneRow]) -> Finding:
    """The network beside characters that are counted in contexts."""
    held_out, one = trend_values(rows)[:, :, 0].mean(axis=0), trend_of(rows)[0]
    best = int(held_out.argmin())
    is_better = held_out[best] < one.counted_entropy
    epochs_told = f"{', '.join(map(str, TREND_EPOCHS[:-1]))} and {TREND_EPOCHS[-1]}"
    return Finding(
        f"The LSTM predicts the play {'better' if is_better else 'worse'} than characters that are merely counted.",
        f"Of epochs {epochs_told} its held-out loss is lowest after {TREND_EPOCHS[best]}: {held_out[best]:.3f} nats a "
        f"character ({counted(len(trends_of(rows)), 'seed')}); counting what followed the last "
        f"{one.counted_order:.0f} characters gives {one.counted_entropy:.3f} and takes seconds.",
        "Both the counts, smoothed by Witten and Bell's rule, and the choice of how far back they look use the "
        "training text alone. The network's epoch is chosen on the text that judges it, which helps the network.",
        "milestones",
        MILESTONES_ALT,
        claims=("macbeth/most-effective",),
        study="macbeth-epochs",
    )


def _trend(rows: Sequence[MilestoneRow]) -> Finding:
    """Whether more epochs write better, up to twenty."""
    found, trends = study_outputs(rows), trends_of(rows)
    last = len(TREND_EPOCHS) - 1
    setbacks = _setbacks(trend_values(rows)[:, :, 0].mean(axis=0))
    return Finding(
        "More epochs write better only for a while." if setbacks else "More epochs write better.",
        f"Over {TREND.epochs} epochs with a tenth of the text held out, the held-out loss falls at "
        f"{found['held_out_falls']} of {last} steps, from {found['held_out_first']:.3f} to "
        f"{found['held_out_last']:.3f} nats a character (means of {counted(len(trends), 'seed')}).",
        f"{setbacks}The share of greedy text that repeats itself falls at {found['repeat_falls']} of {last}, from "
        f"{found['repeat_first']:.2f} to {found['repeat_last']:.2f}; the play's own is "
        f"{trend_of(rows)[0].text_repeat_rate:.3f}.",
        "milestones",
        MILESTONES_ALT,
        claims=(
            "macbeth/better-predictions",
            "macbeth/less-repetition",
            "macbeth/better-and-better",
            "macbeth/dropout-avoids-overfitting",
        ),
        study="macbeth-epochs",
    )


def _one_epoch(rows: Sequence[MilestoneRow]) -> Finding:
    """What the one epoch of the program teaches."""
    published = [row for row in rows if row.variant == Variant().name]
    one, losses = published[0], sorted(row.loss for row in published)
    hours = min(row.seconds for row in published) * PROSE_EPOCHS / 3600
    return Finding(
        "The one epoch that the program trains teaches it which characters are frequent, and a little more.",
        f"Its loss is {np.mean(losses):.3f} nats a character ({losses[0]:.3f} to {losses[-1]:.3f}, "
        f"{len(losses)} seeds), where characters counted alone give {one.entropy_0:.3f} and counted in pairs "
        f"{one.entropy_1:.3f}.",
        f"The {PROSE_EPOCHS} epochs of the prose would take {hours:.0f} hours at the pace of "
        "the fastest of these, one thread on a busy machine.",
        "milestones",
        MILESTONES_ALT,
        claims=("macbeth/learns", "macbeth/epochs"),
        study="macbeth-epochs",
    )


def _stops(rows: Sequence[StopRow]) -> Finding:
    """What a full stop does to the forget gate, beside what a comma does."""
    stop, comma = changes_of(rows), changes_of(rows, "f_comma")
    low, high = interval(stop)
    moves = "falls" if high < 0 else "rises" if low > 0 else "neither falls nor rises"
    beside = ", and no less at a comma" if moves == "falls" and comma.mean() <= stop.mean() else ""
    falling = {layer: [f < 0 for f in changes_of([row for row in rows if row.layer == layer])] for layer in (1, 2)}
    layers = " and ".join(f"in {sum(of)} of {len(of)} units of layer {layer}" for layer, of in falling.items())
    return Finding(
        f"At a full stop the forget gate {moves}{beside}.",
        f"Its mean over the {len(rows)} units of a trained network changes by {stop.mean():.3f} where a full stop "
        f"is read (95 % interval {low:.3f} to {high:.3f}), and by {comma.mean():.3f} at a comma.",
        f"Elsewhere the mean is {np.mean([row.f_other for row in rows]):.2f}: a full stop makes it forget little "
        f"of what it knows. It falls {layers}. The interval takes these for independent, though they were trained "
        f"together. One training of the published network, after {EPOCH} epochs, on text that it had not seen.",
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
