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
    one = next(iter(runs.values()))
    losses = np.mean([[row.held_out_loss for row in run] for run in runs.values()], axis=0)  # (milestones,)
    repeats = np.mean([[row.repeat_rate for row in (run[0], run[-1])] for run in runs.values()], axis=0)
    best = int(losses.argmin())
    return [
        Finding(
            _headline(losses[-1] - losses[best], one[best].epoch, losses[best] - one[best].counted_entropy),
            f"The held-out loss is lowest after epoch {one[best].epoch}, {losses[best]:.3f} nats a character, and "
            f"{losses[-1]:.3f} after epoch {one[-1].epoch} (means of {counted(len(runs), 'seed')}); counting what "
            f"followed the last {one[best].counted_order:.0f} characters gives {one[best].counted_entropy:.3f}.",
            f"Greedy text repeats itself {'less' if repeats[1] < repeats[0] else 'no less'}: a share of "
            f"{repeats[0]:.2f} after the first epoch, {repeats[1]:.2f} after the last. Both fall at "
            f"{found['hundred_better_steps']} of {len(losses) - 1} steps in the worse seed. "
            f"{_collapses(replays, one[0].batches)}".rstrip(),
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


def _headline(harm: float, best: int, behind: float) -> str:
    """What the last epoch's loss above that of the best one, and the best one's above mere counts, come to."""
    if harm < HARMLESS:
        return f"{HUNDRED.epochs} epochs predict the play no worse than fewer."
    counts = f", and {best} worse than characters that are merely counted" if behind > 0 else ""
    return f"{HUNDRED.epochs} epochs predict the play worse than {best}{counts}."


def _collapses(rows: Sequence[ReplayRow], batches: int) -> str:
    """How many of these trainings collapse on the way, where, and whether clipping keeps them from it."""
    found = collapse_outputs(rows)
    if not found:
        return ""
    trained = [row.onset for row in rows if row.replay == "none"]
    epochs = sorted(int(onset // batches) + 1 for onset in trained if not np.isnan(onset))
    if not epochs:
        return "None of these trainings collapses on the way."
    exploding, prevented = found["exploding_collapses"], found["prevented_collapses"]
    when = f"epoch{'s' * (len(epochs) > 1)} {' and '.join(map(str, epochs))}"
    told = [f"On the way {len(epochs)} of {len(trained)} trainings collapse, first in {when}."]
    if exploding is not None:
        told.append(f"Exploding gradients are the cause of {exploding} of these collapses.")
    if prevented is None:
        told.append("Whether clipping prevents them their replays cannot tell.")
    else:
        told.append(f"Clipping at {CLIP_NORM:g} prevents {prevented} of them.")
    return " ".join(told)
