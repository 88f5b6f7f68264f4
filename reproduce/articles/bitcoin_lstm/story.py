"""The studies on what the text says of memory, gates, accuracy and training: their runs, and how tables are shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.article import Shown, StudyPlan, of_seeds
from reproduce.articles.bitcoin_lstm import (
    accuracy,
    changes,
    clipping,
    forgetting,
    memory,
    months,
    recall,
    story_pictures,
    trained_gates,
)
from reproduce.articles.bitcoin_lstm.accuracy import AccuracyRow
from reproduce.articles.bitcoin_lstm.changes import ChangeRow
from reproduce.articles.bitcoin_lstm.clipping import ClippingRow
from reproduce.articles.bitcoin_lstm.forgetting import ForgettingRow
from reproduce.articles.bitcoin_lstm.memory import DISTANCES, MemoryRow
from reproduce.articles.bitcoin_lstm.months import MonthsRow
from reproduce.articles.bitcoin_lstm.recall import RecallRow
from reproduce.articles.bitcoin_lstm.story_tables import follow, median, medians, texts
from reproduce.articles.bitcoin_lstm.trained_gates import GateRow
from reproduce.articles.bitcoin_lstm.variant import WIRINGS, Variant
from reproduce.articles.paired import differences
from reproduce.articles.tables import has_variants

ENDINGS = "Training loss and test error in USD: medians"
JUDGED = (*clipping.UNCLIPPED.values(), *clipping.CLIPPED.values())  # by the rules of clipping
TRAINED = of_seeds([Variant(wiring=wiring) for wiring in WIRINGS], memory.SEEDS)


def _show_memory(rows: Sequence[MemoryRow]) -> list[Shown]:
    reached = {k: memory.reached_of(rows, f"over_{k}") for k in DISTANCES}
    values = [
        {"network": network, "weights": weights, "seeds": len(of_seeds)}
        | {f"R({k})": median(reached[k][network, weights]) for k in DISTANCES}
        | {"faded": int(np.sum(of_seeds < memory.FADED))}
        for (network, weights), of_seeds in reached[DISTANCES[-1]].items()
    ]
    title = "What is left of a gradient after k days, R(k): medians, and seeds with R(59) below 0.01"
    is_whole = set(reached[1]) >= {(w, memory.TRAINED) for w in WIRINGS}
    return [Shown(title, values, texts(values, ".1e")), *(follow(memory.memory_counts(rows)) if is_whole else [])]


def _show_gates(rows: Sequence[GateRow]) -> list[Shown]:
    table = medians("The gates of trained networks: medians", rows, ("wiring",), ".3f")
    return [table, *(follow(trained_gates.gate_counts(rows)) if _has_wirings(rows) else [])]


def _has_wirings(rows: Sequence[GateRow]) -> bool:
    """Whether a table has both; see `has_variants`."""
    return set(WIRINGS) <= {row.wiring for row in rows}


def _show_accuracy(rows: Sequence[AccuracyRow]) -> list[Shown]:
    together, ratios = accuracy.correlations(rows), accuracy.ratios(rows)
    told = [
        {"seed": seed, "correlation": together[seed], "published_over_date_order": ratios.get(seed, float("nan"))}
        for seed in together
    ]
    return [
        medians(ENDINGS, rows, ("variant", "epochs"), ".4g"),
        Shown("Rank correlation of the two over the epochs, and the ratio of test errors", told, texts(told, ".3g")),
        *(follow(accuracy.accuracy_counts(rows)) if together and ratios else []),
    ]


def _show_forgetting(rows: Sequence[ForgettingRow]) -> list[Shown]:
    table = medians(ENDINGS, rows, ("variant",), ".4g")
    if not has_variants(rows, (forgetting.OPEN, forgetting.LEARNED)):
        return [table]
    pairs = forgetting.pairs_of(rows)
    words = {
        "better": "Yes: without it the test error grows.",
        "worse": "No, the opposite: without it the test error falls.",
        "not significantly different": "No: without it the test error is not significantly different.",
    }
    spans = f"{pairs.mean:.2f} USD ({pairs.low:.2f} to {pairs.high:.2f})"
    found = f"test error without it minus that with it: {spans}, over {len(pairs.differences)} seeds"
    answer = [{"question": "Is forgetting required?", "answer": words[pairs.outcome], "evidence": found}]
    return [table, Shown("What follows", answer, answer)]


def _draw_forgetting(rows: Sequence[ForgettingRow]) -> dict[str, Figure]:
    is_whole = has_variants(rows, (forgetting.OPEN, forgetting.LEARNED))
    return {"forgetting": story_pictures.forgetting(rows)} if is_whole else {}


def _show_clipping(rows: Sequence[ClippingRow]) -> list[Shown]:
    found = clipping.collapses(rows)
    table = medians(f"The first {clipping.EPOCHS} epochs: medians", rows, ("variant",), ".3g")
    told = [{"variant": name, "seeds": len(of), "collapsed": sum(of.values())} for name, of in found.items()]
    counted = Shown("Trainings that collapse", told, texts(told, "d"))
    return [counted, table, *(follow(clipping.clipping_counts(rows)) if has_variants(rows, JUDGED) else [])]


def _show_changes(rows: Sequence[ChangeRow]) -> list[Shown]:
    table = medians("How much of its memory a network changes on a day: medians", rows, ("network",), ".3g")
    return [table, *(follow(changes.change_counts(rows)) if _has_networks(rows) else [])]


def _show_months(rows: Sequence[MonthsRow]) -> list[Shown]:
    table = medians("April and May 2018: medians", rows, ("network",), ".4g")
    if not _has_networks(rows):
        return [table]
    compared = [
        (pairs, one) for found in (months.against_rnn, months.against_persistence) for one, pairs in found(rows).items()
    ]
    return [table, differences(compared)]


def _show_recall(rows: Sequence[RecallRow]) -> list[Shown]:
    learnt = [
        {"network": network, "weights": draw, "numbers": numbers, "epochs": epochs}
        | {"seeds": len(seeds), "learnt": sum(seeds.values())}
        for (network, draw, numbers, epochs), seeds in recall.learnt_of(rows).items()
    ]
    title = f"Trainings that learn to recall the first number: less than {recall.LEARNT:.0%} of its variance is left"
    is_whole = recall.is_whole(rows)
    return [Shown(title, learnt, texts(learnt, "d")), *(follow(recall.recall_counts(rows)) if is_whole else [])]


def _has_networks(rows: Sequence[ChangeRow | MonthsRow]) -> bool:
    """Whether a table has both wirings and the plain RNN; see `has_variants`."""
    return set(clipping.UNCLIPPED) <= {row.network for row in rows}


STORY = (
    StudyPlan(
        "bitcoin-memory",
        "Does a plain RNN's gradient fade with distance, and does that of a GRU or an LSTM?",
        table=memory.TABLE,
        runs=TRAINED,
        rows=memory.memory_rows,
        show=_show_memory,
        draw=lambda rows: {"reach": story_pictures.memory(rows), "memory": story_pictures.front(rows)},
    ),
    StudyPlan(
        "bitcoin-gates",
        "Do the gates of trained Bitcoin networks decide, forget, keep and hide?",
        table=trained_gates.TABLE,
        runs=TRAINED,
        rows=trained_gates.gate_rows,
        show=_show_gates,
        draw=lambda rows: {"trained_gates": story_pictures.trained_gates(rows)} if _has_wirings(rows) else {},
    ),
    StudyPlan(
        "bitcoin-accuracy",
        "Do the Bitcoin article's loss and split tell how accurate its network is?",
        table=accuracy.TABLE,
        runs=of_seeds(accuracy.VARIANTS, memory.SEEDS),
        rows=accuracy.accuracy_rows,
        show=_show_accuracy,
        draw=lambda rows: {"accuracy": story_pictures.accuracy(rows)},
    ),
    StudyPlan(
        "bitcoin-forgetting",
        "Is forgetting required: does a network whose forget gate is always open predict worse?",
        table=forgetting.TABLE,
        runs=of_seeds((forgetting.LEARNED, forgetting.OPEN), memory.SEEDS),
        rows=forgetting.forgetting_rows,
        show=_show_forgetting,
        draw=_draw_forgetting,
    ),
    StudyPlan(
        "bitcoin-clipping",
        "Does clipping the gradients prevent trainings that collapse?",
        table=clipping.TABLE,
        runs=clipping.RUNS,
        rows=clipping.clipping_rows,
        show=_show_clipping,
        draw=lambda rows: {"clipping": story_pictures.clipping(rows)} if has_variants(rows, JUDGED) else {},
    ),
    StudyPlan(
        "bitcoin-changes",
        "Does an LSTM change its memory a little on a day, and a plain RNN all of it?",
        table=changes.TABLE,
        runs=changes.RUNS,
        rows=changes.change_rows,
        show=_show_changes,
        draw=lambda rows: {"changes": story_pictures.changes(rows)} if _has_networks(rows) else {},
    ),
    StudyPlan(
        "bitcoin-months",
        "Trained to March 2018, does an LSTM predict April and May, and does a plain RNN?",
        table=months.TABLE,
        runs=months.RUNS,
        rows=months.months_rows,
        show=_show_months,
        draw=lambda rows: {"months": story_pictures.months(rows)} if _has_networks(rows) else {},
        is_of_article=True,
    ),
    StudyPlan(
        "bitcoin-recall",
        "Does a plain RNN recall the first of few numbers and not of many, and an LSTM of both?",
        table=recall.TABLE,
        runs=recall.RUNS,
        rows=recall.recall_rows,
        show=_show_recall,
        draw=lambda rows: {"recall": story_pictures.recall(rows)} if recall.is_whole(rows) else {},
    ),
)
