"""What the 100 epochs of the article's text do, in sentences made from the shipped values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reproduce.articles.article import Finding
from reproduce.articles.macbeth.epochs import MilestoneRow, hundreds_of
from reproduce.articles.macbeth.hundred import HARMLESS, HUNDRED, hundred_outputs
from reproduce.articles.macbeth.replay import CLIP_NORM
from reproduce.articles.macbeth.replays import ReplayRow, collapse_outputs
from reproduce.evidence.tally import counted

MILESTONES_ALT = (
    "Cross-entropy of training and held-out text by epochs, beside counted characters; below, the repeat rate"
)


def hundred_findings(rows: Sequence[MilestoneRow], replays: Sequence[ReplayRow]) -> list[Finding]:
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
            f"{HUNDRED.epochs} epochs predict {'worse' if is_harmful else 'no worse'} than fewer.",
            f"The held-out loss is lowest after epoch {epochs[best]}, {losses[best]:.3f} nats a character, and "
            f"{losses[-1]:.3f} after epoch {epochs[-1]} (means of {counted(len(runs), 'seed')}); it and repetition "
            f"both fall at {found['hundred_better_steps']} of {len(epochs) - 1} steps in the worse seed.",
            _collapses(replays),
            "hundred",
            MILESTONES_ALT,
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
        f"On the way {len(onsets)} of {sum(row.replay == 'none' for row in rows)} trainings collapse, first at step "
        f"{' and '.join(f'{onset + 1:,.0f}' for onset in onsets)}."
    ]
    if exploding is not None:
        told.append(f"Exploding gradients are the cause of {exploding} of these collapses.")
    if prevented is None:
        told.append("Whether clipping prevents them their replays cannot tell.")
    else:
        told.append(f"Clipping at {CLIP_NORM:g} prevents {prevented} of them.")
    return " ".join(told)
