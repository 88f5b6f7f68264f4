"""What the 100 epochs of the article's text do, in sentences made from the shipped values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np

from reproduce.articles.article import Finding
from reproduce.articles.macbeth.epochs import MilestoneRow, hundreds_of
from reproduce.articles.macbeth.hundred import HARMLESS, HUNDRED, JUMP, STEPS_OF_MEAN, hundred_outputs
from reproduce.articles.macbeth.replay import CLIP_NORM
from reproduce.articles.macbeth.replays import COLLAPSING, ReplayRow, collapse_outputs
from reproduce.articles.macbeth.variant import DRAWS
from reproduce.evidence.tally import counted


def hundred_findings(rows: Sequence[MilestoneRow], replays: Sequence[ReplayRow]) -> list[Finding]:
    """What the epochs of the article's text do, and how their trainings collapse, once their runs have ended."""
    runs = hundreds_of(rows)
    found, collapses = hundred_outputs(runs), collapse_outputs(replays)
    if found["hundred_excess"] is None or not collapses:
        return []
    one = next(iter(runs.values()))
    losses = np.mean([[row.held_out_loss for row in run] for run in runs.values()], axis=0)  # (milestones,)
    repeats = np.mean([[row.repeat_rate for row in (run[0], run[-1])] for run in runs.values()], axis=0)
    best = int(losses.argmin())
    epochs = Finding(
        _headline(found["hundred_excess"], one[best].epoch, losses[best] - one[best].counted_entropy),
        f"Of {len(losses)} milestones the held-out loss is lowest after epoch {one[best].epoch}: {losses[best]:.3f} "
        f"nats a character; after epoch {one[-1].epoch} it is {losses[-1]:.3f} (means of {counted(len(runs), 'seed')})."
        f" Counting what followed the last {one[best].counted_order:.0f} characters gives "
        f"{one[best].counted_entropy:.3f}.",
        f"Greedy text repeats itself {'less' if repeats[1] < repeats[0] else 'no less'}: a share of {repeats[0]:.2f} "
        f"after the first epoch, {repeats[1]:.2f} after the last. Loss and share both fall at "
        f"{found['hundred_better_steps']} of {len(losses) - 1} steps in the worse seed. On the way "
        f"{collapses['hundred_collapses']} of {len(runs)} trainings collapse.",
        "hundred",
        f"Cross-entropy of training and held-out text over {HUNDRED.epochs} epochs, beside counted characters; below, "
        "the repeat rate",
        claims=("macbeth/hundred-epochs", "macbeth/only-hardware"),
        study="macbeth-epochs",
    )
    # every collapse, if there is one, has all its replays
    is_known = collapses["exploding_collapses"] is not None or not collapses["hundred_collapses"]
    return [epochs, *([_collapses(replays, one[0].batches)] if is_known else [])]


def _headline(harm: float, best: int, behind: float) -> str:
    """What the worse seed's last loss above its best one, and the best mean's above mere counts, come to."""
    if harm < HARMLESS:
        return f"{HUNDRED.epochs} epochs predict the play no worse than fewer."
    if best == HUNDRED.epochs:
        return f"{HUNDRED.epochs} epochs predict the play worse than fewer in one seed."
    counts = f", and {best} worse than characters that are merely counted" if behind > 0 else ""
    return f"{HUNDRED.epochs} epochs predict the play worse than {best}{counts}."


def _collapses(rows: Sequence[ReplayRow], batches: int) -> Finding:
    """How many of these trainings collapse on the way, where first, and what their replays tell of clipping."""
    onsets = {row.seed: row.onset for row in rows if row.replay == "none"}
    epochs = {seed: int(onset // batches) + 1 for seed, onset in onsets.items() if not isnan(onset)}
    rises = f"rises by more than {JUMP:g} nats, first in epoch {_by_seed(epochs)}"
    return Finding(
        f"{len(epochs) or 'None'} of {len(onsets)} trainings of {HUNDRED.epochs} epochs collapse.",
        f"The mean loss of {STEPS_OF_MEAN} steps {rises if epochs else f'never rises by more than {JUMP:g} nats'}.",
        _replayed(rows, list(epochs)) if epochs else "",
        "replays",
        "How many trainings collapse, from the start and from the last state before, by what was changed",
        claims=("ours/hundred-collapses", "ours/collapse-explodes", "ours/clipping-prevents-collapse"),
        study="macbeth-replays",
    )


def _replayed(rows: Sequence[ReplayRow], seeds: Sequence[int]) -> str:
    """What the replays of the trainings with these seeds tell: how many collapse again, and of what."""
    found, again = collapse_outputs(rows), {(row.seed, row.replay): not isnan(row.onset) for row in rows}
    of_orders, of_clipped = (
        _by_seed({seed: sum(again[seed, f"{kind}-{draw}"] for draw in DRAWS) for seed in seeds})
        for kind in ("reshuffled", "clipped")
    )
    prevented = found["prevented_collapses"]
    told = (
        f"Where fewer than {COLLAPSING} other orders collapse, there is too little for clipping to prevent: whether it "
        "helps is not judged."
        if prevented is None
        else f"Clipping prevents {prevented or 'none'} of these collapses."
    )
    return (
        f"Exploding gradients are the cause of {found['exploding_collapses'] or 'none'} of these collapses. From the "
        f"last state before, of {len(DRAWS)} other orders so many collapse again: {of_orders}. Of the same "
        f"{len(DRAWS)} with gradients clipped to a norm of {CLIP_NORM:g}: {of_clipped}. {told}"
    )


def _by_seed(counts: Mapping[int, int]) -> str:
    return " and ".join(f"{count} (seed {seed})" for seed, count in counts.items())
