"""The studies on what the text says of memory, gates, accuracy and training: their runs, and how tables are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.article import Shown
from reproduce.articles.bitcoin_lstm import (
    accuracy,
    changes,
    clipping,
    forgetting,
    memory,
    story_pictures,
    trained_gates,
)
from reproduce.articles.bitcoin_lstm.accuracy import AccuracyRow
from reproduce.articles.bitcoin_lstm.changes import ChangeRow
from reproduce.articles.bitcoin_lstm.clipping import ClippingRow
from reproduce.articles.bitcoin_lstm.counts import Counted
from reproduce.articles.bitcoin_lstm.forgetting import ForgettingRow
from reproduce.articles.bitcoin_lstm.memory import DISTANCES, MemoryRow
from reproduce.articles.bitcoin_lstm.plans import bitcoin_study, of_seeds
from reproduce.articles.bitcoin_lstm.trained_gates import GateRow
from reproduce.articles.bitcoin_lstm.variant import Variant

ENDINGS = "Training loss and test error in USD: medians"
JUDGED = (*clipping.UNCLIPPED.values(), *clipping.CLIPPED.values())  # by the rules of clipping
TRAINED = of_seeds([Variant(wiring=wiring) for wiring in memory.WIRINGS], memory.SEEDS)


def _show_memory(rows: Sequence[MemoryRow]) -> list[Shown]:
    reached = {k: memory.reached_of(rows, f"over_{k}") for k in DISTANCES}
    values = [
        {"network": network, "weights": weights, "seeds": len(of_seeds)}
        | {f"R({k})": _median(reached[k][network, weights]) for k in DISTANCES}
        | {"faded": int(np.sum(of_seeds < memory.FADED))}
        for (network, weights), of_seeds in reached[DISTANCES[-1]].items()
    ]
    title = "What is left of a gradient after k days, R(k): medians, and seeds with R(59) below 0.01"
    is_whole = set(reached[1]) >= {(w, memory.TRAINED) for w in memory.WIRINGS}
    return [Shown(title, values, _texts(values, ".1e")), *(_follow(memory.memory_counts(rows)) if is_whole else [])]


def _show_gates(rows: Sequence[GateRow]) -> list[Shown]:
    return [
        _medians("The gates of trained networks: medians", rows, ("wiring",), ".3f"),
        *_follow(trained_gates.gate_counts(rows)),
    ]


def _follow(counts: Mapping[str, Counted]) -> list[Shown]:
    texts = [asdict(one.answer) for one in counts.values()]
    return [Shown("What follows", texts, texts)]


def _show_accuracy(rows: Sequence[AccuracyRow]) -> list[Shown]:
    together, ratios = accuracy.correlations(rows), accuracy.ratios(rows)
    told = [
        {"seed": seed, "correlation": together[seed], "published_over_date_order": ratios.get(seed, float("nan"))}
        for seed in together
    ]
    return [
        _medians(ENDINGS, rows, ("variant", "epochs"), ".4g"),
        Shown("Rank correlation of the two over the epochs, and the ratio of test errors", told, _texts(told, ".3g")),
        *(_follow(accuracy.accuracy_counts(rows)) if together and ratios else []),
    ]


def _show_forgetting(rows: Sequence[ForgettingRow]) -> list[Shown]:
    table = _medians(ENDINGS, rows, ("variant",), ".4g")
    if not _has_all(rows, (forgetting.OPEN, forgetting.LEARNED)):
        return [table]
    pairs = forgetting.pairs_of(rows)
    words = {
        "better": "Yes: without it the test error grows.",
        "worse": "No, the opposite: without it the test error falls.",
        "not significantly different": "No: without it the test error is not significantly different.",
    }
    spans = f"{pairs.mean:.2f} USD ({pairs.low:.2f} to {pairs.high:.2f})"
    found = f"test error without it less that with it: {spans}, over {len(pairs.differences)} seeds"
    texts = [{"question": "Is forgetting required?", "answer": words[pairs.outcome], "evidence": found}]
    return [table, Shown("What follows", texts, texts)]


def _draw_forgetting(rows: Sequence[ForgettingRow]) -> dict[str, Figure]:
    is_whole = _has_all(rows, (forgetting.OPEN, forgetting.LEARNED))
    return {"forgetting": story_pictures.forgetting(rows)} if is_whole else {}


def _show_clipping(rows: Sequence[ClippingRow]) -> list[Shown]:
    found = clipping.collapses(rows)
    table = _medians(f"The first {clipping.EPOCHS} epochs: medians", rows, ("variant",), ".3g")
    told = [{"variant": name, "seeds": len(of), "collapsed": sum(of.values())} for name, of in found.items()]
    counted = Shown("Trainings that collapse", told, _texts(told, "d"))
    return [counted, table, *(_follow(clipping.clipping_counts(rows)) if _has_all(rows, JUDGED) else [])]


def _show_changes(rows: Sequence[ChangeRow]) -> list[Shown]:
    table = _medians("How much of its memory a network changes on a day: medians", rows, ("network",), ".3g")
    return [table, *(_follow(changes.change_counts(rows)) if _has_networks(rows) else [])]


def _medians(title: str, rows: Sequence[Any], by: Sequence[str], form: str) -> Shown:
    """A row for each set of values in the columns `by`: how many seeds, and the median of every other column."""
    groups: dict[tuple, list[dict[str, Any]]] = {}
    for row in map(asdict, rows):
        groups.setdefault(tuple(row[name] for name in by), []).append(row)
    measured = [name for name in asdict(rows[0]) if name not in (*by, "seed")]
    values = [
        dict(zip(by, key, strict=True))
        | {"seeds": len(group)}
        | {name: _median([row[name] for row in group]) for name in measured}
        for key, group in groups.items()
    ]
    return Shown(title, values, _texts(values, form))


def _median(values: Any) -> float:
    return np.nan if np.isnan(values).all() else float(np.nanmedian(values))


def _texts(rows: Sequence[dict[str, Any]], form: str) -> list[dict[str, str]]:
    """The rows as people read them; `form` is that of floats."""
    return [
        {name: format(one, form) if isinstance(one, float) else str(one) for name, one in row.items()} for row in rows
    ]


def _has_networks(rows: Sequence[ChangeRow]) -> bool:
    return set(clipping.UNCLIPPED) <= {row.network for row in rows}


def _has_all(rows: Sequence[Any], variants: Iterable[Variant]) -> bool:
    """Whether a table has these variants; without one it answers nothing, and its picture would say what is not so."""
    return {variant.name for variant in variants} <= {row.variant for row in rows}


STORY = (
    bitcoin_study(
        "memory",
        "Does a plain RNN's gradient fade with distance, and does that of a GRU or an LSTM?",
        row=MemoryRow,
        runs=TRAINED,
        rows=memory.memory_rows,
        show=_show_memory,
        draw=lambda rows: {"reach": story_pictures.memory(rows), "memory": story_pictures.front(rows)},
    ),
    bitcoin_study(
        "gates",
        "Do the gates of trained Bitcoin networks decide, forget, keep and hide?",
        row=GateRow,
        runs=TRAINED,
        rows=trained_gates.gate_rows,
        show=_show_gates,
        draw=lambda rows: {"trained_gates": story_pictures.trained_gates(rows)},
    ),
    bitcoin_study(
        "accuracy",
        "Do the Bitcoin article's loss and split tell how accurate its network is?",
        row=AccuracyRow,
        runs=of_seeds(accuracy.VARIANTS, memory.SEEDS),
        rows=accuracy.accuracy_rows,
        show=_show_accuracy,
        draw=lambda rows: {"accuracy": story_pictures.accuracy(rows)},
    ),
    bitcoin_study(
        "forgetting",
        "Is forgetting required: does a network whose forget gate is always open predict worse?",
        row=ForgettingRow,
        runs=of_seeds((forgetting.LEARNED, forgetting.OPEN), memory.SEEDS),
        rows=forgetting.forgetting_rows,
        show=_show_forgetting,
        draw=_draw_forgetting,
    ),
    bitcoin_study(
        "clipping",
        "Does clipping the gradients prevent trainings that collapse?",
        row=ClippingRow,
        runs=clipping.RUNS,
        rows=clipping.clipping_rows,
        show=_show_clipping,
        draw=lambda rows: {"clipping": story_pictures.clipping(rows)} if _has_all(rows, JUDGED) else {},
    ),
    bitcoin_study(
        "changes",
        "Does an LSTM change its memory a little on a day, and a plain RNN all of it?",
        row=ChangeRow,
        runs=changes.RUNS,
        rows=changes.change_rows,
        show=_show_changes,
        draw=lambda rows: {"changes": story_pictures.changes(rows)} if _has_networks(rows) else {},
    ),
)
