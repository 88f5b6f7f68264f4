"""What the 100 epochs of the article's text do, in sentences made from the shipped values."""

from __future__ import annotations

from collections.abc import Sequence
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
        _headline(losses[-1] - losses[best], one[best].epoch, losses[best] - one[best].counted_entropy),
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
    is_known = collapses["exploding_collapses"] is not None  # every collapse has all its replays
    return [epochs, *([_collapses(replays, one[0].batches)] if is_known else [])]


def _headline(harm: float, best: int, behind: float) -> str:
    """What the last epoch's loss above that of the best one, and the best one's above mere counts, come to."""
    if harm < HARMLESS:
        return f"{HUNDRED.epochs} epochs predict the play no worse than fewer."
    counts = f", and {best} worse than characters that are merely counted" if behind > 0 else ""
    return f"{HUNDRED.epochs} epochs predict the play worse than {best}{counts}."


def _collapses(rows: Sequence[ReplayRow], batches: int) -> Finding:
    """How many of these trainings collapse on the way, where, and what their replays tell of clipping."""
    onsets = {row.seed: row.onset for row in rows if row.replay == "none"}
    collapsed = {seed: int(onset // batches) + 1 for seed, onset in onsets.items() if not isnan(onset)}  # epochs
    when = f"epoch{'s' * (len(collapsed) > 1)} {' and '.join(map(str, collapsed.values()))}"
    return Finding(
        f"{len(collapsed) or 'None'} of {len(onsets)} trainings of {HUNDRED.epochs} epochs collapse.",
        f"The mean loss of {STEPS_OF_MEAN} steps "
        + (f"rises by more than {JUMP:g} nats in {when}." if collapsed else f"never rises by more than {JUMP:g} nats."),
        _replayed(rows, list(collapsed)) if collapsed else "",
        "replays",
        "How many trainings collapse, from the start and from the last state before, by what was changed",
        claims=("ours/hundred-collapses", "ours/collapse-explodes", "ours/clipping-prevents-collapse"),
        study="macbeth-replays",
    )


def _replayed(rows: Sequence[ReplayRow], seeds: Sequence[int]) -> str:
    """What the replays of the trainings with these seeds tell: how many collapse again, and of what."""
    found, again = collapse_outputs(rows), {(row.seed, row.replay): not isnan(row.onset) for row in rows}

    def of_orders(kind: str) -> str:
        return " and ".join(str(sum(again[seed, f"{kind}-{draw}"] for draw in DRAWS)) for seed in seeds)

    prevented = found["prevented_collapses"]
    return (
        f"Exploding gradients are the cause of {found['exploding_collapses']} of them. From the last state before, in "
        f"{len(DRAWS)} other orders, {of_orders('reshuffled')} collapse again; with gradients clipped at "
        f"{CLIP_NORM:g}, {of_orders('clipped')}. "
    ) + (
        f"Where fewer than {COLLAPSING} do without clipping, nothing tells whether it prevents them."
        if prevented is None
        else f"Clipping prevents {prevented} of them."
    )
