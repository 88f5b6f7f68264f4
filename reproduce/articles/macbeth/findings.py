"""What the study found, in sentences and a table made from the shipped values."""

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
    hundreds_of,
    trend_of,
    trend_values,
    trends_of,
)
from reproduce.articles.macbeth.hundred import HARMLESS, hundred_outputs
from reproduce.articles.macbeth.outputs import study_outputs
from reproduce.articles.macbeth.replay import CLIP_NORM
from reproduce.articles.macbeth.replays import ReplayRow, collapse_outputs
from reproduce.articles.macbeth.stops import EPOCH, StopRow, changes_of, interval
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.sections import counted

PROSE_EPOCHS = 100  # M1
_ALT = "Cross-entropy of training and held-out text by epochs, beside counted characters; below, the repeat rate"
_HEADER = "| epochs | training loss | held-out loss | repeat rate | greedy text goes on |"


def findings() -> list[Finding]:
    """What twenty and a hundred epochs teach it, what the program's one does, and what of its network counts."""
    milestones = epochs.TABLE.shipped()
    return [
        _counted(milestones),
        *_hundred(milestones, replays.TABLE.shipped()),
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
    return Finding(
        f"The LSTM predicts the play {'better' if is_better else 'worse'} than characters that are merely counted.",
        f"Its best held-out loss over {TREND.epochs} epochs is {held_out[best]:.3f} nats a character, after epoch "
        f"{TREND_EPOCHS[best]} ({counted(len(trends_of(rows)), 'seed')}); counting what followed the last "
        f"{one.counted_order:.0f} characters gives {one.counted_entropy:.3f} and takes seconds.",
        "The counts are of the training text, smoothed by Witten and Bell's rule, and so is the choice of how far back "
        "they look. The network's epoch is chosen on the text that judges it, which helps the network.",
        "milestones",
        _ALT,
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
        f"{found['held_out_last']:.3f} nats a character.",
        f"{setbacks}The share of greedy text that repeats itself falls at {found['repeat_falls']} of {last}, from "
        f"{found['repeat_first']:.2f} to {found['repeat_last']:.2f}; the play's own is "
        f"{trend_of(rows)[0].text_repeat_rate:.3f} ({counted(len(trends), 'seed')}).",
        "milestones",
        _ALT,
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
        _ALT,
        claims=("macbeth/learns", "macbeth/epochs"),
        study="macbeth-epochs",
    )


def _hundred(rows: Sequence[MilestoneRow], replays: Sequence[ReplayRow]) -> list[Finding]:
    """What the epochs of the article's text do, once their runs have ended."""
    runs = hundreds_of(rows)
    found = hundred_outputs(runs)
    if found["hundred_excess"] is None:
        return []
    losses = np.mean([[row.held_out_loss for row in run] for run in runs.values()], axis=0)  # (milestones,)
    epochs = [row.epoch for row in next(iter(runs.values()))]
    best = int(losses.argmin())
    is_harmful = found["hundred_excess"] >= HARMLESS
    return [
        Finding(
            f"{PROSE_EPOCHS} epochs predict {'worse' if is_harmful else 'no worse'} than fewer.",
            f"The held-out loss is lowest after epoch {epochs[best]}, {losses[best]:.3f} nats a character, and "
            f"{losses[-1]:.3f} after epoch {epochs[-1]} (means of {counted(len(runs), 'seed')}); it and repetition "
            f"both fall at {found['hundred_better_steps']} of {len(epochs) - 1} steps in the worse seed.",
            _collapses(replays),
            "hundred",
            _ALT,
            claims=(
                "macbeth/hundred-epochs",
                "macbeth/only-hardware",
                "ours/hundred-collapses",
                "ours/collapse-explodes",
                "ours/clipping-prevents-collapse",
            ),
            study="macbeth-epochs",
        )
    ]


def _collapses(rows: Sequence[ReplayRow]) -> str:
    """How many of these trainings collapse on the way, where, and whether clipping keeps them from it."""
    found = collapse_outputs(rows)
    if not found:
        return ""
    onsets = sorted(row.onset for row in rows if row.replay == "none" and not np.isnan(row.onset))
    if not onsets:
        return "None of these trainings collapses on the way."
    exploding, prevented = found["exploding_collapses"], found["prevented_collapses"]
    told = [
        f"On the way {len(onsets)} of {sum(row.replay == 'none' for row in rows)} trainings collapse, at step "
        f"{' and '.join(f'{onset:,.0f}' for onset in onsets)}."
    ]
    if exploding is not None:
        told.append(f"Exploding gradients are the cause of {exploding} of these collapses.")
    if prevented is None:
        told.append("Whether clipping prevents them their replays cannot tell.")
    else:
        told.append(f"Clipping at {CLIP_NORM:g} prevents {prevented} of them.")
    return " ".join(told)


def _stops(rows: Sequence[StopRow]) -> Finding:
    """What a full stop does to the forget gate, beside what a comma does."""
    stop, comma = changes_of(rows), changes_of(rows, "f_comma")
    low, high = interval(stop)
    moves = "falls" if high < 0 else "rises" if low > 0 else "neither falls nor rises"
    beside = "more" if comma.mean() < stop.mean() else "less"
    falling = {layer: [f < 0 for f in changes_of([row for row in rows if row.layer == layer])] for layer in (1, 2)}
    layers = " and ".join(f"in {sum(of)} of {len(of)} units of layer {layer}" for layer, of in falling.items())
    return Finding(
        f"At a full stop the forget gate {moves}; at a comma {beside} is forgotten.",
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


def table_lines() -> list[str]:
    """The trend as a Markdown table: an epoch a row, means over the seeds, and how the first seed's text goes on."""
    trends = trends_of(epochs.TABLE.shipped())
    lines = [_HEADER, "|---|---|---|---|---|"]
    for of_epoch in zip(*trends.values(), strict=True):
        values = (
            _mean([getattr(row, name) for row in of_epoch], form)
            for name, form in (("loss", ".3f"), ("held_out_loss", ".3f"), ("repeat_rate", ".2f"))
        )
        lines.append(f"| {of_epoch[0].epoch} | {' | '.join(values)} | `{of_epoch[0].writes}` |")
    one = next(iter(trends.values()))[0]
    contexts = (
        f"{one.counted_entropy:.3f} | | no network: counted after the {one.counted_order:.0f} characters before |"
    )
    return [*lines, f"| | | {contexts}"]


def _mean(values: Sequence[float], form: str) -> str:
    """The mean, and of several the least and the most."""
    span = f" ({min(values):{form}} to {max(values):{form}})" if len(values) > 1 else ""
    return f"{np.mean(values):{form}}{span}"
